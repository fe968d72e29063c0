//! What the rules say of risk: the weight of each factor, and where the levels begin.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Factor, Level};

/// `[risk]`: weights in points, levels from a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskRule {
    /// The most points that a factor adds; one that is not named adds at most [`Factor::weight`].
    pub weights: BTreeMap<Factor, u32>,
    /// From this score on it is medium.
    pub medium: u32,
    /// From this score on it is high.
    pub high: u32,
}

impl Default for RiskRule {
    fn default() -> Self {
        Self {
            weights: BTreeMap::new(),
            medium: 30,
            high: 60,
        }
    }
}

impl RiskRule {
    /// The most points that a factor adds.
    pub fn weight(&self, factor: Factor) -> u32 {
        self.weights
            .get(&factor)
            .copied()
            .unwrap_or_else(|| factor.weight())
    }

    /// The level of a score.
    pub fn level(&self, score: u32) -> Level {
        if score >= self.high {
            Level::High
        } else if score >= self.medium {
            Level::Medium
        } else {
            Level::Low
        }
    }
}
