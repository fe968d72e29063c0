//! The level of a risk, and what it recommends.

use serde::{Deserialize, Serialize};

/// How risky.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Little speaks against it.
    Low,
    /// Some things want a look.
    Medium,
    /// Much speaks against it.
    High,
}

impl Level {
    /// `Low`, `Medium`, `High`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
        }
    }

    /// What it recommends, in a few words.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Low => "approve",
            Self::Medium => "review carefully",
            Self::High => "investigate",
        }
    }
}
