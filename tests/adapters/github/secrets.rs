//! A planted token, and words that a terminal would obey, in every place where they could come through.

use std::{
    io,
    sync::{Arc, Mutex},
};

use cockpit::{
    adapters::github::{Client, TokenSource},
    domain::{ArtifactId, EnvironmentId, FaultKind, RunId, evidence::EvidenceKind},
    ports::{Artifacts, Dispatch, DispatchOrder, History, Review, Runs},
};
use serde_json::{Value, json};

use super::{
    server::{Reply, Server},
    setting::{BASE_SHA, SHA, Still, TOKEN, client, client_with, run, sha},
};

/// Escape sequence, 8-bit CSI, bidirectional override, bell, and a line of a megabyte.
fn hostile() -> String {
    format!(
        "\u{1b}]0;own\u{7}\u{9b}2J\u{202e}gnp{}",
        "x".repeat(1_000_000)
    )
}

/// Log lines of this thread, as a file would get them.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asks everything that can be asked; what came back, printed in both ways.
async fn everything(client: &Client) -> Vec<String> {
    let (base, head) = (sha(BASE_SHA), sha(SHA));
    let ids = [EnvironmentId(1)];
    let order = DispatchOrder {
        workflow: "rollback.yml".to_owned(),
        reference: "main".to_owned(),
        inputs: Vec::new(),
    };
    let mut printed = Vec::new();
    macro_rules! ask {
        ($($asked:expr),+ $(,)?) => {$(
            match $asked.await {
                Ok(answer) => printed.push(format!("{answer:?}")),
                Err(fault) => {
                    printed.push(format!("{fault}\n{fault:?}"));
                    printed.push(serde_json::to_string(&fault).unwrap());
                }
            }
        )+};
    }
    ask!(
        client.viewer(),
        client.runs(None),
        client.runs_of_commit(&head, None),
        client.run(RunId(1)),
        client.jobs(RunId(1)),
        client.pending(RunId(1)),
        client.reviews(RunId(1)),
        client.lane(RunId(1)),
        client.approve(RunId(1), &ids, "c"),
        client.reject(RunId(1), &ids, "c"),
        client.dispatch(&order),
        client.cancel(RunId(1)),
        client.rerun_failed(RunId(1)),
        client.inputs("rollback.yml", "main"),
        client.list(RunId(1)),
        client.read(ArtifactId(1), EvidenceKind::Tests, Arc::new(|_, _| {})),
        client.deployments("production", 5),
        client.compare(&base, &head),
        client.pull(3),
        client.pulls_of(&head),
        client.resolve("v1"),
        client.tag_of(&head, "v"),
        client.environment("production"),
        client.file("cockpit.toml"),
        client.default_branch(),
        client.access(),
        client.workflow("deploy.yml"),
    );
    printed.push(format!("{client:?} {:?}", client.limits()));
    printed
}

#[tokio::test]
async fn the_token_shows_in_no_fault_no_print_and_no_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // Where there is one subscriber alone, a line of the code that another test's thread reaches first is asked of that
    // thread's, which has none, and stays silent for all.
    let second = tracing_subscriber::fmt().with_writer(io::sink).finish();
    let _second = tracing::Dispatch::new(second);
    let _guard = tracing::subscriber::set_default(subscriber);
    for status in [401_u16, 403, 422, 429, 500, 301] {
        // A server, or a debugging proxy, that says back what it was sent.
        let server = Server::start(move |seen, _| {
            let echo = format!(
                "you sent {}",
                seen.header("authorization").unwrap_or("nothing")
            );
            let body = json!({"message": echo, "errors": [{"message": echo}, echo]});
            Reply::new(status, body.to_string()).header("location", format!("/x?{TOKEN}"))
        })
        .await;
        let printed = everything(&client(&server.origin)).await;
        assert!(
            server
                .seen()
                .iter()
                .any(|s| format!("{s:?}").contains(TOKEN)),
            "it was sent"
        );
        for text in printed {
            assert!(!text.contains("PlantedToken"), "{status}: {text}");
        }
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered"), "there is a log to scan");
    assert!(!log.contains("PlantedToken"), "{log}");
}

#[tokio::test]
async fn hostile_words_in_a_refusal_are_made_visible() {
    let words: String = hostile().chars().take(50_000).collect();
    let body = json!({"message": words, "errors": [{"message": words}]}).to_string();
    let server = Server::start(move |_, _| {
        Reply::new(403, &*body).header("x-accepted-github-permissions", "a\u{202e}b")
    })
    .await;
    let fault = client(&server.origin).run(RunId(1)).await.unwrap_err();
    assert_clean(&serde_json::to_value(&fault).unwrap());
    assert!(fault.to_string().contains("␛]0;own"), "shown, not dropped");
    assert!(fault.to_string().chars().count() < 1_200, "bounded");
}

