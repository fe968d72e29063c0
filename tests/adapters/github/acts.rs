//! Acts: what is sent, once, and how a dispatched run is found again.

use cockpit::{
    domain::{EnvironmentId, FaultKind, Reached, RunId},
    ports::{Clock as _, Dispatch, DispatchOrder, Review},
};
use serde_json::{Value, json};

use super::{
    server::{Reply, Server},
    setting::{Still, client, client_at, run},
};

fn order(inputs: &[(&str, &str)]) -> DispatchOrder {
    DispatchOrder {
        workflow: "rollback.yml".to_owned(),
        reference: "main".to_owned(),
        inputs: inputs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

#[tokio::test]
async fn an_approval_names_exactly_the_shown_environments() {
    let server = Server::start(|_, _| Reply::new(200, "[]")).await;
    let ids = [EnvironmentId(161_088_068), EnvironmentId(5)];
    let client = client(&server.origin);
    client
        .approve(RunId(30), &ids, "digest 1a2b")
        .await
        .unwrap();
    client.reject(RunId(30), &ids[..1], "broken").await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].method, "POST");
    let path = "/api/v3/repos/acme/storefront/actions/runs/30/pending_deployments";
    assert_eq!(seen[0].target, path);
    let body = |at: usize| serde_json::from_str::<Value>(&seen[at].body).unwrap();
    let approval =
        json!({"environment_ids": [161_088_068, 5], "state": "approved", "comment": "digest 1a2b"});
    assert_eq!(body(0), approval);
    let rejection =
        json!({"environment_ids": [161_088_068], "state": "rejected", "comment": "broken"});
    assert_eq!(body(1), rejection);
}

#[tokio::test]
async fn two_acts_at_once_go_out_one_after_the_other() {
    let server = Server::start(|_, _| Reply::new(200, "[]")).await;
    let clock = Still::new();
    let client = client_at(&server.origin, clock.clone());
    let began = clock.now();
    let ids = [EnvironmentId(5)];
    let (first, second) = tokio::join!(
        client.approve(RunId(30), &ids, "let it go"),
        client.cancel(RunId(31)),
    );
    assert!(first.is_ok() && second.is_ok());
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen[0].target.ends_with("pending_deployments"));
    // The second slept until a while after the first was answered: nothing else moves this clock.
    assert!(clock.now() > began, "writes keep a distance");
}

