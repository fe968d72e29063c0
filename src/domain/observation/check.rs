//! What GitHub says of one check run. Source: GitHub's REST description 2026-03-10, "Checks".

use super::{Conclusion, RunStatus};
use crate::domain::Text;

/// A check run on a commit at one moment; a job of a workflow is one too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckSnapshot {
    /// Its name: several apps may use the same.
    pub name: Text,
    /// Where it stands.
    pub status: RunStatus,
    /// How it ended, once completed.
    pub conclusion: Option<Conclusion>,
}
