//! `cockpit attend`: many releases in one process, letters, seats, signals, kills; what is asked of GitHub meanwhile. Clicks are
//! clicks.rs.
//!
//! A short soak by default; `COCKPIT_LONG=1` takes a hundred releases through simulated days of a bad network.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use cockpit::{
    adapters::store::Inbox,
    domain::record::Reader,
    simulator::{Ask, Scenario},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    dice::Dice,
    place::{Aloft, Place, events, of_kind, program},
};

const SIGNOFFS: &str = r#"
[approval.signoffs]
security = { quorum = 2, people = ["dora", "emma"] }
change = { people = ["finn"] }
[people]
dora = { github = "dora-acme" }
emma = { github = "emma-acme" }
finn = { github = "finn-acme" }
"#;

/// The roles, and who signs for each.
const SIGNERS: [(&str, &str); 3] = [
    ("security", "dora-acme"),
    ("security", "emma-acme"),
    ("change", "finn-acme"),
];

/// `attend` on this world.
pub(crate) fn attend(place: &Place, more: &[&str]) -> Command {
    let mut command = program(&place.state);
    command
        .args(["attend", "--join", &place.base, "--json", "--state-dir"])
        .arg(place.state.path())
        .args(more);
    command
}

/// The world's own rules with more besides.
pub(crate) fn rules(place: &Place, more: &str) -> PathBuf {
    let host = place.base.trim_start_matches("http://").to_owned();
    let reply = place.world.answer(&Ask {
        method: "GET".to_owned(),
        path: "/_world/cockpit.toml".to_owned(),
        headers: BTreeMap::from([("host".to_owned(), host)]),
        ..Ask::default()
    });
    let text = String::from_utf8(reply.body).unwrap() + more;
    let file = place.state.path().join("rules.toml");
    fs::write(&file, text).unwrap();
    file
}

/// The folders of all releases.
pub(crate) fn folders(place: &Place) -> Vec<PathBuf> {
    let above = place.folder();
    let listed = fs::read_dir(above.parent().unwrap());
    let mut found: Vec<PathBuf> = listed
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|folder| folder.join("journal.jsonl").is_file())
        .collect();
    found.sort();
    found
}

pub(crate) fn journal(folder: &Path) -> Vec<Value> {
    let bytes = fs::read(folder.join("journal.jsonl")).unwrap();
    let end = Reader::new(&bytes).verify().unwrap();
    events(&bytes[..end.whole])
}

