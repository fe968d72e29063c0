//! Smoke tests that run by themselves: their files, and where they go. What they ask stands in the files.

use serde::{Deserialize, Serialize};

/// The rules of `[smoke]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeRules {
    /// Before the approval.
    #[serde(default)]
    pub before: Option<SmokeRule>,
    /// After each stage, the last one included.
    #[serde(default)]
    pub after: Option<SmokeRule>,
}

/// One file of tests. Its bytes are part of the rules' hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeRule {
    /// Its name beside the rules.
    pub file: String,
    /// Where tests with a path go.
    pub url: Option<String>,
}

/// The variables of the environment that smoke tests of a flight may name begin so. The file comes from the
/// repository: what it names goes to the address that it names, so tokens of cockpit's own must be out of its reach.
pub const SMOKE_VARIABLES: &str = "SMOKE_";
