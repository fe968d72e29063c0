//! What a release's risk is made of: the factors by name, and what each weighs where the rules do not say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that makes a release risky.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// Tests that failed and that nobody expected to fail.
    FailedTests,
    /// Tests that passed on a retry only.
    FlakyTests,
    /// Line coverage fell.
    CoverageDrop,
    /// How many lines change.
    DiffSize,
    /// Files in the paths that the team calls hot.
    HotPaths,
    /// Database migrations.
    Migrations,
    /// New and changed packages.
    Dependencies,
    /// Known vulnerabilities, in the code or in what it brings.
    Vulnerabilities,
    /// The load test got slower or failed more.
    LoadRegression,
    /// A long time since the last release, or none to compare with.
    LastRelease,
    /// The last release was rolled back, had an issue or expired, or its deployment failed.
    LastOutcome,
    /// Commits that production has and the candidate lacks.
    BehindProduction,
    /// Nobody can tell what production runs, or the sources disagree.
    Production,
    /// Answers that were cut: what they leave out was not looked at.
    Truncated,
    /// Evidence that the rules name and nobody has.
    MissingEvidence,
    /// The candidate changes the rules that it is judged by.
    Rules,
    /// The explain text says what the facts do not.
    Contradictions,
}

impl Factor {
    /// All of them, in the order of the documents.
    pub const ALL: [Self; 17] = [
        Self::FailedTests,
        Self::FlakyTests,
        Self::CoverageDrop,
        Self::DiffSize,
        Self::HotPaths,
        Self::Migrations,
        Self::Dependencies,
        Self::Vulnerabilities,
        Self::LoadRegression,
        Self::LastRelease,
        Self::LastOutcome,
        Self::BehindProduction,
        Self::Production,
        Self::Truncated,
        Self::MissingEvidence,
        Self::Rules,
        Self::Contradictions,
    ];

    /// Its name in `[risk]` and in JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::FailedTests => "failed_tests",
            Self::FlakyTests => "flaky_tests",
            Self::CoverageDrop => "coverage_drop",
            Self::DiffSize => "diff_size",
            Self::HotPaths => "hot_paths",
            Self::Migrations => "migrations",
            Self::Dependencies => "dependencies",
            Self::Vulnerabilities => "vulnerabilities",
            Self::LoadRegression => "load_regression",
            Self::LastRelease => "last_release",
            Self::LastOutcome => "last_outcome",
            Self::BehindProduction => "behind_production",
            Self::Production => "production",
            Self::Truncated => "truncated",
            Self::MissingEvidence => "missing_evidence",
            Self::Rules => "rules",
            Self::Contradictions => "contradictions",
        }
    }

    /// What people read.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FailedTests => "failed tests",
            Self::FlakyTests => "flaky tests",
            Self::CoverageDrop => "coverage drop",
            Self::DiffSize => "size of the diff",
            Self::HotPaths => "hot paths",
            Self::Migrations => "migrations",
            Self::Dependencies => "dependencies",
            Self::Vulnerabilities => "vulnerabilities",
            Self::LoadRegression => "load regression",
            Self::LastRelease => "time since the last release",
            Self::LastOutcome => "outcome of the last release",
            Self::BehindProduction => "behind production",
            Self::Production => "production unclear",
            Self::Truncated => "truncated answers",
            Self::MissingEvidence => "missing evidence",
            Self::Rules => "changed rules",
            Self::Contradictions => "contradictions",
        }
    }

    /// The most points that it adds, where the rules do not say.
    pub const fn weight(self) -> u32 {
        match self {
            Self::FailedTests => 60,
            Self::Vulnerabilities | Self::BehindProduction => 30,
            Self::Migrations | Self::MissingEvidence | Self::LoadRegression => 20,
            Self::HotPaths | Self::DiffSize | Self::Contradictions => 15,
            Self::CoverageDrop
            | Self::Dependencies
            | Self::LastOutcome
            | Self::Production
            | Self::Truncated
            | Self::Rules
            | Self::FlakyTests => 10,
            Self::LastRelease => 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_name_in_json() {
        for factor in Factor::ALL {
            let json = serde_json::to_value(factor).unwrap();
            assert_eq!(json, factor.key());
        }
    }
}
