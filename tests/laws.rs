//! Laws of the core over random inputs: replay is live, duplicates are harmless, nothing is sent without a person's word.
//!
//! Inputs are drawn from what the stories can say, in any order, at times that go forward.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "stories/drive.rs"]
mod drive;
#[path = "stories/expect.rs"]
#[expect(dead_code, reason = "the laws look at no expectations")]
mod expect;
#[path = "stories/run.rs"]
mod run;
#[path = "stories/story.rs"]
#[expect(dead_code, reason = "the laws look at no expectations")]
mod story;
#[path = "stories/world.rs"]
mod world;

use std::collections::BTreeSet;

use cockpit::domain::{
    Actor, Command, Deed, Event, Intent, Login, Seq, Stamp, Stamped,
    approval::{ApprovalEvent, ConfirmedApproval, ConfirmedRollback, Consent, rollback_promise},
    observation::Sample,
    record::{Body, Head, Header, Reader, seal},
    release::{Release, decide, observe},
    rollback::{Plan, RollbackEvent},
    rollout::RolloutEvent,
};
use drive::Drive;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use story::{Begin, Story};
use world::{See, time};

const BUILD: &str = "\"build: success 13:41 13:45\"";

/// What may be seen, as the stories write it.
fn sights() -> Vec<See> {
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
    let see = |text: String| {
        let table: toml::Table = toml::from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
        serde::Deserialize::deserialize(table).unwrap()
    };
    all.into_iter().map(see).collect()
}

/// A command from what is shown now; `None` where a prompt would not open.
fn command(release: &Release, which: usize) -> Option<Command> {
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
        _ => Intent::Note { text: "hm".into() },
    };
    Some(Command {
        actor: Login::parse("ana").unwrap(),
        intent,
    })
}

/// One input: what, which, and the seconds since the one before.
type Input = (u8, usize, i64);

fn inputs() -> impl Strategy<Value = (bool, Begin, Vec<Input>)> {
    let begin = prop_oneof![
        Just(Begin::Nothing),
        Just(Begin::Waiting),
        Just(Begin::Deploying),
        Just(Begin::Deployed)
    ];
    let one = (
        0..10_u8,
        0..37_usize,
        prop_oneof![0..90_i64, 600..3_000_i64],
    );
    (any::<bool>(), begin, prop::collection::vec(one, 1..30))
}

fn begun(dispatches: bool, begin: Begin) -> Drive {
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
    let given = toml::from_str(text).unwrap();
    let story = Story {
        tells: String::new(),
        begin,
        given,
        steps: Vec::new(),
    };
    story.begun()
}

/// Plays the inputs; `look` sees the release after each of them.
fn play(
    (dispatches, begin, inputs): (bool, Begin, Vec<Input>),
    mut look: impl FnMut(&Drive),
) -> Drive {
    let sights = sights();
    let mut drive = begun(dispatches, begin);
    look(&drive);
    for (sort, which, seconds) in inputs {
        let at = drive.now + SignedDuration::from_secs(seconds);
        match sort {
            0..=5 => {
                let seen = sights[which % sights.len()].observation(&drive, at);
                drive.see(&seen, at);
                let again = observe(&drive.release, &seen, at);
                assert!(again.is_empty(), "the same answer again gave {again:?}");
            }
            6..=8 => {
                if let Some(command) = command(&drive.release, which % 17) {
                    // A refusal is an answer too.
                    let _ = drive.command(&command, at);
                }
            }
            _ => drive.wait(at),
        }
        look(&drive);
    }
    drive
}

/// The journal as bytes, each line sealed onto the one before.
fn sealed(journal: &[Stamped]) -> Vec<u8> {
    let (mut bytes, mut head) = (Vec::new(), Head::START);
    for Stamped { stamp, event } in journal {
        let (kind, payload) = event.encode().unwrap();
        let header = Header {
            at: stamp.at,
            occurred: stamp.occurred,
            actor: stamp.actor.to_string(),
        };
        let body = Body {
            kind: &kind,
            payload: &payload,
        };
        let line = seal(&head, &header, &body).unwrap();
        bytes.extend_from_slice(&line.bytes);
        head = line.head;
    }
    bytes
}