#[tokio::test]
async fn an_approval_of_nothing_is_not_sent() {
    let server = Server::start(|_, _| Reply::new(200, "[]")).await;
    let fault = client(&server.origin).approve(RunId(30), &[], "x").await;
    assert_eq!(fault.unwrap_err().reached, Reached::No);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_dispatch_tells_the_run_where_the_server_does() {
    let server = Server::start(|_, n| match n {
        0 => Reply::new(204, ""),
        1 => Reply::json(&json!({"workflow_run_id": 77, "run_url": "u", "html_url": "h"})),
        _ => Reply::json(&json!({"workflow_run_id": null})),
    })
    .await;
    let client = client(&server.origin);
    let order = order(&[("version", "v2.13.4"), ("id", "r-1")]);
    assert_eq!(client.dispatch(&order).await, Ok(None));
    assert_eq!(client.dispatch(&order).await, Ok(Some(RunId(77))));
    assert_eq!(client.dispatch(&order).await, Ok(None));
    let seen = &server.seen()[0];
    assert!(
        seen.path()
            .ends_with("/actions/workflows/rollback.yml/dispatches")
    );
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    let wanted = json!({"ref": "main", "inputs": {"version": "v2.13.4", "id": "r-1"}});
    assert_eq!(body, wanted);
}

#[tokio::test]
async fn too_many_inputs_are_refused_before_they_are_sent() {
    let server = Server::start(|_, _| Reply::new(204, "")).await;
    let many = vec![("name", "value"); 26];
    let fault = client(&server.origin).dispatch(&order(&many)).await;
    assert_eq!(fault.unwrap_err().reached, Reached::No);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_dispatched_run_is_found_by_marker_and_time() {
    let runs = |changes: [(u64, &str, &str, &str); 5]| {
        let runs: Vec<_> = changes
            .into_iter()
            .map(|(id, title, created, event)| {
                run(
                    id,
                    json!({"display_title": title, "created_at": created, "event": event}),
                )
            })
            .collect();
        json!({ "workflow_runs": runs })
    };
    let answer = runs([
        (
            1,
            "roll back r-1",
            "2026-11-20T13:59:59Z",
            "workflow_dispatch",
        ),
        (
            2,
            "roll back r-1",
            "2026-11-20T14:00:00Z",
            "workflow_dispatch",
        ),
        (
            3,
            "roll back r-2",
            "2026-11-20T14:00:05Z",
            "workflow_dispatch",
        ),
        (
            4,
            "roll back r-1",
            "2026-11-20T14:00:06Z",
            "workflow_dispatch",
        ),
        (5, "roll back r-1", "2026-11-20T14:00:07Z", "push"),
    ]);
    let server = Server::start(move |_, _| Reply::json(&answer)).await;
    let client = client(&server.origin);
    let since = "2026-11-20T14:00:00.900Z".parse().unwrap();
    let marked = client.dispatched("rollback.yml", Some("r-1"), since).await;
    let ids: Vec<_> = marked.unwrap().iter().map(|run| run.id.0).collect();
    assert_eq!(ids, [4, 2]);
    let all = client
        .dispatched("rollback.yml", None, since)
        .await
        .unwrap();
    assert_eq!(all.len(), 3);
    assert!(server.seen()[0].target.contains("event=workflow_dispatch"));
}

#[tokio::test]
async fn cancelling_an_ended_run_is_a_conflict() {
    let server = Server::start(|seen, _| {
        if seen.path().ends_with("/1/cancel") {
            Reply::new(202, "{}")
        } else if seen.path().ends_with("/rerun-failed-jobs") {
            Reply::new(201, "{}")
        } else {
            Reply::new(
                409,
                r#"{"message":"Cannot cancel a workflow run that is completed."}"#,
            )
        }
    })
    .await;
    let client = client(&server.origin);
    assert_eq!(client.cancel(RunId(1)).await, Ok(()));
    assert_eq!(client.rerun_failed(RunId(1)).await, Ok(()));
    let fault = client.cancel(RunId(2)).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.reached),
        (FaultKind::Conflict, Reached::Yes)
    );
}

#[tokio::test]
async fn inputs_come_from_the_file_on_that_ref() {
    use base64::Engine as _;
    let yaml = "on:\n  workflow_dispatch:\n    inputs:\n      version: { required: true }\n      dry: { type: boolean }\n";
    let packed = base64::engine::general_purpose::STANDARD.encode(yaml);
    // GitHub breaks base64 into lines.
    let (head, tail) = packed.split_at(20);
    let content =
        json!({"type": "file", "encoding": "base64", "content": format!("{head}\n{tail}\n")});
    let server = Server::start(move |seen, _| {
        if seen
            .path()
            .ends_with("/contents/.github/workflows/rollback.yml")
        {
            Reply::json(&content)
        } else {
            Reply::new(404, r#"{"message":"Not Found"}"#)
        }
    })
    .await;
    let client = client(&server.origin);
    let mut inputs = client
        .inputs("rollback.yml", "release/2")
        .await
        .unwrap()
        .unwrap();
    inputs.sort();
    assert_eq!(
        inputs,
        [("dry".to_owned(), false), ("version".to_owned(), true)]
    );
    assert!(server.seen()[0].target.ends_with("?ref=release%2F2"));
    let missing = client.inputs("gone.yml", "main").await.unwrap_err();
    assert_eq!(missing.kind, FaultKind::NotFound);
    let climbing = client.inputs("../../x/y", "main").await.unwrap_err();
    assert_eq!(climbing.reached, Reached::No);
}
