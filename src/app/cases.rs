//! The list of test cases: all of a report, filtered by words, a page at a time. Nothing is copied from the report.

use std::sync::Arc;

use super::Place;
use crate::domain::evidence::{Case, TestReport};

/// Longest filter, in characters.
const LIMIT: usize = 80;

/// A report and what of it is listed.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    report: Option<Arc<TestReport>>,
    filter: String,
    /// Whether keys go into the filter.
    pub typing: bool,
    /// Indices into the report; `None` lists all, failing ones first.
    found: Option<Vec<u32>>,
    /// Selection and view.
    pub place: Place,
    /// Whether the selected case is open, and how far its text is scrolled.
    pub opened: Option<usize>,
}

impl Cases {
    /// Takes a report; the filter stays.
    pub fn take(&mut self, report: Arc<TestReport>) {
        self.report = Some(report);
        self.search(false);
    }

    /// The report, once it is read.
    pub fn report(&self) -> Option<&TestReport> {
        self.report.as_deref()
    }

    /// What is typed.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// How many cases are listed.
    pub fn len(&self) -> usize {
        match (&self.found, &self.report) {
            (Some(found), _) => found.len(),
            (None, Some(report)) => report.len(),
            (None, None) => 0,
        }
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The case in a row of the list.
    pub fn row(&self, row: usize) -> Option<Case<'_>> {
        let report = self.report.as_deref()?;
        let order = self
            .found
            .as_deref()
            .unwrap_or_else(|| report.failing_first());
        report.case(usize::try_from(*order.get(row)?).ok()?)
    }

    /// The selected case.
    pub fn selected(&self) -> Option<Case<'_>> {
        self.row(self.place.at)
    }

    /// Types a character into the filter.
    pub fn push(&mut self, c: char) {
        if self.filter.chars().count() < LIMIT {
            self.filter.push(c);
            // What does not fit a shorter filter does not fit a longer one.
            self.search(true);
        }
    }

    /// Takes a character back.
    pub fn pop(&mut self) {
        self.filter.pop();
        self.search(false);
    }

    /// Empties the filter.
    pub fn clear(&mut self) {
        self.filter.clear();
        self.search(false);
    }

    fn search(&mut self, narrows: bool) {
        self.place = Place::default();
        let Some(report) = self.report.as_deref() else {
            return;
        };
        if self.filter.trim().is_empty() {
            self.found = None;
            return;
        }
        let words: Vec<String> = self
            .filter
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let fits = |index: &u32| {
            usize::try_from(*index)
                .ok()
                .and_then(|index| report.case(index))
                .is_some_and(|case| words.iter().all(|word| case_has(&case, word)))
        };
        let found = match (&self.found, narrows) {
            (Some(before), true) => before.iter().copied().filter(fits).collect(),
            _ => report
                .failing_first()
                .iter()
                .copied()
                .filter(fits)
                .collect(),
        };
        self.found = Some(found);
    }
}

fn case_has(case: &Case<'_>, word: &str) -> bool {
    case.outcome.word() == word
        || [case.name, case.class, case.suite]
            .iter()
            .any(|text| contains_ignoring_case(text, word))
}

/// Whether `text` holds `word`, which is lower case. ASCII without allocation, the rest by lowering.
fn contains_ignoring_case(text: &str, word: &str) -> bool {
    if text.is_ascii() && word.is_ascii() {
        return text
            .as_bytes()
            .windows(word.len().max(1))
            .any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    }
    text.to_lowercase().contains(word)
}
