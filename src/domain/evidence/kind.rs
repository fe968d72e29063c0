//! The kinds of evidence, and a piece of evidence once it is read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CoverageMap, LoadReport, SecurityScan, TestReport};
use crate::domain::Text;

/// What a piece of evidence is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// Test reports.
    Tests,
    /// A load test's summary.
    Load,
    /// Scanner findings.
    Security,
    /// Line coverage.
    Coverage,
    /// The explain summary.
    Explain,
}

impl EvidenceKind {
    /// Its name in the config and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::Load => "load",
            Self::Security => "security",
            Self::Coverage => "coverage",
            Self::Explain => "explain",
        }
    }
}

/// A piece of evidence, read.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// Tests, with every case.
    Tests(TestReport),
    /// A load test.
    Load(LoadReport),
    /// Scanner findings, every one that was kept.
    Security(SecurityScan),
    /// Coverage, with its lines.
    Coverage(CoverageMap),
    /// The explain text, Markdown, sanitised. Untrusted: it can neither act nor look like cockpit's own words.
    Explain(Text),
}
