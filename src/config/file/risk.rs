//! `[risk]`: what each factor weighs, and where the levels begin.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{config::At, domain::risk::Factor};

/// What each factor of the risk weighs, and where the levels begin.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RiskTable {
    /// From this score on (0 to 100) a release is medium; else 30.
    #[serde(default)]
    pub medium: Option<At<u32>>,
    /// From this score on a release is high; else 60.
    #[serde(default)]
    pub high: Option<At<u32>>,
    /// The most points that a factor adds, 0 to 100; 0 leaves it out.
    #[serde(default)]
    #[schemars(with = "BTreeMap<Factor, u32>")]
    pub weights: BTreeMap<String, At<u32>>,
}
