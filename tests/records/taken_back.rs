//! What is said of a release that was rolled back: the minutes after that are another version's.

use cockpit::domain::{
    observation::Minute,
    scorecard::{JournalledDeploy, Trial},
};

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

#[test]
fn the_readers_of_journals_stop_where_another_version_serves_and_not_where_a_rollback_failed() {
    let recorded = recorded("regression");
    let asked = Minute::of(recorded.release().rollback.newest().unwrap().at);
    let own = Minute::of(recorded.release().rollout.deployed.unwrap()).plus(1);
    let counted = |recorded| {
        JournalledDeploy::of(recorded)
            .unwrap()
            .errors
            .unwrap()
            .minutes
    };
    assert_eq!(i64::try_from(counted(&recorded)).unwrap(), asked.0 - own.0);
    assert_eq!(Trial::of(&recorded).seen.unwrap().until, asked);
    // It was asked for at 14:07 and stopped at 14:09; the last minute that was read is 14:10.
    let recorded = self::recorded("rollback_stopped");
    assert_eq!(recorded.release().watch_end(), None);
    let newest = recorded.release().watch.newest().unwrap();
    assert_eq!(Trial::of(&recorded).seen.unwrap().until, newest.plus(1));
    assert_eq!(counted(&recorded), 5);
}
