//! Deployments: one for each job attempt with an environment, with every status that it went through.

use jiff::Timestamp;

/// A status of a deployment.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) id: u64,
    /// `waiting`, `queued`, `in_progress`, `success`, `failure`, `inactive`.
    pub(super) state: &'static str,
    pub(super) at: Timestamp,
}

/// A deployment.
#[derive(Debug, Clone)]
pub(super) struct Deployment {
    pub(super) id: u64,
    pub(super) environment: &'static str,
    /// The head of the ref that was run, not always what was deployed.
    pub(super) sha: String,
    pub(super) creator: String,
    pub(super) created: Timestamp,
    pub(super) run: u64,
    pub(super) job: u64,
    /// Oldest first.
    pub(super) stages: Vec<Stage>,
}

impl Deployment {
    pub(super) fn state(&self) -> &'static str {
        self.stages.last().map_or("pending", |stage| stage.state)
    }

    pub(super) fn updated(&self) -> Timestamp {
        self.stages.last().map_or(self.created, |stage| stage.at)
    }
}
