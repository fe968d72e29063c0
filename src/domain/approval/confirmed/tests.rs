//! The doors under test: what opens them, and everything that does not.

use std::collections::BTreeMap;

use super::*;
use crate::domain::{
    Repository, RunId, Sha,
    chat::CardSeen,
    risk::Level,
    rollback::{CountdownEnd, Target},
};

fn shown(risk: Option<Level>) -> Shown {
    Shown {
        service: "storefront".to_owned(),
        run: RunId(8123),
        attempt: 1,
        sha: Sha::parse(&"3f9c2ab1".repeat(5)).unwrap(),
        version: Some("v2.14.0".into()),
        production: None,
        stage: 0,
        environments: Vec::new(),
        artifacts: BTreeMap::new(),
        gates: BTreeMap::new(),
        tests: None,
        risk: risk.map(|level| (level, Vec::new())),
        rollback_target: None,
        pre_authorised: Vec::new(),
        rules: String::new(),
        emergency: None,
    }
}

fn consent(risk: Option<Level>, typed: &str, reason: &str) -> Option<Consent> {
    let confirmed = ConfirmedApproval::typed(shown(risk), typed, reason).ok()?;
    Some(confirmed.consent().clone())
}

#[test]
fn the_effort_grows_with_the_risk() {
    let typed = Some(Consent::Typed {
        phrase: "v2.14.0".into(),
    });
    assert_eq!(consent(Some(Level::Low), YES, ""), Some(Consent::TwoKeys));
    for risk in [Some(Level::Low), Some(Level::Medium), None] {
        assert_eq!(consent(risk, "v2.14.0", ""), typed, "{risk:?}");
    }
    for risk in [Some(Level::Medium), Some(Level::High), None] {
        assert_eq!(consent(risk, YES, "because"), None, "{risk:?}");
    }
    assert_eq!(consent(Some(Level::High), "v2.14.0", " \n"), None);
    assert_eq!(consent(Some(Level::High), "v2.14.0", "agreed"), typed);
    assert_eq!(consent(Some(Level::Low), "", ""), None);
}

fn agreed(promises: &[&str], stage: usize) -> (Agreement, Shown) {
    let mut shown = shown(Some(Level::Low));
    shown.pre_authorised = promises.iter().map(ToString::to_string).collect();
    shown.stage = stage;
    let by = Login::parse("ana").unwrap();
    (Agreement::of(Seq(7), &by, &shown).unwrap(), shown)
}

#[test]
fn a_later_stage_goes_on_only_as_agreed_and_with_every_gate_passing() {
    let (agreement, mut next) = agreed(&[ADVANCE_PROMISE], 1);
    next.gates.insert("metrics".into(), State::Pass);
    let made = ConfirmedApproval::pre_authorised(next.clone(), &agreement).unwrap();
    assert!(matches!(
        made.consent(),
        Consent::PreAuthorised {
            approval: Seq(7),
            ..
        }
    ));
    for state in [State::Fail, State::Ambiguous, State::NoData, State::Broken] {
        next.gates.insert("metrics".into(), state);
        let refused = ConfirmedApproval::pre_authorised(next.clone(), &agreement);
        assert_eq!(refused.unwrap_err(), NotAgreed::Open, "{state:?}");
    }
    let (agreement, first) = agreed(&[ADVANCE_PROMISE], 0);
    let refused = ConfirmedApproval::pre_authorised(first, &agreement);
    assert_eq!(
        refused.unwrap_err(),
        NotAgreed::Unnamed,
        "a person lets the first go"
    );
    let (agreement, next) = agreed(&["roll back when x"], 1);
    let refused = ConfirmedApproval::pre_authorised(next, &agreement);
    assert_eq!(refused.unwrap_err(), NotAgreed::Unnamed);
}

