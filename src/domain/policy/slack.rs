//! What the rules say of Slack: channels, who is who there, and what a click counts as.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Login;

/// The team's Slack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlackRule {
    /// Where the card stands, by channel id.
    pub approval: Option<String>,
    /// Where a finished deploy is told.
    pub deploys: Option<String>,
    /// Where an approval that nobody gives is told.
    pub escalation: Option<String>,
    /// What a click on Approve counts as.
    pub approve: ClickCounts,
    /// People who click, without the authors, before a quorum is reached; only [`ClickCounts::Promote`] asks.
    pub quorum: u32,
    /// People by their Slack user id.
    pub people: BTreeMap<String, Login>,
}

/// What a click on Approve counts as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClickCounts {
    /// The person's sign-off.
    #[default]
    SignOff,
    /// With a quorum, the approval.
    Promote,
}

impl SlackRule {
    /// Who a Slack user is.
    pub fn person(&self, user: &str) -> Option<&Login> {
        self.people.get(user)
    }
}
