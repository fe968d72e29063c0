//! What the risk is worked out from: facts that cockpit checked, none of the explain text's words.

use jiff::SignedDuration;

use crate::domain::{
    Text,
    diff::Diff,
    evidence::{CoverageReport, LoadReport, SecurityReport, TestsSummary},
};

/// The facts of one release. What is `None` is not known; what the rules ask for and nobody has stands in `missing`.
#[derive(Debug, Clone, Default)]
pub struct RiskFacts<'a> {
    /// The tests.
    pub tests: Option<&'a TestsSummary>,
    /// The load test.
    pub load: Option<&'a LoadReport>,
    /// Scanner findings.
    pub security: Option<&'a SecurityReport>,
    /// Line coverage.
    pub coverage: Option<&'a CoverageReport>,
    /// The diff from production.
    pub diff: Option<&'a Diff>,
    /// Evidence that is missing, unreadable or not read yet, by name.
    pub missing: Vec<Text>,
    /// Whether this is the first release: nothing to compare with is then no gap in the evidence.
    pub is_first: bool,
    /// From the last release to this candidate.
    pub since_last: Option<SignedDuration>,
    /// What the last release was rolled back for, where it was.
    pub rolled_back: Option<Text>,
    /// Which deployment failed since the last one that succeeded, and when.
    pub failed_before: Option<Text>,
    /// What an earlier release had wrong in production and kept, by this machine's journals.
    pub had_issue: Option<Text>,
    /// Which release nobody approved in time, by this machine's journals.
    pub expired_before: Option<Text>,
    /// Why nobody can tell what production runs; `None` where it is known and nobody disagrees.
    pub production_unclear: Option<Text>,
    /// What the explain text says against the facts.
    pub contradictions: Vec<Text>,
}
