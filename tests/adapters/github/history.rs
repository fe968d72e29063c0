//! Deployments, comparisons, pull requests, refs, environments, files.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use cockpit::{
    domain::{
        FaultKind, Reached, RunId, Text, observation::DeploymentState, observation::Relation,
    },
    ports::History,
};
use serde_json::{Value, json};

use super::{
    server::{Reply, Server},
    setting::{BASE_SHA, SHA, client, sha},
};

#[tokio::test]
async fn a_deployment_has_its_newest_status_and_the_job_behind_it() {
    let server = Server::start(|seen, _| {
        let path = seen.path();
        let status = |id: u64, state: &str, at: &str| {
            json!({"id": id, "state": state, "created_at": at,
                   "log_url": "https://git.acme.dev/acme/storefront/actions/runs/900/job/41"})
        };
        Reply::json(&if path.ends_with("/deployments") {
            let one = |id: u64, at: &str| json!({"id": id, "sha": SHA, "ref": "main", "created_at": at, "creator": null});
            json!([one(1, "2026-11-18T10:00:00Z"), one(2, "2026-11-19T10:00:00Z"), {"id": 3}])
        } else if path.ends_with("/deployments/2/statuses") {
            json!([status(7, "in_progress", "2026-11-19T10:00:01Z"), status(9, "success", "2026-11-19T10:02:00Z"),
                   status(8, "success", "2026-11-19T10:01:00Z")])
        } else if path.ends_with("/jobs/41") {
            json!({"id": 41, "name": "deploy / checkout"})
        } else {
            json!([])
        })
    })
    .await;
    let client = client(&server.origin);
    let found = client.deployments("prod/eu", 5).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].id.0, found[0].state),
        (2, DeploymentState::Success)
    );
    assert_eq!(found[0].updated, "2026-11-19T10:02:00Z".parse().unwrap());
    assert_eq!(found[0].run, Some(RunId(900)));
    assert_eq!(found[0].job, Some(Text::line("deploy / checkout")));
    assert_eq!(
        (found[1].state, found[1].job.clone()),
        (DeploymentState::Pending, None)
    );
    client.deployments("prod/eu", 5).await.unwrap();
    let seen = server.seen();
    assert!(seen[0].target.contains("environment=prod%2Feu"));
    let names = seen
        .iter()
        .filter(|s| s.path().ends_with("/jobs/41"))
        .count();
    assert_eq!(names, 1, "a job's name never changes");
}

#[tokio::test]
async fn a_failure_that_never_left_its_gate_is_told_from_one_that_began() {
    let courses: [(&[&str], bool); 6] = [
        (&["waiting", "failure"], true),
        (&["waiting", "queued", "error"], true),
        (&["waiting", "queued", "in_progress", "failure"], false),
        // Another tool's, which tells nothing but the end.
        (&["failure"], false),
        (&["waiting"], false),
        (&["waiting", "in_progress", "success", "failure"], false),
    ];
    let server = Server::start(move |seen, _| {
        let path = seen.path();
        if path.ends_with("/deployments") {
            let one = |n: usize| {
                json!({"id": n, "sha": SHA, "created_at": format!("2026-11-18T1{n}:00:00Z")})
            };
            return Reply::json(&json!((0..courses.len()).map(one).collect::<Vec<_>>()));
        }
        let id = path.split('/').rev().nth(1).unwrap_or_default();
        let course = courses[id.parse::<usize>().unwrap_or_default()].0;
        // The newest first, as GitHub mostly tells them.
        let statuses = course.iter().enumerate().rev().map(|(n, state)| {
            json!({"id": n, "state": state, "created_at": format!("2026-11-19T10:00:0{n}Z")})
        });
        Reply::json(&json!(statuses.collect::<Vec<_>>()))
    })
    .await;
    let found = client(&server.origin).deployments("prod", 9).await.unwrap();
    for (one, (course, at_gate)) in found.iter().rev().zip(courses) {
        assert_eq!(one.ended_at_gate, at_gate, "{course:?}");
        let worked = course.iter().position(|state| *state == "in_progress");
        let began = one.began.map(|at| at.to_string());
        let wanted = worked.map(|n| format!("2026-11-19T10:00:0{n}Z"));
        assert_eq!(began, wanted, "{course:?}");
    }
}

