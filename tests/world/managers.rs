//! Two managers on two machines: two processes with two state folders on one world. One drives, the other is told; when
//! both roll back at once, one dispatch goes out.

use std::path::{Path, PathBuf};

use cockpit::simulator::Scenario;
use jiff::SignedDuration;
use tempfile::TempDir;

use crate::place::{Aloft, Place, events, of_kind, program};

/// Carol's machine beside ana's: a process with a state folder of its own.
struct Second {
    home: TempDir,
    aloft: Aloft,
}

impl Second {
    fn start(place: &Place, login: &str) -> Self {
        let home = TempDir::new().unwrap();
        let mut command = program(&home);
        command
            .args(["demo", "--join", &place.base, "--headless", "--json"])
            .args(["--autopilot", "--as", login, "--state"])
            .arg(home.path())
            .env("HOSTNAME", "carols-laptop");
        let aloft = place.start(command);
        Self { home, aloft }
    }

    fn journal(&self, place: &Place) -> Vec<u8> {
        let below: PathBuf = place
            .folder()
            .strip_prefix(place.state.path())
            .unwrap()
            .into();
        let path: &Path = self.home.path();
        std::fs::read(path.join(below).join("journal.jsonl")).unwrap_or_default()
    }
}

fn has(journal: &[u8], kind: &str) -> bool {
    String::from_utf8_lossy(journal).contains(&format!("\"{kind}\""))
}

#[test]
fn one_drives_the_other_is_told_and_of_two_rollbacks_one_goes_out() {
    let place = Place::of(Scenario::TwoManagers, 3, 120.0);
    let first = place.start(place.piloted());
    place.wait_until("claimed the seat", |place| {
        has(&place.journal(), "record.seat_claimed")
    });
    // The claim of whoever closed the laptop had run out: taken over, on record.
    let told = events(&place.journal());
    let claimed = of_kind(&told, "record.seat_claimed");
    assert!(
        claimed[0].to_string().contains("dees-laptop"),
        "{claimed:?}"
    );

    let second = Second::start(&place, "carol");
    place.wait_until("told carol", |place| {
        has(&second.journal(place), "record.driven_elsewhere")
    });
    assert!(second.journal(&place).len() < 200_000);
    // Both see the alert; carol takes the seat, and whoever sits there presses: as a rule both, before either is told.
    let asked = "rollback.requested";
    place.wait_until("asked for, with carol in the seat", |place| {
        let hers = second.journal(place);
        has(&hers, "record.seat_taken") && (has(&hers, asked) || has(&place.journal(), asked))
    });
    place.wait_until("sent", |place| place.dispatches("rollback.yml") > 0);
    let end = place.now() + SignedDuration::from_mins(3);
    place.wait_until("three minutes on", |place| place.now() > end);
    assert_eq!(place.dispatches("rollback.yml"), 1, "exactly one");
    assert_eq!(place.approvals(), 1);
    let journals = [place.journal(), second.journal(&place)];
    if journals.iter().all(|journal| has(journal, asked)) {
        place.wait_until("told who was first", |place| {
            [place.journal(), second.journal(place)]
                .iter()
                .any(|journal| {
                    String::from_utf8_lossy(journal).contains("claimed the rollback of production")
                })
        });
    }
    let taken = events(&second.journal(&place));
    assert_eq!(of_kind(&taken, "record.seat_taken").len(), 1);
    assert!(first.kill() || !place.journal().is_empty());
    drop(second.aloft);
}
