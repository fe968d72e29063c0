//! The lock that a rollback puts on its service: no approval until a person says why it may go on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{RunId, Text};

/// An earlier release that was rolled back, with nobody having said yet why the service may go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLock {
    /// Its run.
    pub run: RunId,
    /// What people call it.
    pub version: Text,
    /// When the rollback was asked for.
    pub since: Timestamp,
    /// Why it was rolled back.
    pub reason: Text,
    /// The machine that rolled it back, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Text>,
}

impl ServiceLock {
    /// In a line, with what lifts it.
    pub fn in_words(&self) -> Text {
        let there = self.machine.as_ref().map_or_else(String::new, |machine| {
            format!(" on {}", machine.first_line())
        });
        Text::line(&format!(
            "{} (run {}) was rolled back{there}: {}; cockpit unlock {} --reason \"...\" lets the service go on",
            self.version,
            self.run,
            self.reason.first_line(),
            self.run
        ))
    }
}
