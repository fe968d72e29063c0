//! What a rollback prompt shows: from where to where, and what to do with a deploy that still runs.

use serde::{Deserialize, Serialize};

use crate::domain::{Sha, Text};

/// Where a rollback goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The version, where known.
    pub version: Option<Text>,
    /// The commit.
    pub sha: Sha,
}

impl Target {
    /// The phrase that names it: the version, else the short SHA.
    pub fn name(&self) -> &str {
        self.version
            .as_ref()
            .map_or(self.sha.short(), |version| version.as_str())
    }
}

/// The facts that a rollback is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackShown {
    /// Where it goes.
    pub target: Target,
    /// What production runs, as far as known.
    pub from: Option<Text>,
    /// Which attempt this is, from 1.
    pub attempt: usize,
}

/// What happens to a deploy that still runs when a rollback is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Nothing runs, or it may go on: dispatch at once.
    Dispatch,
    /// Cancel it, wait for its end, then dispatch.
    CancelThenDispatch,
    /// Wait for its end, then dispatch.
    Wait,
    /// Run the team's fallback program instead of a workflow.
    Fallback,
}
