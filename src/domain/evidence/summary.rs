//! What the journal keeps of a test report: bounded, whatever the report's size.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Case, KnownFailing, KnownFailure, SuiteTotals, TestReport, Totals};
use crate::domain::Text;

/// Suites kept by name.
pub const SUITES_KEPT: usize = 64;
/// Failing and flaky tests kept by name, of each.
pub const NAMES_KEPT: usize = 20;
/// Problems kept.
const PROBLEMS_KEPT: usize = 8;
/// Bytes of a name.
const NAME_BYTES: usize = 64;
/// Bytes of a message or a problem.
const MESSAGE_BYTES: usize = 80;
/// Bytes of a flaky test's message.
const FLAKY_BYTES: usize = 40;
/// Bytes of the whole as JSON.
const SUMMARY_BYTES: usize = 16 << 10;

/// A test report in short; at most 16 KiB as JSON.
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
    /// Known failures that the report shows to fail, at most [`NAMES_KEPT`]; the totals count them as failed.
    #[serde(default)]
    pub known: Vec<KnownFailing>,
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
        Self::knowing(report, &[], Date::MIN)
    }

    /// The short form of a report, with the failures that are known on that day set apart.
    pub fn knowing(report: &TestReport, known: &[KnownFailure], today: Date) -> Self {
        let by = |case: &Case<'_>| known.iter().position(|one| one.names(case));
        let counts =
            |index: Option<usize>| index.is_some_and(|index| known[index].counts_on(today));
        let mut tests = vec![0_u64; known.len()];
        // Those that nobody knew of come first.
        let (mut failing, mut expected) = (Vec::new(), Vec::new());
        for case in report.failing() {
            let index = by(&case);
            if let Some(index) = index {
                tests[index] += 1;
            }
            let list = if counts(index) {
                &mut expected
            } else {
                &mut failing
            };
            if list.len() < NAMES_KEPT {
                list.push(case);
            }
        }
        failing.append(&mut expected);
        let known = known.iter().zip(tests).filter(|(_, tests)| *tests > 0);
        let known = known.map(|(known, tests)| KnownFailing {
            test: head(&known.test, NAME_BYTES),
            until: known.until,
            reason: head(known.reason.first_line(), MESSAGE_BYTES),
            expired: !known.counts_on(today),
            tests,
        });
        let failing = failing.into_iter().take(NAMES_KEPT);
        let flaky = report.flaky().take(NAMES_KEPT);
        let mut summary = Self {
            totals: report.totals,
            suites: Vec::new(),
            failing: failing.map(|case| named(case, MESSAGE_BYTES)).collect(),
            known: shortened(known.collect()),
            flaky: flaky.map(|case| named(case, FLAKY_BYTES)).collect(),
            unreadable: report.unreadable,
            problems: report
                .problems
                .iter()
                .take(PROBLEMS_KEPT)
                .map(|problem| head(problem.as_str(), MESSAGE_BYTES))
                .collect(),
        };
        let mut most = SUITES_KEPT;
        loop {
            summary.suites = fold_suites(report, most);
            if most == 1 || summary.weight() <= SUMMARY_BYTES {
                return summary;
            }
            most = most * 3 / 4;
        }
    }

    /// An upper bound of its length as JSON.
    fn weight(&self) -> usize {
        let tests = self.failing.iter().chain(&self.flaky);
        let tests: usize = tests
            .map(|test| 30 + quoted(&test.name) + quoted(&test.message))
            .sum();
        let suites: usize = self
            .suites
            .iter()
            .map(|suite| 110 + digits(&suite.totals) + quoted(&suite.name))
            .sum();
        let problems: usize = self.problems.iter().map(quoted).sum();
        let known = self.known.iter();
        let known: usize = known
            .map(|known| 110 + quoted(&known.test) + quoted(&known.reason))
            .sum();
        400 + tests + suites + problems + known
    }

    /// Both together, each list kept to its length.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.totals += other.totals;
        self.suites.extend(other.suites);
        self.suites.truncate(SUITES_KEPT);
        self.failing.extend(other.failing);
        self.failing.truncate(NAMES_KEPT);
        self.flaky.extend(other.flaky);
        self.flaky.truncate(NAMES_KEPT);
        self.unreadable = self.unreadable.saturating_add(other.unreadable);
        self.known.extend(other.known);
        self.known = shortened(self.known);
        self.problems.extend(other.problems);
        self.problems.truncate(PROBLEMS_KEPT);
        self
    }

    /// Whether every test report was read and none failed; a report without any test has not passed.
    pub fn has_passed(&self) -> bool {
        self.totals.tests > 0 && !self.totals.has_failures() && self.unreadable == 0
    }

    /// Failed and broken tests that no unexpired known failure names.
    pub fn unknown_failures(&self) -> u64 {
        let bad = self.totals.failed.saturating_add(self.totals.errored);
        bad.saturating_sub(self.known_failures())
    }

    /// Failing tests that an unexpired known failure names.
    pub fn known_failures(&self) -> u64 {
        let known = self.known.iter().filter(|known| !known.expired);
        known.fold(0, |sum, known| sum.saturating_add(known.tests))
    }

    /// `182 of 182 passed`.
    pub fn in_short(&self) -> String {
        let (totals, known) = (self.totals, self.known_in_words());
        format!("{} of {} passed{known}", totals.passed, totals.tests)
    }

    /// `, 1 known to fail`; nothing where none is.
    pub fn known_in_words(&self) -> String {
        match self.known_failures() {
            0 => String::new(),
            known => format!(", {known} known to fail"),
        }
    }
}

