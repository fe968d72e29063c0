//! `[evidence]`: what staging must have shown.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{DurationText, LatencyText, PointsText, ShareText};
use crate::{
    config::At,
    domain::policy::{Effect, ExplainPlace},
};

/// What staging must have shown.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EvidenceTable {
    /// Test reports (JUnit XML).
    #[serde(default)]
    pub tests: Option<At<EvidenceEntry>>,
    /// A load test's summary (k6 JSON).
    #[serde(default)]
    pub load: Option<At<LoadEntry>>,
    /// Scanner findings (SARIF).
    #[serde(default)]
    pub security: Option<At<EvidenceEntry>>,
    /// Line coverage (lcov, Cobertura, `JaCoCo`, Clover).
    #[serde(default)]
    pub coverage: Option<At<CoverageEntry>>,
    /// The explain summary.
    #[serde(default)]
    pub explain: Option<At<ExplainEntry>>,
    /// Evidence older than this asks for a fresh look: `12h` where nothing is written.
    #[serde(default)]
    pub max_age: Option<At<DurationText>>,
    /// Globs of files where a change is a risk.
    #[serde(default)]
    pub hot_paths: Option<At<Vec<String>>>,
    /// Parts of the repository by name, each with its globs: `{ api = ["src/api/**"] }`. Else by folder.
    #[serde(default)]
    pub areas: Option<At<BTreeMap<String, Vec<String>>>>,
    /// Failing tests that are known, until a day.
    #[serde(default)]
    pub known_failures: Option<At<Vec<KnownFailureEntry>>>,
}

/// The keys that every kind of evidence from an artifact has.
pub trait ArtifactEntry {
    /// Glob over artifact names.
    fn artifact(&self) -> &At<String>;
    /// Another workflow file.
    fn workflow(&self) -> Option<&At<String>>;
    /// Whether staging fails without it.
    fn required(&self) -> bool;
    /// What its absence does to the approval.
    fn on_missing(&self) -> Option<&At<Effect>>;
}

/// A table of those keys and its own. Written out and not flattened: a flattened key forgets its place in the file.
macro_rules! artifact_entry {
    ($(#[$about:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Deserialize, JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub struct $name {
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
            $($own)*
        }

        impl ArtifactEntry for $name {
            fn artifact(&self) -> &At<String> {
                &self.artifact
            }

            fn workflow(&self) -> Option<&At<String>> {
                self.workflow.as_ref()
            }

            fn required(&self) -> bool {
                self.required
            }

            fn on_missing(&self) -> Option<&At<Effect>> {
                self.on_missing.as_ref()
            }
        }
    };
}

artifact_entry! {
    /// One kind of evidence.
    EvidenceEntry {}
}

artifact_entry! {
    /// Load evidence.
    LoadEntry {
        /// What it is compared with; else the last successful release's.
        #[serde(default)]
        pub baseline: Option<At<LoadBaselineEntry>>,
    }
}

artifact_entry! {
    /// Coverage evidence.
    CoverageEntry {
        /// Largest drop that passes.
        #[serde(default)]
        pub max_drop: Option<At<PointsText>>,
    }
}

/// Figures that a load test is compared with; at least one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct LoadBaselineEntry {
    /// Median latency: `40ms`.
    #[serde(default)]
    pub p50: Option<At<LatencyText>>,
    /// 95th percentile.
    #[serde(default)]
    pub p95: Option<At<LatencyText>>,
    /// 99th percentile.
    #[serde(default)]
    pub p99: Option<At<LatencyText>>,
    /// Requests a second.
    #[serde(default)]
    pub throughput: Option<At<f64>>,
    /// Share of failed requests: `0.1%`.
    #[serde(default)]
    pub failed: Option<At<ShareText>>,
}

/// Where the explain text comes from, tried in this order: an artifact, the pull request's body (also where nothing else is
/// written here), a comment, a command's answer. Where none has it cockpit writes it from the facts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ExplainEntry {
    /// Glob over artifact names.
    #[serde(default)]
    pub artifact: Option<At<String>>,
    /// Another workflow file whose newest completed run for the same commit holds it.
    #[serde(default)]
    pub workflow: Option<At<String>>,
    /// The body of a pull request of the candidate, where it has the headings.
    #[serde(default)]
    pub pull_request: bool,
    /// The newest comment of this account on a pull request of the candidate that has the headings.
    #[serde(default)]
    pub author: Option<At<String>>,
    /// Program and arguments: gets the facts as JSON on standard input, answers Markdown with the headings. It runs only
    /// after a person trusted it, once for each version of these rules.
    #[serde(default)]
    pub command: Option<At<Vec<String>>>,
    /// Longest time for the command, at most `10m`; else `60s`.
    #[serde(default)]
    pub timeout: Option<At<DurationText>>,
    /// Another order: `["command", "artifact", "pull_request", "comment"]`, each of those that are named here.
    #[serde(default)]
    pub sources: Option<At<Vec<ExplainPlace>>>,
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
