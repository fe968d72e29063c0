//! What the journal keeps of a test report: bounded, whatever the report's size.

use serde::{Deserialize, Serialize};

use super::{Case, SuiteTotals, TestReport, Totals};
use crate::domain::Text;

/// Suites kept by name.
pub const SUITES_KEPT: usize = 64;
/// Failing and flaky tests kept by name, of each.
pub const NAMES_KEPT: usize = 20;
/// Problems kept.
const PROBLEMS_KEPT: usize = 8;
/// Characters of a name; with the counts above a summary stays below 16 KiB.
const NAME_CHARS: usize = 80;
/// Characters of a message or a problem.
const MESSAGE_CHARS: usize = 120;

/// A test report in short; at most 16 KiB as JSON for names of plain letters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestsSummary {
    /// Counts over all suites.
    pub totals: Totals,
    /// Counts by suite, at most [`SUITES_KEPT`]: those of the report, else its files, else the worst and the rest.
    pub suites: Vec<SuiteTotals>,
    /// The first failing tests.
    pub failing: Vec<NamedTest>,
    /// The first tests that passed on retry.
    pub flaky: Vec<NamedTest>,
    /// Test reports that could not be read: the counts lack them.
    #[serde(default)]
    pub unreadable: u32,
    /// What else to know of the report.
    pub problems: Vec<Text>,
}

/// A test by name, with why it is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedTest {
    /// `class › name`, or the name alone.
    pub name: Text,
    /// First line of its message; may be empty.
    pub message: Text,
}

impl TestsSummary {
    /// The short form of a report.
    pub fn of(report: &TestReport) -> Self {
        Self {
            totals: report.totals,
            suites: fold_suites(report),
            failing: report.failing().take(NAMES_KEPT).map(named).collect(),
            flaky: report.flaky().take(NAMES_KEPT).map(named).collect(),
            unreadable: report.unreadable,
            problems: report
                .problems
                .iter()
                .take(PROBLEMS_KEPT)
                .map(|problem| head(problem.as_str(), MESSAGE_CHARS))
                .collect(),
        }
    }

    /// Whether every test report was read and none failed; a report without any test has not passed.
    pub fn has_passed(&self) -> bool {
        self.totals.tests > 0 && !self.totals.has_failures() && self.unreadable == 0
    }
}

fn fold_suites(report: &TestReport) -> Vec<SuiteTotals> {
    let ran: Vec<&SuiteTotals> = report
        .suites
        .iter()
        .zip(&report.suite_files)
        .filter(|(suite, file)| {
            let file = report.files.get(**file as usize);
            suite.totals.tests > 0 || file.is_some_and(|file| file.totals.tests == 0)
        })
        .map(|(suite, _)| suite)
        .collect();
    let mut rows: Vec<&SuiteTotals> = if ran.len() > SUITES_KEPT {
        report.files.iter().collect()
    } else {
        ran
    };
    let rest = if rows.len() > SUITES_KEPT {
        rows.sort_by_key(|row| std::cmp::Reverse(row.totals.failed + row.totals.errored));
        rows.split_off(SUITES_KEPT - 1)
    } else {
        Vec::new()
    };
    let mut kept: Vec<SuiteTotals> = rows.into_iter().map(short).collect();
    if !rest.is_empty() {
        let mut totals = Totals::default();
        for row in &rest {
            totals += row.totals;
        }
        kept.push(SuiteTotals {
            name: Text::line(&format!("{} more suites", rest.len())),
            totals,
        });
    }
    kept
}

fn short(suite: &SuiteTotals) -> SuiteTotals {
    SuiteTotals {
        name: head(suite.name.as_str(), NAME_CHARS),
        totals: suite.totals,
    }
}

fn named(case: Case<'_>) -> NamedTest {
    let name = if case.class.is_empty() || case.name.starts_with(case.class) {
        case.name.to_owned()
    } else {
        format!("{} › {}", case.class, case.name)
    };
    NamedTest {
        name: head(&name, NAME_CHARS),
        message: head(case.message.lines().next().unwrap_or(""), MESSAGE_CHARS),
    }
}

fn head(line: &str, chars: usize) -> Text {
    match line.char_indices().nth(chars) {
        Some((at, _)) => Text::line(&format!("{}…", &line[..at])),
        None => Text::line(line),
    }
}
