//! What a piece of evidence says, small enough for the journal, and whether it speaks against the release.

use serde::{Deserialize, Serialize};

use super::{
    CoverageReport, EvidenceKind, ExplainSource, LoadReport, LoadVerdict, SecurityReport,
    TestsSummary,
};
use crate::domain::{Text, wording};

/// What a piece of evidence says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Tests.
    Tests(TestsSummary),
    /// Load.
    Load(LoadReport),
    /// Scanner findings.
    Security(SecurityReport),
    /// Coverage.
    Coverage(CoverageReport),
    /// The explain text's blob.
    Explain {
        /// SHA-256 of the text, the blob's name.
        blob: String,
        /// Its beginning, at most 8 KiB: enough for the pane.
        text: Text,
        /// Where it comes from.
        #[serde(default, skip_serializing_if = "ExplainSource::is_untold")]
        source: ExplainSource,
        /// Sources that go before it and gave nothing, each with its reason.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        passed_over: Vec<Text>,
    },
}

impl Finding {
    /// Which kind it is.
    pub fn kind(&self) -> EvidenceKind {
        match self {
            Self::Tests(_) => EvidenceKind::Tests,
            Self::Load(_) => EvidenceKind::Load,
            Self::Security(_) => EvidenceKind::Security,
            Self::Coverage(_) => EvidenceKind::Coverage,
            Self::Explain { .. } => EvidenceKind::Explain,
        }
    }

    /// Why it speaks against the release (and fails staging where it is required); `None` where it does not.
    pub fn failure(&self) -> Option<Text> {
        match self {
            Self::Tests(tests) => tests_failure(tests),
            Self::Load(load) => load_failure(load),
            Self::Security(security) => security.failure(),
            Self::Coverage(coverage) => coverage.failure(),
            Self::Explain { .. } => None,
        }
    }

    /// Why it cannot be called passed, though nothing speaks against the release.
    pub fn doubt(&self) -> Option<Text> {
        match self {
            Self::Load(load) if load.verdict() == LoadVerdict::NoThresholds => Some(Text::line(
                &format!("{}, no thresholds: nothing was demanded", self.in_short()),
            )),
            Self::Coverage(coverage) => coverage.doubt(),
            Self::Tests(_) | Self::Load(_) | Self::Security(_) | Self::Explain { .. } => None,
        }
    }

    /// What is missing in a piece that was read and says nothing: it is there, and no evidence.
    pub fn hollow(&self) -> Option<&'static str> {
        match self {
            Self::Tests(tests) if tests.totals.tests == tests.totals.skipped => Some("no test ran"),
            Self::Coverage(coverage) if coverage.percent().is_none() => {
                Some("no line's coverage was measured")
            }
            Self::Load(load) if load.measured_nothing() => Some("no request was measured"),
            Self::Tests(_)
            | Self::Load(_)
            | Self::Security(_)
            | Self::Coverage(_)
            | Self::Explain { .. } => None,
        }
    }

    /// In a few words.
    pub fn in_short(&self) -> String {
        match self {
            Self::Tests(tests) => tests.in_short(),
            Self::Load(load) => load
                .p99
                .map(|p99| format!("p99 {p99:.0} ms"))
                .or_else(|| Some(format!("p95 {:.0} ms", load.p95?)))
                .unwrap_or_else(|| "read".to_owned()),
            Self::Security(security) => security.in_short(),
            Self::Coverage(coverage) => coverage.in_short(),
            Self::Explain { .. } => "there".to_owned(),
        }
    }
}

fn tests_failure(tests: &TestsSummary) -> Option<Text> {
    let totals = tests.totals;
    let bad = tests.unknown_failures();
    let expired = tests.known.iter().find(|known| known.expired);
    let expired = expired.map_or(String::new(), |known| {
        format!(
            " ({} was known until {}: {})",
            known.test, known.until, known.reason
        )
    });
    if bad > 0 {
        let first = tests
            .failing
            .first()
            .map_or(String::new(), |test| format!(": {}", test.name));
        Some(Text::line(&format!(
            "{bad} of {} tests failed{first}{expired}",
            totals.tests
        )))
    } else if tests.unreadable > 0 {
        let files = wording::count(u64::from(tests.unreadable), "test report");
        Some(Text::line(&format!("{files} could not be read")))
    } else if totals.tests == totals.skipped {
        Some(Text::line("no test ran"))
    } else {
        None
    }
}

fn load_failure(load: &LoadReport) -> Option<Text> {
    let crossed: Vec<&str> = load
        .crossed()
        .map(|threshold| threshold.name.as_str())
        .collect();
    if crossed.is_empty() {
        load.collapse().map(Text::line)
    } else {
        Some(Text::line(&format!(
            "threshold crossed: {}",
            crossed.join(", ")
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evidence::{Covered, Totals};

    #[test]
    fn what_was_read_and_says_nothing_is_no_evidence() {
        let tests = |tests, skipped| {
            Finding::Tests(TestsSummary {
                totals: Totals {
                    tests,
                    skipped,
                    ..Totals::default()
                },
                ..TestsSummary::default()
            })
        };
        for hollow in [
            tests(0, 0),
            tests(7, 7),
            Finding::Coverage(CoverageReport::default()),
            Finding::Load(LoadReport::default()),
        ] {
            assert!(hollow.hollow().is_some(), "{hollow:?}");
        }
        for sound in [
            tests(7, 6),
            Finding::Coverage(CoverageReport {
                lines: Some(Covered { found: 2, hit: 0 }),
                ..CoverageReport::default()
            }),
            // Nothing sent is told, and speaks against the release by itself.
            Finding::Load(LoadReport {
                requests: Some(0),
                ..LoadReport::default()
            }),
        ] {
            assert_eq!(sound.hollow(), None, "{sound:?}");
        }
    }
}
