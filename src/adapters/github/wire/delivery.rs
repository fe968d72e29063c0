//! Runs and jobs as the scorecard's ledger keeps them: times, attempts, names.

use serde::Deserialize;

use super::field::{or_default, readable, time};
use crate::domain::{
    JobId, RunId, Sha, Text,
    observation::Conclusion,
    scorecard::{PastJob, PastRun},
};

/// A page of runs with the number of all.
#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct PastRuns {
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::adapters::github) total_count: Option<usize>,
    #[serde(default, deserialize_with = "readable")]
    pub(in crate::adapters::github) workflow_runs: Vec<WireRun>,
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct WireRun {
    id: u64,
    head_sha: String,
    created_at: String,
    #[serde(default, deserialize_with = "or_default")]
    updated_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    run_attempt: Option<u32>,
    #[serde(default, deserialize_with = "or_default")]
    conclusion: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    head_commit: Option<HeadCommit>,
}

#[derive(Debug, Deserialize)]
struct HeadCommit {
    #[serde(default, deserialize_with = "or_default")]
    timestamp: Option<String>,
}

impl WireRun {
    pub(in crate::adapters::github) fn read(self) -> Option<PastRun> {
        let created = time(Some(&self.created_at))?;
        let commit = self.head_commit.as_ref();
        Some(PastRun {
            id: RunId(self.id),
            attempt: self.run_attempt.unwrap_or(1).max(1),
            sha: Sha::parse(&self.head_sha).ok()?,
            committed: commit.and_then(|commit| time(commit.timestamp.as_deref())),
            created,
            updated: time(self.updated_at.as_deref()).unwrap_or(created),
            conclusion: self.conclusion.as_deref().map(conclusion),
            jobs: None,
        })
    }
}

/// Success, or anything else: the scorecard tells no more apart.
fn conclusion(word: &str) -> Conclusion {
    match word {
        "success" => Conclusion::Success,
        "cancelled" => Conclusion::Cancelled,
        _ => Conclusion::Failure,
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct WireJob {
    id: u64,
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    run_attempt: Option<u32>,
    #[serde(default, deserialize_with = "or_default")]
    started_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    completed_at: Option<String>,
}

impl WireJob {
    pub(in crate::adapters::github) fn read(self) -> PastJob {
        PastJob {
            id: JobId(self.id),
            attempt: self.run_attempt.unwrap_or(1).max(1),
            name: Text::line(&self.name),
            started: time(self.started_at.as_deref()),
            completed: time(self.completed_at.as_deref()),
        }
    }
}
