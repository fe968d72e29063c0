//! Who sits where: a second cockpit on one release, a world in another process, a release that has ended.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use cockpit::{
    adapters::store::{Inbox, journals},
    simulator::Scenario,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::place::{Aloft, Flown, Place, events, of_kind, program};

#[test]
fn a_second_cockpit_is_told_who_drives_and_changes_nothing() {
    let place = Place::of(Scenario::Healthy, 4, 150.0);
    let first = place.start(place.unpiloted());
    place.wait_until("driven", |place| !place.journal().is_empty());
    let second = place.piloted().output().unwrap();
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1), "{told}");
    let process = format!("process {}", first.0.id());
    assert!(told.contains("@ana") && told.contains(&process), "{told}");
    assert!(place.world.acts().is_empty());
    assert!(first.kill(), "the first one goes on");
    let flown = place.fly();
    place.assert_sound(&flown);
    let events = events(&place.journal());
    assert_eq!(of_kind(&events, "record.resumed").len(), 1);
}

#[test]
fn a_release_that_has_ended_is_opened_and_left_alone() {
    let place = Place::of(Scenario::Healthy, 4, 200.0);
    place.assert_sound(&place.fly());
    let requests = place.world.requests().len();
    let again = place.fly();
    place.assert_sound(&again);
    assert_eq!(again.last["phase"]["ended"], "complete");
    let posts = place.world.requests()[requests..]
        .iter()
        .filter(|request| request.method == "POST" && request.path.starts_with("/api/"))
        .count();
    assert_eq!(posts, 0);
}

/// `demo --serve` in a process of its own.
fn served(home: &TempDir, scenario: &str) -> (Aloft, String) {
    let mut child = program(home)
        .args(["demo", scenario, "--serve", "--port", "0", "--seed", "11"])
        .args(["--speed", "600"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let aloft = Aloft(child);
    let base = lines
        .map_while(Result::ok)
        .find_map(|line| {
            let rest = line.strip_prefix("world ")?.trim().to_owned();
            rest.strip_suffix("/_world").map(str::to_owned)
        })
        .unwrap();
    (aloft, base)
}

/// What a slow machine adds or leaves out by itself: an answer that came late, a decision that it made void, a minute that
/// stood out before the next one was there.
const BY_PACE: [&str; 6] = [
    "approval.locked",
    "judge.anomaly_cleared",
    "judge.anomaly_seen",
    "judge.blip_seen",
    "record.feed_back",
    "record.feed_silent",
];

/// The kinds of events, each once, but for those that hang on the machine's pace.
fn kinds(events: &[Value]) -> std::collections::BTreeSet<String> {
    let kind = |event: &Value| event["kind"].as_str().unwrap().to_owned();
    let mut kinds: std::collections::BTreeSet<String> = events.iter().map(kind).collect();
    kinds.retain(|kind| !BY_PACE.contains(&kind.as_str()));
    kinds
}

/// Plain `cockpit` needs a terminal; `--join` is the same launch without one.
#[test]
fn a_served_world_and_one_within_give_the_same_kinds_of_events() {
    let home = TempDir::new().unwrap();
    let (world, base) = served(&home, "regression");
    let joined = program(&home)
        .args(["demo", "--join", &base, "--headless", "--autopilot"])
        .args(["--json", "--state"])
        .arg(home.path().join("joined"))
        .output()
        .unwrap();
    drop(world);
    let within = program(&home)
        .args(["demo", "regression", "--headless", "--autopilot", "--json"])
        .args(["--seed", "11", "--speed", "600", "--state-dir"])
        .arg(home.path().join("within"))
        .output()
        .unwrap();
    let (joined, within) = (Flown::of(&joined), Flown::of(&within));
    assert_eq!((joined.code, within.code), (Some(0), Some(0)));
    assert_eq!(joined.last["outcome"], within.last["outcome"]);
    assert_eq!(joined.last["phase"], within.last["phase"]);
    assert_eq!(kinds(&joined.events()), kinds(&within.events()));
    // Either flag says where the journal lies, and it stays there.
    for state in ["joined", "within"] {
        assert_eq!(journals(&home.path().join(state)).len(), 1, "{state}");
    }
}

#[test]
fn only_a_world_on_this_machine_is_joined() {
    let home = TempDir::new().unwrap();
    for far in ["http://192.0.2.7:80", "https://api.github.com", "nonsense"] {
        let output = program(&home)
            .args(["demo", "--join", far, "--headless", "--autopilot"])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{far}: {told}");
        assert!(told.contains("--serve"), "{told}");
    }
}

/// Whoever does not drive leaves letters: a note is taken in their name, a hold without a countdown is refused with why.
#[test]
fn letters_of_other_cockpits_are_done_or_refused() {
    let place = Place::of(Scenario::Healthy, 11, 60.0);
    let flight = place.start(place.unpiloted());
    place.wait_until("opened the release", |place| !place.journal().is_empty());
    let inbox = Inbox::new(&place.folder());
    let now = jiff::Timestamp::UNIX_EPOCH;
    let leave = |letter: Value| inbox.leave(now, &letter).unwrap();
    let note = leave(json!({ "by": "bob", "wish": { "note": "watching from home" } }));
    let hold = leave(json!({ "by": "bob", "wish": "hold" }));
    let wrong = leave(json!({ "by": "bob", "wish": "roll_back" }));
    let answers = std::cell::RefCell::new(std::collections::BTreeMap::new());
    place.wait_until("answered", |_| {
        for name in [&note, &hold, &wrong] {
            if let Some(bytes) = inbox.take_answer(name).unwrap() {
                let told: Value = serde_json::from_slice(&bytes).unwrap();
                answers
                    .borrow_mut()
                    .insert(name.clone(), told["refused"].clone());
            }
        }
        answers.borrow().len() == 3
    });
    assert!(flight.kill(), "it flew on");
    let answers = answers.into_inner();
    assert!(answers[&note].is_null(), "{answers:?}");
    assert_eq!(answers[&hold], "no countdown runs");
    assert!(answers[&wrong].as_str().unwrap().contains("cannot read"));
    let events = events(&place.journal());
    let noted = of_kind(&events, "record.noted");
    assert_eq!(noted.len(), 1, "once");
    assert_eq!(noted[0]["actor"], "@bob");
    assert!(of_kind(&events, "rollback.countdown_held").is_empty());
}
