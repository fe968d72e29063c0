//! Flags over HTTP: what is asked, hostile answers, and where the token goes.

use std::time::Duration;

use cockpit::{
    adapters::flags::{HttpFlags, Recipe, Request, Shape, unleash},
    domain::{FaultKind, Reached, flags::FlagReading},
    ports::Flags,
};
use serde_json::json;

use crate::github::server::{Reply, Server};

const TOKEN: &str = "flags-secret-7731";

fn recipe(origin: &str) -> Recipe {
    let (read, shape, kill) = unleash(origin);
    Recipe {
        read,
        shape,
        kill,
        environment: "production".to_owned(),
        project: "default".to_owned(),
        token: Some(TOKEN.to_owned().into()),
        token_name: Some("FLAGS_TOKEN".to_owned()),
        limit: Duration::from_millis(500),
    }
}

async fn read(
    reply: Reply,
) -> (
    Result<Vec<(String, FlagReading)>, cockpit::domain::Fault>,
    Server,
) {
    let server = Server::start(move |_, _| reply.clone()).await;
    let flags = HttpFlags::new(recipe(&server.origin));
    (flags.read(&["new-checkout".to_owned()]).await, server)
}

#[tokio::test]
async fn unleash_is_asked_as_it_documents() {
    let (seen, server) = read(Reply::json(&json!({"name": "production", "enabled": true}))).await;
    assert_eq!(
        seen.unwrap(),
        [("new-checkout".to_owned(), FlagReading::On)]
    );
    let flags = HttpFlags::new(recipe(&server.origin));
    flags.kill("a/b").await.unwrap();
    let asked = server.seen();
    let base = "/api/admin/projects/default/features";
    assert_eq!(
        asked[0].target,
        format!("{base}/new-checkout/environments/production")
    );
    assert_eq!(asked[0].header("authorization"), Some(TOKEN));
    assert_eq!(
        (asked[1].method.as_str(), asked[1].target.as_str()),
        (
            "POST",
            format!("{base}/a%2Fb/environments/production/off").as_str()
        )
    );
}

#[tokio::test]
async fn an_answer_that_says_nothing_is_unknown_and_never_on() {
    for body in [
        "<html>",
        "{}",
        "{\"enabled\":null}",
        "{\"enabled\":[true]}",
        "",
    ] {
        let (seen, _) = read(Reply::new(200, body)).await;
        let seen = seen.unwrap();
        assert!(
            matches!(seen[0].1, FlagReading::Unknown(_)),
            "{body}: {seen:?}"
        );
    }
    let (seen, _) = read(Reply::json(&json!({"enabled": "true-ish"}))).await;
    let seen = seen.unwrap();
    assert!(
        matches!(&seen[0].1, FlagReading::Unknown(why) if why.as_str().contains("neither true nor false")),
        "neither the word for on nor that for off: {seen:?}"
    );
    let (seen, _) = read(Reply::json(&json!({"enabled": false}))).await;
    assert_eq!(seen.unwrap()[0].1, FlagReading::Off);
    let (seen, _) = read(Reply::new(404, "{}")).await;
    assert!(
        matches!(&seen.unwrap()[0].1, FlagReading::Unknown(why) if why.as_str().contains("does not know it"))
    );
}

#[tokio::test]
async fn faults_are_told_apart_and_hold_no_token() {
    let echo = json!({ "message": format!("bad token {TOKEN}") }).to_string();
    for (reply, kind) in [
        (Reply::new(401, echo.clone()), FaultKind::Unauthenticated),
        (Reply::new(403, echo.clone()), FaultKind::Forbidden),
        (Reply::new(500, echo.clone()), FaultKind::Server),
        (
            Reply::new(302, "").header("location", "http://127.0.0.1:9/"),
            FaultKind::Refused,
        ),
        (Reply::closed(), FaultKind::Offline),
        (Reply::silent(), FaultKind::TimedOut),
        (
            Reply::new(200, vec![b' '; 2 * 1024 * 1024]),
            FaultKind::TooLarge,
        ),
    ] {
        let (seen, _) = read(reply).await;
        let fault = seen.unwrap_err();
        assert_eq!(fault.kind, kind, "{fault}");
        assert!(!format!("{fault:?}").contains(TOKEN), "{fault:?}");
    }
    let server = Server::start(|_, _| Reply::closed()).await;
    let lost = HttpFlags::new(recipe(&server.origin))
        .kill("x")
        .await
        .unwrap_err();
    assert_eq!(
        lost.reached,
        Reached::Maybe,
        "it is looked up before it is sent again"
    );
    assert_eq!(server.seen().len(), 1, "an act is sent once");
}

#[tokio::test]
async fn a_token_that_is_not_set_is_said_before_anything_is_sent() {
    let server = Server::start(|_, _| Reply::json(&json!({}))).await;
    let mut without = recipe(&server.origin);
    without.token = None;
    let fault = HttpFlags::new(without).kill("x").await.unwrap_err();
    assert!(
        fault.detail.as_str().contains("FLAGS_TOKEN is not set"),
        "{fault}"
    );
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn requests_of_the_teams_own_fill_their_places() {
    let server =
        Server::start(|_, _| Reply::json(&json!({"flags": {"a/b": {"state": "ENABLED"}}}))).await;
    let request = |method: &str, body: Option<&str>| Request {
        method: method.to_owned(),
        url: format!("{}/own/{{flag}}?env={{environment}}", server.origin),
        headers: vec![("x-api-key".to_owned(), "{token}".to_owned())],
        body: body.map(str::to_owned),
    };
    let flags = HttpFlags::new(Recipe {
        read: request("GET", None),
        shape: Shape {
            pointer: "/flags/{flag}/state".to_owned(),
            on: "ENABLED".to_owned(),
        },
        kill: request("PUT", Some(r#"{"flag":"{flag}","on":false}"#)),
        ..recipe(&server.origin)
    });
    let names = ["a/b".to_owned()];
    assert_eq!(flags.read(&names).await.unwrap()[0].1, FlagReading::On);
    flags.kill("say \"x\"").await.unwrap();
    let asked = server.seen();
    assert_eq!(asked[0].target, "/own/a%2Fb?env=production");
    assert_eq!(asked[1].body, r#"{"flag":"say \"x\"","on":false}"#);
    assert_eq!(asked[1].header("x-api-key"), Some(TOKEN));
}
