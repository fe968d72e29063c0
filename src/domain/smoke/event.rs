//! Events of smoke tests that a flight ran: small, whatever the file holds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::report::{SmokeReport, SmokeResult, SmokeState};
use crate::domain::Text;

/// Most failures that are kept by name.
const KEPT_FAILURES: usize = 8;
/// Most characters of a kept reason.
const KEPT_REASON: usize = 240;

/// Something happened to the smoke tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmokeEvent {
    /// They ran to their end.
    Ran {
        /// When in the release.
        moment: Moment,
        /// When they began.
        asked: Timestamp,
        /// What came of them.
        summary: SmokeSummary,
    },
    /// There is no result: they could not begin, or did not end.
    NoResult {
        /// When in the release.
        moment: Moment,
        /// When it was tried.
        asked: Timestamp,
        /// Why.
        why: Text,
    },
}

/// When in a release smoke tests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before the approval, against what production serves then.
    Before,
    /// After a stage was deployed.
    After {
        /// Which, from 0.
        stage: usize,
    },
}

/// What came of a run, as much as is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeSummary {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that did not run.
    pub skipped: usize,
    /// Of the failed ones those that must pass.
    pub required: usize,
    /// The first failures, required ones first.
    pub failures: Vec<SmokeFailure>,
}

/// A test that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeFailure {
    /// The test's name.
    pub name: Text,
    /// Whether it must pass.
    pub required: bool,
    /// Why it failed.
    pub why: Text,
}

/// What came of one moment's tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmokeOutcome {
    /// They ran.
    Ran(SmokeSummary),
    /// There is no result.
    NoResult(Text),
}

impl From<&SmokeReport> for SmokeSummary {
    fn from(report: &SmokeReport) -> Self {
        let failed = |test: &&SmokeResult| test.state == SmokeState::Failed;
        let mut failures: Vec<&SmokeResult> = report.tests.iter().filter(failed).collect();
        failures.sort_by_key(|test| !test.required);
        Self {
            passed: report.passed,
            failed: report.failed,
            skipped: report.skipped,
            required: failures.iter().filter(|test| test.required).count(),
            failures: failures
                .into_iter()
                .take(KEPT_FAILURES)
                .map(|test| SmokeFailure {
                    name: short(test.name.as_str()),
                    required: test.required,
                    why: short(test.why.as_ref().map_or("", Text::as_str)),
                })
                .collect(),
        }
    }
}

impl SmokeSummary {
    /// Tests in all.
    pub fn total(&self) -> usize {
        self.passed + self.failed + self.skipped
    }

    /// `6 of 6 passed`, or `1 of 6 failed: checkout: status 503, not 2xx`.
    pub fn in_short(&self) -> String {
        let total = self.total();
        let skipped = match self.skipped {
            0 => String::new(),
            skipped => format!(", {skipped} skipped"),
        };
        let failures: Vec<String> = self
            .failures
            .iter()
            .filter(|failure| failure.required || self.required == 0)
            .map(|failure| format!("{}: {}", failure.name, failure.why))
            .collect();
        match (self.failed, self.required) {
            (0, _) => format!("{} of {total} passed{skipped}", self.passed),
            (failed, 0) => format!(
                "{} of {total} passed{skipped}; {failed} failed that need not pass: {}",
                self.passed,
                failures.join("; ")
            ),
            (_, required) => {
                format!(
                    "{required} of {total} failed{skipped}: {}",
                    failures.join("; ")
                )
            }
        }
    }
}

fn short(text: &str) -> Text {
    match text.char_indices().nth(KEPT_REASON) {
        Some((at, _)) => Text::line(&format!("{}…", &text[..at])),
        None => Text::line(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(name: &str, state: SmokeState, required: bool) -> SmokeResult {
        SmokeResult {
            name: name.into(),
            state,
            required,
            status: Some(503),
            latency_ms: Some(12),
            attempts: 1,
            why: (state == SmokeState::Failed).then(|| "x".repeat(500).as_str().into()),
        }
    }

    #[test]
    fn a_summary_stays_small_and_names_what_must_pass_first() {
        use SmokeState::{Failed, Passed, Skipped};
        let mut tests = vec![
            result("a", Passed, true),
            result("b", Failed, false),
            result("c", Failed, true),
            result("d", Skipped, true),
        ];
        let summary = SmokeSummary::from(&SmokeReport::of(tests.clone()));
        assert_eq!(
            (summary.passed, summary.failed, summary.required),
            (1, 2, 1)
        );
        assert_eq!(summary.failures[0].name.as_str(), "c");
        let said = summary.in_short();
        assert!(said.starts_with("1 of 4 failed, 1 skipped: c: x"), "{said}");
        assert!(!said.contains("b: x"), "{said}");
        tests.extend((0..500).map(|n| result(&format!("t{n}"), Failed, true)));
        let summary = SmokeSummary::from(&SmokeReport::of(tests));
        assert_eq!(
            (summary.required, summary.failures.len()),
            (501, KEPT_FAILURES)
        );
        assert!(serde_json::to_string(&summary).unwrap().len() < 4_000);
    }
}
