//! What an earlier release of the service came to, as its journal on this machine tells.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{RunId, Text};

/// An earlier release that reached production, or that nobody approved in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierRelease {
    /// Its run.
    pub run: RunId,
    /// What people call it.
    pub version: Text,
    /// When its run began.
    pub began: Timestamp,
    /// What it came to.
    pub end: EarlierEnd,
}

/// What it came to, as far as the journal goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EarlierEnd {
    /// In production, and nothing speaks against it.
    Well,
    /// Something was wrong with it in production, or nobody could tell.
    Issue(Text),
    /// Taken back, or it was tried.
    RolledBack(Text),
    /// Not approved in GitHub's time.
    Expired,
}
