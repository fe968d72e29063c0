//! Rate limits: obeyed without asking again, and told.

use cockpit::{
    domain::{EnvironmentId, FaultKind, Reached, RunId, Text},
    ports::{Clock, Review, Runs},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    server::{Reply, Server},
    setting::{Still, client, client_at, run},
};

fn until(kind: &FaultKind) -> Timestamp {
    match kind {
        FaultKind::RateLimited { until } => *until,
        other => panic!("not a rate limit: {other:?}"),
    }
}

fn in_seconds(clock: &Still, seconds: i64) -> Timestamp {
    clock.now() + SignedDuration::from_secs(seconds)
}

#[tokio::test]
async fn after_a_429_nothing_is_sent_until_the_told_time() {
    let server = Server::start(|_, n| match n {
        0 => Reply::new(429, r#"{"message":"slow down"}"#).header("retry-after", "30"),
        _ => Reply::json(&run(1, json!({}))),
    })
    .await;
    let clock = Still::new();
    let client = client_at(&server.origin, clock.clone());
    let lifts = in_seconds(&clock, 30);
    let answered = client.run(RunId(1)).await.unwrap_err();
    assert_eq!(
        (until(&answered.kind), answered.reached),
        (lifts, Reached::Yes)
    );
    clock.pass(29);
    let kept = client.run(RunId(1)).await.unwrap_err();
    assert_eq!((until(&kept.kind), kept.reached), (lifts, Reached::No));
    let act = client.approve(RunId(1), &[EnvironmentId(2)], "ok").await;
    assert_eq!(act.unwrap_err().reached, Reached::No);
    assert_eq!(server.seen().len(), 1, "only the first was sent");
    assert_eq!(client.limits().limited_until, Some(lifts));
    clock.pass(1);
    assert!(client.run(RunId(1)).await.is_ok());
    assert_eq!(client.limits().limited_until, None);
}

#[tokio::test]
async fn a_spent_hour_waits_for_its_reset() {
    let clock = Still::new();
    let lifts = in_seconds(&clock, 900);
    let server = Server::start(move |_, _| {
        Reply::new(403, r#"{"message":"API rate limit exceeded"}"#)
            .header("x-ratelimit-limit", "5000")
            .header("x-ratelimit-remaining", "0")
            .header("x-ratelimit-reset", lifts.as_second().to_string())
    })
    .await;
    let client = client_at(&server.origin, clock);
    let fault = client.run(RunId(1)).await.unwrap_err();
    assert_eq!(until(&fault.kind), lifts);
    assert_eq!(client.limits().remaining, Some(0));
}

#[tokio::test]
async fn a_secondary_limit_waits_a_minute_and_then_longer() {
    let server = Server::start(|_, _| {
        Reply::new(
            403,
            r#"{"message":"You have exceeded a secondary rate limit."}"#,
        )
        .header("x-ratelimit-remaining", "4711")
    })
    .await;
    let clock = Still::new();
    let client = client_at(&server.origin, clock.clone());
    for wait in [60, 120, 240] {
        let fault = client.run(RunId(1)).await.unwrap_err();
        assert_eq!(until(&fault.kind), in_seconds(&clock, wait));
        clock.pass(wait);
    }
}

#[tokio::test]
async fn a_plain_403_limits_nothing() {
    let server = Server::start(|_, _| {
        Reply::new(
            403,
            r#"{"message":"Resource not accessible by integration"}"#,
        )
        .header("x-ratelimit-remaining", "4711")
    })
    .await;
    let client = client(&server.origin);
    for _ in 0..2 {
        let fault = client.run(RunId(1)).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Forbidden);
    }
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn the_limits_and_scopes_can_be_read() {
    let server = Server::start(|_, _| {
        Reply::json(&run(1, json!({})))
            .header("x-ratelimit-limit", "5000")
            .header("x-ratelimit-remaining", "4321")
            .header("x-ratelimit-reset", "1795000000")
            .header("x-oauth-scopes", "repo, workflow")
            .header(
                "github-authentication-token-expiration",
                "2026-12-01 10:00:00 UTC",
            )
    })
    .await;
    let client = client(&server.origin);
    client.run(RunId(1)).await.unwrap();
    let limits = client.limits();
    assert_eq!((limits.limit, limits.remaining), (Some(5000), Some(4321)));
    assert_eq!(limits.reset.unwrap().as_second(), 1_795_000_000);
    assert_eq!(limits.scopes, Some(Text::line("repo, workflow")));
    let ends = Text::line("2026-12-01 10:00:00 UTC");
    assert_eq!(limits.token_expires, Some(ends));
}

#[tokio::test]
async fn acts_go_one_at_a_time_a_second_apart() {
    let server = Server::start(|_, _| Reply::new(200, "[]")).await;
    let clock = Still::new();
    let begin = clock.now();
    let client = client_at(&server.origin, clock.clone());
    let (one, two) = ([EnvironmentId(1)], [EnvironmentId(2)]);
    let both = tokio::join!(
        client.approve(RunId(1), &one, "a"),
        client.approve(RunId(1), &two, "b")
    );
    assert_eq!(both, (Ok(()), Ok(())));
    client.approve(RunId(1), &one, "c").await.unwrap();
    let second = SignedDuration::from_secs(1);
    assert_eq!(clock.slept(), [begin + second, begin + second + second]);
}
