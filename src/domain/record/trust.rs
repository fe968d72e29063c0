//! A person's trust in the programs of the rules: given once for each version of the rules.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::Login;

/// Who trusted the programs of the rules, when, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// Who.
    pub by: Login,
    /// When the word was given; for one that is remembered, back then.
    pub at: Timestamp,
    /// How.
    pub way: TrustWay,
}

/// How a person's trust is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustWay {
    /// The prompt was confirmed in this release.
    Confirmed,
    /// On this machine, for the same rules, in an earlier release.
    Remembered,
    /// The flag `--trust-commands`.
    Flag,
}

impl TrustWay {
    /// In words, after "trusted by ana".
    pub fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "here",
            Self::Remembered => "in an earlier release",
            Self::Flag => "with --trust-commands",
        }
    }
}
