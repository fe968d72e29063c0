//! `[evidence]`: what staging must have shown.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{DurationText, PointsText};
use crate::{config::At, domain::policy::Effect};

/// What staging must have shown.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EvidenceTable {
    /// Test reports (JUnit XML).
    #[serde(default)]
    pub tests: Option<At<EvidenceEntry>>,
    /// A load test's summary (k6 JSON).
    #[serde(default)]
    pub load: Option<At<EvidenceEntry>>,
    /// Scanner findings (SARIF).
    #[serde(default)]
    pub security: Option<At<EvidenceEntry>>,
    /// Line coverage (lcov, Cobertura).
    #[serde(default)]
    pub coverage: Option<At<CoverageEntry>>,
    /// The explain summary.
    #[serde(default)]
    pub explain: Option<At<ExplainEntry>>,
    /// Globs of files where a change is a risk.
    #[serde(default)]
    pub hot_paths: Option<At<Vec<String>>>,
    /// Failing tests that are known, until a day.
    #[serde(default)]
    pub known_failures: Option<At<Vec<KnownFailureEntry>>>,
}

/// One kind of evidence.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EvidenceEntry {
    /// Glob over artifact names.
    pub artifact: At<String>,
    /// Another workflow file whose newest completed run for the same commit holds it.
    #[serde(default)]
    pub workflow: Option<At<String>>,
    /// Whether staging fails without it.
    #[serde(default)]
    pub required: bool,
    /// What its absence does to the approval.
    #[serde(default)]
    pub on_missing: Option<At<Effect>>,
}

/// Coverage evidence.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CoverageEntry {
    /// Glob over artifact names.
    pub artifact: At<String>,
    /// Another workflow file whose newest completed run for the same commit holds it.
    #[serde(default)]
    pub workflow: Option<At<String>>,
    /// Whether staging fails without it.
    #[serde(default)]
    pub required: bool,
    /// What its absence does to the approval.
    #[serde(default)]
    pub on_missing: Option<At<Effect>>,
    /// Largest drop that passes.
    #[serde(default)]
    pub max_drop: Option<At<PointsText>>,
}

/// Where the explain text comes from: an artifact, a command, or, with neither, the pull request's body.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ExplainEntry {
    /// Glob over artifact names.
    #[serde(default)]
    pub artifact: Option<At<String>>,
    /// Another workflow file whose newest completed run for the same commit holds it.
    #[serde(default)]
    pub workflow: Option<At<String>>,
    /// Program and arguments: gets the facts as JSON, answers Markdown.
    #[serde(default)]
    pub command: Option<At<Vec<String>>>,
    /// Longest time for the command.
    #[serde(default)]
    pub timeout: Option<At<DurationText>>,
}

/// A failing test that is known.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct KnownFailureEntry {
    /// The test's name.
    pub test: String,
    /// Last day on which it counts as known: `2026-12-01`.
    pub until: At<String>,
    /// Why: a ticket.
    pub reason: String,
}
