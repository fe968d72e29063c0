//! What a reader of test reports sees: a suite's words about itself, and one case.

use jiff::SignedDuration;

use super::{Outcome, Totals};

/// What a suite says of itself, as far as it does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stated {
    /// All tests.
    pub tests: Option<u64>,
    /// Failed ones.
    pub failures: Option<u64>,
    /// Broken ones.
    pub errors: Option<u64>,
    /// Skipped and disabled ones.
    pub skipped: Option<u64>,
    /// Wall or summed time.
    pub duration: Option<SignedDuration>,
}

impl Stated {
    pub(super) fn failing(&self) -> u64 {
        let failures = self.failures.unwrap_or(0);
        failures.saturating_add(self.errors.unwrap_or(0))
    }

    /// The counts that a suite without cases stands for.
    pub(super) fn as_totals(&self) -> Totals {
        let failed = self.failures.unwrap_or(0);
        let errored = self.errors.unwrap_or(0);
        let skipped = self.skipped.unwrap_or(0);
        let not_passed = failed.saturating_add(errored).saturating_add(skipped);
        let tests = self.tests.unwrap_or(0).max(not_passed);
        Totals {
            tests,
            passed: tests - not_passed,
            failed,
            errored,
            skipped,
            ..Totals::default()
        }
    }
}

/// One case as a reader sees it; raw words.
#[derive(Debug, Clone, Copy)]
pub struct SeenCase<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its class, or empty.
    pub class: &'a str,
    /// The file that defines it, or empty; tells two tests of one name apart.
    pub file: &'a str,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, where told.
    pub duration: Option<SignedDuration>,
    /// First failing (else skipping) message.
    pub message: &'a str,
    /// Its stack and output.
    pub details: &'a str,
    /// How many failing results it carries: a suite's own counts count these.
    pub failing_results: u32,
}

impl SeenCase<'_> {
    /// The case as a count of one.
    pub(super) fn totals(&self) -> Totals {
        let is = |outcome: Outcome| u64::from(self.outcome == outcome);
        Totals {
            tests: 1,
            passed: is(Outcome::Passed) + is(Outcome::Flaky),
            failed: is(Outcome::Failed),
            errored: is(Outcome::Errored),
            skipped: is(Outcome::Skipped),
            flaky: is(Outcome::Flaky),
            duration: self.duration.unwrap_or_default(),
        }
    }
}