#[tokio::test]
async fn the_statuses_of_a_deployment_at_its_end_are_asked_again_only_where_it_changed() {
    let lists = AtomicUsize::new(0);
    let server = Server::start(move |seen, _| {
        let path = seen.path();
        let changed = [
            "2026-11-18T11:00:00Z",
            "2026-11-18T11:00:00Z",
            "2026-11-19T11:00:00Z",
        ];
        Reply::json(&if path.ends_with("/deployments") {
            let one = |id: u64, updated: Value| {
                json!({"id": id, "sha": SHA, "ref": "main",
                "created_at": "2026-11-18T10:00:00Z", "updated_at": updated})
            };
            let at = json!(changed[lists.fetch_add(1, Relaxed)]);
            json!([one(1, at.clone()), one(2, at), one(3, Value::Null)])
        } else {
            let state = if path.contains("/deployments/2/") {
                "success"
            } else {
                "inactive"
            };
            json!([{"id": 7, "state": state, "created_at": "2026-11-18T10:30:00Z"}])
        })
    })
    .await;
    let client = client(&server.origin);
    for _ in 0..3 {
        let found = client.deployments("prod", 5).await.unwrap();
        assert_eq!(found.len(), 3);
        assert_eq!(found.iter().filter(|one| one.state.is_end()).count(), 2);
    }
    let seen = server.seen();
    let asked = |id: u64| {
        let end = format!("/deployments/{id}/statuses");
        seen.iter().filter(|one| one.path().ends_with(&end)).count()
    };
    assert_eq!(
        asked(1),
        2,
        "replaced: once, and once more since it changed"
    );
    assert_eq!(asked(2), 3, "what serves may be replaced");
    assert_eq!(asked(3), 3, "who does not say when it changed is asked");
}

fn commit(n: usize) -> Value {
    json!({"sha": format!("{n:040x}"), "commit": {"message": format!("change {n}\n\nwhy"), "author": {"date": "2026-11-19T10:00:00Z"}},
           "author": {"login": "ana"}})
}

#[tokio::test]
async fn a_comparison_holds_all_commits_and_says_what_is_cut() {
    let server = Server::start(|seen, _| {
        let first = !seen.target.contains("page=2");
        let files: Vec<_> = (0..if first { 300 } else { 0 })
            .map(|n| json!({"filename": format!("f{n}"), "additions": 1, "deletions": 2, "status": "modified"}))
            .collect();
        let commits: Vec<_> = if first { 0..100 } else { 100..130 }.map(commit).collect();
        let page = json!({"status": "diverged", "ahead_by": 130, "behind_by": 2, "total_commits": 130,
                          "commits": commits, "files": files});
        let reply = Reply::json(&page);
        if first { reply.header("link", "</x?per_page=100&page=2>; rel=\"next\"") } else { reply }
    })
    .await;
    let found = client(&server.origin)
        .compare(&sha(BASE_SHA), &sha(SHA))
        .await
        .unwrap();
    assert_eq!(found.relation, Relation::Diverged);
    assert_eq!((found.commits.len(), found.commits_truncated), (130, false));
    assert_eq!(found.commits[129].title.as_str(), "change 129");
    assert_eq!((found.files.len(), found.files_truncated), (300, true));
    assert_eq!((found.files[0].added, found.files[0].removed), (1, 2));
    let wanted = format!("/api/v3/repos/acme/storefront/compare/{BASE_SHA}...{SHA}");
    assert_eq!(server.seen()[0].path(), wanted);
}

#[tokio::test]
async fn commits_that_were_not_told_are_said_to_be_missing() {
    let answer = json!({"status": "ahead", "ahead_by": 3, "behind_by": 0, "total_commits": 3, "commits": [commit(1)], "files": []});
    let server = Server::start(move |_, _| Reply::json(&answer)).await;
    let found = client(&server.origin)
        .compare(&sha(BASE_SHA), &sha(SHA))
        .await
        .unwrap();
    assert!(found.commits_truncated);
    assert!(!found.files_truncated);
}

#[tokio::test]
async fn a_pull_request_has_its_merge_commit_only_once_merged() {
    let server = Server::start(|seen, _| {
        let merged = seen.path().ends_with("/1").then_some("2026-11-19T10:00:00Z");
        Reply::json(&json!({"number": 1, "title": "t", "body": null, "head": {"sha": SHA}, "merged_at": merged,
                            "merge_commit_sha": BASE_SHA, "user": {"login": "ana"}}))
    })
    .await;
    let client = client(&server.origin);
    assert_eq!(client.pull(1).await.unwrap().merged_as, Some(sha(BASE_SHA)));
    let open = client.pull(2).await.unwrap();
    assert_eq!((open.merged_as, open.body), (None, Text::default()));
}

