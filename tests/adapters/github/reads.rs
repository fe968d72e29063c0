//! Reading: headers, pages, conditional requests, lists with broken items, artifacts.

use std::sync::{Arc, Mutex};

use cockpit::{
    domain::{
        ArtifactId, EnvironmentId, FaultKind, Login, RunId, Text,
        evidence::{Evidence, EvidenceKind},
        observation::{Conclusion, LanePlace, Reviewer, RunStatus},
    },
    ports::{Artifacts, Runs},
};
use serde_json::{Value, json};

use super::{
    server::{Reply, Server},
    setting::{SHA, Still, TOKEN, client, client_with, run},
};

#[tokio::test]
async fn each_request_says_who_asks_and_in_which_version() {
    let server = Server::start(|_, _| Reply::json(&json!({"login": "ana"}))).await;
    let viewer = client(&server.origin).viewer().await.unwrap();
    assert_eq!(viewer, Login::parse("ana").unwrap());
    let seen = &server.seen()[0];
    assert_eq!(seen.target, "/api/v3/user");
    assert_eq!(seen.header("accept"), Some("application/vnd.github+json"));
    assert_eq!(seen.header("x-github-api-version"), Some("2022-11-28"));
    assert_eq!(
        seen.header("authorization"),
        Some(&*format!("Bearer {TOKEN}"))
    );
    assert!(seen.header("user-agent").unwrap().starts_with("cockpit/"));
}

#[tokio::test]
async fn a_run_is_mapped_with_who_triggered_this_attempt() {
    let answer = run(
        8123,
        json!({"run_attempt": 2, "status": "completed", "conclusion": "timed_out"}),
    );
    let server = Server::start(move |_, _| Reply::json(&answer)).await;
    let found = client(&server.origin).run(RunId(8123)).await.unwrap();
    assert_eq!((found.id, found.attempt), (RunId(8123), 2));
    assert_eq!(found.status, RunStatus::Completed);
    assert_eq!(found.conclusion, Some(Conclusion::TimedOut));
    assert_eq!(found.actor, Some(Login::parse("ana").unwrap()));
    assert_eq!(found.triggering_actor, Some(Login::parse("ben").unwrap()));
    assert_eq!(found.pull_requests, [12]);
    assert_eq!(
        server.seen()[0].path(),
        "/api/v3/repos/acme/storefront/actions/runs/8123"
    );
}

fn jobs_page(from: u64, count: u64) -> Value {
    let jobs: Vec<_> = (from..from + count)
        .map(|id| json!({"id": id, "name": format!("job {id}"), "status": "queued"}))
        .collect();
    json!({"total_count": 230, "jobs": jobs})
}

#[tokio::test]
async fn all_pages_are_read_and_stay_on_this_host() {
    let server = Server::start(|seen, _| {
        let page = |n| format!("<https://inner.example/x?page={n}&per_page=100>; rel=\"next\"");
        if seen.target.contains("page=3") {
            Reply::json(&jobs_page(200, 30))
        } else if seen.target.contains("page=2") {
            Reply::json(&jobs_page(100, 100)).header("link", page(3))
        } else {
            Reply::json(&jobs_page(0, 100)).header("link", page(2))
        }
    })
    .await;
    let jobs = client(&server.origin).jobs(RunId(1)).await.unwrap();
    assert_eq!(jobs.len(), 230);
    assert_eq!(jobs[229].name, Text::line("job 229"));
    assert_eq!(server.seen().len(), 3);
    assert!(server.seen()[0].target.contains("filter=latest"));
}

#[tokio::test]
async fn pages_without_an_end_are_given_up() {
    let server = Server::start(|_, n| {
        let next = format!("</x?page={}>; rel=\"next\"", n + 2);
        Reply::json(&jobs_page(0, 1)).header("link", next)
    })
    .await;
    let fault = client(&server.origin).jobs(RunId(1)).await.unwrap_err();
    assert_eq!(
        fault.kind,
        FaultKind::TooLarge,
        "half of the jobs are no answer"
    );
    assert_eq!(server.seen().len(), 10);
}

#[tokio::test]
async fn an_unchanged_answer_comes_from_the_cache() {
    let server = Server::start(|seen, _| match seen.header("if-none-match") {
        Some("W/\"a1\"") => Reply::new(304, "").header("etag", "W/\"a1\""),
        _ => Reply::json(&run(7, json!({}))).header("etag", "W/\"a1\""),
    })
    .await;
    let client = client(&server.origin);
    let first = client.run(RunId(7)).await.unwrap();
    let second = client.run(RunId(7)).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(server.seen()[1].header("if-none-match"), Some("W/\"a1\""));
    let limits = client.limits();
    assert_eq!((limits.requests, limits.unchanged), (2, 1));
}