/// As many as are kept; expired ones stay before others, because they speak against the release.
fn shortened(mut known: Vec<KnownFailing>) -> Vec<KnownFailing> {
    if known.len() > NAMES_KEPT {
        known.sort_by_key(|known| !known.expired);
        let rest = known.split_off(NAMES_KEPT);
        // The last one stands for the rest, so that no count is lost.
        if let Some(last) = known.last_mut().filter(|last| !last.expired) {
            last.tests = rest
                .iter()
                .fold(last.tests, |sum, one| sum.saturating_add(one.tests));
        }
    }
    known
}

/// Length as a JSON string, its quotes and comma included; `Text` holds no control characters but line breaks.
fn quoted(text: &Text) -> usize {
    let escaped = text.as_str().bytes();
    3 + text.as_str().len()
        + escaped
            .filter(|b| matches!(b, b'"' | b'\\' | b'\n'))
            .count()
}

/// Digits of the counts and the duration.
fn digits(totals: &Totals) -> usize {
    let counts = [
        totals.tests,
        totals.passed,
        totals.failed,
        totals.errored,
        totals.skipped,
        totals.flaky,
    ];
    let counts: u32 = counts
        .iter()
        .map(|count| count.checked_ilog10().unwrap_or(0))
        .sum();
    counts as usize + 24
}

fn fold_suites(report: &TestReport, most: usize) -> Vec<SuiteTotals> {
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
    let mut rows: Vec<&SuiteTotals> = if ran.len() > most {
        report.files.iter().collect()
    } else {
        ran
    };
    let rest = if rows.len() > most {
        rows.sort_by_key(|row| std::cmp::Reverse(row.totals.failing()));
        rows.split_off(most - 1)
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
        name: head(suite.name.as_str(), NAME_BYTES),
        totals: suite.totals,
    }
}

fn named(case: Case<'_>, message_bytes: usize) -> NamedTest {
    let name = if case.class.is_empty() || case.name.starts_with(case.class) {
        case.name.to_owned()
    } else {
        format!("{} › {}", case.class, case.name)
    };
    NamedTest {
        name: head(&name, NAME_BYTES),
        message: head(case.message.lines().next().unwrap_or(""), message_bytes),
    }
}

fn head(line: &str, bytes: usize) -> Text {
    if line.len() <= bytes {
        return Text::line(line);
    }
    let end = line.floor_char_boundary(bytes - '…'.len_utf8());
    Text::line(&format!("{}…", &line[..end]))
}
