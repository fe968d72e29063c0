//! Check runs: asked by name, over all pages, and never taken for less than they are.

use cockpit::{
    domain::{
        FaultKind, Sha,
        judge::State,
        observation::{CheckSnapshot, Conclusion, RunStatus},
        question::Answer,
    },
    ports::Checks as _,
};
use serde_json::{Value, json};

use super::{
    server::{Reply, Server},
    setting::client,
};

fn sha() -> Sha {
    Sha::parse(&"3".repeat(40)).unwrap()
}

fn check(status: &str, conclusion: &Value) -> Value {
    json!({ "id": 1, "name": "policy", "status": status, "conclusion": conclusion })
}

async fn read(checks: Value) -> Vec<CheckSnapshot> {
    let body = json!({ "total_count": 1, "check_runs": checks });
    let server = Server::start(move |_, _| Reply::json(&body)).await;
    client(&server.origin)
        .check_runs(&sha(), "policy")
        .await
        .unwrap()
}

#[tokio::test]
async fn they_are_asked_by_name_and_the_newest_only_over_all_pages() {
    let server = Server::start(|seen, _| {
        let is_second = seen.target.contains("page=2");
        let all = vec![check("completed", &json!("success")); if is_second { 3 } else { 100 }];
        let reply = Reply::json(&json!({ "total_count": 103, "check_runs": all }));
        if is_second {
            reply
        } else {
            let next = "<https://inner.example/x?check_name=policy&page=2>; rel=\"next\"";
            reply.header("link", next.to_owned())
        }
    })
    .await;
    let found = client(&server.origin)
        .check_runs(&sha(), "a b/c")
        .await
        .unwrap();
    assert_eq!(found.len(), 103);
    let first = &server.seen()[0];
    let path = format!("/api/v3/repos/acme/storefront/commits/{}/check-runs", sha());
    assert_eq!(first.path(), path);
    for part in ["check_name=a+b%2Fc", "filter=latest", "per_page=100"] {
        let target = first.target.replace("%20", "+");
        assert!(target.contains(part), "{part} in {target}");
    }
}

#[tokio::test]
async fn what_is_not_understood_is_no_success() {
    for (status, conclusion, state) in [
        ("completed", json!("success"), State::Pass),
        ("completed", json!("failure"), State::Fail),
        ("completed", json!("a word of tomorrow"), State::Ambiguous),
        ("completed", json!(null), State::Ambiguous),
        ("completed", json!(7), State::Ambiguous),
        ("in_progress", json!(null), State::NoData),
        ("a word of tomorrow", json!("success"), State::Ambiguous),
    ] {
        let found = read(json!([check(status, &conclusion)])).await;
        let answer = Answer::of_checks(&found, "policy", &sha());
        assert_eq!(answer.state, state, "{status} {conclusion}");
    }
    let found = read(json!([check("waiting", &json!(null))])).await;
    assert_eq!(
        (found[0].status, found[0].conclusion),
        (RunStatus::Waiting, None::<Conclusion>)
    );
}

#[tokio::test]
async fn an_unreadable_one_fails_the_whole_and_statuses_have_their_kind() {
    let body = json!({ "total_count": 2, "check_runs": [check("completed", &json!("success")), { "id": 3 }] });
    let server = Server::start(move |_, _| Reply::json(&body)).await;
    let fault = client(&server.origin).check_runs(&sha(), "policy").await;
    assert_eq!(fault.unwrap_err().kind, FaultKind::Malformed);
    for (status, kind) in [
        (403, FaultKind::Forbidden),
        (404, FaultKind::NotFound),
        (422, FaultKind::Refused),
        (502, FaultKind::Server),
    ] {
        let server = Server::start(move |_, _| Reply::new(status, "{}")).await;
        let fault = client(&server.origin).check_runs(&sha(), "policy").await;
        assert_eq!(fault.unwrap_err().kind, kind, "{status}");
    }
}
