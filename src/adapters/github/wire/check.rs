//! Check runs.

use serde::Deserialize;

use super::{
    field::{line, or_default},
    run::{conclusion, status},
};
use crate::domain::observation::CheckSnapshot;

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct CheckRun {
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    status: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    conclusion: Option<String>,
}

impl CheckRun {
    /// A status or conclusion that is not known stays unknown: it is no success.
    pub(in crate::adapters::github) fn read(&self) -> CheckSnapshot {
        CheckSnapshot {
            name: line(Some(&self.name)),
            status: status(self.status.as_deref()),
            conclusion: self.conclusion.as_deref().map(conclusion),
        }
    }
}
