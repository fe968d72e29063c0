//! What GitHub says of one workflow run: the run, its jobs, its reviews.
//!
//! Snapshots as observed, mapped from the wire by the adapter; no rule lives here. Source: GitHub's REST
//! description 2026-03-10, "Actions".

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{ArtifactId, EnvironmentId, JobId, Login, RunId, Sha, Text};

/// A workflow run at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSnapshot {
    /// The run.
    pub id: RunId,
    /// 1 for the first, counted up by re-runs.
    pub attempt: u32,
    /// The commit that the run was started for. For a run with the event `workflow_run` that is the default branch's
    /// head at the time, not the commit that the earlier workflow built: never take it for the candidate unchecked.
    pub head_sha: Sha,
    /// Branch or tag name, where there is one.
    pub head_branch: Option<Text>,
    /// `display_title`.
    pub title: Text,
    /// The workflow's name.
    pub workflow: Text,
    /// The workflow file's path, `.github/workflows/deploy.yml`.
    pub path: Text,
    /// What started it: `push`, `workflow_dispatch`, `workflow_run` ...
    pub event: Text,
    /// Where it stands.
    pub status: RunStatus,
    /// How it ended, once completed.
    pub conclusion: Option<Conclusion>,
    /// Who pushed or dispatched first.
    pub actor: Option<Login>,
    /// Who triggered this attempt: the "self" of GitHub's self-review rule.
    pub triggering_actor: Option<Login>,
    /// Creation of the run.
    pub created: Timestamp,
    /// Start of this attempt.
    pub started: Option<Timestamp>,
    /// Last change.
    pub updated: Timestamp,
    /// The page for people.
    pub url: Text,
    /// Numbers of the pull requests that GitHub links.
    pub pull_requests: Vec<u64>,
}

/// `status` of a run or a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Asked for.
    Requested,
    /// Waits for a runner.
    Queued,
    /// Waits for its concurrency group.
    Pending,
    /// Waits for a deployment protection rule.
    Waiting,
    /// Works.
    InProgress,
    /// Ended; see the conclusion.
    Completed,
    /// A word that this version does not know.
    Unknown,
}

impl RunStatus {
    /// The word that people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Queued => "queued",
            Self::Pending => "waits for its lane",
            Self::Waiting => "waits",
            Self::InProgress => "in progress",
            Self::Completed => "completed",
            Self::Unknown => "unknown",
        }
    }
}

/// `conclusion` of a run or a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Passed.
    Success,
    /// Failed.
    Failure,
    /// Cancelled by a person or a newer run.
    Cancelled,
    /// Ran out of time.
    TimedOut,
    /// Needs someone's action.
    ActionRequired,
    /// Neither.
    Neutral,
    /// Did not run.
    Skipped,
    /// Overtaken.
    Stale,
    /// Never began.
    StartupFailure,
    /// A word that this version does not know.
    Unknown,
}

impl Conclusion {
    /// The word that GitHub shows.
    pub fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed out",
            Self::ActionRequired => "action required",
            Self::Neutral => "neutral",
            Self::Skipped => "skipped",
            Self::Stale => "stale",
            Self::StartupFailure => "startup failure",
            Self::Unknown => "unknown",
        }
    }
}

/// One job of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSnapshot {
    /// The job.
    pub id: JobId,
    /// `caller / job` for reusable workflows, with the matrix in parentheses.
    pub name: Text,
    /// Where it stands.
    pub status: RunStatus,
    /// How it ended.
    pub conclusion: Option<Conclusion>,
    /// Its start.
    pub started: Option<Timestamp>,
    /// Its end.
    pub completed: Option<Timestamp>,
    /// The page for people.
    pub url: Text,
}

/// One environment that holds the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingDeployment {
    /// The id that an approval names.
    pub environment: EnvironmentId,
    /// Its name.
    pub name: Text,
    /// Minutes that it waits besides the review; 0 for none.
    pub wait_timer_minutes: u32,
    /// When the wait timer began.
    pub wait_timer_started: Option<Timestamp>,
    /// Whether GitHub lets the token's owner approve.
    pub can_approve: bool,
    /// Who may.
    pub reviewers: Vec<Reviewer>,
}

impl PendingDeployment {
    /// Its reviewers, in words.
    pub fn reviewers_in_words(&self) -> String {
        Reviewer::all_in_words(&self.reviewers)
    }
}

/// A required reviewer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reviewer {
    /// A person.
    User(Login),
    /// A team, by slug or name.
    Team(Text),
}

impl Reviewer {
    /// Several in words.
    pub fn all_in_words(all: &[Self]) -> String {
        let all: Vec<String> = all
            .iter()
            .map(|reviewer| match reviewer {
                Self::User(login) => format!("@{login}"),
                Self::Team(team) => format!("team {team}"),
            })
            .collect();
        if all.is_empty() {
            "nobody that GitHub names".to_owned()
        } else {
            all.join(", ")
        }
    }
}

/// One review of the run's deployments, as `approvals` lists it. It tells neither time nor attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewSnapshot {
    /// Who.
    pub by: Option<Login>,
    /// What.
    pub state: ReviewState,
    /// The comment; ours carries the digest.
    pub comment: Text,
    /// Which environments.
    pub environments: Vec<EnvironmentId>,
}

/// `state` of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// Let through.
    Approved,
    /// Stopped.
    Rejected,
    /// Neither yet, or a word that this version does not know.
    Pending,
}

/// An artifact of a run, listed but not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactSnapshot {
    /// The artifact.
    pub id: ArtifactId,
    /// Its name.
    pub name: Text,
    /// Bytes, as the zip.
    pub size: u64,
    /// `sha256:...`, where GitHub tells.
    pub digest: Option<Text>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Whether GitHub has deleted it.
    pub expired: bool,
    /// When GitHub deletes it, or did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// The run that made it.
    pub run: RunId,
}

/// The artifacts of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ArtifactList {
    /// Newest first.
    pub artifacts: Vec<ArtifactSnapshot>,
    /// Whether the run has more than were looked at.
    pub is_cut: bool,
}

/// The artifacts that one look found, wherever evidence comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArtifactsSeen {
    /// The run's own, newest first.
    pub own: Vec<ArtifactSnapshot>,
    /// Those that the rules name of other workflows' newest completed runs of the same commit, by workflow.
    pub elsewhere: BTreeMap<String, Vec<ArtifactSnapshot>>,
}