#[tokio::test]
async fn a_304_that_nobody_asked_for_is_no_answer() {
    let server = Server::start(|_, _| Reply::new(304, "")).await;
    let fault = client(&server.origin).run(RunId(7)).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
}

#[tokio::test]
async fn a_broken_run_is_lost_alone_but_a_broken_job_fails_the_list() {
    let server = Server::start(|seen, _| {
        if seen.path().ends_with("/jobs") {
            Reply::json(&json!({"jobs": [{"id": 1, "name": "deploy"}, {"id": "two", "name": 3}]}))
        } else {
            let older = run(1, json!({"created_at": "2026-11-20T12:00:00Z"}));
            let broken = run(2, json!({"head_sha": "nonsense"}));
            let odd = run(
                3,
                json!({"actor": 7, "status": {"x": 1}, "pull_requests": "none", "run_attempt": -1}),
            );
            Reply::json(&json!({"workflow_runs": [older, null, broken, odd, []]}))
        }
    })
    .await;
    let client = client(&server.origin);
    let runs = client.runs(Some("waiting")).await.unwrap();
    let ids: Vec<_> = runs.iter().map(|run| run.id.0).collect();
    assert_eq!(ids, [3, 1], "newest first");
    assert_eq!((runs[0].status, runs[0].attempt), (RunStatus::Unknown, 1));
    let target = &server.seen()[0].target;
    assert!(
        target.contains("/actions/workflows/deploy.yml/runs?status=waiting"),
        "{target}"
    );
    let fault = client.jobs(RunId(1)).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
    assert!(fault.detail.as_str().contains("item 1"), "{fault}");
}

#[tokio::test]
async fn what_holds_a_run_is_read_with_its_reviewers() {
    let answer = json!([{
        "environment": {"id": 161_088_068, "name": "production"},
        "wait_timer": 30, "wait_timer_started_at": "2026-11-20T13:00:00Z", "current_user_can_approve": true,
        "reviewers": [
            {"type": "User", "reviewer": {"login": "ana"}},
            {"type": "Team", "reviewer": {"slug": "release-managers", "name": "Release managers"}},
            {"type": "Robot", "reviewer": null}]
    }, {"environment": {"id": 2}}]);
    let server = Server::start(move |_, _| Reply::json(&answer)).await;
    let held = client(&server.origin).pending(RunId(1)).await.unwrap();
    assert_eq!(held[0].environment, EnvironmentId(161_088_068));
    assert!(held[0].can_approve);
    assert_eq!(held[0].wait_timer_minutes, 30);
    let team = Reviewer::Team(Text::line("release-managers"));
    assert_eq!(
        held[0].reviewers,
        [Reviewer::User(Login::parse("ana").unwrap()), team]
    );
    assert!(!held[1].can_approve, "not told is not allowed");
}

#[tokio::test]
async fn a_server_without_lanes_has_none() {
    let server = Server::start(|_, _| Reply::new(404, "{}")).await;
    assert_eq!(
        client(&server.origin).lane(RunId(1)).await,
        Ok(LanePlace::Untold)
    );
    let none = json!({ "total_count": 0, "concurrency_groups": [] });
    let empty = Server::start(move |_, _| Reply::json(&none)).await;
    let lane = client(&empty.origin).lane(RunId(1)).await;
    assert_eq!(lane, Ok(LanePlace::OUT), "a server that knows lanes");
    let client = client(&server.origin);
    let rule = client.lane_rule("deploy.yml", "deploy");
    assert_eq!(rule.await, Ok(None));
}

#[tokio::test]
async fn a_run_that_names_itself_alone_is_looked_up_in_its_group_and_dated_by_the_newest_runs() {
    let member = |run: u64, position: u32| json!({ "run_id": run, "run_name": format!("Release {run}"), "position": position });
    let server = Server::start(move |seen, _| match seen.path() {
        path if path.ends_with("/runs/7/concurrency_groups") => Reply::json(&json!({
            "concurrency_groups": [{ "group_name": "live/eu #1", "group_members": [member(7, 1)] }]
        })),
        path if path.ends_with("/concurrency_groups/live%2Feu%20%231") => Reply::json(&json!({
            "group_name": "live/eu #1", "total_count": 3,
            "group_members": [member(6, 0), member(7, 1), member(9, 2), { "run_id": null }]
        })),
        path if path.ends_with("/runs") => Reply::json(&json!({ "workflow_runs": [{
            "id": 7, "head_sha": SHA, "created_at": "2026-11-20T10:00:00Z", "run_started_at": "2026-11-20T10:05:00Z"
        }] })),
        _ => Reply::new(404, "{}"),
    })
    .await;
    let lane = client(&server.origin).lane(RunId(7)).await.unwrap();
    let LanePlace::In(lane) = lane else {
        panic!("{lane:?}")
    };
    assert_eq!(
        (lane.position, lane.holder, lane.behind),
        (1, Some(RunId(6)), Some(1))
    );
    assert_eq!(lane.others.len(), 2);
    assert_eq!(lane.others[1].title.as_str(), "Release 9");
    let since: jiff::Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
    assert_eq!((lane.since, lane.others[0].since), (Some(since), None));
}