/// A journal's bytes as the release that they are.
fn replayed(bytes: &[u8]) -> Release {
    let mut release: Option<Release> = None;
    for entry in Reader::new(bytes) {
        let entry = entry.unwrap();
        let stamped = Stamped {
            stamp: Stamp {
                seq: entry.seq,
                at: entry.at,
                occurred: entry.occurred,
                actor: Actor::try_from(entry.actor.clone().into_owned()).unwrap(),
            },
            event: Event::decode(entry.kind, entry.payload).unwrap(),
        };
        match &mut release {
            None => release = Some(Release::open(&stamped).unwrap()),
            Some(release) => release.apply(&stamped),
        }
    }
    release.unwrap()
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
fn acts_have_a_person_behind_them(drive: &Drive) {
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
                RollbackEvent::CountdownHeld { trigger }
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

/// Starts of rollbacks that are in the outbox: never two.
fn starts(drive: &Drive) -> usize {
    let asks = |seq: Seq| {
        let asked = drive.journal.iter().find(|s| s.stamp.seq == seq);
        matches!(
            asked.unwrap().event,
            Event::Rollback(RollbackEvent::StartRequested { .. })
        )
    };
    drive.release.outbox().filter(|act| asks(act.seq)).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn replay_is_live(inputs in inputs()) {
        let drive = play(inputs, |_| {});
        let bytes = sealed(&drive.journal);
        prop_assert_eq!(replayed(&bytes), drive.release);
    }

    #[test]
    fn an_event_applied_twice_changes_nothing(inputs in inputs()) {
        let mut drive = play(inputs, |_| {});
        let before = drive.release.clone();
        for stamped in &drive.journal {
            drive.release.apply(stamped);
        }
        prop_assert_eq!(before, drive.release);
    }

    #[test]
    fn nothing_goes_out_without_a_persons_word(inputs in inputs()) {
        play(inputs, acts_have_a_person_behind_them);
    }

    #[test]
    fn an_act_leaves_the_outbox_once_and_never_two_rollbacks_start(inputs in inputs()) {
        let mut inside: BTreeSet<Seq> = BTreeSet::new();
        let mut left: BTreeSet<Seq> = BTreeSet::new();
        play(inputs, |drive| {
            let now: BTreeSet<Seq> = drive.release.outbox().map(|act| act.seq).collect();
            assert!(now.is_disjoint(&left), "came back: {now:?}");
            left.extend(inside.difference(&now));
            inside = now;
            assert!(starts(drive) <= 1, "two rollbacks would start");
        });
    }

    #[test]
    fn every_command_has_an_answer_and_a_refused_one_changes_nothing(inputs in inputs()) {
        play(inputs, |drive| {
            for which in 0..17 {
                if let Some(command) = command(&drive.release, which)
                    && let Ok(events) = decide(&drive.release, &command, drive.now)
                {
                    assert!(!events.is_empty(), "neither done nor refused: {command:?}");
                }
            }
        });
    }

    #[test]
    fn the_digest_ignores_the_lane_and_the_arithmetic(position in 0..9_u32, error in 0.0..0.9_f64) {
        let mut drive = begun(false, Begin::Waiting);
        let before = drive.release.shown().unwrap().digest();
        let see = format!("lane = {{ position = {position}, ahead = {position} }}");
        let lane: toml::Table = toml::from_str(&see).unwrap();
        let lane: See = serde::Deserialize::deserialize(lane).unwrap();
        let at = time("14:03");
        let seen = lane.observation(&drive, at);
        drive.see(&seen, at);
        let text = format!(
            r#"metrics = {{ from = "13:57", until = "14:01", error_rate = {error:?}, latency_p99 = 181.3 }}"#
        );
        let table: toml::Table = toml::from_str(&text).unwrap();
        let metrics: See = serde::Deserialize::deserialize(table).unwrap();
        let seen = metrics.observation(&drive, at);
        drive.see(&seen, at);
        drive.wait(time("15:00"));
        prop_assert_eq!(before, drive.release.shown().unwrap().digest());
    }

    #[test]
    fn numbers_come_back_exactly(value in any::<f64>().prop_filter("finite", |v| v.is_finite()), at in 0..1_000_000_i64) {
        let minute = cockpit::domain::observation::Minute(at);
        let event: Event = cockpit::domain::judge::JudgeEvent::MinuteJudged {
            minute,
            rev: 0,
            values: [("error_rate".into(), Sample::Value(value))].into(),
            verdicts: Vec::new(),
            unusual: Vec::new(),
        }.into();
        let (kind, payload) = event.encode().unwrap();
        prop_assert_eq!(Event::decode(&kind, &payload).unwrap(), event);
    }
}

#[test]
fn a_torn_last_line_replays_as_the_journal_without_it() {
    let drive = begun(false, Begin::Deployed);
    let bytes = sealed(&drive.journal);
    let whole = drive.journal.len() - 1;
    let shorter = sealed(&drive.journal[..whole]);
    assert_eq!(replayed(&bytes[..bytes.len() - 7]), replayed(&shorter));
    let last: Timestamp = drive.journal[whole].stamp.at;
    assert_eq!(drive.release.newest(), last);
}
