//! What came of a run of smoke tests.

use serde::Serialize;

use super::suite::Test;
use crate::domain::Text;

/// How one test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SmokeState {
    /// All held.
    Passed,
    /// Something did not, or nothing was answered.
    Failed,
    /// It did not run.
    Skipped,
}

/// What came of one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SmokeResult {
    /// The test's name.
    pub name: Text,
    /// How it ended.
    pub state: SmokeState,
    /// Whether its failure fails the run.
    pub required: bool,
    /// Of the last attempt; `None`: nothing was answered.
    pub status: Option<u16>,
    /// Of the last attempt, in whole milliseconds, where it was answered.
    pub latency_ms: Option<u64>,
    /// Attempts made.
    pub attempts: u32,
    /// Why it failed or was skipped.
    pub why: Option<Text>,
}

impl SmokeResult {
    /// A test that does not run.
    pub fn skipped(test: &Test, why: &str) -> Self {
        Self {
            name: Text::line(&test.name),
            state: SmokeState::Skipped,
            required: test.required,
            status: None,
            latency_ms: None,
            attempts: 0,
            why: Some(Text::line(why)),
        }
    }
}

/// What came of a run, in the file's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SmokeReport {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that did not run.
    pub skipped: usize,
    /// Each test.
    pub tests: Vec<SmokeResult>,
}

impl SmokeReport {
    /// Counts.
    pub fn of(tests: Vec<SmokeResult>) -> Self {
        let count = |state| tests.iter().filter(|test| test.state == state).count();
        Self {
            passed: count(SmokeState::Passed),
            failed: count(SmokeState::Failed),
            skipped: count(SmokeState::Skipped),
            tests,
        }
    }

    /// `9 passed, 2 failed (1 of them not required), 0 skipped`.
    pub fn sum(&self) -> String {
        let failed = self.tests.iter();
        let failed = failed.filter(|test| test.state == SmokeState::Failed);
        let spared = match failed.filter(|test| !test.required).count() {
            0 => String::new(),
            1 if self.failed == 1 => " (not required)".to_owned(),
            spared => format!(" ({spared} of them not required)"),
        };
        format!(
            "{} passed, {} failed{spared}, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }

    /// Whether no required test failed.
    pub fn holds(&self) -> bool {
        !self
            .tests
            .iter()
            .any(|test| test.required && test.state == SmokeState::Failed)
    }
}
