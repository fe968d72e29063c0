//! Runs, their jobs, reviews and artifacts as the world holds them. Rules are in `engine`, wording in `wire`.

use std::sync::Arc;

use jiff::Timestamp;

use super::release::Build;

/// `status` of a run or a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Needs are not met, or the lane is taken.
    Pending,
    /// Waits for a runner.
    Queued,
    /// Waits for a review.
    Waiting,
    /// Works.
    InProgress,
    /// Ended.
    Completed,
}

impl Status {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
        }
    }
}

/// `conclusion` of a run or a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Passed.
    Success,
    /// Failed, or was rejected.
    Failure,
    /// Stopped.
    Cancelled,
    /// Never ran.
    Skipped,
}

impl End {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }
}

/// What a job does to the world when it succeeds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Effect {
    /// Nothing outside the run.
    Nothing,
    /// Uploads these artifacts.
    Upload(Vec<(&'static str, Arc<[u8]>)>),
    /// This build serves that share of production, in per cent.
    Serve(Build, u8),
}

/// One job of an attempt.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: u64,
    pub(super) name: &'static str,
    /// Indexes of the jobs that must have succeeded.
    pub(super) needs: Vec<usize>,
    pub(super) seconds: i64,
    pub(super) environment: Option<&'static str>,
    /// How it will end.
    pub(super) planned: End,
    pub(super) effect: Effect,
    pub(super) status: Status,
    pub(super) conclusion: Option<End>,
    pub(super) created: Timestamp,
    pub(super) started: Option<Timestamp>,
    pub(super) completed: Option<Timestamp>,
    pub(super) attempt: u32,
    /// Whether its environment was approved in this attempt.
    pub(super) approved: bool,
    /// Its deployment, once there is one.
    pub(super) deployment: Option<u64>,
}

impl Job {
    pub(super) fn is_open(&self) -> bool {
        self.status != Status::Completed
    }
}

/// A review of a run's deployments.
#[derive(Debug, Clone)]
pub(super) struct Review {
    pub(super) by: String,
    pub(super) approved: bool,
    pub(super) comment: String,
    pub(super) environments: Vec<&'static str>,
}

/// An uploaded artifact.
#[derive(Debug, Clone)]
pub(super) struct Artifact {
    pub(super) id: u64,
    pub(super) name: &'static str,
    pub(super) bytes: Arc<[u8]>,
    pub(super) created: Timestamp,
}

/// A workflow run.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) id: u64,
    pub(super) number: u64,
    /// File name, `deploy.yml`.
    pub(super) workflow: &'static str,
    pub(super) title: String,
    pub(super) event: &'static str,
    pub(super) sha: String,
    /// When its commit was made, where that is none of the repository's.
    pub(super) committed: Option<Timestamp>,
    pub(super) actor: String,
    pub(super) triggering_actor: String,
    pub(super) created: Timestamp,
    pub(super) started: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) attempt: u32,
    pub(super) status: Status,
    pub(super) conclusion: Option<End>,
    /// Concurrency group of the whole run.
    pub(super) group: &'static str,
    pub(super) jobs: Vec<Job>,
    pub(super) reviews: Vec<Review>,
    pub(super) artifacts: Vec<Artifact>,
}

impl Run {
    pub(super) fn is_open(&self) -> bool {
        self.status != Status::Completed
    }

    /// Whether it holds its lane: open, and not queued behind another.
    pub(super) fn holds_lane(&self) -> bool {
        self.is_open() && self.status != Status::Pending
    }

    /// Environments that hold it now, in the order of its jobs.
    pub(super) fn held_by(&self) -> Vec<&'static str> {
        let mut held: Vec<_> = self
            .jobs
            .iter()
            .filter(|job| job.status == Status::Waiting)
            .filter_map(|job| job.environment)
            .collect();
        held.dedup();
        held
    }
}
