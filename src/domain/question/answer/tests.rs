//! Answers against every kind of want.

use serde_json::json;

use super::*;
use crate::domain::observation::{FileChange, Relation};

fn now() -> Timestamp {
    "2026-11-20T14:00:00Z".parse().unwrap()
}

fn one_of(all: &[Value]) -> Wanted {
    Wanted::OneOf(all.to_vec())
}

fn file(text: &str, pointer: &str, wants: &Wanted) -> (State, String) {
    let answer = Answer::of_file(Some(text.as_bytes()), "t.json", pointer, wants, now());
    (answer.state, answer.why.to_string())
}

#[test]
fn a_value_is_one_of_those_wanted_or_it_fails_with_both_named() {
    let providers = one_of(&[json!("aws"), json!("gcp"), json!("azure")]);
    let (state, why) = file(r#"{"provider":"gcp"}"#, "/provider", &providers);
    assert_eq!(
        (state, why.as_str()),
        (State::Pass, "\"gcp\" in t.json /provider")
    );
    let (state, why) = file(r#"{"provider":"ovh"}"#, "/provider", &providers);
    assert_eq!(state, State::Fail);
    assert_eq!(
        why,
        "\"ovh\" is not \"aws\", \"gcp\" or \"azure\", in t.json /provider"
    );
    assert_eq!(
        file(r#"{"on":"true"}"#, "/on", &one_of(&[json!(true)])).0,
        State::Fail
    );
    assert_eq!(
        file(r#"{"on":true}"#, "/on", &one_of(&[json!(true)])).0,
        State::Pass
    );
    assert_eq!(file("{}", "/provider", &providers).0, State::Fail);
    assert_eq!(file("{", "/provider", &providers).0, State::Broken);
    // A mark of the encoding is no part of the JSON; without a pointer the file itself is the place.
    let (state, why) = file("\u{feff}\"aws\"", "", &providers);
    assert_eq!((state, why.as_str()), (State::Pass, "\"aws\" in t.json"));
    let gone = Answer::of_file(None, "t.json", "", &providers, now());
    assert_eq!(
        (gone.state, gone.why.as_str()),
        (State::Fail, "t.json is not there")
    );
}

#[test]
fn hostile_and_huge_values_become_short_plain_reasons() {
    let text = json!({ "a": format!("\u{1b}[2J\u{202e}{}", "x".repeat(100_000)) }).to_string();
    let (state, why) = file(&text, "/a", &one_of(&[json!("aws")]));
    assert_eq!(state, State::Fail);
    assert!(why.chars().count() < 400, "{}", why.len());
    assert!(
        !why.contains('\u{1b}') && !why.contains('\u{202e}'),
        "{why}"
    );
    let deep = format!("{}1{}", "[".repeat(120), "]".repeat(120));
    assert_eq!(file(&deep, "", &Wanted::Passed).0, State::Broken);
}

#[test]
fn a_time_is_young_old_or_none() {
    let day = Wanted::Within(SignedDuration::from_hours(24));
    for (text, wanted) in [
        (r#""2026-11-20T01:00:00Z""#, State::Pass),
        (r#""2026-11-19T13:59:00Z""#, State::Fail),
        (r#""2026-11-20T14:03:00Z""#, State::Pass),
        (r#""2026-11-21T14:00:00Z""#, State::Broken),
        (r#""yesterday""#, State::Broken),
        ("1790000000", State::Fail),
        ("true", State::Broken),
        ("99999999999999999999", State::Broken),
    ] {
        assert_eq!(file(text, "", &day).0, wanted, "{text}");
    }
}

#[test]
fn an_iteration_passes_within_its_limit_and_escalates_beyond() {
    let five = Wanted::Compliant { limit: 5 };
    for (value, wanted, words) in [
        (
            json!({"iteration": 2, "compliant": true}),
            State::Pass,
            "iteration 2 of 5",
        ),
        (
            json!({"iteration": 2, "status": "pending", "open": ["a", "b"]}),
            State::NoData,
            "2 open",
        ),
        (
            json!({"iteration": 4, "compliant": false}),
            State::NoData,
            "not compliant yet",
        ),
        (
            json!({"iteration": 5, "compliant": false}),
            State::Fail,
            "escalate",
        ),
        (
            json!({"iteration": 6, "compliant": true}),
            State::Fail,
            "escalate",
        ),
        (json!({"compliant": true}), State::Broken, "iteration"),
        (json!({"iteration": 1}), State::Broken, "neither"),
        (json!([]), State::Broken, "iteration"),
    ] {
        let (state, why) = file(&value.to_string(), "", &five);
        assert_eq!(state, wanted, "{value}: {why}");
        assert!(why.contains(words), "{value}: {why}");
    }
}

#[test]
fn a_check_that_still_runs_is_not_yet_and_the_worst_of_a_name_counts() {
    let sha = Sha::parse(&"3".repeat(40)).unwrap();
    let check = |status, conclusion| CheckSnapshot {
        name: "policy".into(),
        status,
        conclusion,
    };
    let ended = |conclusion| check(RunStatus::Completed, Some(conclusion));
    let of = |checks: &[CheckSnapshot]| Answer::of_checks(checks, "policy", &sha);
    assert_eq!(of(&[]).state, State::NoData);
    assert_eq!(of(&[ended(Conclusion::Success)]).state, State::Pass);
    assert_eq!(of(&[ended(Conclusion::Neutral)]).state, State::Pass);
    assert_eq!(of(&[ended(Conclusion::Skipped)]).state, State::Ambiguous);
    let runs = of(&[
        ended(Conclusion::Success),
        check(RunStatus::InProgress, None),
    ]);
    assert_eq!(runs.state, State::NoData);
    assert_eq!(runs.why.as_str(), "not yet: policy is in progress");
    let both = [ended(Conclusion::Success), ended(Conclusion::Failure)];
    assert_eq!(of(&both).state, State::Fail);
    assert_eq!(
        of(&[check(RunStatus::Completed, None)]).state,
        State::Ambiguous
    );
}

#[test]
fn a_variable_is_compared_and_never_shown() {
    let wants = one_of(&[json!(true)]);
    let of = |value| Answer::of_variable(value, "DEPLOYS", &wants, now());
    assert_eq!(of(Some(" true ")).state, State::Pass);
    assert_eq!(of(None).state, State::Fail);
    let secret = of(Some("hunter2"));
    assert_eq!(secret.state, State::Fail);
    assert!(!secret.why.as_str().contains("hunter2"));
    let passed = Answer::of_variable(Some("running"), "X", &Wanted::Passed, now());
    assert_eq!(passed.state, State::NoData);
}

#[test]
fn a_program_says_no_or_breaks() {
    let exit =
        Fault::new(FaultKind::Local, "script x", "exit status: 1: closed").reaching(Reached::Yes);
    let late = Fault::new(FaultKind::TimedOut, "script x", "no end within 5 s");
    let of = |ended, within| Answer::of_program(&ended, "x", within, now());
    assert_eq!(of(Err(exit), None).state, State::Fail);
    assert_eq!(of(Err(late), None).state, State::Broken);
    assert_eq!(of(Ok(b"open\nmore".to_vec()), None).why.as_str(), "x: open");
    let day = Some(SignedDuration::from_hours(24));
    assert_eq!(
        of(Ok(b"2026-11-20T12:00:00Z\n".to_vec()), day).state,
        State::Pass
    );
    assert_eq!(of(Ok(b"\xff".to_vec()), day).state, State::Broken);
}

#[test]
fn a_file_of_the_diff_is_there_missing_or_not_told() {
    let sha = |digit: &str| Sha::parse(&digit.repeat(40)).unwrap();
    let file = |path: &str| FileChange {
        path: path.into(),
        added: 1,
        removed: 0,
        status: "modified".into(),
        previous: None,
        patch: None,
    };
    let mut seen = Comparison {
        base: sha("d"),
        head: sha("3"),
        relation: Relation::Ahead,
        ahead_by: 1,
        behind_by: 0,
        commits: Vec::new(),
        commits_truncated: false,
        files: vec![file("docs/CHANGELOG.md")],
        files_truncated: false,
        is_from_clone: false,
    };
    assert_eq!(
        Answer::of_changes(Some(&seen), "**/CHANGELOG.md").state,
        State::Pass
    );
    assert_eq!(
        Answer::of_changes(Some(&seen), "RUNBOOK.md").state,
        State::Fail
    );
    seen.files_truncated = true;
    assert_eq!(
        Answer::of_changes(Some(&seen), "RUNBOOK.md").state,
        State::NoData
    );
    assert_eq!(Answer::of_changes(None, "x").state, State::NoData);
}
