//! `doctor` on a GitHub of a few answers: whether this person's approval will be taken, and by what the candidate is named.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
};

use assert_cmd::Command;
use serde_json::{Value, json};

use super::SMALLEST;

/// A server that answers a path without its query; what it does not know is 404.
pub(crate) fn answering(answer: impl Fn(&str) -> Option<(u16, String)> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api/v3", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let read = BufReader::new(stream.try_clone().unwrap());
            let mut lines = read.lines().map_while(Result::ok);
            let line = lines.next().unwrap_or_default();
            lines.find(String::is_empty);
            let path = line.split(' ').nth(1).unwrap_or_default();
            let path = path.split('?').next().unwrap_or_default();
            let (status, body) = answer(path).unwrap_or((404, "{}".to_owned()));
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

/// What `doctor` says of these rules on a GitHub with these answers, by what their paths end with.
fn doctored(rules: &str, answers: Vec<(&'static str, Value)>) -> Value {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cockpit.toml"), rules).unwrap();
    let api = answering(move |path| {
        let known = answers.iter().find(|(end, _)| path.ends_with(end));
        known.map(|(_, body)| (200, body.to_string()))
    });
    let output = Command::cargo_bin("cockpit")
        .unwrap()
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("GITHUB_API_URL", api)
        .env("GH_TOKEN", "ghx_ana")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .args(["doctor", "--json", "--repo", "acme/shop", "--config"])
        .arg("cockpit.toml")
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn line<'a>(lines: &'a Value, check: &str) -> (&'a str, &'a str) {
    let mut all = lines.as_array().unwrap().iter();
    let line = all.find(|line| line["check"] == check);
    let line = line.unwrap_or_else(|| panic!("{check} in {lines:#}"));
    let word = |key: &str| line[key].as_str().unwrap();
    (word("state"), word("found"))
}

fn environment(reviewers: &Value, no_self: bool) -> Value {
    let rule = json!({ "type": "required_reviewers", "prevent_self_review": no_self, "reviewers": reviewers });
    json!({ "name": "production", "can_admins_bypass": false, "protection_rules": [rule] })
}

fn user(login: &str) -> Value {
    json!({ "type": "User", "reviewer": { "login": login } })
}

fn run(id: u64, status: &str, by: &str) -> Value {
    let sha = "3f9c2ab1".repeat(5);
    json!({
        "id": id, "head_sha": sha, "created_at": "2026-11-30T10:00:00Z", "status": status,
        "conclusion": "success", "display_title": "Deploy v2.14.0", "triggering_actor": { "login": by },
    })
}

#[test]
fn whether_an_approval_will_be_taken_is_said() {
    let team = json!({ "type": "Team", "reviewer": { "slug": "sre", "name": "SRE" } });
    let member = |state: &str| {
        (
            "/orgs/acme/teams/sre/memberships/ana",
            json!({ "state": state }),
        )
    };
    let seen = || ("/orgs/acme/teams/sre/members", json!([]));
    let of = |reviewers: Value, no_self: bool, more: Vec<(&'static str, Value)>| {
        let mut all = vec![
            ("/user", json!({ "login": "ana" })),
            ("/environments/production", environment(&reviewers, no_self)),
        ];
        all.extend(more);
        let lines = doctored(SMALLEST, all);
        let (state, found) = line(&lines, "reviewer production");
        format!("{state}: {found}")
    };
    let by_name = of(json!([user("ben"), user("Ana")]), false, vec![]);
    assert_eq!(by_name, "ok: @ana is one");
    let not_own = of(json!([user("ana")]), true, vec![]);
    assert_eq!(
        not_own,
        "ok: @ana is one; not of runs that they trigger themselves"
    );
    let by_team = of(json!([user("ben"), team]), false, vec![member("active")]);
    assert_eq!(by_team, "ok: @ana is one, by team sre");
    for more in [vec![member("pending")], vec![seen()]] {
        let none = of(json!([user("ben"), team]), false, more);
        assert_eq!(
            none,
            "warn: @ana is none, an approval will be refused; @ben, team sre may"
        );
    }
    let hidden = of(json!([user("ben"), team]), false, vec![]);
    assert_eq!(hidden, "unknown: whether @ana is in team sre is hidden");
    let nobody = of(json!([]), false, vec![]);
    assert_eq!(nobody, "unknown: GitHub names no reviewer");
}

#[test]
fn a_run_that_waits_says_whether_this_person_may_approve_it() {
    let of = |may: bool, by: &str, reviewers: Value| {
        let hold = json!([{ "environment": { "id": 7, "name": "production" }, "current_user_can_approve": may }]);
        let runs = json!({ "total_count": 1, "workflow_runs": [run(9, "waiting", by)] });
        let lines = doctored(
            SMALLEST,
            vec![
                ("/user", json!({ "login": "ana" })),
                ("/environments/production", environment(&reviewers, true)),
                ("/workflows/deploy.yml/runs", runs),
                ("/runs/9/pending_deployments", hold),
            ],
        );
        let (state, found) = line(&lines, "reviewer production");
        format!("{state}: {found}")
    };
    let both = || json!([user("ana"), user("ben")]);
    assert_eq!(
        of(true, "ben", both()),
        "ok: run 9 waits, and @ana may approve it"
    );
    let own = of(false, "ana", both());
    assert!(
        own.starts_with("warn: run 9 waits, and @ana triggered it"),
        "{own}"
    );
    let else_refused = of(false, "ben", both());
    assert!(
        else_refused.contains("GitHub does not let @ana approve"),
        "{else_refused}"
    );
    let other = of(false, "ben", json!([user("ben")]));
    assert_eq!(other, "warn: run 9 waits for @ben, not for @ana");
}

#[test]
fn what_names_the_candidate_is_tried_on_the_last_release() {
    let of = |pattern: &str| {
        let rules =
            format!("candidate.version_from = {{ display_title = '{pattern}' }}\n{SMALLEST}");
        let runs = json!({ "total_count": 1, "workflow_runs": [run(9, "completed", "ana")] });
        let answers = vec![
            ("/user", json!({ "login": "ana" })),
            ("/workflows/deploy.yml/runs", runs),
        ];
        let lines = doctored(&rules, answers);
        let (state, found) = line(&lines, "version_from");
        format!("{state}: {found}")
    };
    assert_eq!(of(r"Deploy (v\S+)"), "ok: run 9 is v2.14.0");
    let none = of(r"release (\d+)");
    assert_eq!(
        none,
        "warn: of run 9 none: the title \"Deploy v2.14.0\" does not match"
    );
}

#[test]
fn a_program_of_the_rules_runs_only_once_it_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let ran = folder.path().join("ran");
    let command = format!(
        "version = {{ command = [\"touch\", \"{}\"] }}",
        ran.display()
    );
    let at = SMALLEST.find("version = {").unwrap();
    let end = at + SMALLEST[at..].find('\n').unwrap();
    let rules = format!("{}{command}{}", &SMALLEST[..at], &SMALLEST[end..]);
    let lines = doctored(&rules, vec![("/user", json!({ "login": "ana" }))]);
    let (state, found) = line(&lines, "production version");
    assert_eq!(state, "unknown", "{found}");
    assert!(
        found.contains("is not run: nobody here has trusted"),
        "{found}"
    );
    assert!(!ran.exists());
}
