//! Records from the stories' journals: documents made again, their schema, the commands that read them.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "stories/drive.rs"]
mod drive;
#[path = "stories/expect.rs"]
#[expect(dead_code, reason = "records look at no expectations")]
mod expect;
#[path = "records/made.rs"]
mod made;
#[path = "records/named.rs"]
mod named;
#[path = "stories/run.rs"]
mod run;
#[path = "stories/story.rs"]
#[expect(dead_code, reason = "records look at no expectations")]
mod story;
#[path = "records/taken_back.rs"]
mod taken_back;
#[path = "stories/world.rs"]
mod world;

use std::{collections::BTreeSet, fs, path::Path, process::Output};

use assert_cmd::Command;
use cockpit::{
    adapters::store::LocksOnDisk,
    app::Field,
    domain::{
        Event, Phase, ReleaseKey, RunId,
        record::{EarlierEnd, RecordEvent},
        rollback::RollbackEvent,
    },
    ports::ServiceLocks as _,
    report::{Document, Form, ROOT_CAUSE, incident_text},
};
use made::{Shelf, recorded, recorded_until, recorded_with};

/// cockpit over a state folder, with nothing of this machine's environment but the path.
fn cockpit(state: &Path, arguments: &[&str]) -> Output {
    Command::cargo_bin("cockpit")
        .unwrap()
        .current_dir(state)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", state)
        .env("GIT_CEILING_DIRECTORIES", state.parent().unwrap())
        .arg("--state-dir")
        .arg(state)
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

const STORIES: [&str; 6] = [
    "healthy",
    "regression",
    "canary",
    "refused",
    "rollback_lost",
    "no_data",
];

#[test]
fn every_document_is_the_same_to_the_byte_when_made_again() {
    for name in STORIES {
        let (one, two) = (recorded(name), recorded(name));
        for document in Document::ALL {
            for form in Form::ALL {
                let text = document.write(&one, form);
                assert_eq!(
                    text,
                    document.write(&two, form),
                    "{name} {}",
                    document.name()
                );
                assert_eq!(
                    text.is_some(),
                    document.forms().contains(&form),
                    "{}",
                    document.name()
                );
                if let Some(text) = text {
                    assert!(text.ends_with('\n'), "{}", document.name());
                }
            }
        }
    }
}

#[test]
fn documents_of_a_rollback_read_as_agreed() {
    let recorded = recorded("regression");
    for document in Document::ALL {
        let form = document.forms()[0];
        let text = document.write(&recorded, form).unwrap();
        insta::assert_snapshot!(format!("regression-{}", document.name()), text);
    }
}

#[test]
fn a_hand_over_after_a_rollback_asks_for_what_is_open_then() {
    let read = |recorded: &cockpit::domain::release::Recorded| {
        Document::HandOver.write(recorded, Form::Markdown).unwrap()
    };
    let stopped = recorded_until("regression", |recorded| {
        recorded.release().phase() == Phase::Stopped
    });
    let text = read(&stopped);
    assert!(text.contains("is not written down yet"), "{text}");
    for wrong in ["nobody answered", "the way back goes to", "nothing waits"] {
        assert!(!text.contains(wrong), "{wrong} in {text}");
    }
    // An alert asks until a rollback has gone out.
    let alerted = recorded_until("countdown_by_hand", |recorded| {
        recorded.release().watch.alerts().next().is_some()
    });
    let text = read(&alerted);
    assert!(text.contains("nobody answered the alert"), "{text}");
    assert!(text.contains("the way back goes to"), "{text}");
    let text = read(&recorded("countdown_by_hand"));
    assert!(!text.contains("nobody answered"), "{text}");
}

#[test]
fn html_is_one_file_without_script_or_anything_from_elsewhere() {
    for name in STORIES {
        let html = Document::PostDeploymentReport
            .write(&recorded(name), Form::Html)
            .unwrap();
        for bad in [
            "<script", "src=", "href=", "url(", "http://", "https://", "NaN",
        ] {
            assert!(!html.contains(bad), "{name}: {bad}");
        }
        assert!(html.contains("prefers-color-scheme: dark"));
        assert_eq!(html.matches("<svg").count(), html.matches("</svg>").count());
    }
    let html = Document::PostDeploymentReport
        .write(&recorded("regression"), Form::Html)
        .unwrap();
    assert!(html.contains("<polyline") && html.contains("class=\"limit\""));
    assert!(html.contains(">deploy<") && html.contains(">rollback<"));
}

#[test]
fn the_record_keeps_to_its_schema_and_the_schema_refuses_what_is_off() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../assets/deployment-record.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for name in made::all() {
        let text = Document::DeploymentRecord
            .write(&recorded(&name), Form::Json)
            .unwrap();
        let record: serde_json::Value = serde_json::from_str(&text).unwrap();
        let wrong: Vec<String> = schema
            .iter_errors(&record)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        for key in record.as_object().unwrap().keys() {
            let mut less = record.clone();
            less.as_object_mut().unwrap().remove(key);
            assert!(!schema.is_valid(&less), "{key} may not be missing");
            let mut off = record.clone();
            off[key] = serde_json::json!([["off"]]);
            assert!(!schema.is_valid(&off), "{key} may not be just anything");
        }
    }
}

