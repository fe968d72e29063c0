//! What may happen to a release, as the laws and the walk over its phases draw it: sights, commands, beginnings; and
//! whether a person stands behind what would go out.

use cockpit::domain::{
    Command, Deed, Event, Intent, Login, Stamped,
    approval::{ApprovalEvent, ConfirmedApproval, ConfirmedRollback, Consent, rollback_promise},
    release::Release,
    rollback::{Plan, RollbackEvent},
    rollout::RolloutEvent,
};
use jiff::SignedDuration;

use crate::{
    drive::Drive,
    story::{Begin, Story},
    world::See,
};

const BUILD: &str = "\"build: success 13:41 13:45\"";

/// What may be seen, as the stories write it.
pub(crate) fn sights() -> Vec<See> {
    let run = |rest: &str| format!("run = {{ {} }}", rest.replace("BUILD", BUILD));
    let mut all = vec![
        run(r#"state = "waiting", jobs = [BUILD, "deploy: waiting"], held = ["production"], reviews = []"#),
        run(r#"state = "waiting", jobs = [BUILD, "deploy: waiting"], held = ["production (not me)"], reviews = []"#),
        run(r#"state = "running", jobs = [BUILD, "deploy: running 14:02"], held = [], reviews = ["ours approved"]"#),
        run(r#"state = "running", jobs = [BUILD, "deploy: running 14:02"], held = [], reviews = []"#),
        run(r#"state = "success", jobs = [BUILD, "deploy: success 14:02 14:05"], held = [], reviews = ["cleo approved"]"#),
        run(r#"state = "failure", jobs = [BUILD, "deploy: failure 14:02 14:05"], held = [], reviews = ["ours approved"]"#),
        run(r#"state = "cancelled", jobs = [BUILD, "deploy: cancelled"], held = [], reviews = []"#),
        run(r#"state = "failure", held = [], reviews = ["ours rejected"]"#),
        run(r#"attempt = 2, state = "waiting", jobs = [BUILD, "deploy: waiting"], held = ["production"], reviews = ["ours approved"]"#),
        run(r#"attempt = 2, state = "success", jobs = [BUILD, "deploy: success 14:12 14:15"], held = [], reviews = ["ours approved"]"#),
        r#"production_run = { state = "running", jobs = ["deploy: running 14:03"] }"#.into(),
        r#"production_run = { state = "success", jobs = ["deploy: success 14:03 14:06"] }"#.into(),
        r#"production_run = { attempt = 2, state = "failure", jobs = ["deploy: failure 14:03 14:06"] }"#.into(),
        r#"rollback_run = { state = "waiting", held = ["production"] }"#.into(),
        r#"rollback_run = { state = "success", held = [] }"#.into(),
        r#"rollback_run = { id = 9101, state = "cancelled", held = [] }"#.into(),
        "tests = { passed = 182, failed = 0 }".into(),
        "tests = { passed = 180, failed = 2 }".into(),
        r#"production = "v2.14.0""#.into(),
        r#"production = "v2.13.4""#.into(),
        r#"compared = "behind""#.into(),
        r#"alarms = { errors = "alarm" }"#.into(),
        r#"silent = "metrics""#.into(),
        r#"back = "metrics""#.into(),
        "protection = { reviewers = true }".into(),
        "smoke = { passed = 6 }".into(),
        r#"smoke = { stage = 0, passed = 5, failed = ["cart: gone"] }"#.into(),
    ];
    for answer in [
        "\"taken\"",
        "{ started = 9001 }",
        "{ started = 9100 }",
        "\"refused\"",
        "\"lost\"",
        "\"conflict\"",
    ] {
        all.push(format!("answered = {answer}"));
    }
    for (error, until) in [
        ("0.1", "14:04"),
        ("3.0", "14:09"),
        ("0.2", "14:14"),
        ("\"absent\"", "14:20"),
    ] {
        let from = "14:00";
        all.push(format!(
            r#"metrics = {{ from = "{from}", until = "{until}", error_rate = {error}, latency_p99 = 181.3 }}"#
        ));
    }
    all.iter().map(|text| sight(text)).collect()
}

/// One sight, as the stories write it.
pub(crate) fn sight(text: &str) -> See {
    let table: toml::Table = toml::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    serde::Deserialize::deserialize(table).unwrap()
}

/// How many commands there are.
pub(crate) const COMMANDS: usize = 21;

/// A command from what is shown now; `None` where a prompt would not open.
pub(crate) fn command(release: &Release, which: usize) -> Option<Command> {
    let rollback = |plan| {
        let shown = release.rollback_shown()?;
        let typed = shown.target.name().to_owned();
        let key = release.key.clone();
        let confirmed = ConfirmedRollback::typed(key, shown, plan, &typed, "it burns").ok()?;
        Some(Intent::RollBack(Box::new(confirmed)))
    };
    let intent = match which {
        0..=3 => {
            let shown = release.shown()?;
            let typed = shown.name().to_owned();
            let confirmed = ConfirmedApproval::typed(shown, &typed, "fine").ok()?;
            Intent::Approve(Box::new(confirmed))
        }
        4 => Intent::Reject {
            reason: "no".into(),
        },
        5 => rollback(Plan::Dispatch)?,
        6 => rollback(Plan::CancelThenDispatch)?,
        7 => rollback(Plan::Wait)?,
        8 => rollback(Plan::Fallback)?,
        9 => Intent::KeepWatching,
        10 => Intent::ExtendWatch {
            minutes: 5,
            reason: "more".into(),
        },
        11 => Intent::Close {
            reason: "done".into(),
        },
        12 => Intent::Explain {
            text: "a bug".into(),
        },
        13 => Intent::CancelRun,
        14 => Intent::RerunFailed,
        15 => Intent::Hold,
        16 => Intent::DeclareEmergency {
            reason: "it burns".into(),
            incident: "https://incidents.example/1".into(),
        },
        17 => Intent::ScheduleStart {
            not_before: Some(release.newest() + SignedDuration::from_mins(20)),
            reason: "later".into(),
        },
        18 => Intent::WaitNoLonger,
        19 => Intent::WithdrawEmergency {
            reason: "it does not burn".into(),
        },
        _ => Intent::Note { text: "hm".into() },
    };
    Some(Command {
        actor: Login::parse("ana").unwrap(),
        intent,
    })
}

pub(crate) fn begun(dispatches: bool, begin: Begin) -> Drive {
    let begin = if dispatches {
        begin.min(Begin::Waiting)
    } else {
        begin
    };
    let text = if dispatches {
        r#"target = { gate = "dispatch", dispatch = { workflow = "production.yml", inputs = {} } }"#
    } else {
        // What may happen without a person's key must hold every law too.
        r#"rollback = { on_trigger = "pre-authorised", during_deploy = "dispatch" }"#
    };
    begun_by(text, begin)
}

/// A release that begun so, by the stories' rules with these.
pub(crate) fn begun_by(given: &str, begin: Begin) -> Drive {
    let given = toml::from_str(given).unwrap();
    let story = Story {
        tells: String::new(),
        begin,
        given,
        steps: Vec::new(),
    };
    story.begun()
}

/// The deed that an event asks for, and whether a person's own word stands in that event.
fn deed(event: &Event) -> Option<(&Deed, bool)> {
    match event {
        Event::Approval(
            ApprovalEvent::Requested { deed, .. }
            | ApprovalEvent::RejectionRequested {
                deed: Some(deed), ..
            },
        )
        | Event::Rollout(
            RolloutEvent::CancelRequested { deed } | RolloutEvent::RerunRequested { deed },
        ) => Some((deed, true)),
        Event::Rollback(
            RollbackEvent::CancelRequested { deed }
            | RollbackEvent::StartRequested { deed }
            | RollbackEvent::ReviewRequested { deed },
        ) => Some((deed, false)),
        _ => None,
    }
}

/// Whether every act in the outbox has a person behind it, and stands there for one event that asked for it.
pub(crate) fn acts_have_a_person_behind_them(drive: &Drive) {
    for act in drive.release.outbox() {
        let index = drive.journal.iter().position(|s| s.stamp.seq == act.seq);
        let asked = &drive.journal[index.unwrap()];
        let (deed, own_word) =
            deed(&asked.event).expect("an act stems from an event that asks for it");
        assert_eq!(*deed, act.deed);
        if own_word {
            assert!(asked.stamp.actor.person().is_some(), "{asked:?}");
            continue;
        }
        let before = drive.journal[..index.unwrap()]
            .iter()
            .rev()
            .find(|stamped| {
                matches!(
                    stamped.event,
                    Event::Rollback(RollbackEvent::Requested { .. })
                )
            });
        let person = before.and_then(|stamped| stamped.stamp.actor.person());
        assert!(
            person.is_some() || before.is_some_and(|one| was_agreed(drive, one)),
            "no person asked for {asked:?}"
        );
    }
}

/// Whether a person approved with this trigger named, and its countdown ran to its zero without a hold.
fn was_agreed(drive: &Drive, requested: &Stamped) -> bool {
    let Event::Rollback(RollbackEvent::Requested { consent, .. }) = &requested.event else {
        return false;
    };
    let Consent::PreAuthorised { approval, trigger } = consent else {
        return false;
    };
    let approved = drive.journal.iter().any(|stamped| {
        let Event::Approval(ApprovalEvent::Requested { shown, .. }) = &stamped.event else {
            return false;
        };
        stamped.stamp.seq == *approval
            && stamped.stamp.actor.person().is_some()
            && shown.pre_authorised.contains(&rollback_promise(trigger))
    });
    let last = drive.journal.iter().rev().find_map(|stamped| {
        let is_before = stamped.stamp.seq < requested.stamp.seq;
        match &stamped.event {
            Event::Rollback(RollbackEvent::CountdownStarted { zero, trigger, .. }) if is_before => {
                Some((trigger.clone(), Some(*zero)))
            }
            Event::Rollback(
                RollbackEvent::CountdownHeld { trigger, .. }
                | RollbackEvent::CountdownStopped { trigger, .. },
            ) if is_before => Some((trigger.clone(), None)),
            _ => None,
        }
    });
    let ran = last.is_some_and(|(named, zero)| {
        named == *trigger && zero.is_some_and(|zero| zero <= requested.stamp.at)
    });
    approved && ran
}
