//! From the argument to the run, over the real client.

use cockpit::{
    domain::{FaultKind, ReleaseQuery, Repository},
    flight::{Found, Sought, find, waiting_runs},
};
use serde_json::{Value, json};

use super::{
    server::{Reply, Seen, Server},
    setting::{BASE_SHA, SHA, client, run},
};

async fn found(
    argument: Option<&str>,
    script: impl Fn(&Seen) -> Option<Value> + Send + Sync + 'static,
) -> Result<Found, cockpit::domain::Fault> {
    let server = Server::start(move |seen, _| match script(seen) {
        Some(answer) => Reply::json(&answer),
        None => Reply::new(404, r#"{"message":"Not Found"}"#),
    })
    .await;
    let repository = Repository::parse("git.acme.dev", "acme/storefront").unwrap();
    let query = ReleaseQuery::parse(argument, &repository).unwrap();
    let sought = Sought {
        workflow: "deploy.yml".to_owned(),
        environments: vec!["production".to_owned(), "production-5".to_owned()],
    };
    let client = client(&server.origin);
    find(&query, &sought, &client, &client).await
}

fn runs(ids: &[u64]) -> Value {
    let created = |id: u64| format!("2026-11-20T10:00:{id:02}Z");
    let runs: Vec<_> = ids
        .iter()
        .map(|id| run(*id, json!({"created_at": created(*id)})))
        .collect();
    json!({ "workflow_runs": runs })
}

fn ids(found: &Found) -> Vec<u64> {
    match found {
        Found::One(run) => vec![run.id.0],
        Found::Several(runs) => runs.iter().map(|run| run.id.0).collect(),
        Found::None { newest } => newest.iter().map(|run| run.id.0).collect(),
    }
}

/// Runs 1 to 4 wait: 1 for staging, 2 for production, 3 for a canary stage, 4 is gone when asked.
fn waiting(seen: &Seen, waiting: &[u64]) -> Option<Value> {
    let held = |environment: &str| Some(json!([{"environment": {"id": 1, "name": environment}}]));
    match seen.path().rsplit('/').nth(1)? {
        "deploy.yml" if seen.target.contains("status=waiting") => Some(runs(waiting)),
        "deploy.yml" => Some(runs(&[7, 9, 8])),
        "1" => held("staging"),
        "2" => held("production"),
        "3" => held("production-5"),
        _ => None,
    }
}

#[tokio::test]
async fn without_an_argument_it_is_what_waits_for_production() {
    let one = found(None, |seen| waiting(seen, &[1, 2, 4])).await.unwrap();
    assert!(matches!(one, Found::One(_)));
    assert_eq!(ids(&one), [2]);
    let several = found(None, |seen| waiting(seen, &[1, 2, 3])).await.unwrap();
    assert!(matches!(several, Found::Several(_)));
    assert_eq!(ids(&several), [3, 2]);
    let none = found(None, |seen| waiting(seen, &[1])).await.unwrap();
    assert!(matches!(none, Found::None { .. }));
    assert_eq!(ids(&none), [9], "the newest of the workflow");
}

#[tokio::test]
async fn a_commit_has_its_newest_run() {
    let of_commit = |seen: &Seen| {
        let asked = seen.target.contains(&format!("head_sha={SHA}"));
        (asked && seen.path().ends_with("/workflows/deploy.yml/runs")).then(|| runs(&[3, 5, 4]))
    };
    assert_eq!(ids(&found(Some(SHA), of_commit).await.unwrap()), [5]);
    let tag = move |seen: &Seen| {
        if seen.path().ends_with("/commits/v2.14.0") {
            Some(json!({"sha": SHA}))
        } else {
            of_commit(seen)
        }
    };
    assert_eq!(ids(&found(Some("v2.14.0"), tag).await.unwrap()), [5]);
}

#[tokio::test]
async fn a_pull_request_means_its_merge_commit_then_its_head() {
    let pull = |merge_has_runs: bool| {
        move |seen: &Seen| {
            let at = |sha: &str| seen.target.contains(&format!("head_sha={sha}"));
            if seen.path().ends_with("/pulls/12") {
                let merged = "2026-11-19T10:00:00Z";
                Some(
                    json!({"number": 12, "head": {"sha": SHA}, "merged_at": merged, "merge_commit_sha": BASE_SHA}),
                )
            } else if at(BASE_SHA) && merge_has_runs {
                Some(runs(&[6]))
            } else if at(SHA) {
                Some(runs(&[2]))
            } else {
                Some(runs(&[]))
            }
        }
    };
    assert_eq!(ids(&found(Some("#12"), pull(true)).await.unwrap()), [6]);
    assert_eq!(ids(&found(Some("#12"), pull(false)).await.unwrap()), [2]);
}

#[tokio::test]
async fn a_run_is_taken_as_named() {
    let only_run = |seen: &Seen| {
        seen.path()
            .ends_with("/runs/12345678901")
            .then(|| run(12_345_678_901, json!({})))
    };
    let address = "https://git.acme.dev/acme/storefront/actions/runs/12345678901/attempts/2";
    for argument in ["12345678901", address] {
        assert_eq!(
            ids(&found(Some(argument), only_run).await.unwrap()),
            [12_345_678_901]
        );
    }
}

#[tokio::test]
async fn a_name_that_is_nothing_says_so() {
    let fault = found(Some("v9"), |_| None).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotFound);
    assert!(fault.what.as_str().contains("v9"), "{fault}");
}

