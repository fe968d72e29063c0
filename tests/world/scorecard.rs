//! `cockpit scorecard` on a served world with half a year behind it: read once, then only news; corrupt, offline, twice.

use std::process::Output;

use cockpit::{adapters::clock::WallClock, ports::Clock as _, simulator::Scenario};
use serde_json::Value;

use crate::place::{Place, TOKEN, program};

fn asked(place: &Place, more: &[&str]) -> Output {
    program(&place.state)
        .args(["scorecard", "--since", "200d", "--state-dir", "kept"])
        .args(more)
        .env("GITHUB_API_URL", format!("{}/api/v3", place.base))
        .env("GH_TOKEN", TOKEN)
        .env("COCKPIT_REPO", "acme/storefront")
        .output()
        .unwrap()
}

#[track_caller]
fn told(output: &Output) -> (Value, String) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let mut card: Value = serde_json::from_slice(&output.stdout).unwrap();
    // What differs from one look to the next.
    for key in ["since", "until"] {
        card[key] = Value::Null;
    }
    card["frequency"]["days"] = Value::Null;
    card["frequency"]["per_week"] = Value::Null;
    card["sources"][0]["read"] = Value::Null;
    (card, said)
}

#[test]
fn half_a_year_is_read_once_and_then_only_news() {
    let place = Place::since(Scenario::Months, 11, 1.0, WallClock.now());
    let (first, said) = told(&asked(&place, &["--json"]));
    assert_eq!(said, "");
    let deploys = first["frequency"]["deploys"].as_u64().unwrap();
    assert!((110..=130).contains(&deploys), "{first}");
    assert!(
        first["rollbacks"]["rate"]["of"].as_u64().unwrap() >= 5,
        "{first}"
    );
    assert!(
        first["frequency"]["failed"].as_u64().unwrap() >= 3,
        "{first}"
    );
    assert_eq!(first["sources"][0]["whole"], true);
    let parts = &first["lead"]["parts_s"];
    for part in ["build", "queue", "human", "bake"] {
        assert!(parts[part].as_f64().unwrap() > 1.0, "{part}: {parts}");
    }
    let read = place.world.requests().len();
    assert!(read > 250, "{read}: statuses and jobs of each");

    let (second, _) = told(&asked(&place, &["--json"]));
    assert_eq!(second, first);
    let news = &place.world.requests()[read..];
    assert!(news.len() < 20, "{}", news.len());
    let unchanged = news.iter().filter(|one| one.status == 304).count();
    assert_eq!(unchanged, 1, "the list of deployments is as it was");

    let before = place.world.requests().len();
    let (offline, _) = told(&asked(&place, &["--json", "--offline"]));
    assert_eq!(offline, first);
    assert_eq!(place.world.requests().len(), before, "asked nobody");
    let twice = [
        "--json",
        "--offline",
        "--repo",
        "acme/storefront",
        "--repo",
        "Acme/Storefront",
    ];
    let (both, _) = told(&asked(&place, &twice));
    assert_eq!(both["frequency"]["deploys"], first["frequency"]["deploys"]);

    let folder = place.state.path().join("kept");
    let host = place.base.trim_start_matches("http://").replace(':', "+");
    let folder = folder.join(host).join("acme/storefront");
    let kept = std::fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = std::fs::read(&kept).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&kept, bytes).unwrap();
    let (mended, said) = told(&asked(&place, &["--json"]));
    assert!(
        said.contains("cut or changed") && said.contains("read anew"),
        "{said}"
    );
    assert_eq!(mended, first);
    assert!(!std::fs::read_to_string(&kept).unwrap().contains(TOKEN));
    assert_eq!(place.world.violations(), [""; 0]);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let place = Place::of(Scenario::Healthy, 11, 1.0);
    for (more, words, code) in [
        (&["--since", "ever"][..], "no time to look back", 2),
        (
            &["--offline"],
            "nothing was read of acme/storefront before",
            1,
        ),
        (&["--json", "--md"], "cannot be used with", 2),
    ] {
        let output = asked(&place, more);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // `--since` stands twice in the first of them, which clap refuses too.
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(
            said.contains(words) || said.contains("--since"),
            "{words}: {said}"
        );
    }
    let output = program(&place.state)
        .args(["status", "--repo", "a/b", "--repo", "c/d"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}
