//! Commands about a release that is named, without a network and outside of any checkout: its journal answers, or the refusal
//! says what there is.

use std::fs;

use cockpit::{
    cli::Surroundings,
    config::{Env, Flags},
};

use crate::{
    RULES, cockpit, drive, err,
    made::{Shelf, recorded},
    out,
};

#[test]
fn the_gate_of_an_open_release_is_answered_from_its_journal_where_no_repository_is_named() {
    assert!(!recorded("blackout").release().phase().is_end());
    let shelf = Shelf::with(&["blackout"]);
    let run = drive::RUN.to_string();
    for release in [run.as_str(), "v2.14.0"] {
        let gate = cockpit(shelf.root(), &["gate", release, "--json"]);
        assert_ne!(gate.status.code(), Some(2), "{}", err(&gate));
        let answer: serde_json::Value = serde_json::from_slice(&gate.stdout).unwrap();
        assert_eq!(answer["phase"], "before");
        assert!(answer["gates"].as_array().is_some_and(|all| all.len() > 2));
        assert!(err(&gate).contains("the journal says"), "{}", err(&gate));
    }
    let status = cockpit(shelf.root(), &["status", &run, "--json"]);
    assert_eq!(status.status.code(), Some(3), "{}", err(&status));
}

#[test]
fn a_plan_for_a_release_that_is_not_there_is_refused_and_names_what_is() {
    let shelf = Shelf::with(&["healthy"]);
    let root = shelf.root();
    fs::write(root.join("cockpit.toml"), RULES).unwrap();
    let smoke = "[[tests]]\nname = \"health\"\nurl = \"https://app.example.com/health\"\n";
    fs::write(root.join("smoke.toml"), smoke).unwrap();
    for arguments in [&["plan", "v9.9.9"][..], &["plan", "v9.9.9", "--offline"]] {
        let none = cockpit(root, arguments);
        assert_eq!(none.status.code(), Some(2), "{}", err(&none));
        assert_eq!(out(&none), "");
        for words in ["v9.9.9", "storefront v2.14.0 (run 8123)", "cockpit"] {
            assert!(err(&none).contains(words), "{words} in {}", err(&none));
        }
    }
    let run = drive::RUN.to_string();
    for arguments in [&["plan", &run][..], &["plan", "v2.14.0", "--offline"]] {
        let plan = cockpit(root, arguments);
        assert_eq!(plan.status.code(), Some(0), "{}", err(&plan));
        assert!(out(&plan).contains("v2.14.0"), "{}", out(&plan));
        assert!(!out(&plan).contains("which release"), "{}", out(&plan));
    }
    let rules = cockpit(root, &["plan"]);
    assert_eq!(rules.status.code(), Some(0), "{}", err(&rules));
    assert!(out(&rules).contains("## Not known"), "{}", out(&rules));
}

#[test]
fn nobody_speaks_for_a_copy_and_its_host_is_not_asked() {
    let shelf = Shelf::with(&["regression"]);
    let copy = tempfile::tempdir().unwrap();
    let journal = copy.path().join("journal.jsonl");
    fs::copy(shelf.journal("regression"), &journal).unwrap();
    for arguments in [
        &["unlock", "--reason", "fixed"][..],
        &["signoff", "security"],
    ] {
        let path = journal.to_str().unwrap();
        let refused = cockpit(copy.path(), &[arguments, &[path]].concat());
        assert_eq!(refused.status.code(), Some(1), "{}", err(&refused));
        // Without a token nobody could be asked: it was not tried.
        assert!(
            err(&refused).contains("this is a copy"),
            "{}",
            err(&refused)
        );
    }
}

#[test]
fn what_is_said_of_a_release_goes_to_its_own_repository() {
    let around = Surroundings {
        flags: Flags::default(),
        env: Env::new([("COCKPIT_REPO".to_owned(), "acme/other".to_owned())]),
        config_dir: None,
    };
    let own = recorded("regression").release().key.repository.clone();
    let machine = around.with_repository(&own).unwrap();
    assert_eq!(machine.place.repository.unwrap().value, own);
}
