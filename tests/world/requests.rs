//! What cockpit sends: as GitHub describes it, few while nothing happens, and never a secret where none belongs.

use std::path::Path;

use cockpit::simulator::{RequestEntry, Scenario};
use jiff::SignedDuration;
use rstest::rstest;

use crate::{
    description::Description,
    place::{Flown, Place, TOKEN},
};

#[rstest]
#[case(Scenario::Regression)]
#[case(Scenario::RollbackRaces)]
#[case(Scenario::DispatchGate)]
#[case(Scenario::Canary)]
#[case(Scenario::FlakyNetwork)]
fn every_request_is_as_github_describes_it(#[case] scenario: Scenario) {
    let place = Place::of(scenario, 5, 250.0);
    let flown = place.fly();
    place.assert_sound(&flown);
    let judge = Description::load();
    let requests = place.world.requests();
    assert!(requests.len() > 60, "{}", requests.len());
    let mut wrong: Vec<String> = requests
        .iter()
        .flat_map(|request| judge.request(&serde_json::to_value(request).unwrap()))
        .collect();
    wrong.sort();
    wrong.dedup();
    assert_eq!(wrong, [""; 0]);
    let unpinned = requests
        .iter()
        .filter(|request| request.path.starts_with("/api/") && request.api_version.is_none());
    assert_eq!(unpinned.count(), 0, "the API's version is always pinned");
}

#[test]
fn waiting_costs_eight_requests_a_minute_and_what_did_not_change_is_free() {
    let place = Place::of(Scenario::Healthy, 5, 120.0);
    let flight = place.start(place.unpiloted());
    place.wait_until("read the evidence", |place| {
        let journal = String::from_utf8_lossy(&place.journal()).into_owned();
        journal.contains("approval.waiting") && journal.matches("evidence.read").count() >= 3
    });
    // By then everything was asked once, what is asked every ten minutes too.
    let settled = place.now() + SignedDuration::from_mins(12);
    let end = settled + SignedDuration::from_mins(10);
    place.wait_until("ten minutes on", |place| place.now() > end);
    assert!(flight.kill(), "it waits on");
    let requests = place.world.requests();
    let github: Vec<&RequestEntry> = requests
        .iter()
        .filter(|request| request.at >= settled && request.at < end)
        .filter(|request| request.path.starts_with("/api/"))
        .collect();
    assert!(github.len() >= 20, "it does look: {}", github.len());
    let paths: Vec<_> = github.iter().map(|r| (r.at, &r.path)).collect();
    assert!(
        github.len() <= 80,
        "{} in ten minutes: {paths:#?}",
        github.len()
    );
    let paid: Vec<String> = github
        .iter()
        .filter(|request| request.status != 304)
        .map(|request| format!("{} {}", request.status, request.path))
        .collect();
    // What changed by itself meanwhile is paid once, never again.
    let mut once = paid.clone();
    once.sort();
    once.dedup();
    assert!(paid.len() <= 4 && once.len() == paid.len(), "{paid:#?}");
    assert!(place.world.acts().is_empty(), "nobody answered");
}

#[test]
fn the_token_stands_nowhere() {
    let place = Place::of(Scenario::FlakyNetwork, 5, 330.0);
    let mut command = place.piloted();
    command.env("COCKPIT_LOG", "trace");
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    place.assert_sound(&Flown::of(&output));
    assert!(!told.contains(TOKEN) && !printed.contains(TOKEN));
    let mut read = 0;
    let mut folders = vec![place.state.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert!(!holds(&path, TOKEN), "{} holds the token", path.display());
                read += 1;
            }
        }
    }
    assert!(read >= 4, "journal, lock, log and blobs: {read}");
}

fn holds(path: &Path, what: &str) -> bool {
    let bytes = std::fs::read(path).unwrap();
    bytes
        .windows(what.len())
        .any(|part| part == what.as_bytes())
}
