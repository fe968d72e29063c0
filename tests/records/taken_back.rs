//! What is said of a release that was rolled back: the minutes after that are another version's.

use cockpit::{
    domain::{
        Phase,
        judge::{State, Verdict},
        observation::Minute,
        release::Recorded,
        scorecard::{JournalledDeploy, Trial},
    },
    report::{Document, Form},
};

use crate::made::{recorded, recorded_until};

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
    let recorded = recorded_until("rollback_superseded", |recorded| {
        let release = recorded.release();
        release.phase() == Phase::RollbackFailed && release.watch.newest().is_some()
    });
    assert_eq!(recorded.release().watch_end(), None);
    let newest = recorded.release().watch.newest().unwrap();
    assert_eq!(Trial::of(&recorded).seen.unwrap().until, newest.plus(1));
}

fn failed(name: &str) -> Recorded {
    recorded_until(name, |recorded| {
        recorded.release().phase() == Phase::RollbackFailed
    })
}

#[test]
fn a_rollback_that_failed_ends_the_watch_only_where_production_may_have_changed() {
    for (name, may_have_changed) in [
        ("rollback_stopped", true),
        ("rollback_ends_late", true),
        ("rollback_lost", true),
        ("rollback_overdue", true),
        ("rollback_superseded", false),
        ("rollback_taken", false),
    ] {
        let recorded = failed(name);
        let release = recorded.release();
        assert_eq!(release.phase(), Phase::RollbackFailed, "{name}");
        let asked = Minute::of(release.rollback.attempts[0].at);
        let end = release.watch_end();
        assert_eq!(end, may_have_changed.then_some(asked), "{name}");
        assert!(
            !release.wants_to_be_seen(),
            "{name}: who rolls back has seen it"
        );
        let read = |document: Document, form| document.write(&recorded, form).unwrap();
        let record = read(Document::DeploymentRecord, Form::Json);
        assert!(record.contains("\"end\": \"open\""), "{name}: {record}");
        let page = read(Document::PostDeploymentVerification, Form::Markdown);
        let said = page.contains("a rollback ended the watch");
        assert_eq!(said, may_have_changed, "{name}: {page}");
    }
}

#[test]
fn an_attempt_that_did_nothing_does_not_hide_when_the_next_one_was_asked_for() {
    let recorded = recorded("rollback_superseded");
    let attempts = &recorded.release().rollback.attempts;
    let end = recorded.release().watch_end();
    assert_eq!(end, Some(Minute::of(attempts[1].at)));
    // One that worked and failed has ended the watch for good.
    let recorded = crate::made::recorded("rollback_overdue");
    let attempts = &recorded.release().rollback.attempts;
    assert!(attempts.len() > 1);
    let end = recorded.release().watch_end();
    assert_eq!(end, Some(Minute::of(attempts[0].at)));
}

#[test]
fn a_hand_over_names_the_decision_that_a_failed_rollback_or_an_undecided_watch_waits_for() {
    let undecided = recorded_until("no_data", |recorded| {
        recorded.release().phase() == Phase::Undecided
    });
    for (recorded, words) in [
        (failed("rollback_stopped"), "while it worked"),
        (undecided, "close, extend or roll back: only"),
    ] {
        let page = Document::HandOver.write(&recorded, Form::Markdown).unwrap();
        assert!(page.contains(words), "{words} in {page}");
        assert!(!page.contains("nothing waits for a decision"), "{page}");
    }
}

#[test]
fn a_trigger_that_fired_does_not_pass_by_what_the_version_before_does() {
    let recorded = recorded("regression");
    let release = recorded.release();
    let state = |all: Vec<(String, Verdict)>| {
        let mut named = all
            .into_iter()
            .filter(|(source, _)| source.starts_with("error_rate >"));
        named.next().map(|(_, verdict)| verdict.state)
    };
    assert_eq!(state(release.trigger_verdicts()), Some(State::Pass), "now");
    assert_eq!(state(release.own_trigger_verdicts()), Some(State::Fail));
    let nothing = recorded_until("canary_rolled_back", |recorded| {
        recorded.release().phase() == Phase::RollingBack
    });
    assert_eq!(nothing.release().own_trigger_verdicts(), []);
}
