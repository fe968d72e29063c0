//! Runs, jobs, pending deployments, reviews, artifacts.
//!
//! Only ids, commits and times of creation are needed; whatever else is missing shows as unknown.

use serde::Deserialize;

use super::field::{Person, line, login, or_default, readable, sha, some_line, time};
use crate::domain::{
    ArtifactId, EnvironmentId, JobId, Login, RunId, Text,
    observation::{
        ArtifactSnapshot, Conclusion, JobSnapshot, PendingDeployment, ReviewSnapshot, ReviewState,
        Reviewer, RunSnapshot, RunStatus,
    },
};

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct User {
    login: String,
}

impl User {
    pub(in crate::adapters::github) fn read(self) -> Option<Login> {
        Login::parse(&self.login).ok()
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Run {
    id: u64,
    head_sha: String,
    created_at: String,
    #[serde(default, rename = "run_attempt", deserialize_with = "or_default")]
    attempt: Option<u32>,
    #[serde(default, deserialize_with = "or_default")]
    head_branch: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    display_title: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    name: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    path: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    event: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    status: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    conclusion: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    actor: Option<Person>,
    #[serde(default, deserialize_with = "or_default")]
    triggering_actor: Option<Person>,
    #[serde(default, rename = "run_started_at", deserialize_with = "or_default")]
    started_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    updated_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    html_url: Option<String>,
    #[serde(default, deserialize_with = "readable")]
    pull_requests: Vec<Numbered>,
}

#[derive(Debug, Deserialize)]
struct Numbered {
    number: u64,
}

impl Run {
    pub(in crate::adapters::github) fn read(self) -> Option<RunSnapshot> {
        let created = time(Some(&self.created_at))?;
        // A reusable workflow's path carries its ref: `.github/workflows/x.yml@main`.
        let path = self.path.as_deref().and_then(|path| path.split('@').next());
        Some(RunSnapshot {
            id: RunId(self.id),
            attempt: self.attempt.unwrap_or(1).max(1),
            head_sha: sha(Some(&self.head_sha))?,
            head_branch: some_line(self.head_branch.as_deref()),
            title: line(self.display_title.as_deref()),
            workflow: line(self.name.as_deref()),
            path: line(path),
            event: line(self.event.as_deref()),
            status: status(self.status.as_deref()),
            conclusion: self.conclusion.as_deref().map(conclusion),
            actor: login(self.actor.as_ref()),
            triggering_actor: login(self.triggering_actor.as_ref()),
            created,
            started: time(self.started_at.as_deref()),
            updated: time(self.updated_at.as_deref()).unwrap_or(created),
            url: line(self.html_url.as_deref()),
            pull_requests: self.pull_requests.iter().map(|pull| pull.number).collect(),
        })
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Job {
    id: u64,
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    status: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    conclusion: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    started_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    completed_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    html_url: Option<String>,
}

impl Job {
    pub(in crate::adapters::github) fn read(self) -> JobSnapshot {
        JobSnapshot {
            id: JobId(self.id),
            name: Text::line(&self.name),
            status: status(self.status.as_deref()),
            conclusion: self.conclusion.as_deref().map(conclusion),
            started: time(self.started_at.as_deref()),
            completed: time(self.completed_at.as_deref()),
            url: line(self.html_url.as_deref()),
        }
    }
}

pub(super) fn status(word: Option<&str>) -> RunStatus {
    match word {
        Some("requested") => RunStatus::Requested,
        Some("queued") => RunStatus::Queued,
        Some("pending") => RunStatus::Pending,
        Some("waiting") => RunStatus::Waiting,
        Some("in_progress") => RunStatus::InProgress,
        Some("completed") => RunStatus::Completed,
        _ => RunStatus::Unknown,
    }
}

pub(super) fn conclusion(word: &str) -> Conclusion {
    match word {
        "success" => Conclusion::Success,
        "failure" => Conclusion::Failure,
        "cancelled" => Conclusion::Cancelled,
        "timed_out" => Conclusion::TimedOut,
        "action_required" => Conclusion::ActionRequired,
        "neutral" => Conclusion::Neutral,
        "skipped" => Conclusion::Skipped,
        "stale" => Conclusion::Stale,
        "startup_failure" => Conclusion::StartupFailure,
        _ => Conclusion::Unknown,
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Pending {
    environment: NamedId,
    #[serde(default, deserialize_with = "or_default")]
    wait_timer: Option<u32>,
    #[serde(default, deserialize_with = "or_default")]
    wait_timer_started_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    current_user_can_approve: bool,
    #[serde(default, deserialize_with = "readable")]
    reviewers: Vec<WhoMay>,
}

#[derive(Debug, Deserialize)]
struct NamedId {
    id: u64,
    #[serde(default, deserialize_with = "or_default")]
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WhoMay {
    reviewer: PersonOrTeam,
}

#[derive(Debug, Deserialize)]
struct PersonOrTeam {
    #[serde(default, deserialize_with = "or_default")]
    login: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    slug: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    name: Option<String>,
}

impl WhoMay {
    /// All that can be read, in GitHub's order.
    pub(super) fn read_all(all: &[Self]) -> Vec<Reviewer> {
        all.iter().filter_map(|who| who.reviewer.read()).collect()
    }
}

impl PersonOrTeam {
    fn read(&self) -> Option<Reviewer> {
        match &self.login {
            Some(login) => Login::parse(login).ok().map(Reviewer::User),
            None => some_line(self.slug.as_deref().or(self.name.as_deref())).map(Reviewer::Team),
        }
    }
}

impl Pending {
    pub(in crate::adapters::github) fn read(self) -> PendingDeployment {
        PendingDeployment {
            environment: EnvironmentId(self.environment.id),
            name: line(self.environment.name.as_deref()),
            wait_timer_minutes: self.wait_timer.unwrap_or(0),
            wait_timer_started: time(self.wait_timer_started_at.as_deref()),
            can_approve: self.current_user_can_approve,
            reviewers: WhoMay::read_all(&self.reviewers),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Review {
    #[serde(default, deserialize_with = "or_default")]
    state: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    comment: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    user: Option<Person>,
    #[serde(default, deserialize_with = "readable")]
    environments: Vec<NamedId>,
}

impl Review {
    pub(in crate::adapters::github) fn read(self) -> ReviewSnapshot {
        ReviewSnapshot {
            by: login(self.user.as_ref()),
            state: match self.state.as_deref() {
                Some("approved") => ReviewState::Approved,
                Some("rejected") => ReviewState::Rejected,
                _ => ReviewState::Pending,
            },
            comment: Text::block(self.comment.as_deref().unwrap_or_default()),
            environments: self
                .environments
                .iter()
                .map(|environment| EnvironmentId(environment.id))
                .collect(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Artifact {
    id: u64,
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    size_in_bytes: u64,
    #[serde(default, deserialize_with = "or_default")]
    digest: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    expired: bool,
    #[serde(default, deserialize_with = "or_default")]
    expires_at: Option<String>,
}

impl Artifact {
    pub(in crate::adapters::github) fn read(self, run: RunId) -> ArtifactSnapshot {
        ArtifactSnapshot {
            id: ArtifactId(self.id),
            name: Text::line(&self.name),
            size: self.size_in_bytes,
            digest: some_line(self.digest.as_deref()),
            created: time(self.created_at.as_deref()),
            expired: self.expired,
            expires: time(self.expires_at.as_deref()),
            run,
        }
    }
}

/// What a dispatch answers where the server tells: `workflow_run_id` (API 2026-03-10).
#[derive(Debug, Default, Deserialize)]
pub(in crate::adapters::github) struct Dispatched {
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::adapters::github) workflow_run_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Workflow {
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::adapters::github) name: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::adapters::github) path: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::adapters::github) state: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_with_only_what_is_needed_is_read() {
        let bare = r#"{"id":9007199254740993,"head_sha":"3F9C2AB00000000000000000000000000000ABCD",
            "created_at":"2026-11-20T10:00:00Z","status":"levitating","conclusion":null,
            "path":".github/workflows/d.yml@refs/heads/main","actor":null,"pull_requests":null}"#;
        let run = serde_json::from_str::<Run>(bare).unwrap().read().unwrap();
        assert_eq!(run.id, RunId(9_007_199_254_740_993));
        assert_eq!((run.attempt, run.status), (1, RunStatus::Unknown));
        assert_eq!(run.path.as_str(), ".github/workflows/d.yml");
        assert_eq!(run.updated, run.created);
    }
}
