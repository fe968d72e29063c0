//! Counts of tests: what is journalled of a report, however large.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::Text;

/// How many tests ended how. `tests` is the sum of the others but `flaky`, which are passed ones that passed on retry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// All.
    pub tests: u64,
    /// Passed, flaky ones included.
    pub passed: u64,
    /// Failed an assertion.
    pub failed: u64,
    /// Broke.
    pub errored: u64,
    /// Skipped or disabled.
    pub skipped: u64,
    /// Passed on retry.
    pub flaky: u64,
    /// Time that the report states or its cases add up to.
    pub duration: SignedDuration,
}

impl Totals {
    /// Whether anything failed or broke.
    pub fn has_failures(&self) -> bool {
        self.failing() > 0
    }

    /// How many failed or broke.
    pub fn failing(&self) -> u64 {
        self.failed.saturating_add(self.errored)
    }
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.tests = self.tests.saturating_add(other.tests);
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
        self.errored = self.errored.saturating_add(other.errored);
        self.skipped = self.skipped.saturating_add(other.skipped);
        self.flaky = self.flaky.saturating_add(other.flaky);
        self.duration = self.duration.saturating_add(other.duration);
    }
}

/// One suite by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuiteTotals {
    /// Its name: the file or artifact that a person recognises (API, Integration, E2E).
    pub name: Text,
    /// Its counts.
    pub totals: Totals,
}