pub(crate) fn printed(place: &Place) -> Vec<Value> {
    let text = fs::read_to_string(place.state.path().join("printed")).unwrap_or_default();
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// SIGTERM; the exit code, and how long it took.
pub(crate) fn end(mut aloft: Aloft) -> (Option<i32>, Duration) {
    let process = rustix::process::Pid::from_child(&aloft.0);
    let clock = cockpit::adapters::clock::Stopwatch::start();
    rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    let code = aloft.0.wait().unwrap().code();
    (code, clock.elapsed().unsigned_abs())
}

/// The exit code of what ends by itself.
pub(crate) fn ended(mut aloft: Aloft) -> Option<i32> {
    aloft.0.wait().unwrap().code()
}

fn sign(folder: &Path, role: &str, by: &str) -> String {
    let letter = json!({ "by": by, "wish": { "sign_off": { "role": role, "note": null } } });
    let inbox = Inbox::new(folder);
    inbox.leave(Timestamp::UNIX_EPOCH, &letter).unwrap()
}

/// Whether it is known whose change it is: before that nobody may sign.
pub(crate) fn may_be_signed(folder: &Path) -> bool {
    let all = journal(folder);
    let has = |kind: &str| !of_kind(&all, kind).is_empty();
    has("evidence.candidate_seen") && has("evidence.compared")
}

fn signed(folder: &Path) -> usize {
    of_kind(&journal(folder), "approval.signed_off").len()
}

#[test]
fn several_releases_are_attended_at_once_and_their_journals_outlive_the_process() {
    let place = Place::crowded(Scenario::Healthy, 21, 60.0, 4);
    let file = rules(&place, SIGNOFFS);
    let config = ["--all", "--config", file.to_str().unwrap()];
    let first = place.start(attend(&place, &config));
    place.wait_until("four opened", |place| {
        let all = folders(place);
        all.len() >= 4 && all.iter().all(|folder| may_be_signed(folder))
    });
    let all = folders(&place);
    let letters: Vec<(PathBuf, String)> = all
        .iter()
        .map(|folder| (folder.clone(), sign(folder, "change", "finn-acme")))
        .collect();
    place.wait_until("all signed", |_| {
        all.iter().all(|folder| signed(folder) == 1)
    });
    let (code, took) = end(first);
    assert_eq!(code, Some(0), "{:?}", printed(&place).last());
    assert!(took < Duration::from_secs(2), "{took:?}");
    for (folder, letter) in &letters {
        let answer = Inbox::new(folder).take_answer(letter).unwrap();
        let told: Value = serde_json::from_slice(&answer.unwrap()).unwrap();
        assert!(told["refused"].is_null(), "{told}");
    }
    assert!(place.world.acts().is_empty(), "it approves nothing");
    let again = place.start(attend(&place, &config));
    place.wait_until("resumed", |_| {
        all.iter()
            .all(|folder| of_kind(&journal(folder), "record.resumed").len() == 1)
    });
    let (code, _) = end(again);
    assert_eq!(code, Some(0));
    for folder in &all {
        assert_eq!(signed(folder), 1, "not counted again");
    }
    assert_eq!(place.world.violations(), [""; 0]);
}

#[test]
fn who_takes_the_seat_gets_the_release_with_its_journal_and_it_is_taken_up_again_later() {
    let place = Place::crowded(Scenario::Healthy, 22, 60.0, 1);
    let aloft = place.start(attend(&place, &["--all"]));
    place.wait_until("opened", |place| !folders(place).is_empty());
    let folder = folders(&place).remove(0);
    let inbox = Inbox::new(&folder);
    let letter = json!({ "by": "dora-acme", "wish": "take_seat" });
    inbox.leave(Timestamp::UNIX_EPOCH, &letter).unwrap();
    let says = |words: &str| {
        let words = words.to_owned();
        move |place: &Place| {
            printed(place)
                .iter()
                .any(|line| line["text"].as_str().unwrap_or_default().contains(&words))
        }
    };
    place.wait_until("relieved", says("drives from now on"));
    place.wait_until("taken up again", |_| {
        let all = journal(&folder);
        of_kind(&all, "record.seat_taken").len() == 1 && of_kind(&all, "record.resumed").len() == 1
    });
    place.wait_until("said", says("it is attended again"));
    let (code, _) = end(aloft);
    assert_eq!(code, Some(0));
}

#[test]
fn what_another_machine_let_go_of_is_attended_again() {
    let place = Place::crowded(Scenario::Healthy, 29, 60.0, 0);
    let elsewhere = tempfile::tempdir().unwrap();
    let run = place.world.run_id().to_string();
    let mut command = program(&elsewhere);
    command
        .args(["attend", &run, "--join", &place.base, "--state-dir"])
        .arg(elsewhere.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let other = Aloft(command.spawn().unwrap());
    place.wait_until("the seat is claimed", |place| {
        let all = place.world.requests();
        all.iter()
            .any(|one| one.method == "POST" && one.path.ends_with("/git/refs"))
    });
    let aloft = place.start(attend(&place, &["--all"]));
    let has = |kind: &'static str| {
        move |place: &Place| {
            let folders = folders(place);
            folders
                .iter()
                .any(|folder| !of_kind(&journal(folder), kind).is_empty())
        }
    };
    place.wait_until("it watches", has("record.driven_elsewhere"));
    let (code, _) = end(other);
    assert_eq!(code, Some(3));
    // Given up at once, or run out where that took too long.
    place.wait_until("it drives", has("record.seat_claimed"));
    let (code, _) = end(aloft);
    assert_eq!(code, Some(0));
}

#[test]
fn one_release_is_attended_to_its_end_and_its_documents_are_written() {
    let place = Place::of(Scenario::ApprovedElsewhere, 23, 200.0);
    let run = place.world.run_id().to_string();
    let output = attend(&place, &[&run, "--output", "docs"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    let last: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert_eq!(last["outcome"], "DEPLOYMENT_COMPLETE", "{last}");
    let docs = place.state.path().join("docs").join(&run);
    assert!(
        docs.join("post-deployment-verification.md").is_file(),
        "{docs:?}"
    );
    assert_eq!(place.approvals(), 0, "another approved it");
}

#[test]
fn the_time_that_was_given_ends_it_and_says_that_a_person_is_needed() {
    let place = Place::of(Scenario::Healthy, 24, 150.0);
    let run = place.world.run_id().to_string();
    let output = attend(&place, &[&run, "--for", "5m"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let wrong = attend(&place, &[&run, "--for", "soon"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    let both = attend(&place, &[&run, "--all"]).output().unwrap();
    assert_eq!(both.status.code(), Some(2));
}

/// Its standard output is a pipe that nobody empties: the first line that it prints never returns.
#[test]
fn it_ends_in_time_although_nobody_reads_what_it_prints() {
    let place = Place::crowded(Scenario::Healthy, 28, 60.0, 1);
    let (reader, mut writer) = std::io::pipe().unwrap();
    let printed = writer.try_clone().unwrap();
    // Blocks where the pipe is smaller than usual, which is as full.
    let filling = std::thread::spawn(move || {
        let _ = std::io::Write::write_all(&mut writer, &vec![b'x'; 65_536]);
    });
    let mut command = attend(&place, &["--all"]);
    let child = command.stdout(printed).stderr(std::process::Stdio::null());
    let aloft = Aloft(child.spawn().unwrap());
    place.wait_until("the rules are read", |place| {
        !place.world.requests().is_empty()
    });
    let (code, took) = end(aloft);
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(2), "{took:?}");
    drop(reader);
    drop(command);
    filling.join().unwrap();
}

#[test]
fn a_repository_is_polled_as_one_and_not_for_each_of_its_releases() {
    const MORE: usize = 15;
    let place = Place::crowded(Scenario::Healthy, 25, 120.0, MORE);
    let begun = place.now();
    let aloft = place.start(attend(&place, &["--all"]));
    place.wait_until("all opened", |place| folders(place).len() == MORE + 1);
    let opened = place.now();
    let later = opened + SignedDuration::from_mins(15);
    place.wait_until("a while later", |place| place.now() >= later);
    let until = place.now();
    let (code, _) = end(aloft);
    assert_eq!(code, Some(0));
    let requests = place.world.requests();
    let asked = |from: Timestamp, path: &str| {
        let within = requests
            .iter()
            .filter(|one| (from..until).contains(&one.at));
        within.filter(|one| one.path.contains(path)).count()
    };
    let minutes = usize::try_from(until.duration_since(opened).as_mins()).unwrap() + 1;
    let whole = usize::try_from(until.duration_since(begun).as_mins()).unwrap() + 1;
    // Two lists each half minute, whatever waits.
    let lists = asked(opened, "/actions/workflows/deploy.yml/runs");
    assert!(
        lists <= 5 * minutes + 10,
        "{lists} lists in {minutes} minutes"
    );
    let metrics = asked(
        begun,
        "/service/GraniteServiceVersion20100801/operation/GetMetricData",
    );
    // Each release's own hour before and two earlier days once, then all of them together.
    assert!(
        metrics <= 3 * (MORE + 1) + 2 * whole + 8,
        "{metrics} calls in {whole} minutes"
    );
    // Claims: a look each minute for all of them, none of which reads again what this process wrote.
    let looks = asked(opened, "/git/matching-refs/");
    assert!(looks <= minutes + 5, "{looks} looks in {minutes} minutes");
    let read = requests.iter().filter(|one| one.method == "GET");
    let commits = read.filter(|one| one.path.contains("/git/commits/"));
    assert_eq!(commits.count(), 0);
    let github = asked(begun, "/api/v3/");
    println!(
        "{github} requests for {} releases in {whole} minutes",
        MORE + 1
    );
    assert!(github <= (MORE + 1) * 60 + whole * 30, "{github}");
}

/// A bad network, SIGKILL at any moment, sign-offs before, during and after: each counts once, none is lost.
fn soaked(more: usize, kills: usize, seed: u64, speed: f64) {
    let place = Place::crowded(Scenario::FlakyNetwork, seed, speed, more);
    let file = rules(&place, SIGNOFFS);
    let config = ["--all", "--config", file.to_str().unwrap()];
    let mut dice = Dice::of(seed);
    let mut left: Vec<(PathBuf, &str, &str)> = Vec::new();
    let mut begun: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for _ in 0..kills {
        let aloft = place.start(attend(&place, &config));
        place.wait_until("something can be signed", |place| {
            folders(place).iter().any(|folder| may_be_signed(folder))
        });
        let pause = Duration::from_millis(100 + dice.roll(300));
        std::thread::sleep(pause);
        for folder in folders(&place) {
            if !may_be_signed(&folder) {
                continue;
            }
            let next = begun.entry(folder.clone()).or_default();
            if let Some((role, by)) = SIGNERS.get(*next) {
                sign(&folder, role, by);
                // Twice: a letter that was sent again counts once.
                sign(&folder, role, by);
                left.push((folder, role, by));
                *next += 1;
            }
        }
        std::thread::sleep(Duration::from_millis(dice.roll(120)));
        assert!(aloft.kill(), "it attended on");
    }
    let aloft = place.start(attend(&place, &config));
    place.wait_until("it attends", |place| !printed(place).is_empty());
    let counted = |folder: &Path, role: &str, by: &str| {
        let all = journal(folder);
        let by = format!("@{by}");
        let signed = of_kind(&all, "approval.signed_off").into_iter();
        signed
            .filter(|event| {
                event["payload"]["signed_off"]["role"] == *role && event["actor"] == by.as_str()
            })
            .count()
    };
    place.wait_until("all counted", |_| {
        left.iter()
            .all(|(folder, role, by)| counted(folder, role, by) > 0)
    });
    let (code, took) = end(aloft);
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(2), "{took:?}");
    for (folder, role, by) in &left {
        let count = counted(folder, role, by);
        if count != 1 {
            let text = fs::read_to_string(folder.join("journal.jsonl")).unwrap();
            let told = text
                .lines()
                .filter(|line| line.contains("signed_off") || line.contains("letter"));
            let told: Vec<&str> = told.collect();
            panic!(
                "{role} by {by} counted {count} times in {}: {told:#?}",
                folder.display()
            );
        }
    }
    assert!(place.world.acts().is_empty(), "it approves nothing");
    assert!(
        left.len() >= 3,
        "of {} sign-offs nothing follows",
        left.len()
    );
    println!(
        "{} sign-offs over {} releases and {kills} kills",
        left.len(),
        begun.len()
    );
}

#[test]
fn no_sign_off_is_lost_and_none_counts_twice() {
    if std::env::var_os("COCKPIT_LONG").is_some() {
        soaked(100, 40, 31, 600.0);
    } else {
        soaked(3, 3, 31, 120.0);
    }
}