/// Each string inside is free of what a terminal would obey, and bounded.
fn assert_clean(value: &Value) {
    match value {
        Value::String(text) => {
            let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.contains(obeyed), "{:?}", &text[..text.len().min(200)]);
            assert!(text.len() < 50 * 1024, "{} bytes", text.len());
        }
        Value::Array(items) => items.iter().for_each(assert_clean),
        Value::Object(fields) => fields.values().for_each(assert_clean),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn hostile_answer(path: &str) -> Value {
    let h = hostile();
    let person = json!({"login": h});
    let hostile_run = run(
        1,
        json!({"name": h, "head_branch": h, "path": h, "display_title": h, "event": h, "status": h, "conclusion": h,
               "html_url": h, "actor": person, "triggering_actor": person, "updated_at": h, "run_started_at": h}),
    );
    let pull = json!({"number": 3, "title": h, "body": h, "user": person, "head": {"sha": SHA}, "merged_at": h,
                      "merge_commit_sha": h, "html_url": h});
    let last = path.rsplit('/').next().unwrap_or_default();
    match last {
        "runs" => json!({"workflow_runs": [hostile_run]}),
        "jobs" => {
            json!({"jobs": [{"id": 1, "name": h, "status": h, "conclusion": h, "started_at": h, "html_url": h}]})
        }
        "pending_deployments" => {
            json!([{"environment": {"id": 1, "name": h}, "wait_timer_started_at": h,
            "reviewers": [{"reviewer": person}, {"reviewer": {"slug": h}}]}])
        }
        "approvals" => {
            json!([{"state": h, "comment": h, "user": person, "environments": [{"id": 1, "name": h}]}])
        }
        "concurrency_groups" => {
            json!({"concurrency_groups": [{"group_name": h, "group_members": [{"run_id": 1, "position": 0}]}]})
        }
        "artifacts" => json!({"artifacts": [{"id": 1, "name": h, "digest": h, "created_at": h}]}),
        "deployments" => {
            json!([{"id": 1, "sha": SHA, "created_at": "2026-11-20T10:00:00Z", "ref": h, "environment": h, "creator": person}])
        }
        "statuses" => json!([{"id": 1, "state": h, "created_at": h, "log_url": h}]),
        "pulls" => json!([pull]),
        "3" => pull,
        "tags" | "v" => {
            json!([{"ref": format!("refs/tags/v{h}"), "object": {"sha": SHA, "type": "commit"}}])
        }
        "production" => json!({"name": h, "protection_rules": [{"type": h}]}),
        "deployment_protection_rules" => {
            json!({"custom_deployment_protection_rules": [{"app": {"slug": h}}]})
        }
        "storefront" => json!({"default_branch": h, "permissions": h}),
        _ if path.contains("/compare/") => {
            json!({"status": "ahead", "ahead_by": 1, "behind_by": 0, "total_commits": 1,
            "commits": [{"sha": SHA, "commit": {"message": h, "author": {"date": h}}, "author": person}],
            "files": [{"filename": h, "status": h, "additions": 1}]})
        }
        _ => hostile_run,
    }
}

#[tokio::test]
async fn hostile_words_in_every_field_are_made_visible() {
    let server = Server::start(|seen, _| Reply::json(&hostile_answer(seen.path()))).await;
    let client = client(&server.origin);
    let (base, head) = (sha(BASE_SHA), sha(SHA));
    macro_rules! clean {
        ($($asked:expr),+ $(,)?) => {$(
            assert_clean(&serde_json::to_value($asked.await.unwrap()).unwrap());
        )+};
    }
    clean!(
        client.runs(None),
        client.run(RunId(1)),
        client.jobs(RunId(1)),
        client.pending(RunId(1)),
        client.reviews(RunId(1)),
        client.lane(RunId(1)),
        client.list(RunId(1)),
        client.deployments("production", 5),
        client.compare(&base, &head),
        client.pull(3),
        client.pulls_of(&head),
        client.tag_of(&head, "v"),
        client.environment("production"),
        client.default_branch(),
    );
    let runs = client.runs(None).await.unwrap();
    assert!(
        runs[0].title.as_str().contains("<U+202E>"),
        "shown, not dropped"
    );
    assert_eq!(runs[0].actor, None, "no login");
}

#[cfg(unix)]
#[tokio::test]
async fn gh_is_asked_on_first_use_and_again_after_a_401() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("gh");
    let calls = folder.path().join("calls");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> '{0}'\necho token-$(wc -l < '{0}' | tr -d ' ')\n",
        calls.display()
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let server = Server::start(|seen, _| match seen.header("authorization") {
        Some("Bearer token-2") => Reply::json(&json!({"login": "ana"})),
        _ => Reply::new(401, r#"{"message":"Bad credentials"}"#),
    })
    .await;
    let token = TokenSource::Gh {
        program: program.into_os_string(),
        host: "git.acme.dev".to_owned(),
    };
    let client = client_with(&server.origin, Still::new(), token, |_| {});
    assert!(!calls.exists(), "not at the start");
    let first = client.viewer().await.unwrap_err();
    assert_eq!(first.kind, FaultKind::Unauthenticated);
    assert!(client.viewer().await.is_ok());
    assert!(client.viewer().await.is_ok());
    let calls = std::fs::read_to_string(calls).unwrap();
    assert_eq!(calls, "auth token --hostname git.acme.dev\n".repeat(2));
}