#[test]
fn the_text_of_an_incident_is_filled_in_but_for_the_root_cause() {
    let recorded = recorded("regression");
    let text = incident_text(recorded.release());
    for words in [
        "was rolled back to v2.13.4 by ana",
        "Detected after",
        "trigger fired",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert!(text.trim_end().ends_with(ROOT_CAUSE), "{text}");
    // However much was said before, the root cause is asked for, and there is room for it.
    let talks = recorded_with("regression", |event| match event {
        Event::Rollback(RollbackEvent::Requested { reason, .. }) => {
            *reason = "あ".repeat(1_300).as_str().into();
        }
        Event::Record(RecordEvent::Noted { text } | RecordEvent::ProblemReported { text, .. }) => {
            *text = "ü".repeat(2_000).as_str().into();
        }
        _ => {}
    });
    let text = incident_text(talks.release());
    assert!(text.trim_end().ends_with(ROOT_CAUSE), "{text}");
    assert!(text.len() < 2_500, "{}", text.len());
    assert_eq!(Field::with(&text).text(), text.trim());
}

#[test]
fn a_release_is_found_by_run_version_commit_and_path() {
    let shelf = Shelf::with(&["regression"]);
    let journal = shelf.journal("regression");
    let release = recorded("regression");
    let sha = release.release().rollout.sha().unwrap().short().to_owned();
    let path = journal.display().to_string();
    let folder = journal.parent().unwrap().display().to_string();
    let url = format!(
        "https://github.com/acme/storefront/actions/runs/{}",
        drive::RUN
    );
    let run = drive::RUN.to_string();
    for name in [
        run.as_str(),
        "v2.14.0",
        "2.14.0",
        &sha,
        &path,
        &folder,
        &url,
    ] {
        let output = cockpit(shelf.root(), &["verify", name]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", err(&output));
        assert!(out(&output).contains("holds"), "{}", out(&output));
    }
    // A folder that happens to bear a release's name is none.
    fs::create_dir(shelf.root().join("v2.14.0")).unwrap();
    let output = cockpit(shelf.root(), &["verify", "v2.14.0"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    for command in ["verify", "report", "replay", "gate"] {
        let output = cockpit(shelf.root(), &[command, "./v2.14.0"]);
        assert_eq!(output.status.code(), Some(2), "{command}");
        assert!(err(&output).contains("is no journal"), "{}", err(&output));
    }
    for command in [&["verify"][..], &["report"]] {
        let output = cockpit(shelf.root(), &[command, &["v9.9.9"]].concat());
        assert!(!output.status.success());
        assert!(err(&output).contains("cockpit list"), "{}", err(&output));
    }
}

#[test]
fn verify_names_the_line_and_says_what_is_wrong() {
    let shelf = Shelf::with(&["regression"]);
    let journal = shelf.journal("regression");
    let whole = fs::read(&journal).unwrap();
    let json = |arguments: &[&str]| -> (Option<i32>, serde_json::Value) {
        let output = cockpit(shelf.root(), arguments);
        let value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), value)
    };
    let (code, good) = json(&["verify", "v2.14.0", "--json"]);
    let lines = String::from_utf8_lossy(&whole).lines().count();
    assert_eq!(code, Some(0));
    assert_eq!((&good["ok"], &good["head"]), (&true.into(), &lines.into()));

    // A word of a person in the middle, and then the very last line.
    let text = String::from_utf8(whole.clone()).unwrap();
    let changed = text.replacen("baskets are empty", "baskets are filled", 1);
    let line = text.lines().zip(changed.lines()).position(|(a, b)| a != b);
    let line = line.expect("the word stands in the journal") + 1;
    fs::write(&journal, &changed).unwrap();
    let (code, bad) = json(&["verify", drive::RUN.to_string().as_str(), "--json"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        bad["line"],
        line + 1,
        "the line after it names another hash"
    );

    let other = shelf.root().join("other.jsonl");
    for none in ["nonsense", "nonsense\n", "{}", "{\"seq\":1"] {
        fs::write(&other, none).unwrap();
        let (code, bad) = json(&["verify", other.to_str().unwrap(), "--json"]);
        assert_eq!((code, &bad["line"]), (Some(1), &1.into()), "{none}");
    }

    let mut last = whole.clone();
    let at = last.len() - 3;
    last[at] ^= 1;
    fs::write(&journal, &last).unwrap();
    let output = cockpit(shelf.root(), &["verify", journal.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        err(&output).contains(&format!("line {lines}")),
        "{}",
        err(&output)
    );
}

#[test]
fn reports_come_from_the_journal_alone_and_each_document_by_itself() {
    let shelf = Shelf::with(&["regression"]);
    let output = cockpit(shelf.root(), &["report", "v2.14.0", "--output", "made"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let made: BTreeSet<String> = fs::read_dir(shelf.root().join("made"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    for name in [
        "pre-deployment-checklist.md",
        "deployment-log-production.md",
        "post-deployment-verification.md",
        "release-notes.md",
        "staging-validation-report.md",
        "production-deployment-plan.md",
        "post-deployment-report.md",
        "post-deployment-report.html",
        "incident-report.md",
        "gate-decision.md",
        "deployment-record.json",
    ] {
        assert!(made.contains(name), "{name} in {made:?}");
    }
    let one = cockpit(
        shelf.root(),
        &["report", "v2.14.0", "--only", "gate-decision"],
    );
    let whole = fs::read_to_string(shelf.root().join("made/gate-decision.md")).unwrap();
    assert_eq!(out(&one), whole);
    let no = cockpit(
        shelf.root(),
        &[
            "report",
            "v2.14.0",
            "--only",
            "gate-decision",
            "--format",
            "json",
        ],
    );
    assert_eq!(no.status.code(), Some(2));
    assert!(err(&no).contains("--format md or html"), "{}", err(&no));
}

#[test]
fn the_list_tells_each_release_and_prunes_only_what_ended_long_ago() {
    let shelf = Shelf::with(&["regression", "not_allowed", "healthy"]);
    let broken = shelf.root().join("github.com/acme/storefront/77");
    fs::create_dir_all(&broken).unwrap();
    fs::write(broken.join("journal.jsonl"), "no journal\n{}\n").unwrap();
    let page = cockpit(shelf.root(), &["list"]);
    assert_eq!(page.status.code(), Some(0));
    for words in [
        "ROLLED_BACK",
        "DEPLOYMENT_COMPLETE",
        "open: ",
        "ana",
        "UNREADABLE",
    ] {
        assert!(out(&page).contains(words), "{words} in {}", out(&page));
    }
    let json: serde_json::Value =
        serde_json::from_slice(&cockpit(shelf.root(), &["list", "--json"]).stdout).unwrap();
    assert_eq!(json["releases"].as_array().unwrap().len(), 4);

    // What is linked into a release lies elsewhere, and stays.
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("precious"), "mine").unwrap();
    let blobs = shelf.journal("healthy").with_file_name("blobs");
    fs::remove_dir_all(&blobs).ok();
    std::os::unix::fs::symlink(elsewhere.path(), &blobs).unwrap();

    // Records are kept for years: older than ten of them is nothing here.
    let young = cockpit(shelf.root(), &["list", "--prune", "3650d", "--yes"]);
    assert!(
        out(&young).ends_with("nothing to delete\n"),
        "{}",
        err(&young)
    );
    let asked = cockpit(shelf.root(), &["list", "--prune", "1d"]);
    assert_eq!(asked.status.code(), Some(2), "{}", out(&asked));
    assert!(err(&asked).contains("--yes"), "{}", err(&asked));
    assert!(shelf.journal("healthy").exists());

    let pruned = cockpit(shelf.root(), &["list", "--prune", "1d", "--yes"]);
    assert_eq!(pruned.status.code(), Some(0), "{}", err(&pruned));
    assert!(out(&pruned).contains("it is open"), "{}", out(&pruned));
    assert!(!shelf.journal("healthy").exists());
    assert!(elsewhere.path().join("precious").exists());
    assert!(shelf.journal("not_allowed").exists());
    assert!(broken.join("journal.jsonl").exists());
    let wrong = cockpit(shelf.root(), &["list", "--prune", "soon"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn a_replay_prints_its_events_and_refuses_what_is_torn_or_changed() {
    let shelf = Shelf::with(&["regression"]);
    let journal = shelf.journal("regression");
    let whole = fs::read(&journal).unwrap();
    let json = cockpit(shelf.root(), &["replay", "v2.14.0", "--json"]);
    assert_eq!(json.status.code(), Some(0), "{}", err(&json));
    assert_eq!(json.stdout, whole, "the lines of the journal, to the byte");
    let words = cockpit(shelf.root(), &["replay", "v2.14.0", "--headless"]);
    assert_eq!(out(&words).lines().count(), out(&json).lines().count());
    assert!(out(&words).contains("trigger fired"), "{}", out(&words));

    let run = drive::RUN.to_string();
    let torn = [&whole[..], b"{\"seq\":"].concat();
    fs::write(&journal, torn).unwrap();
    let output = cockpit(shelf.root(), &["replay", &run, "--json"]);
    let line = format!("line {}", out(&json).lines().count() + 1);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains(&line), "{}", err(&output));
    assert!(out(&output).is_empty());

    let mut changed = whole.clone();
    changed[40] ^= 1;
    fs::write(&journal, changed).unwrap();
    let output = cockpit(shelf.root(), &["replay", &run]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("line "), "{}", err(&output));
    let wrong = cockpit(shelf.root(), &["replay", "v2.14.0", "--speed", "0"]);
    assert_eq!(wrong.status.code(), Some(2));
}

const RULES: &str = include_str!("data/config/canary.toml");

#[test]
fn a_plan_comes_from_the_rules_alone_and_says_what_it_could_not_know() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cockpit.toml"), RULES).unwrap();
    let smoke = "[[tests]]\nname = \"health\"\nurl = \"https://app.example.com/health\"\n";
    fs::write(folder.path().join("smoke.toml"), smoke).unwrap();
    let plan =
        |arguments: &[&str]| cockpit(folder.path(), &[&["plan", "--offline"], arguments].concat());
    let own = plan(&[]);
    assert_eq!(own.status.code(), Some(0), "{}", err(&own));
    for words in [
        "## Not known",
        "## Checks before",
        "## Rollback",
        "5%",
        "gh workflow run",
        "VERSION",
    ] {
        assert!(out(&own).contains(words), "{words} in {}", out(&own));
    }
    for strategy in ["canary", "blue-green", "rolling", "recreate"] {
        let other = plan(&["--strategy", strategy]);
        let wanted = format!("| strategy | {strategy} |");
        assert!(out(&other).contains(&wanted), "{}", out(&other));
        let is_own = strategy == "canary";
        assert_eq!(
            !is_own,
            out(&other).contains("another strategy"),
            "{strategy}"
        );
    }
    let written = plan(&["--output", "plan.md"]);
    assert_eq!(written.status.code(), Some(0));
    let file = fs::read_to_string(folder.path().join("plan.md")).unwrap();
    assert_eq!(file, out(&own));
    fs::remove_file(folder.path().join("cockpit.toml")).unwrap();
    assert_eq!(plan(&[]).status.code(), Some(2), "no rules, no plan");
}

#[test]
fn the_gate_answers_for_what_ended_from_its_journal_with_an_exit_code() {
    let gate = |story: &str, phase: &str| {
        let shelf = Shelf::with(&[story]);
        let run = drive::RUN.to_string();
        let output = cockpit(shelf.root(), &["gate", &run, "--phase", phase, "--json"]);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{story}: {}", err(&output)));
        let answer = json["answer"].as_str().unwrap().to_owned();
        assert!(!json["gates"].as_array().unwrap().is_empty());
        (output.status.code().unwrap(), answer)
    };
    let is = |code: i32, word: &str| (code, word.to_owned());
    assert_eq!(gate("healthy", "after"), is(0, "pass"));
    assert_eq!(gate("regression", "after"), is(1, "fail"));
    for against in ["regression", "rejected"] {
        assert_eq!(gate(against, "before"), is(1, "fail"), "{against}");
    }
    assert_eq!(
        gate("pipeline_failed", "before").0,
        3,
        "nothing was read: a person's"
    );
    let shelf = Shelf::with(&["regression"]);
    let words = cockpit(shelf.root(), &["gate", "v2.14.0"]);
    assert_eq!(words.status.code(), Some(1));
    assert!(out(&words).contains("FAIL"), "{}", out(&words));
    let wrong = cockpit(shelf.root(), &["gate", "v2.14.0", "--phase", "between"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn a_release_knows_what_the_one_before_it_came_to_as_far_as_journals_tell() {
    let seen = |shelf: &Shelf, run: u64, service: &str| {
        let key = ReleaseKey {
            run: RunId(run),
            ..recorded("healthy").release().key.clone()
        };
        let locks = LocksOnDisk::new(shelf.root().to_owned(), key, service, "production");
        locks.lock().unwrap();
        locks.earlier()
    };
    let service = recorded("healthy").release().policy.service.clone();
    for (stories, wanted) in [
        (vec!["healthy"], "well"),
        (vec!["regression"], "rolled back"),
        (vec!["old_version_serves"], "issue"),
        (vec!["expired"], "expired"),
        // Neither reached production nor waited in vain.
        (vec!["rejected"], "nothing"),
        (vec!["old_version_serves", "rejected"], "issue"),
        (vec!["old_version_serves", "healthy"], "well"),
        (vec!["healthy", "expired"], "expired"),
        (vec!["old_version_serves", "expired"], "issue"),
    ] {
        let shelf = Shelf::with(&stories);
        let of = |service: &str, run: u64| {
            let earlier = seen(&shelf, run, service);
            earlier.map_or("nothing", |one| match one.end {
                EarlierEnd::Well => "well",
                EarlierEnd::Issue(_) => "issue",
                EarlierEnd::RolledBack(_) => "rolled back",
                EarlierEnd::Expired => "expired",
            })
        };
        assert_eq!(of(&service, 9_999), wanted, "{stories:?}");
        assert_eq!(of(&service, drive::RUN), "nothing", "{stories:?}: later");
        assert_eq!(of("another", 9_999), "nothing", "{stories:?}");
    }
    let shelf = Shelf::with(&["old_version_serves"]);
    let journal = shelf.journal("old_version_serves");
    let mut changed = fs::read(&journal).unwrap();
    let at = changed.len() / 2;
    changed[at] ^= 0x04;
    fs::write(&journal, changed).unwrap();
    assert_eq!(
        seen(&shelf, 9_999, &service),
        None,
        "a journal that does not hold tells nothing"
    );
}

#[test]
fn another_release_of_the_service_is_locked_until_somebody_says_why_it_may_go_on() {
    let shelf = Shelf::with(&["regression", "healthy", "unlocked"]);
    let locks = |run: u64, service: &str| {
        let release = recorded("healthy");
        let key = ReleaseKey {
            run: RunId(run),
            ..release.release().key.clone()
        };
        LocksOnDisk::new(shelf.root().to_owned(), key, service, "production")
            .lock()
            .unwrap()
    };
    let service = recorded("healthy").release().policy.service.clone();
    let lock = locks(99, &service).expect("the regression was rolled back, and nobody unlocked it");
    assert_eq!(lock.run, RunId(drive::RUN));
    assert!(lock.in_words().as_str().contains("cockpit unlock 8123"));
    assert_eq!(
        locks(drive::RUN, &service),
        None,
        "a release does not lock itself"
    );
    assert_eq!(locks(99, "another"), None);
    // A changed byte is no word of a person that the service may go on: neither where it was rolled back, nor where
    // somebody had said so.
    let unlocked = shelf.journal("unlocked");
    for journal in [shelf.journal("regression"), unlocked] {
        let whole = fs::read(&journal).unwrap();
        let mut changed = whole.clone();
        let at = whole.len() / 3;
        changed[at] ^= 0x04;
        fs::write(&journal, &changed).unwrap();
        let lock = locks(99, &service);
        assert!(lock.is_some(), "{}", journal.display());
        fs::write(&journal, &whole).unwrap();
    }
    let listed = cockpit(shelf.root(), &["list"]);
    assert!(
        out(&listed).contains("locks the service"),
        "{}",
        out(&listed)
    );
    let pruned = cockpit(shelf.root(), &["list", "--prune", "1d", "--yes"]);
    assert!(
        out(&pruned).contains("it locks its service"),
        "{}",
        out(&pruned)
    );
    assert!(shelf.journal("regression").exists());
    let unnamed = cockpit(shelf.root(), &["unlock", "--reason", "fixed"]);
    assert_ne!(
        unnamed.status.code(),
        Some(0),
        "without a token nobody is named"
    );
}