#[tokio::test]
async fn a_name_that_is_no_commit_is_not_found() {
    let server = Server::start(|seen, _| {
        if seen.path().ends_with("/commits/checkout/v2") {
            Reply::json(&json!({"sha": SHA}))
        } else {
            Reply::new(422, r#"{"message":"No commit found for SHA: nope"}"#)
        }
    })
    .await;
    let client = client(&server.origin);
    assert_eq!(client.resolve("checkout/v2").await, Ok(sha(SHA)));
    assert_eq!(
        client.resolve("nope").await.unwrap_err().kind,
        FaultKind::NotFound
    );
    let fault = client.resolve("../pulls").await.unwrap_err();
    assert_eq!(fault.reached, Reached::No, "never leaves its path");
}

#[tokio::test]
async fn tags_are_found_plain_and_annotated() {
    let tag_object = "00000000000000000000000000000000000000aa";
    let server = Server::start(move |seen, _| {
        let reference = |name: &str, sha: &str, kind: &str| {
            json!({"ref": format!("refs/tags/{name}"), "object": {"sha": sha, "type": kind}})
        };
        let answer = if seen.path().contains("/matching-refs/tags/plain") {
            json!([reference("plain-2.0.0-rc1", SHA, "commit"), reference("plain-2.0.0", SHA, "commit")])
        } else if seen.path().contains("/matching-refs/tags/noted/") {
            json!([reference("noted/v1", tag_object, "tag")])
        } else if seen.path().ends_with("/storefront/tags") {
            json!([{"name": "other", "commit": {"sha": SHA}}, {"name": "noted/v1", "commit": {"sha": SHA}}])
        } else {
            json!([])
        };
        Reply::json(&answer)
    })
    .await;
    let client = client(&server.origin);
    let of = async |prefix| client.tag_of(&sha(SHA), prefix).await.unwrap();
    assert_eq!(of("plain-").await, Some(Text::line("plain-2.0.0")));
    assert_eq!(of("noted/v").await, Some(Text::line("noted/v1")));
    assert_eq!(of("absent").await, None);
}

#[tokio::test]
async fn an_environment_tells_how_it_is_protected() {
    let server = Server::start(|seen, _| {
        if seen.path().ends_with("/deployment_protection_rules") {
            Reply::json(&json!({"custom_deployment_protection_rules": [
                {"enabled": true, "app": {"slug": "change-board"}}, {"enabled": false, "app": {"slug": "off"}}]}))
        } else if seen.path().ends_with("/environments/prod%2Feu") {
            Reply::json(&json!({"name": "prod/eu", "can_admins_bypass": false, "protection_rules": [
                {"type": "required_reviewers", "prevent_self_review": true, "reviewers": []},
                {"type": "wait_timer", "wait_timer": 30}, {"type": "branch_policy"}]}))
        } else {
            Reply::json(&json!({"name": "open", "protection_rules": []}))
        }
    })
    .await;
    let client = client(&server.origin);
    let held = client.environment("prod/eu").await.unwrap();
    assert!(held.required_reviewers && held.prevent_self_review && !held.admins_may_bypass);
    assert_eq!(held.wait_timer_minutes, 30);
    assert_eq!(held.custom_rules, [Text::line("change-board")]);
    let open = client.environment("open").await.unwrap();
    assert!(!open.required_reviewers && open.admins_may_bypass);
}

#[tokio::test]
async fn a_file_is_read_missing_or_too_large() {
    let server = Server::start(|seen, _| match seen.path() {
        path if path.ends_with("/contents/cockpit.toml") => {
            Reply::json(&json!({"type": "file", "encoding": "base64", "content": "c2VydmljZQ==\n"}))
        }
        path if path.ends_with("/contents/big.bin") => {
            Reply::json(&json!({"type": "file", "encoding": "none", "content": ""}))
        }
        _ => Reply::new(404, "{}"),
    })
    .await;
    let client = client(&server.origin);
    assert_eq!(
        client.file("cockpit.toml").await,
        Ok(Some(b"service".to_vec()))
    );
    assert_eq!(client.file(".cockpit/x.toml").await, Ok(None));
    let big = client.file("big.bin").await.unwrap_err();
    assert_eq!(big.kind, FaultKind::TooLarge);
}

#[tokio::test]
async fn comments_come_from_all_pages_and_those_without_an_author_are_left_out() {
    let server = Server::start(|seen, _| {
        let comment = |body: &str, login: Value, at: &str| {
            json!({"id": 1, "body": body, "user": login, "created_at": at, "updated_at": at})
        };
        let bot = json!({"login": "explain-bot[bot]"});
        if seen.target.contains("page=2") {
            let newest = comment("b\u{1b}[31m", bot, "2026-11-19T10:05:00Z");
            return Reply::json(&json!([newest, "odd"]));
        }
        let first = json!([
            comment("a", bot, "2026-11-19T10:00:00Z"),
            comment("x", Value::Null, "2026-11-19T10:01:00Z"),
        ]);
        Reply::json(&first).header("link", "</x?per_page=100&page=2>; rel=\"next\"")
    })
    .await;
    let found = client(&server.origin).comments(12).await.unwrap();
    let bodies: Vec<&str> = found.iter().map(|one| one.body.as_str()).collect();
    assert_eq!(bodies, ["a", "b␛[31m"]);
    assert_eq!(found[1].author.as_str(), "explain-bot[bot]");
    assert_eq!(found[1].at, "2026-11-19T10:05:00Z".parse().unwrap());
    assert!(server.seen()[0].path().ends_with("/issues/12/comments"));
}

#[tokio::test]
async fn a_file_that_is_missing_is_told_from_a_repository_that_is_hidden() {
    for hidden in [false, true] {
        let server = Server::start(move |seen, _| match seen.path() {
            "/api/v3/repos/acme/storefront" if !hidden => {
                Reply::json(&json!({"default_branch": "main"}))
            }
            _ => Reply::new(404, r#"{"message":"Not Found"}"#),
        })
        .await;
        let found = client(&server.origin).default_file("cockpit.toml").await;
        if hidden {
            let fault = found.unwrap_err();
            assert_eq!(fault.kind, FaultKind::NotFound);
            assert!(
                fault.to_string().contains("repository acme/storefront"),
                "{fault}"
            );
        } else {
            assert_eq!(found, Ok(None));
        }
    }
}
