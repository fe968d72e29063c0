//! A test report with every case, in an arena: 50,000 cases take about 4 MB.
//!
//! All words lie in one buffer, sanitised when they were written there, so what the accessors return may be printed.
//! Only [`super::ReportBuilder`] fills a report; nothing here knows a file format.

use jiff::SignedDuration;

use super::{SuiteTotals, Totals};
use crate::domain::Text;

/// How one test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Failed an assertion.
    Failed,
    /// Broke.
    Errored,
    /// Passed on retry.
    Flaky,
    /// Passed.
    Passed,
    /// Skipped or disabled.
    Skipped,
}

impl Outcome {
    /// Whether it speaks against the release.
    pub fn is_failing(self) -> bool {
        matches!(self, Self::Failed | Self::Errored)
    }

    /// One word for the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Flaky => "flaky",
            Self::Passed => "passed",
            Self::Skipped => "skipped",
        }
    }
}

/// One test of a report, borrowed from its arena. Every string is sanitised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its class, file or module; may be empty.
    pub class: &'a str,
    /// The innermost suite that holds it.
    pub suite: &'a str,
    /// Index of its top-level suite in [`TestReport::suites`].
    pub suite_index: usize,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took; zero where the report does not say.
    pub duration: SignedDuration,
    /// The message of a failure, an error, a skip or a first attempt: one line, may be empty.
    pub message: &'a str,
    /// Stack and output of the failure: several lines, cut where long; may be empty.
    pub details: &'a str,
}

/// Test results: counts of everything, and the cases as far as they were kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestReport {
    /// Counts over all suites.
    pub totals: Totals,
    /// Counts by top-level suite, in the order read.
    pub suites: Vec<SuiteTotals>,
    /// Counts by file, in the order read.
    pub files: Vec<SuiteTotals>,
    /// Test reports that could not be read at all: the counts lack whatever they hold.
    pub unreadable: u32,
    /// What could not be read or does not add up, a line each.
    pub problems: Vec<Text>,
    pub(super) words: String,
    pub(super) rows: Vec<Row>,
    pub(super) notes: Vec<Note>,
    pub(super) sections: Vec<Section>,
    /// The file of each suite, as an index into `files`.
    pub(super) suite_files: Vec<u32>,
    /// Row indices: failing, then flaky, then the rest in the order read.
    pub(super) order: Vec<u32>,
}

/// A piece of `words`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
}

/// Marks a row without a note.
pub(super) const NO_NOTE: u32 = u32::MAX;

/// A case, in 32 bytes: a large report has 200,000.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) micros: u64,
    pub(super) name: u32,
    pub(super) class: u32,
    pub(super) section: u32,
    pub(super) note: u32,
    pub(super) name_len: u16,
    pub(super) class_len: u16,
    pub(super) outcome: Outcome,
}

impl Row {
    /// A row with its name and its class, each a line of [`Text`] and so far below 64 KiB.
    pub(super) fn new(name: Span, class: Span, outcome: Outcome) -> Self {
        let short = |span: Span| u16::try_from(span.len).unwrap_or(u16::MAX);
        Self {
            micros: 0,
            name: name.start,
            class: class.start,
            section: 0,
            note: NO_NOTE,
            name_len: short(name),
            class_len: short(class),
            outcome,
        }
    }

    pub(super) fn name(&self) -> Span {
        Span {
            start: self.name,
            len: self.name_len.into(),
        }
    }

    pub(super) fn class(&self) -> Span {
        Span {
            start: self.class,
            len: self.class_len.into(),
        }
    }
}

/// Message and details, apart from the rows because few tests have them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Note {
    pub(super) message: Span,
    pub(super) details: Span,
}

/// A suite at any depth.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Section {
    pub(super) name: Span,
    pub(super) suite: u32,
}

impl TestReport {
    /// How many cases were kept; `totals.tests` may be more (counts without cases, or a very large report).
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no case was kept.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many suites were seen at any depth.
    pub fn sections(&self) -> usize {
        self.sections.len()
    }

    /// One case by its index in the order read; `None` beyond the end.
    pub fn case(&self, index: usize) -> Option<Case<'_>> {
        self.rows.get(index).map(|row| self.view(row))
    }

    /// Every case, in the order read.
    pub fn cases(&self) -> impl ExactSizeIterator<Item = Case<'_>> {
        self.rows.iter().map(|row| self.view(row))
    }

    /// Indices for [`TestReport::case`]: failing first, then flaky, then the rest in the order read.
    pub fn failing_first(&self) -> &[u32] {
        &self.order
    }

    /// The cases that failed or broke, in the order read.
    pub fn failing(&self) -> impl Iterator<Item = Case<'_>> {
        self.ordered().take_while(|case| case.outcome.is_failing())
    }

    /// The cases that passed on retry, in the order read.
    pub fn flaky(&self) -> impl Iterator<Item = Case<'_>> {
        self.ordered()
            .skip_while(|case| case.outcome.is_failing())
            .take_while(|case| case.outcome == Outcome::Flaky)
    }

    /// The `most` slowest cases, slowest first.
    pub fn slowest(&self, most: usize) -> Vec<Case<'_>> {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        let slower = |a: &&Row, b: &&Row| b.micros.cmp(&a.micros);
        if most < rows.len() {
            rows.select_nth_unstable_by(most, slower);
            rows.truncate(most);
        }
        rows.sort_by(slower);
        rows.into_iter().map(|row| self.view(row)).collect()
    }

    fn ordered(&self) -> impl Iterator<Item = Case<'_>> {
        self.order
            .iter()
            .filter_map(|&index| self.case(index as usize))
    }

    fn view(&self, row: &Row) -> Case<'_> {
        let section = self.sections.get(row.section as usize);
        let note = self.notes.get(row.note as usize);
        Case {
            name: self.word(row.name()),
            class: self.word(row.class()),
            suite: section.map_or("", |section| self.word(section.name)),
            suite_index: section.map_or(0, |section| section.suite as usize),
            outcome: row.outcome,
            duration: SignedDuration::from_micros(i64::try_from(row.micros).unwrap_or(i64::MAX)),
            message: note.map_or("", |note| self.word(note.message)),
            details: note.map_or("", |note| self.word(note.details)),
        }
    }

    pub(super) fn word(&self, span: Span) -> &str {
        let start = span.start as usize;
        self.words
            .get(start..start + span.len as usize)
            .unwrap_or("")
    }
}
