//! The built binary's command line: help, exit codes, bad configuration, schema, `init`.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "cli/checkout.rs"]
mod checkout;
#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/reviewer.rs"]
mod reviewer;
#[path = "cli/service.rs"]
mod service;
#[path = "cli/smoke.rs"]
mod smoke;
#[path = "cli/start.rs"]
mod start;
#[path = "cli/user.rs"]
mod user;

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
        // A proxy that is not there: nothing on this machine may be asked through it.
        .env("ALL_PROXY", "http://127.0.0.1:9")
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

#[cfg(target_os = "linux")]
#[test]
fn a_full_or_closed_output_is_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cockpit.toml"), "servce = 1\n").unwrap();
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("cockpit"));
        command
            .current_dir(folder.path())
            .env_clear()
            .env("HOME", folder.path())
            .args(arguments);
        command
    };
    // The diagnostics cannot be read by anybody: the code stays that of a wrong configuration.
    let mut wrong = run(&["config", "show"]);
    assert_eq!(wrong.stderr(full()).status().unwrap().code(), Some(2));
    let mut closed = run(&["list"]);
    let told = closed.stdout(full()).output().unwrap();
    assert_eq!(told.status.code(), Some(1));
    assert!(err(&told).contains("standard output"), "{}", err(&told));
}

