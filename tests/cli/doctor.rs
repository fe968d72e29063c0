//! `doctor`: which rules it checks, and what it says of them and of a simulated world.

use std::{fs, sync::Arc};

use assert_cmd::Command;
use cockpit::{
    adapters::clock::WallClock,
    config::{Env, Flags, Layers, file::UserTable, machine},
    ports::{Clock, History as _},
    simulator::{Scenario, World, serve},
    wiring,
};

use super::{SMALLEST, cockpit, reviewer::answering};

#[test]
fn doctor_without_a_file_fails_and_says_so_in_json_too() {
    let folder = tempfile::tempdir().unwrap();
    let output = cockpit(folder.path(), &["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let lines: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&lines[0]["check"], &lines[0]["state"]),
        (&"config".into(), &"fail".into())
    );
}

/// Which rules the folder has in which `doctor` is run.
enum Here<'a> {
    /// The world's own, with these edits.
    Edited(&'a [(&'a str, &'a str)]),
    /// None.
    Nothing,
}

/// `doctor` against a simulated world with the world's own cockpit.toml: state by check.
async fn doctored(scenario: &str, edits: &[(&str, &str)]) -> (Option<i32>, serde_json::Value) {
    doctored_with(scenario, Here::Edited(edits), &[]).await
}

async fn doctored_with(
    scenario: &str,
    here: Here<'_>,
    flags: &'static [&'static str],
) -> (Option<i32>, serde_json::Value) {
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let scenario = Scenario::parse(scenario).unwrap();
    let served = serve(Arc::new(World::new(scenario, 1, Arc::clone(&clock))))
        .await
        .unwrap();
    let pairs = [
        ("GITHUB_API_URL", served.github()),
        ("GITHUB_REPOSITORY", "acme/storefront".to_owned()),
        ("GH_TOKEN", "simulated".to_owned()),
        ("AWS_ENDPOINT_URL", served.base()),
        ("AWS_ACCESS_KEY_ID", "simulated".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "simulated".to_owned()),
        // A proxy that is not there: nothing on this machine may be asked through it.
        ("HTTP_PROXY", "http://127.0.0.1:9".to_owned()),
        ("HTTPS_PROXY", "http://127.0.0.1:9".to_owned()),
        ("ALL_PROXY", "http://127.0.0.1:9".to_owned()),
    ];
    let env = Env::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), v.clone())));
    let (none, user) = (Flags::default(), UserTable::default());
    let layers = Layers {
        flags: &none,
        env: &env,
        user: &user,
        remote: None,
    };
    let place = machine(None, &layers).unwrap().place;
    let client = wiring::github(&place, "deploy.yml", "production", clock).unwrap();
    let rules = client.file("cockpit.toml").await.unwrap().unwrap();
    let mut rules = String::from_utf8(rules).unwrap();
    let has_rules = matches!(here, Here::Edited(_));
    if let Here::Edited(edits) = here {
        for (from, to) in edits {
            assert!(rules.contains(from), "{from} in {rules}");
            rules = rules.replace(from, to);
        }
    }
    let output = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir().unwrap();
        if has_rules {
            fs::write(folder.path().join("cockpit.toml"), rules).unwrap();
        }
        Command::cargo_bin("cockpit")
            .unwrap()
            .current_dir(folder.path())
            .env_clear()
            .env("HOME", folder.path())
            .envs(pairs)
            .args(["doctor", "--json"])
            .args(flags)
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    served.stop().await;
    let lines = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), lines)
}

fn found<'a>(lines: &'a serde_json::Value, check: &str) -> &'a str {
    let mut all = lines.as_array().unwrap().iter();
    let line = all.find(|line| line["check"] == check);
    line.unwrap_or_else(|| panic!("{check} in {lines:#}"))["found"]
        .as_str()
        .unwrap()
}

