//! Runs, jobs and artifacts.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Links, merge, minimal_repository, person, stamp, workflow_id};
use crate::simulator::{
    repository::{BRANCH, Repository},
    run::{Artifact, End, Job, Run, Status},
};

/// `workflow-run`.
pub(in crate::simulator) fn run(run: &Run, repository: &Repository, links: &Links) -> Value {
    let at = links.repo(&format!("/actions/runs/{}", run.id));
    let workflow = workflow_id(run.workflow);
    let here = minimal_repository(links);
    let mut all = json!({
        "id": run.id,
        "name": workflow_name(run.workflow),
        "node_id": format!("WFR_{}", run.id),
        "check_suite_id": run.id + 3_000_000,
        "check_suite_node_id": format!("CS_{}", run.id),
        "head_branch": BRANCH,
        "head_sha": run.sha,
        "path": format!(".github/workflows/{}", run.workflow),
        "run_number": run.number,
        "run_attempt": run.attempt,
        "referenced_workflows": [],
        "event": run.event,
        "display_title": run.title,
        "status": run.status.word(),
        "conclusion": run.conclusion.map(End::word),
        "workflow_id": workflow,
        "url": at,
        "html_url": links.page(&format!("/actions/runs/{}", run.id)),
        "pull_requests": [],
        "created_at": stamp(run.created),
        "updated_at": stamp(run.updated),
        "run_started_at": stamp(run.started),
        "actor": person(&run.actor, links),
        "triggering_actor": person(&run.triggering_actor, links),
    });
    let commit = repository.find(&run.sha).map(|n| &repository.commits[n]);
    let more = json!({
        "jobs_url": format!("{at}/jobs"),
        "logs_url": format!("{at}/logs"),
        "check_suite_url": links.repo(&format!("/check-suites/{}", run.id + 3_000_000)),
        "artifacts_url": format!("{at}/artifacts"),
        "cancel_url": format!("{at}/cancel"),
        "rerun_url": format!("{at}/rerun"),
        "previous_attempt_url": (run.attempt > 1).then(|| format!("{at}/attempts/{}", run.attempt - 1)),
        "workflow_url": links.repo(&format!("/actions/workflows/{workflow}")),
        "head_commit": commit.map_or_else(|| elsewhere(run), |c| json!({
            "id": c.sha, "tree_id": c.sha, "message": c.title, "timestamp": stamp(c.at),
            "author": { "name": c.author, "email": format!("{}@acme.example", c.author) },
            "committer": { "name": "GitHub", "email": "noreply@github.com" },
        })),
        "repository": here,
        "head_repository": here,
    });
    merge(&mut all, more);
    all
}

/// A commit of long ago, as much as is known of it.
fn elsewhere(run: &Run) -> Value {
    run.committed.map_or(Value::Null, |at| {
        json!({
            "id": run.sha, "tree_id": run.sha, "message": run.title, "timestamp": stamp(at),
            "author": { "name": run.actor, "email": format!("{}@acme.example", run.actor) },
            "committer": { "name": "GitHub", "email": "noreply@github.com" },
        })
    })
}

/// The `name:` of a workflow file.
pub(in crate::simulator) fn workflow_name(file: &str) -> &'static str {
    match file {
        "deploy.yml" => "Deploy",
        "rollback.yml" => "Roll back",
        _ => "Production",
    }
}

/// `job`.
pub(in crate::simulator) fn job(job: &Job, run: &Run, links: &Links) -> Value {
    // A job whose needs are not met is not listed by GitHub; one that waits for the lane is "queued" there.
    let status = if job.status == Status::Pending {
        Status::Queued
    } else {
        job.status
    };
    let begun =
        matches!(job.status, Status::InProgress | Status::Completed) && job.started.is_some();
    json!({
        "id": job.id,
        "run_id": run.id,
        "run_url": links.repo(&format!("/actions/runs/{}", run.id)),
        "run_attempt": job.attempt,
        "node_id": format!("CR_{}", job.id),
        "head_sha": run.sha,
        "url": links.repo(&format!("/actions/jobs/{}", job.id)),
        "html_url": links.page(&format!("/actions/runs/{}/job/{}", run.id, job.id)),
        "status": status.word(),
        "conclusion": job.conclusion.map(End::word),
        "created_at": stamp(job.created),
        "started_at": stamp(job.started.unwrap_or(job.created)),
        "completed_at": job.completed.map(stamp),
        "name": job.name,
        "steps": steps(job, begun),
        "check_run_url": links.repo(&format!("/check-runs/{}", job.id)),
        "labels": ["ubuntu-latest"],
        "runner_id": begun.then_some(11),
        "runner_name": begun.then_some("GitHub Actions 11"),
        "runner_group_id": begun.then_some(2),
        "runner_group_name": begun.then_some("GitHub Actions"),
        "workflow_name": workflow_name(run.workflow),
        "head_branch": BRANCH,
    })
}

fn steps(job: &Job, begun: bool) -> Value {
    if !begun {
        return json!([]);
    }
    let status = if job.is_open() {
        "in_progress"
    } else {
        "completed"
    };
    json!([{
        "name": format!("Run make {}", job.name),
        "status": status,
        "conclusion": job.conclusion.map(End::word),
        "number": 1,
        "started_at": job.started.map(stamp),
        "completed_at": job.completed.map(stamp),
    }])
}

/// `artifact`.
pub(in crate::simulator) fn artifact(artifact: &Artifact, run: &Run, links: &Links) -> Value {
    let at = links.repo(&format!("/actions/artifacts/{}", artifact.id));
    let expires = artifact.created + jiff::SignedDuration::from_hours(90 * 24);
    json!({
        "id": artifact.id,
        "node_id": format!("A_{}", artifact.id),
        "name": artifact.name,
        "size_in_bytes": artifact.bytes.len(),
        "url": at,
        "archive_download_url": format!("{at}/zip"),
        "expired": false,
        "digest": format!("sha256:{}", digest(&artifact.bytes)),
        "created_at": stamp(artifact.created),
        "updated_at": stamp(artifact.created),
        "expires_at": stamp(expires),
        "workflow_run": {
            "id": run.id,
            "repository_id": super::REPOSITORY,
            "head_repository_id": super::REPOSITORY,
            "head_branch": BRANCH,
            "head_sha": run.sha,
        },
    })
}

/// SHA-256 as hexadecimal digits.
pub(in crate::simulator) fn digest(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
