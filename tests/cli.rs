//! The built binary's command line: help, exit codes, bad configuration, schema, `init`.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{fs, path::Path, process::Output};

use assert_cmd::Command;

const SMALLEST: &str = include_str!("data/config/smallest.toml");

/// cockpit in a folder of its own, with nothing of this machine's environment but the path.
fn cockpit(folder: &Path, arguments: &[&str]) -> Output {
    Command::cargo_bin("cockpit")
        .unwrap()
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
        .args(arguments)
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn help_and_version_end_with_0_and_name_the_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let help = cockpit(folder.path(), &["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for words in ["watch", "demo", "doctor", "Exit codes", "--state-dir"] {
        assert!(out(&help).contains(words), "{words}");
    }
    let version = cockpit(folder.path(), &["--version"]);
    assert_eq!(
        out(&version),
        concat!("cockpit ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (&["--bogus"][..], "--bogus"),
        (&["docter"], "did you mean `cockpit doctor`?"),
        (&["v1.2.3", "doctor"], "write it after"),
        (&["config", "show"], "cockpit init"),
        (&["config", "show", "--config", "no.toml"], "no.toml"),
    ] {
        let output = cockpit(folder.path(), arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            err(&output)
        );
        assert!(err(&output).contains(words), "{words} in {}", err(&output));
        assert!(!err(&output).contains("BACKTRACE"), "{}", err(&output));
    }
}

#[test]
fn a_bad_file_is_refused_with_carets() {
    let folder = tempfile::tempdir().unwrap();
    let text = SMALLEST
        .replace("required =", "requird =")
        .replace("\"15m\"", "\"15min\"");
    fs::write(folder.path().join("cockpit.toml"), text).unwrap();
    let output = cockpit(folder.path(), &["config", "show"]);
    assert_eq!(output.status.code(), Some(2));
    let said = err(&output);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "error: unknown key `requird`",
            "  --> cockpit.toml:12:52",
            "   |",
            "12 | tests = { artifact = \"junit\", workflow = \"ci.yml\", requird = true }",
            "   |                                                    ^^^^^^^ not a key of [evidence.tests]",
            "   |",
            "   = help: did you mean `required`?",
            "",
            "error: wrong value of `hypercare.window`",
            "  --> cockpit.toml:16:10",
            "   |",
            "16 | window = \"15min\"",
            "   |          ^^^^^^^ \"15min\" is no duration: write 30s, 10m, 2h or 7d",
        ]
    );
}

#[test]
fn the_schema_is_one_and_takes_the_examples() {
    let folder = tempfile::tempdir().unwrap();
    let schema: serde_json::Value =
        serde_json::from_slice(&cockpit(folder.path(), &["config", "schema"]).stdout).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for text in [SMALLEST, include_str!("data/config/canary.toml")] {
        let table: toml::Table = toml::from_str(text).unwrap();
        let mut value = serde_json::to_value(&table).unwrap();
        assert!(
            schema.is_valid(&value),
            "{:?}",
            schema
                .iter_errors(&value)
                .map(|e| e.to_string())
                .collect::<Vec<_>>()
        );
        value["servise"] = "x".into();
        assert!(!schema.is_valid(&value), "an unknown key must be refused");
    }
}

#[test]
fn show_tells_values_layers_and_what_has_no_effect() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("canary.toml");
    fs::write(&file, include_str!("data/config/canary.toml")).unwrap();
    let output = cockpit(
        folder.path(),
        &[
            "config",
            "show",
            "--config",
            "canary.toml",
            "--theme",
            "light",
        ],
    );
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    for words in [
        "acme/shop",
        "light",
        "--theme",
        "[slack]",
        "db.cpu > 90% for 5m",
    ] {
        assert!(out(&output).contains(words), "{words} in {}", out(&output));
    }
}

#[test]
fn init_writes_a_file_that_reads_back_and_never_writes_over_one() {
    let folder = tempfile::tempdir().unwrap();
    let workflows = folder.path().join(".github/workflows");
    fs::create_dir_all(&workflows).unwrap();
    fs::write(
        workflows.join("release.yml"),
        "on: push\njobs:\n  ship:\n    environment: production\n    runs-on: x\n",
    )
    .unwrap();
    let output = cockpit(folder.path(), &["init"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let written = fs::read_to_string(folder.path().join("cockpit.toml")).unwrap();
    assert!(written.contains("workflow = \"release.yml\""), "{written}");
    assert!(written.contains("job = \"ship\""), "{written}");
    let shown = cockpit(folder.path(), &["config", "show"]);
    assert_eq!(shown.status.code(), Some(0), "{}", err(&shown));

    fs::write(folder.path().join("cockpit.toml"), "mine").unwrap();
    let again = cockpit(folder.path(), &["init"]);
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(
        fs::read_to_string(folder.path().join("cockpit.toml")).unwrap(),
        "mine"
    );
    assert_eq!(
        cockpit(folder.path(), &["init", "--force"]).status.code(),
        Some(0)
    );
}

#[test]
fn completions_and_the_manual_are_there() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let output = cockpit(folder.path(), &["completions", shell]);
        assert!(out(&output).contains("doctor"), "{shell}");
    }
    assert!(out(&cockpit(folder.path(), &["man"])).contains(".TH cockpit"));
}

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