#[test]
fn a_countdown_rolls_back_at_its_zero_not_before_not_long_after_and_never_held() {
    let at = |second: i64| Timestamp::from_second(second).unwrap();
    let (agreement, _) = agreed(&["roll back when x > 1"], 0);
    let running = Countdown {
        holds_read: None,
        trigger: "x > 1".to_owned(),
        why: "2 > 1".into(),
        started: at(1_000),
        zero: at(1_060),
        approval: Seq(7),
        end: None,
    };
    let confirm = |countdown: &Countdown, second: i64| {
        let repository = Repository::parse("github.com", "acme/shop").unwrap();
        let run = RunId(8123);
        let target = Target {
            version: None,
            sha: Sha::parse(&"d".repeat(40)).unwrap(),
        };
        let shown = RollbackShown {
            target,
            from: None,
            attempt: 1,
        };
        let key = ReleaseKey { repository, run };
        let plan = Plan::Dispatch;
        ConfirmedRollback::pre_authorised(key, shown, plan, &agreement, countdown, at(second))
            .map(|confirmed| confirmed.reason().to_string())
    };
    let said = confirm(&running, 1_060).unwrap();
    assert_eq!(said, "x > 1: 2 > 1 (agreed to by ana at the approval)");
    assert_eq!(confirm(&running, 1_059), Err(NotAgreed::NotAtZero));
    assert_eq!(confirm(&running, 1_081), Err(NotAgreed::TooLate));
    let held = Countdown {
        end: Some(CountdownEnd::Held { by: None }),
        ..running.clone()
    };
    assert_eq!(confirm(&held, 1_060), Err(NotAgreed::NotAtZero));
    let another = Countdown {
        approval: Seq(8),
        ..running.clone()
    };
    assert_eq!(confirm(&another, 1_060), Err(NotAgreed::NotAtZero));
    let unnamed = Countdown {
        trigger: "y > 1".to_owned(),
        ..running
    };
    assert_eq!(confirm(&unnamed, 1_060), Err(NotAgreed::Unnamed));
}

fn key() -> ReleaseKey {
    ReleaseKey {
        repository: Repository::parse("github.com", "acme/shop").unwrap(),
        run: RunId(8123),
    }
}

#[test]
fn a_quorum_is_of_different_people_who_saw_just_this_and_never_of_a_high_risk() {
    let at = |second: i64| Timestamp::from_second(second).unwrap();
    let now = shown(Some(Level::Medium));
    let vote = |who: &str, saw: &Shown| {
        Vote::of(Login::parse(who).unwrap(), at(7), CardSeen::of(&key(), saw))
    };
    let confirm = |votes: &[Vote], now: &Shown, quorum| {
        let votes: Vec<&Vote> = votes.iter().collect();
        ConfirmedApproval::by_quorum(&key(), now.clone(), &votes, quorum)
            .map(|confirmed| confirmed.consent().clone())
    };
    let mut other = now.clone();
    other.attempt = 2;
    let two = [vote("ben", &now), vote("cleo", &now)];
    let who = |name: &str| (Login::parse(name).unwrap(), at(7));
    assert_eq!(
        confirm(&two, &now, 2),
        Ok(Consent::Quorum {
            clicks: vec![who("ben"), who("cleo")]
        })
    );
    let few = |have| Err(NotAgreed::TooFew { have, want: 2 });
    assert_eq!(confirm(&two[..1], &now, 2), few(1));
    let twice = [vote("ben", &now), vote("Ben", &now)];
    assert_eq!(confirm(&twice, &now, 2), few(1), "one person, one voice");
    let old = [vote("ben", &now), vote("cleo", &other)];
    assert_eq!(confirm(&old, &now, 2), few(1), "another attempt's card");
    let nobody = Err(NotAgreed::TooFew { have: 0, want: 1 });
    assert_eq!(confirm(&[], &now, 0), nobody, "never by nobody");
    let high = shown(Some(Level::High));
    let votes = [vote("ben", &high), vote("cleo", &high)];
    assert_eq!(confirm(&votes, &high, 2), Err(NotAgreed::NeedsReason));
}
