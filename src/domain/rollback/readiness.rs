//! How ready a rollback is, looked at before it is needed.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::Text;

/// What was looked at, and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// The workflow's inputs against the config; `None` is not looked at yet.
    pub inputs: Option<InputsCheck>,
    /// How long past rollbacks took, newest first.
    pub past: Vec<SignedDuration>,
    /// When the newest rollback that succeeded was started, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Timestamp>,
}

/// The rollback workflow's inputs against the config.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputsCheck {
    /// All there.
    Fit,
    /// The workflow is not there, or takes no dispatch.
    NoWorkflow,
    /// These do not fit, in words.
    Misfit(Vec<Text>),
    /// Could not be looked at.
    Unknown(Text),
}

impl Readiness {
    /// The median of past rollbacks.
    pub fn usual_time(&self) -> Option<SignedDuration> {
        let mut past = self.past.clone();
        past.sort();
        past.get(past.len() / 2).copied()
    }
}
