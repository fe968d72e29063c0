//! `cockpit backtest --metrics` on the history of a served world: what would have fired, and what a changed limit flips.

use std::process::Output;

use cockpit::{adapters::clock::WallClock, domain::later, ports::Clock as _, simulator::Scenario};
use jiff::SignedDuration;
use serde_json::Value;

use crate::place::{Place, of_kind, program};

const RULES: &str = r#"service = "storefront"
metrics = [
  { preset = "alb", load_balancer = "app/prod/50dc6c49", target_group = "targetgroup/web/73e2d6bc" },
  { preset = "ecs", cluster = "prod", service = "web" } ]
[github]
repository = "acme/storefront"
workflow = "deploy.yml"
environment = "production"
job = "deploy"
[[aws]]
region = "eu-central-1"
[hypercare]
gates = ["error_rate < 1%", "latency_p99 < baseline * 1.25"]
triggers = ["error_rate > 2% for 3m"]
"#;

fn asked(place: &Place, arguments: &[&str]) -> Output {
    let home = place.state.path();
    std::fs::write(home.join("past.toml"), RULES).unwrap();
    program(&place.state)
        .args(["backtest", "--metrics", "--config", "past.toml"])
        .args(arguments)
        .env("AWS_ENDPOINT_URL", &place.base)
        .env("AWS_ACCESS_KEY_ID", "simulated")
        .env("AWS_SECRET_ACCESS_KEY", "simulated")
        .output()
        .unwrap()
}

fn judged(place: &Place, arguments: &[&str]) -> Value {
    let output = asked(place, arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_past_regression_fires_again_and_a_changed_limit_flips_what_it_should() {
    let yesterday = later(WallClock.now(), SignedDuration::from_hours(-24));
    let place = Place::since(Scenario::Regression, 11, 330.0, yesterday);
    let flown = place.fly();
    place.assert_sound(&flown);
    let events = flown.events();
    let deployed = &of_kind(&events, "rollout.production_deployed")[0]["payload"];
    let bad = deployed["production_deployed"]["at"].as_str().unwrap();
    let calm = later(yesterday, SignedDuration::from_hours(-3)).to_string();
    let deploys = ["--json", "--deploy-at", bad, "--deploy-at", &calm];

    let plain = judged(&place, &deploys);
    let (fired, quiet) = (&plain["deploys"][0], &plain["deploys"][1]);
    assert_eq!(fired["end"], "a trigger fires", "{fired}");
    assert_eq!(quiet["end"], "completes", "{quiet}");
    assert_eq!(quiet["recommendation"], "stable", "{quiet}");
    let kinds: Vec<&str> = fired["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    assert!(kinds.contains(&"judge.trigger_fired"), "{kinds:?}");

    let stricter = [&deploys[..], &["--set", "error_rate < 0.05%"]].concat();
    let set = judged(&place, &stricter);
    assert_eq!(
        set["set"][0],
        "`error_rate < 0.05%` in place of `error_rate < 1%`"
    );
    assert_eq!(set["deploys"][1]["set"]["end"], "a gate fails", "{set}");
    assert_eq!(set["deploys"][1]["flips"], true);
    assert_eq!(set["deploys"][0]["flips"], false, "it fires all the same");

    // The journal of that flight is what a checkpoint is made from.
    let checkpoint = program(&place.state)
        .args(["recalibrate", "--json", "--state-dir"])
        .arg(place.state.path())
        .output()
        .unwrap();
    let checkpoint: Value = serde_json::from_slice(&checkpoint.stdout).unwrap();
    let service = &checkpoint["services"][0];
    assert_eq!(service["releases"]["bad"], 1, "{checkpoint}");
    let trigger = &service["thresholds"].as_array().unwrap().iter();
    let trigger = trigger
        .clone()
        .find(|one| one["kind"] == "trigger")
        .unwrap();
    assert_eq!(trigger["score"]["right"], 1, "{trigger}");

    let text = asked(&place, &[&stricter[1..]].concat());
    let text = String::from_utf8(text.stdout).unwrap();
    for words in [
        "trigger fired",
        "FLIPS to: a gate fails",
        "1 of 2 would flip",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn what_cannot_be_asked_is_refused_before_anyone_is() {
    let place = Place::of(Scenario::Healthy, 11, 1.0);
    for (arguments, words) in [
        (&["--deploy-at", "2999-01-01T00:00:00Z"][..], "not past yet"),
        (&["--deploy-at", "2020-01-01T00:00:00Z"], "15 days"),
        (&["--deploy-at", "noon"], "is no time"),
        (&[], "--deploy-at"),
    ] {
        let output = asked(&place, arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(words), "{words}: {told}");
    }
    let recent = later(WallClock.now(), SignedDuration::from_hours(-2)).to_string();
    // A deploy of ten days ago: its last week is no longer held, and that is said.
    let old = later(WallClock.now(), SignedDuration::from_hours(-240)).to_string();
    let output = asked(&place, &["--deploy-at", &old]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("is judged without last week"), "{told}");
    assert!(!told.contains("without yesterday"), "{told}");
    let output = asked(&place, &["--deploy-at", &recent, "--set", "eror_rate < 1%"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("error_rate"), "{told}");
}
