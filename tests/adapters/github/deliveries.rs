//! Filling a ledger: pages, windows of runs, what is gone, what makes no sense, and a limit in the middle.

use cockpit::{
    domain::{
        FaultKind, Repository,
        scorecard::{Deploys, Ledger, Scope},
    },
    flight::{Filler, fill},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    server::{Reply, Seen, Server},
    setting::{SHA, client},
};

struct Silent;

impl Filler for Silent {
    fn doing(&mut self, _: String) {}
    fn keep(&mut self, _: &Ledger) {}
}

fn ledger() -> Ledger {
    Ledger::new(Scope {
        repository: Repository::parse("git.acme.dev", "acme/storefront").unwrap(),
        environment: "production".to_owned(),
        workflow: "deploy.yml".to_owned(),
        job: "deploy".to_owned(),
        rollback: None,
    })
}

fn at(raw: &str) -> Timestamp {
    raw.parse().unwrap()
}

fn parameter<'a>(seen: &'a Seen, name: &str) -> &'a str {
    let query = seen.target.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(key, _)| *key == name)
        .map_or("", |(_, value)| value)
}

/// Three deployments: one whole, one that is gone, one whose statuses make no sense; a broken item among them.
fn world(seen: &Seen) -> Reply {
    let path = seen.path();
    let one = |id: u64, day: u8| json!({"id": id, "sha": SHA, "created_at": format!("2026-11-{day:02}T10:00:00Z")});
    let answer: Value = if path.ends_with("/deployments") {
        return match parameter(seen, "page") {
            "1" => Reply::json(&json!([one(3, 18), {"id": "x"}, one(2, 17)]))
                .header(
                    "link",
                    "<https://x/y?environment=production&per_page=100&page=2>; rel=\"next\"",
                )
                .header("etag", "\"first\""),
            _ => Reply::json(&json!([one(1, 16), one(0, 1)])),
        };
    } else if path.ends_with("/deployments/3/statuses") {
        let log = "https://git.acme.dev/acme/storefront/actions/runs/900/job/41";
        json!([
            {"id": 2, "state": "success", "created_at": "2026-11-18T10:05:00Z", "log_url": log},
            {"id": 1, "state": "in_progress", "created_at": "2026-11-18T10:01:00Z", "log_url": log},
            {"id": 0, "state": null, "created_at": "yesterday"}])
    } else if path.ends_with("/deployments/1/statuses") {
        return Reply::new(200, "<html>maintenance");
    } else if path.contains("/statuses") {
        return Reply::new(404, r#"{"message":"Not Found"}"#);
    } else if path.ends_with("/workflows/deploy.yml/runs") {
        json!({"total_count": 1, "workflow_runs": [
            {"id": 900, "head_sha": SHA, "created_at": "2026-11-18T09:00:00Z", "run_attempt": 1, "conclusion": "success",
             "head_commit": {"timestamp": "2026-11-18T10:00:00+02:00"}},
            {"id": 901, "head_sha": "no sha", "created_at": "2026-11-18T09:00:00Z"}, 7]})
    } else {
        json!({"total_count": 1, "jobs": [
            {"id": 41, "name": "deploy", "run_attempt": 1, "started_at": "2026-11-18T10:01:00Z", "completed_at": null},
            {"id": "x", "name": "y"}]})
    };
    Reply::json(&answer)
}

#[tokio::test]
async fn what_is_gone_or_broken_is_left_out_and_the_rest_is_whole() {
    let server = Server::start(|seen, _| world(seen)).await;
    let client = client(&server.origin);
    let mut book = ledger();
    let span = (at("2026-11-10T00:00:00Z"), at("2026-11-20T00:00:00Z"));
    let filled = fill(&mut book, &client, span, &mut Silent).await;
    assert_eq!(filled.fault, None);
    let deploys = Deploys::join(&book, &[]);
    assert_eq!(deploys.all.len(), 1);
    // 08:00 UTC to 10:05.
    assert_eq!(deploys.all[0].lead_s(), Some(7_500));
    assert_eq!(deploys.untold, 2, "the ones that are gone or make no sense");
    let asked = server.seen().len();
    let again = fill(&mut book, &client, span, &mut Silent).await;
    assert_eq!(again.fault, None);
    let seen = server.seen();
    assert!(
        seen[asked..]
            .iter()
            .all(|one| !one.path().contains("statuses")),
        "asked once"
    );
    let first = &seen[asked];
    assert_eq!(first.header("if-none-match"), Some("\"first\""));
}

#[tokio::test]
async fn a_limit_in_the_middle_keeps_what_was_told_and_goes_on_later() {
    let server = Server::start(|seen, number| {
        if number < 30 && seen.path().ends_with("/jobs") {
            return Reply::new(429, r#"{"message":"secondary rate limit"}"#)
                .header("retry-after", "60");
        }
        world(seen)
    })
    .await;
    let mut book = ledger();
    let span = (at("2026-11-10T00:00:00Z"), at("2026-11-20T00:00:00Z"));
    let filled = fill(&mut book, &client(&server.origin), span, &mut Silent).await;
    assert!(matches!(
        filled.fault.unwrap().kind,
        FaultKind::RateLimited { .. }
    ));
    assert_eq!(book.deployments.len(), 4);
    assert!(book.deployments[&3].course.is_some());
    assert_eq!(book.jobs_wanted(span.0).len(), 1);
}

#[tokio::test]
async fn more_runs_than_a_list_tells_are_asked_for_in_shorter_whiles() {
    let server = Server::start(|seen, _| {
        let path = seen.path();
        if !path.ends_with("/runs") {
            return Reply::json(&json!([]));
        }
        let window = parameter(seen, "created").replace("%3A", ":");
        let (from, until) = window.split_once("..").unwrap();
        let hours = at(until).duration_since(at(from)).as_hours();
        let total = if hours > 200 { 5_000 } else { 3 };
        Reply::json(&json!({"total_count": total, "workflow_runs": []}))
    })
    .await;
    let mut book = ledger();
    let span = (at("2026-11-10T00:00:00Z"), at("2026-11-20T00:00:00Z"));
    let filled = fill(&mut book, &client(&server.origin), span, &mut Silent).await;
    assert_eq!(filled.fault, None);
    let asked = server.seen();
    let runs = asked
        .iter()
        .filter(|one| one.path().ends_with("/runs"))
        .count();
    assert!((6..40).contains(&runs), "{runs}");
}
