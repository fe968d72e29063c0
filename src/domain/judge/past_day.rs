//! The same hours of an earlier day, which a metric is set against besides the hours before a deploy.

use serde::{Deserialize, Serialize};

/// An earlier day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PastDay {
    /// A day earlier.
    Yesterday,
    /// Seven days earlier: the same weekday.
    LastWeek,
}

impl PastDay {
    /// Both, the nearer first.
    pub const ALL: [Self; 2] = [Self::Yesterday, Self::LastWeek];

    /// How many minutes earlier.
    pub const fn minutes(self) -> i64 {
        match self {
            Self::Yesterday => 24 * 60,
            Self::LastWeek => 7 * 24 * 60,
        }
    }

    /// For people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yesterday => "yesterday",
            Self::LastWeek => "last week",
        }
    }
}