#[tokio::test]
async fn an_artifact_is_fetched_without_showing_the_token_to_its_storage() {
    let storage = Server::start(|_, _| {
        Reply::new(200, "zip bytes").header("content-type", "application/zip")
    })
    .await;
    let address = format!("{}/blob/1?sig=secret", storage.origin);
    let server = Server::start(move |_, _| Reply::new(302, "").header("location", &*address)).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let progress = told.clone();
    let read = client(&server.origin)
        .read(
            ArtifactId(5),
            EvidenceKind::Tests,
            Arc::new(move |so_far, of| progress.lock().unwrap().push((so_far, of))),
        )
        .await
        .unwrap();
    assert_eq!(read, Evidence::Explain(Text::line("zip bytes")));
    assert_eq!(told.lock().unwrap().last(), Some(&(9, Some(9))));
    assert!(server.seen()[0].header("authorization").is_some());
    let there = &storage.seen()[0];
    assert_eq!(there.target, "/blob/1?sig=secret");
    assert_eq!(there.header("authorization"), None);
    assert!(!format!("{there:?}").contains(TOKEN));
}

#[tokio::test]
async fn an_artifact_beyond_the_limit_is_given_up() {
    let server = Server::start(|_, _| Reply::new(200, vec![b'x'; 5_000])).await;
    let token = cockpit::adapters::github::TokenSource::Value(TOKEN.to_owned().into());
    let client = client_with(&server.origin, Still::new(), token, |bounds| {
        bounds.zip_bytes = 4_000;
        bounds.json_bytes = 4_000;
    });
    let read = client.read(ArtifactId(5), EvidenceKind::Tests, Arc::new(|_, _| {}));
    assert_eq!(read.await.unwrap_err().kind, FaultKind::TooLarge);
    assert_eq!(client.viewer().await.unwrap_err().kind, FaultKind::TooLarge);
}

#[tokio::test]
async fn an_artifact_that_is_gone_says_so() {
    let storage =
        Server::start(|_, _| Reply::new(403, "<Error>AuthenticationFailed</Error>")).await;
    let address = format!("{}/blob", storage.origin);
    let server = Server::start(move |seen, _| {
        if seen.path().ends_with("/artifacts/1/zip") {
            Reply::new(410, r#"{"message":"Artifact has expired"}"#)
        } else {
            Reply::new(302, "").header("location", &*address)
        }
    })
    .await;
    let client = client(&server.origin);
    let expired = client.read(ArtifactId(1), EvidenceKind::Load, Arc::new(|_, _| {}));
    let expired = expired.await.unwrap_err();
    assert_eq!(expired.kind, FaultKind::NotFound);
    assert!(expired.detail.as_str().contains("Artifact has expired"));
    let stale = client.read(ArtifactId(2), EvidenceKind::Load, Arc::new(|_, _| {}));
    assert_eq!(stale.await.unwrap_err().kind, FaultKind::NotFound);
    assert!(
        client.limits().limited_until.is_none(),
        "storage knows no limits of GitHub's"
    );
}

#[tokio::test]
async fn artifacts_come_newest_first() {
    let answer = json!({"artifacts": [
        {"id": 1, "name": "junit-api", "size_in_bytes": 10, "created_at": "2026-11-20T10:00:00Z", "expired": false},
        {"id": 2, "name": "junit-api", "size_in_bytes": 12, "created_at": "2026-11-20T11:00:00Z", "digest": "sha256:aa"},
        {"id": 3, "name": "old", "created_at": null, "expired": true, "expires_at": "2026-11-19T10:00:00Z"}]});
    let server = Server::start(move |_, _| Reply::json(&answer)).await;
    let list = client(&server.origin).list(RunId(9)).await.unwrap();
    assert!(!list.is_cut);
    let list = list.artifacts;
    let ids: Vec<_> = list.iter().map(|artifact| artifact.id.0).collect();
    assert_eq!(ids, [2, 1, 3]);
    assert_eq!(list[0].digest, Some(Text::line("sha256:aa")));
    assert!(list[2].expired);
    assert_eq!(
        list[2].expires,
        Some("2026-11-19T10:00:00Z".parse().unwrap())
    );
}

#[tokio::test]
async fn artifacts_beyond_the_tenth_page_are_told_to_be_there() {
    let server = Server::start(|_, n| {
        let next = format!("</x?page={}>; rel=\"next\"", n + 2);
        Reply::json(&json!({"artifacts": [{"id": n, "name": "log"}]})).header("link", next)
    })
    .await;
    let list = client(&server.origin).list(RunId(9)).await.unwrap();
    assert_eq!((list.artifacts.len(), list.is_cut), (10, true));
}
