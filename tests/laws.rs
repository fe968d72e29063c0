//! Laws of the core over random inputs: replay is live, duplicates are harmless, nothing is sent without a person's word.
//!
//! Inputs are drawn from what the stories can say, in any order, at times that go forward.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "stories/drive.rs"]
mod drive;
#[path = "stories/expect.rs"]
#[expect(dead_code, reason = "the laws look at no expectations")]
mod expect;
#[path = "laws/inputs.rs"]
mod inputs;
#[path = "stories/run.rs"]
mod run;
#[path = "stories/story.rs"]
#[expect(dead_code, reason = "the laws look at no expectations")]
mod story;
#[path = "stories/world.rs"]
mod world;

use std::collections::BTreeSet;

use cockpit::domain::{
    Actor, Event, Seq, Stamp, Stamped,
    observation::Sample,
    record::{Body, Head, Header, Reader, seal},
    release::{Release, decide, observe},
    rollback::RollbackEvent,
};
use drive::Drive;
use inputs::{COMMANDS, acts_have_a_person_behind_them, begun, command, sights};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use story::Begin;
use world::{See, time};

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
                if let Some(command) = command(&drive.release, which % COMMANDS) {
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
            for which in 0..COMMANDS {
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
