//! Stories: timed inputs and what must come of them, as files that read like specs.
//!
//! A story plays a release as the flight does. Each expectation is also perturbed, and must then fail: an expectation
//! that nothing can break shows nothing. `TELL=1 cargo test --test stories -- --nocapture` tells what happened.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "stories/again.rs"]
mod again;
#[path = "stories/drive.rs"]
mod drive;
#[path = "stories/expect.rs"]
mod expect;
#[path = "stories/longer_past.rs"]
mod longer_past;
#[path = "stories/run.rs"]
mod run;
#[path = "stories/slack.rs"]
mod slack;
#[path = "stories/story.rs"]
mod story;
#[path = "stories/world.rs"]
mod world;

use std::{collections::BTreeSet, fs, path::Path};

use cockpit::{
    domain::{Actor, Event, Feed, RunId, release::observe, rollback::RollbackEvent},
    flight::{Lookup, Needs},
};
use expect::Actual;
use jiff::SignedDuration;
use story::Story;

/// Every story by its file's name.
fn stories() -> Vec<(String, Story)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let mut found: Vec<(String, Story)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .filter(|(name, _)| name != "policy" && name != "prelude")
        .map(|(name, path)| {
            let text = fs::read_to_string(path).unwrap();
            let story = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, story)
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(found.len() > 20, "the stories were found");
    found
}

fn tell(actual: &Actual) {
    let events: Vec<String> = actual
        .events
        .iter()
        .map(|(kind, payload)| format!("    {kind} {payload}"))
        .collect();
    println!("{}", events.join("\n"));
    println!(
        "    phase = {}, outcome = {}, outbox = {:?}, refused = {:?}\n    {:?}",
        actual.phase, actual.outcome, actual.outbox, actual.refused, actual.gates
    );
}

