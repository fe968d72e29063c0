//! Failures, told apart by kind and by how far the request came.

use std::time::Duration;

use cockpit::{
    adapters::github::TokenSource,
    domain::{EnvironmentId, Fault, FaultKind, Reached, RunId},
    ports::{Review, Runs},
};
use serde_json::json;

use super::{
    server::{Reply, Server},
    setting::{Still, TOKEN, client, client_with, run},
};

async fn read_and_write(reply: Reply) -> (Fault, Fault) {
    let server = Server::start(move |_, _| reply.clone()).await;
    let client = client(&server.origin);
    let read = client.run(RunId(1)).await.unwrap_err();
    let write = client.approve(RunId(1), &[EnvironmentId(2)], "ok").await;
    (read, write.unwrap_err())
}

#[tokio::test]
async fn each_status_has_its_kind_and_its_words() {
    let says = |words: &str| json!({ "message": words }).to_string();
    let table = [
        (401, FaultKind::Unauthenticated, "Bad credentials"),
        (403, FaultKind::Forbidden, "Must have admin rights"),
        (404, FaultKind::NotFound, "Not Found"),
        (
            409,
            FaultKind::Conflict,
            "Cannot cancel a workflow run that is completed",
        ),
        (410, FaultKind::NotFound, "Gone"),
        (400, FaultKind::Refused, "Problems parsing JSON"),
        (422, FaultKind::Refused, "Validation Failed"),
    ];
    for (status, kind, words) in table {
        let (read, write) = read_and_write(Reply::new(status, says(words))).await;
        for fault in [read, write] {
            assert_eq!(fault.kind, kind, "{status}");
            assert_eq!(fault.reached, Reached::Yes, "{status}");
            assert!(fault.detail.as_str().contains(words), "{fault}");
            assert!(fault.what.as_str().contains("run 1"), "{fault}");
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_fields() {
    let body = r#"{"message":"Validation Failed","errors":[{"resource":"Deployment","field":"environment_ids","code":"invalid"}]}"#;
    let (_, write) = read_and_write(Reply::new(422, body)).await;
    let wanted = "422: Validation Failed (Deployment environment_ids invalid)";
    assert_eq!(write.detail.as_str(), wanted);
}

#[tokio::test]
async fn a_failing_server_may_have_done_what_was_asked() {
    for status in [500, 502, 503] {
        let page = "<html><body>Bad gateway, please wait</body></html>";
        let (read, write) = read_and_write(Reply::new(status, page)).await;
        assert_eq!((read.kind, read.reached), (FaultKind::Server, Reached::Yes));
        assert_eq!(
            (write.kind.clone(), write.reached),
            (FaultKind::Server, Reached::Maybe)
        );
        assert!(!write.detail.as_str().contains("please wait"), "{write}");
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_it_open() {
    let whole = run(1, json!({})).to_string();
    for reply in [Reply::closed(), Reply::new(200, whole).cut()] {
        let (read, write) = read_and_write(reply).await;
        assert_eq!(read.kind, FaultKind::Offline);
        assert_eq!(
            (write.kind, write.reached),
            (FaultKind::Offline, Reached::Maybe)
        );
    }
}

#[tokio::test]
async fn an_act_whose_answer_is_lost_is_sent_once() {
    let server = Server::start(|_, _| Reply::closed()).await;
    let client = client(&server.origin);
    let fault = client.reject(RunId(1), &[EnvironmentId(2)], "no").await;
    assert_eq!(fault.unwrap_err().reached, Reached::Maybe);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn nobody_there_means_never_sent() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let client = client(&gone);
    let fault = client.approve(RunId(1), &[EnvironmentId(2)], "ok").await;
    let fault = fault.unwrap_err();
    assert_eq!(
        (fault.kind.clone(), fault.reached),
        (FaultKind::Offline, Reached::No)
    );
    assert!(fault.detail.as_str().contains("refused"), "{fault}");
}

#[tokio::test]
async fn silence_is_a_time_out() {
    let server = Server::start(|_, _| Reply::silent()).await;
    let token = TokenSource::Value(TOKEN.to_owned().into());
    let client = client_with(&server.origin, Still::new(), token, |bounds| {
        bounds.answer = Duration::from_millis(150);
    });
    let fault = client.approve(RunId(1), &[EnvironmentId(2)], "ok").await;
    let fault = fault.unwrap_err();
    assert_eq!(
        (fault.kind, fault.reached),
        (FaultKind::TimedOut, Reached::Maybe)
    );
}

#[tokio::test]
async fn an_answer_that_is_not_githubs_is_malformed() {
    let sign_in = Reply::new(200, "<!doctype html><title>Sign in</title>");
    for reply in [sign_in, Reply::new(200, r#"{"id": "#)] {
        let (read, write) = read_and_write(reply).await;
        assert_eq!(read.kind, FaultKind::Malformed);
        assert_eq!(
            (write.kind, write.reached),
            (FaultKind::Malformed, Reached::Maybe)
        );
    }
    let (read, _) = read_and_write(Reply::new(500, "")).await;
    assert_eq!(read.kind, FaultKind::Server);
}

#[tokio::test]
async fn deep_json_is_refused_and_does_not_overflow() {
    let server = Server::start(|_, _| Reply::new(200, "[".repeat(200_000))).await;
    let client = client(&server.origin);
    let fault = client.pending(RunId(1)).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
    assert_eq!(
        client.run(RunId(1)).await.unwrap_err().kind,
        FaultKind::Malformed
    );
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed_with_the_token() {
    let other = Server::start(|_, _| Reply::json(&run(1, json!({})))).await;
    let there = format!("{}/steal", other.origin);
    let server = Server::start(move |_, _| Reply::new(301, "").header("location", &*there)).await;
    let client = client(&server.origin);
    let fault = client.run(RunId(1)).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
    let write = client.approve(RunId(1), &[EnvironmentId(2)], "ok").await;
    assert_eq!(write.unwrap_err().kind, FaultKind::NotFound);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_renamed_repository_is_followed_for_reads_and_named_for_acts() {
    let server = Server::start(|seen, _| {
        if seen.path().starts_with("/api/v3/repos/") {
            Reply::new(301, "").header("location", "/api/v3/repositories/9/actions/runs/1")
        } else {
            Reply::json(&run(1, json!({})))
        }
    })
    .await;
    let client = client(&server.origin);
    assert!(client.run(RunId(1)).await.is_ok());
    let fault = client.approve(RunId(1), &[EnvironmentId(2)], "ok").await;
    let fault = fault.unwrap_err();
    assert_eq!(fault.reached, Reached::Yes);
    assert!(
        fault.detail.as_str().contains("[github] repository"),
        "{fault}"
    );
    assert_eq!(server.seen().len(), 3, "the act went out once");
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let server =
        Server::start(|seen, _| Reply::new(302, "").header("location", &*seen.target)).await;
    let fault = client(&server.origin).run(RunId(1)).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
    assert_eq!(server.seen().len(), 5);
}
