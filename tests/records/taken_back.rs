//! What is said of a release that was rolled back: the minutes after that are another version's.

use cockpit::domain::observation::Minute;

use crate::made::recorded;

#[test]
fn minutes_after_a_rollback_are_not_counted_as_the_release_s_own() {
    let recorded = recorded("regression");
    let release = recorded.release();
    let asked = Minute::of(release.rollback.newest().unwrap().at);
    let own = release.window_minutes();
    assert!(own.last().is_some_and(|last| *last < asked), "{own:?}");
    let since = release.window_start().unwrap();
    let judged = release.watch.judged.range(since..).count();
    assert!(judged > own.len(), "production was read on");
    assert_eq!(release.window_progress(), (own.len(), 5));
}