fn state<'a>(lines: &'a serde_json::Value, check: &str) -> &'a str {
    let all = lines.as_array().unwrap();
    let line = all.iter().find(|line| line["check"] == check);
    line.unwrap_or_else(|| panic!("{check} in {lines:#}"))["state"]
        .as_str()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_finds_a_sound_world_sound() {
    let (code, lines) = doctored("healthy", &[]).await;
    for check in [
        "config",
        "rules",
        "token",
        "claims",
        "workflow",
        "environment production",
        "rollback",
        "production version",
        "aws identity",
        "metric error_rate",
    ] {
        assert_eq!(state(&lines, check), "ok", "{check} in {lines:#}");
    }
    let whose = found(&lines, "aws identity");
    assert!(whose.starts_with("keys …"), "{whose}");
    assert_eq!(code, Some(0), "{lines:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_takes_the_dispatch_for_the_gate_where_nothing_else_holds() {
    let (code, lines) = doctored("dispatch-gate", &[]).await;
    assert_eq!(state(&lines, "dispatch"), "ok", "{lines:#}");
    assert_eq!(code, Some(0), "{lines:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_names_what_is_wrong_and_fails() {
    let edits = [
        (
            "environment = \"production\"",
            "environment = \"prodution\"",
        ),
        ("id = \"{release_id}\"", "ticket = \"{release_id}\""),
        ("cluster = \"prod\"", "cluster = \"elsewhere\""),
    ];
    let (code, lines) = doctored("healthy", &edits).await;
    for check in ["environment prodution", "rollback", "metric cpu"] {
        assert_eq!(state(&lines, check), "fail", "{check} in {lines:#}");
    }
    assert_eq!(code, Some(1));
    // Without reviewers and without the dispatch gate nothing holds production.
    let (code, lines) = doctored("dispatch-gate", &[("gate = \"dispatch\"\n[github.dispatch]\nworkflow = \"production.yml\"\ninputs = { sha = \"{sha}\", version = \"{version}\", id = \"{release_id}\" }\n", "")]).await;
    assert_eq!(state(&lines, "environment production"), "fail", "{lines:#}");
    assert_eq!(code, Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_checks_the_default_branchs_rules_where_a_folder_has_none_or_is_another_repositorys()
{
    let of_default_branch = "cockpit.toml of acme/storefront (storefront)";
    let (code, lines) = doctored_with("healthy", Here::Nothing, &[]).await;
    assert_eq!(
        (code, found(&lines, "config")),
        (Some(0), of_default_branch)
    );
    let other = Here::Edited(&[("service = \"storefront\"", "service = \"other\"")]);
    let flags = &["--repo", "acme/storefront"];
    let (code, lines) = doctored_with("healthy", other, flags).await;
    assert_eq!(
        (code, found(&lines, "config")),
        (Some(0), of_default_branch)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_that_are_not_merged_are_said_to_be_others_than_those_that_are_flown_by() {
    let edits = [("window = \"15m\"", "window = \"20m\"")];
    let (code, lines) = doctored("healthy", &edits).await;
    assert_eq!((code, state(&lines, "rules")), (Some(0), "warn"));
    let words = found(&lines, "rules");
    assert!(words.contains("not the default branch's"), "{words}");
    assert_eq!(found(&lines, "config"), "cockpit.toml (storefront)");
}

#[test]
fn what_is_refused_is_told_with_its_place_and_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cockpit.toml"), "servcie = \"shop\"\n").unwrap();
    let output = cockpit(folder.path(), &["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let lines: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let words = found(&lines, "config");
    assert_eq!(words, "unknown key `servcie` (cockpit.toml:1:1)");
    assert_eq!(lines[0]["mend"], "did you mean `service`?");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_side_of_a_canary_has_a_line_of_its_own() {
    let (_, lines) = doctored_with("canary", Here::Nothing, &[]).await;
    for check in [
        "metric error_rate",
        "metric error_rate of the canary",
        "metric error_rate of the control",
    ] {
        assert!(!found(&lines, check).is_empty(), "{check}");
    }
}

/// A GitHub that tells an app's token nothing of whose it is, and has nothing.
fn of_an_app() -> String {
    answering(|path| {
        let words = "{\"message\":\"Resource not accessible by integration\"}";
        path.ends_with("/user").then(|| (403, words.to_owned()))
    })
}

#[test]
fn a_token_that_is_no_persons_is_checked_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cockpit.toml"), SMALLEST).unwrap();
    let output = Command::cargo_bin("cockpit")
        .unwrap()
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("GITHUB_API_URL", of_an_app())
        .env("GH_TOKEN", "ghx_none")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .args([
            "doctor",
            "--json",
            "--repo",
            "acme/storefront",
            "--config",
            "cockpit.toml",
        ])
        .output()
        .unwrap();
    let lines: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(state(&lines, "token"), "warn", "{lines:#}");
    let words = found(&lines, "token");
    assert!(
        words.contains("Resource not accessible by integration"),
        "{words}"
    );
    assert_eq!(state(&lines, "workflow"), "fail", "{lines:#}");
}