#[test]
fn where_nobody_names_a_repository_no_gate_failed() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["gate"][..], &["gate", "--json"]] {
        let output = cockpit(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{}", err(&output));
        assert!(
            err(&output).contains("--repo OWNER/NAME"),
            "{}",
            err(&output)
        );
    }
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
fn show_tells_values_and_layers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("canary.toml");
    fs::write(&file, include_str!("data/config/canary.toml")).unwrap();
    let output = cockpit(
        folder.path(),
        &["config", "show", "--config", "canary.toml"],
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("there is no smoke.toml"),
        "{}",
        err(&output)
    );
    let tests = "[[tests]]\nname = \"health\"\nurl = \"https://app.example.com/health\"\n";
    fs::write(folder.path().join("smoke.toml"), tests).unwrap();
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
    for words in ["acme/shop", "light", "--theme", "db.cpu > 90% for 5m"] {
        assert!(out(&output).contains(words), "{words} in {}", out(&output));
    }
    let said = out(&output);
    let row = |key: &str| {
        let line = said.lines().find(|line| line.trim_start().starts_with(key));
        let words = line.unwrap_or_default().split_whitespace();
        words.skip(1).collect::<Vec<_>>().join(" ")
    };
    for (key, value) in [
        ("hypercare.window ", "30m cockpit.toml"),
        ("hypercare.false_alarms ", "1% default"),
        (
            "rollback.during_deploy ",
            "cancel-then-dispatch cockpit.toml",
        ),
        ("rollback.countdown ", "1m default"),
        ("approval.escalate_after ", "4h cockpit.toml"),
        ("evidence.max_age ", "12h default"),
        (
            "strategy ",
            "canary: 5% for 10m, 25% for 15m, 100% cockpit.toml",
        ),
    ] {
        assert_eq!(row(key), value, "{key} in {said}");
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
    // The page of a command, which cockpit's own names.
    let demo = out(&cockpit(folder.path(), &["man", "demo"]));
    assert!(
        demo.contains(".TH cockpit-demo") && demo.contains("autopilot"),
        "{demo}"
    );
    let show = out(&cockpit(folder.path(), &["man", "config", "show"]));
    assert!(show.contains(".TH cockpit-config-show"), "{show}");
    let wrong = cockpit(folder.path(), &["man", "dmeo"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        err(&wrong).contains("did you mean `demo`?"),
        "{}",
        err(&wrong)
    );
}

/// A file of cases: one answer a line, a bad line named, the rest judged, and the figures where there are labels.
#[test]
fn a_backtest_answers_each_case_and_names_bad_lines() {
    let folder = tempfile::tempdir().unwrap();
    let cases = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/deploy/kayenta.jsonl"
    );
    let output = cockpit(folder.path(), &["backtest", "--cases", cases, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let answers: Vec<serde_json::Value> = out(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 33);
    for answer in &answers {
        let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["id", "minute", "regression", "score", "state", "why"]
        );
        assert_eq!(answer["regression"] == true, answer["state"] == "fail");
        assert_eq!(answer["regression"] == true, answer["minute"].is_number());
    }
    assert!(err(&output).contains("precision"), "{}", err(&output));

    let text = fs::read_to_string(cases).unwrap();
    let first = text.lines().next().unwrap();
    let second = first
        .replace("kayenta-0", "\\u001b[2Jx")
        .replace("\"ok\"", "null");
    let mixed = format!("{first}\n{{\"id\": 3\n\n{second}\nnot json\n");
    fs::write(folder.path().join("mixed.jsonl"), mixed).unwrap();
    let output = cockpit(folder.path(), &["backtest", "--cases", "mixed.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(out(&output).lines().count(), 2);
    assert!(!out(&output).contains('\u{1b}'));
    for words in [
        "line 2: not a case",
        "line 5: not a case",
        "1 without a label",
        "2 lines not read",
    ] {
        assert!(err(&output).contains(words), "{words} in {}", err(&output));
    }

    let output = cockpit(folder.path(), &["backtest", "--cases", "none.jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("none.jsonl"), "{}", err(&output));
}

const GOOD: &str = r#"<testsuite name="API" time="1.5"><testcase name="a" time="0.5"/><testcase name="b"><skipped/></testcase></testsuite>"#;
const BAD: &str = "<testsuite name=\"E2E\u{202e}\"><testcase name=\"c\"><failure message=\"no &#27;[2J\"/></testcase></testsuite>";

#[test]
fn evidence_is_read_offline_and_the_exit_code_says_how_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("good.xml", GOOD);
    write("bad.xml", BAD);
    write("cut.xml", "<testsuite>\n<testcase name='a'>");
    write(
        "k6.json",
        r#"{"metrics":{"http_reqs":{"count":9,"rate":3},"http_req_failed":{"value":1}}}"#,
    );
    write("lcov.info", "SF:a.c\nDA:1,1\nDA:2,0\nend_of_record\n");
    write(
        "scan.sarif",
        r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"gosec"}},"results":[{"level":"error"}]}]}"#,
    );
    write("notes.txt", "hello");
    let code = |arguments: &[&str]| cockpit(folder.path(), arguments).status.code();
    assert_eq!(
        code(&["evidence", "good.xml", "lcov.info", "scan.sarif"]),
        Some(0)
    );
    assert_eq!(code(&["evidence", "good.xml", "bad.xml"]), Some(1));
    assert_eq!(
        code(&["evidence", "k6.json"]),
        Some(1),
        "every request failed"
    );
    assert_eq!(
        code(&["evidence", "bad.xml", "cut.xml"]),
        Some(2),
        "2 goes before 1"
    );
    assert_eq!(
        code(&["evidence", "notes.txt"]),
        Some(2),
        "named, and no report"
    );
    assert_eq!(code(&["evidence", "absent.xml"]), Some(2));
    assert_eq!(code(&["evidence"]), Some(2));
    let page = cockpit(folder.path(), &["evidence", "."]);
    assert_eq!(page.status.code(), Some(2));
    let text = out(&page);
    for words in [
        "good.xml",
        "1 passed",
        "50.0%",
        "1 high",
        "line 2: the file is cut off: </testcase> is missing",
        "every request failed",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert!(
        !text.contains('\u{1b}') && !text.contains('\u{202e}'),
        "{text:?}"
    );
}

#[test]
fn evidence_as_json_is_one_document_for_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("reports");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("good.xml"), GOOD).unwrap();
    fs::write(inner.join("bad.xml"), BAD).unwrap();
    fs::write(inner.join("readme.txt"), "beside them").unwrap();
    let output = cockpit(folder.path(), &["evidence", "--json", "reports"]);
    assert_eq!(output.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let totals = &json["totals"];
    assert_eq!(
        (&totals["tests"], &totals["failed"], &totals["skipped"]),
        (&3.into(), &1.into(), &1.into())
    );
    assert_eq!(
        (&totals["files"], &totals["ignored"], &totals["unreadable"]),
        (&2.into(), &1.into(), &0.into())
    );
    let good = &json["files"][1];
    assert_eq!(
        (&good["kind"], &good["format"]),
        (&"tests".into(), &"JUnit XML".into())
    );
    assert_eq!(good["duration_s"], 1.5);
    assert_eq!(good["suites"][0]["name"], "API");
    assert_eq!(json["files"][0]["failing"][0]["message"], "no ␛[2J");
    assert_eq!(json["problems"], serde_json::json!([]));
}

#[test]
fn a_folder_without_reports_or_with_too_many_files_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name);
    fs::create_dir(inside("empty")).unwrap();
    fs::create_dir(inside("many")).unwrap();
    fs::write(inside("good.xml"), GOOD).unwrap();
    for index in 0..=20_000 {
        fs::write(inside("many").join(index.to_string()), "").unwrap();
    }
    let problems = |arguments: &[&str]| -> (Option<i32>, serde_json::Value) {
        let output = cockpit(folder.path(), arguments);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), json["problems"].clone())
    };
    assert_eq!(
        problems(&["evidence", "--json", "good.xml", "empty"]),
        (Some(2), serde_json::json!(["empty: no report is in it"]))
    );
    let (code, said) = problems(&["evidence", "--json", "many"]);
    assert_eq!(code, Some(2));
    assert!(said.to_string().contains("more than 20000 files"), "{said}");
}