#[test]
fn every_story_comes_out_as_told_and_no_other_way() {
    let mut wrong = Vec::new();
    for (name, story) in stories() {
        let (actual, _) = story.play();
        for (step, actual) in story.steps.iter().zip(&actual) {
            let place = format!("{name} ({}) at {}", story.tells, step.at);
            if std::env::var_os("TELL").is_some() {
                println!("{place}");
                tell(actual);
            }
            if let Err(why) = step.expect.check(actual) {
                wrong.push(format!("{place}: {why}"));
            }
            for other in step.expect.perturbed() {
                if other.check(actual).is_ok() {
                    wrong.push(format!("{place}: holds as well as {other:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The variants of an enum in a source text, as written.
fn variants(source: &str, name: &str) -> Vec<String> {
    let head = format!("pub enum {name} {{");
    let (_, body) = source.split_once(&head).unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    body.lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(|line| {
            let end = line.find(|c: char| !c.is_ascii_alphanumeric());
            line[..end.unwrap_or(line.len())].to_owned()
        })
        .collect()
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Every kind of event, read from the sources.
fn kinds() -> BTreeSet<String> {
    let nouns = [
        (
            "evidence",
            "EvidenceEvent",
            include_str!("../src/domain/evidence/event.rs"),
        ),
        (
            "gate",
            "GateEvent",
            include_str!("../src/domain/policy/gate.rs"),
        ),
        (
            "checklist",
            "ChecklistEvent",
            include_str!("../src/domain/checklist/event.rs"),
        ),
        (
            "approval",
            "ApprovalEvent",
            include_str!("../src/domain/approval/event.rs"),
        ),
        (
            "rollout",
            "RolloutEvent",
            include_str!("../src/domain/rollout/event.rs"),
        ),
        (
            "smoke",
            "SmokeEvent",
            include_str!("../src/domain/smoke/event.rs"),
        ),
        (
            "judge",
            "JudgeEvent",
            include_str!("../src/domain/judge/event.rs"),
        ),
        (
            "rollback",
            "RollbackEvent",
            include_str!("../src/domain/rollback/event.rs"),
        ),
        (
            "chat",
            "ChatEvent",
            include_str!("../src/domain/chat/event.rs"),
        ),
        (
            "flag",
            "FlagEvent",
            include_str!("../src/domain/flags/event.rs"),
        ),
        (
            "record",
            "RecordEvent",
            include_str!("../src/domain/record/event.rs"),
        ),
    ];
    let mut wanted = BTreeSet::new();
    for (noun, name, source) in nouns {
        let kinds = variants(source, name);
        wanted.extend(kinds.iter().map(|kind| format!("{noun}.{}", snake(kind))));
    }
    wanted
}

#[test]
fn every_event_refusal_and_phase_occurs() {
    // What the core never gives by itself: the loop around it writes or refuses these.
    let elsewhere = BTreeSet::from([
        "NoRecord", // refused by the loop when an append fails
    ]);
    let mut wanted = kinds();
    let refusals = variants(include_str!("../src/domain/command.rs"), "Refusal");
    let phase = include_str!("../src/domain/phase.rs");
    wanted.extend(refusals);
    wanted.extend(variants(phase, "Phase").iter().map(|name| snake(name)));
    wanted.extend(
        variants(phase, "End")
            .iter()
            .map(|name| format!("ended.{}", snake(name))),
    );
    wanted.remove("ended");

    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (_, story) in stories() {
        let (actual, drive) = story.play();
        seen.extend(
            drive
                .journal
                .iter()
                .map(|stamped| stamped.event.encode().unwrap().0),
        );
        for actual in actual {
            seen.insert(actual.phase);
            seen.extend(actual.refused.map(|(name, _)| name));
        }
    }
    let left: Vec<&String> = wanted
        .iter()
        .filter(|name| !seen.contains(*name) && !elsewhere.contains(name.as_str()))
        .collect();
    assert!(left.is_empty(), "in no story: {left:?}");
    assert!(
        elsewhere
            .iter()
            .all(|name| wanted.contains(*name) && !seen.contains(*name))
    );
}

#[test]
fn a_rollback_that_was_given_up_is_asked_after_until_its_run_ends() {
    let all = stories();
    let (_, whole) = all
        .into_iter()
        .find(|(name, _)| name == "rollback_ends_late")
        .unwrap();
    let needs_after = |steps: usize| {
        let mut story = whole.clone();
        story.steps.truncate(steps);
        Needs::of(&story.play().1.release)
    };
    let given_up = needs_after(4);
    let known = Some(Lookup::Known(RunId(9100)));
    assert_eq!(given_up.rollback_run, known, "the run is known and works");
    assert!(given_up.run_every <= SignedDuration::from_secs(30));
    assert_eq!(needs_after(5).rollback_run, None, "it is at its end");
}

#[test]
fn whoever_an_act_was_asked_of_answers_it_on_record() {
    let story = |wanted: &str| stories().into_iter().find(|(name, _)| name == wanted);
    for (name, kind, by) in [
        ("flag_killed", "flag.answered", Feed::Flags),
        ("regression", "rollback.answered", Feed::Github),
    ] {
        let journal = story(name).unwrap().1.play().1.journal;
        let answers = journal
            .iter()
            .filter(|one| one.event.encode().unwrap().0 == kind);
        let actors: Vec<_> = answers.map(|one| one.stamp.actor.clone()).collect();
        assert!(!actors.is_empty(), "{name}");
        assert!(
            actors.iter().all(|actor| *actor == Actor::Feed(by)),
            "{actors:?}"
        );
    }
}

#[test]
fn the_look_that_tells_the_end_of_a_rollback_s_run_ends_the_rollback() {
    let all = stories();
    let (_, whole) = all
        .into_iter()
        .find(|(name, _)| name == "rollback_ends_late")
        .unwrap();
    // Between two looks the time may be up: while its run works, and once it is given up.
    for steps in [3, 4] {
        let mut story = whole.clone();
        story.steps.truncate(steps);
        let drive = story.play().1;
        let at = drive.release.newest();
        let see = whole.steps[4].see.as_ref().unwrap();
        let events = observe(&drive.release, &see.observation(&drive, at), at);
        let last = events.last();
        let ends = matches!(last, Some(Event::Rollback(RollbackEvent::Finished { .. })));
        assert!(ends, "{events:?}");
    }
}
