//! A click in the chat, as it came: nothing in it is believed before the release has looked at it.

use serde::{Deserialize, Serialize};

use crate::domain::Text;

/// Longest value that a button carries, in bytes.
pub const VALUE_LIMIT: usize = 2_000;

/// The action of the button that says yes.
pub const APPROVE_ACTION: &str = "cockpit_approve";
/// The action of the button that says no.
pub const REJECT_ACTION: &str = "cockpit_reject";
/// The action of the button that only leads to GitHub.
pub const OPEN_ACTION: &str = "cockpit_open";
/// The window that asks why.
pub const REJECT_CALLBACK: &str = "cockpit_rejected";
/// The field in it.
pub const REASON_BLOCK: &str = "cockpit_reason";

/// A click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    /// Its own name: the same one twice is one click.
    pub id: Text,
    /// The user's id in the chat.
    pub user: Text,
    /// The channel in which the card stands that was clicked.
    pub channel: Text,
    /// What was clicked.
    pub button: Button,
    /// What the button carried, as [`super::CardSeen::encode`] wrote it, or not.
    pub value: String,
    /// What opens a window in answer, for a few seconds.
    pub trigger: Option<String>,
}

/// What was clicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Button {
    /// Approve.
    Approve,
    /// Reject: the reason is asked for next.
    Reject,
    /// Reject, with the reason that was asked for.
    Rejected {
        /// Why.
        reason: Text,
    },
}

/// What a click that counts says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClickWord {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

/// What a window that asks for a reason carries, so that its answer is the click that opened it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The channel of the card.
    pub channel: Text,
    /// What the button carried.
    pub value: String,
}

impl Asked {
    /// As the window carries it, at most 3,000 bytes.
    pub fn encode(&self) -> String {
        // Strings cannot fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Asked::encode`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() <= 2 * VALUE_LIMIT)
            .then(|| serde_json::from_str(text).ok())
            .flatten()
    }
}