#[tokio::test]
async fn a_commit_without_a_run_shows_the_newest() {
    let none = |seen: &Seen| {
        let of_commit = seen.target.contains("head_sha");
        Some(runs(if of_commit { &[] } else { &[1] }))
    };
    let none = found(Some(SHA), none).await.unwrap();
    assert!(matches!(&none, Found::None { newest: Some(run) } if run.id.0 == 1));
}

/// Of a hundred runs some fail to answer in a bad network: the others are attended all the same.
#[tokio::test]
async fn a_run_that_does_not_answer_leaves_the_others_waiting_for_nothing() {
    let server = Server::start(|seen, _| match seen.path().rsplit('/').nth(1) {
        Some("deploy.yml") => Reply::json(&runs(&[1, 2, 3, 4, 5, 6])),
        Some("1" | "4") => Reply::new(502, "{}"),
        Some(_) => Reply::json(&json!([{"environment": {"id": 1, "name": "production"}}])),
        None => Reply::new(404, "{}"),
    })
    .await;
    let sought = Sought {
        workflow: "deploy.yml".to_owned(),
        environments: vec!["production".to_owned()],
    };
    let client = client(&server.origin);
    let told = |most: usize| waiting_runs(&sought, &client, &|run| run.id.0 == 5, most);
    let found = told(5).await.unwrap();
    let ids: Vec<u64> = found.runs.iter().map(|run| run.id.0).collect();
    assert_eq!(
        ids,
        [6, 3, 2],
        "and what is known already takes nobody's place"
    );
    assert_eq!(found.fault.unwrap().kind, FaultKind::Server);
    // Without an argument the one that is meant may be among those that did not answer.
    let fault = find(&ReleaseQuery::Waiting, &sought, &client, &client).await;
    assert_eq!(fault.unwrap_err().kind, FaultKind::Server);
}

#[tokio::test]
async fn digits_that_are_no_name_are_the_small_id_of_a_young_servers_run() {
    let run_41 = |seen: &Seen| {
        seen.path()
            .ends_with("/runs/41")
            .then(|| run(41, json!({})))
    };
    assert_eq!(ids(&found(Some("41"), run_41).await.unwrap()), [41]);
    let fault = found(Some("42"), run_41).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotFound);
    let told = fault.to_string();
    assert!(told.contains("no tag, branch, commit or run"), "{told}");
}

#[tokio::test]
async fn a_run_of_another_workflow_is_no_release() {
    let other = |seen: &Seen| {
        let id = seen.path().rsplit('/').next()?.parse().ok()?;
        let is_run = seen.path().contains("/actions/runs/");
        is_run.then(|| run(id, json!({"path": ".github/workflows/ci.yml@main"})))
    };
    for argument in ["41", "12345678901"] {
        let fault = found(Some(argument), other).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::NotFound);
        let told = fault.to_string();
        assert!(told.contains(argument), "{told}");
        assert!(
            told.contains("a run of ci.yml; a release is a run of deploy.yml"),
            "{told}"
        );
    }
    // A server that does not tell it.
    let untold = |_: &Seen| Some(run(12_345_678_901, json!({"path": null})));
    assert_eq!(
        ids(&found(Some("12345678901"), untold).await.unwrap()),
        [12_345_678_901]
    );
}
