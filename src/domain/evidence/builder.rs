//! Builds a [`TestReport`] from what a reader sees, file by file, suite by suite, and settles what reports leave open.
//!
//! Three questions are answered here because every format raises them: which repeated cases were one test retried,
//! what a suite's own counts mean beside the cases that it shows, and what is kept of a report too large to keep.
//! Nothing here knows a file format.

use std::collections::HashMap;

use jiff::SignedDuration;

use super::{
    Outcome, SuiteTotals, TestReport, Totals,
    report::{NO_NOTE, Note, Row, Section, Span},
    retry::{Fingerprint, Repeat, fingerprint},
};
use crate::domain::Text;

/// Passing cases kept; further ones are counted only.
const CASES_KEPT: usize = 200_000;
/// Failing and flaky cases kept.
const FAILING_KEPT: usize = 220_000;
/// Bytes of words kept for names.
const WORDS_KEPT: usize = 14 << 20;
/// Bytes of words kept in all; what lies between serves messages and details.
const WORDS_AND_NOTES_KEPT: usize = 20 << 20;
/// Bytes of one case's details.
const DETAILS_KEPT: usize = 8 << 10;
/// Lines of problems.
const PROBLEMS_KEPT: usize = 64;
/// Suites at any depth.
const SECTIONS_KEPT: usize = 50_000;

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
    fn failing(&self) -> u64 {
        let failures = self.failures.unwrap_or(0);
        failures.saturating_add(self.errors.unwrap_or(0))
    }

    /// The counts that a suite without cases stands for.
    fn as_totals(&self) -> Totals {
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

/// Collects files into a report.
#[derive(Debug, Default)]
pub struct ReportBuilder {
    report: TestReport,
    file: Option<FileMark>,
    /// The file's root first, then the open suites.
    frames: Vec<Frame>,
    dropped: u64,
}

/// Where the present file began, to take it back whole.
#[derive(Debug)]
struct FileMark {
    stem: String,
    words: usize,
    rows: usize,
    notes: usize,
    sections: usize,
    suites: usize,
    problems: usize,
    dropped: u64,
}

#[derive(Debug, Default)]
struct Frame {
    name: String,
    stated: Stated,
    section: Option<u32>,
    own: Totals,
    nested: Totals,
    failing_results: u64,
    /// Cases seen here and below, each attempt of a retry.
    cases_seen: u64,
    first_row: usize,
    repeats: HashMap<Fingerprint, Repeat>,
    failures: Vec<(Fingerprint, u32)>,
}

impl ReportBuilder {
    /// Begins a file; `stem` names its suites where they have no name.
    pub fn begin_file(&mut self, stem: &str) {
        self.frames.clear();
        self.frames.push(Frame {
            first_row: self.report.rows.len(),
            ..Frame::default()
        });
        self.file = Some(FileMark {
            stem: stem.to_owned(),
            words: self.report.words.len(),
            rows: self.report.rows.len(),
            notes: self.report.notes.len(),
            sections: self.report.sections.len(),
            suites: self.report.suites.len(),
            problems: self.report.problems.len(),
            dropped: self.dropped,
        });
    }

    /// What the file's outermost element says of the whole file.
    pub fn file_states(&mut self, name: &str, stated: Stated) {
        if let Some(root) = self.frames.first_mut() {
            name.clone_into(&mut root.name);
            root.stated = stated;
        }
    }

    /// Opens a suite inside the file or the open suite.
    pub fn begin_suite(&mut self, name: &str, stated: Stated) {
        let shown = if name.trim().is_empty() {
            self.fallback_name()
        } else {
            name.to_owned()
        };
        let top = match self.frames.get(1).and_then(|frame| frame.section) {
            Some(section) => self.report.sections[section as usize].suite,
            None => self.push_suite(&shown),
        };
        let section = self.push_section(&shown, top);
        self.frames.push(Frame {
            name: shown,
            stated,
            section: Some(section),
            first_row: self.report.rows.len(),
            ..Frame::default()
        });
    }

    /// Adds a case to the open suite, or to the file where none is open.
    pub fn case(&mut self, seen: &SeenCase<'_>) {
        let Some(depth) = self.frames.len().checked_sub(1) else {
            return;
        };
        let section = self.frames[depth].section.unwrap_or_else(|| {
            let name = self.fallback_name();
            let suite = self.push_suite(&name);
            self.push_section(&name, suite)
        });
        self.frames[depth].section = Some(section);
        let row = self.keep(seen, section);
        let frame = &mut self.frames[depth];
        frame.own += one(seen);
        frame.cases_seen += 1;
        frame.failing_results += u64::from(seen.failing_results);
        if frame.repeats.len() >= FAILING_KEPT {
            return;
        }
        let print = fingerprint(seen.class, seen.name, seen.file);
        let repeat = frame.repeats.entry(print).or_insert_with(Repeat::none);
        repeat.count(seen.outcome, row);
        if let Some(row) = row
            && seen.outcome.is_failing()
        {
            frame.failures.push((print, row));
        }
    }

    /// Closes the open suite.
    pub fn end_suite(&mut self) {
        if self.frames.len() < 2 {
            return;
        }
        let Some(mut frame) = self.frames.pop() else {
            return;
        };
        self.settle(&mut frame);
        let totals = frame.totals();
        if self.frames.len() == 1
            && let Some(section) = frame.section
        {
            let suite = self.report.sections[section as usize].suite as usize;
            self.report.suites[suite].totals = totals;
        }
        if let Some(parent) = self.frames.last_mut() {
            parent.nested += totals;
            parent.failing_results = parent.failing_results.saturating_add(frame.failing_results);
            parent.cases_seen += frame.cases_seen;
        }
    }

    /// Closes the file and counts it.
    pub fn end_file(&mut self) {
        while self.frames.len() > 1 {
            self.end_suite();
        }
        let (Some(mut root), Some(mark)) = (self.frames.pop(), self.file.take()) else {
            return;
        };
        let name = if root.name.trim().is_empty() {
            mark.stem.clone()
        } else {
            root.name.clone()
        };
        root.name.clone_from(&name);
        self.settle(&mut root);
        if root.own.tests > 0 || root.own.has_failures() {
            let suite = match root.section {
                Some(section) => self.report.sections[section as usize].suite as usize,
                None => self.push_suite(&name) as usize,
            };
            self.report.suites[suite].totals = root.own;
        }
        let totals = root.totals();
        self.report.totals += totals;
        let shown = Text::line(&mark.stem);
        self.report.files.push(SuiteTotals {
            name: shown,
            totals,
        });
    }

    /// Takes the present file back: it turned out to be unreadable.
    pub fn abandon_file(&mut self) {
        self.frames.clear();
        let Some(mark) = self.file.take() else {
            return;
        };
        self.report.words.truncate(mark.words);
        self.report.rows.truncate(mark.rows);
        self.report.notes.truncate(mark.notes);
        self.report.sections.truncate(mark.sections);
        self.report.suites.truncate(mark.suites);
        self.report.suite_files.truncate(mark.suites);
        self.report.problems.truncate(mark.problems);
        self.dropped = mark.dropped;
    }

    /// Notes what could not be read; a line.
    pub fn problem(&mut self, line: &str) {
        match self.report.problems.len() {
            kept if kept < PROBLEMS_KEPT => self.report.problems.push(Text::line(line)),
            kept if kept == PROBLEMS_KEPT => {
                self.report
                    .problems
                    .push(Text::line("… and further problems"));
            }
            _ => {}
        }
    }

    /// Notes a test report that could not be read at all.
    pub fn unreadable(&mut self, line: &str) {
        self.report.unreadable = self.report.unreadable.saturating_add(1);
        self.problem(line);
    }

    /// How many files were read to their end.
    pub fn files(&self) -> usize {
        self.report.files.len()
    }

    /// The report.
    pub fn finish(mut self) -> TestReport {
        if self.dropped > 0 {
            let line = format!(
                "{} tests are counted but not listed: the report is larger than cockpit keeps",
                self.dropped
            );
            self.problem(&line);
        }
        let mut report = self.report;
        let rank = |row: &Row| match row.outcome {
            Outcome::Failed | Outcome::Errored => 0,
            Outcome::Flaky => 1,
            Outcome::Passed | Outcome::Skipped => 2,
        };
        report.order = (0..u32::try_from(report.rows.len()).unwrap_or(u32::MAX)).collect();
        report
            .order
            .sort_by_key(|&index| rank(&report.rows[index as usize]));
        report.words.shrink_to_fit();
        report.rows.shrink_to_fit();
        report
    }

    fn fallback_name(&self) -> String {
        let root = self.frames.first().map_or("", |root| root.name.trim());
        let stem = self.file.as_ref().map_or("", |mark| mark.stem.as_str());
        let name = if root.is_empty() { stem } else { root };
        name.to_owned()
    }

    fn push_suite(&mut self, name: &str) -> u32 {
        if self.report.suites.len() >= SECTIONS_KEPT {
            return index(self.report.suites.len() - 1);
        }
        self.report.suites.push(SuiteTotals {
            name: Text::line(name),
            totals: Totals::default(),
        });
        self.report.suite_files.push(index(self.report.files.len()));
        index(self.report.suites.len() - 1)
    }

    fn push_section(&mut self, name: &str, suite: u32) -> u32 {
        if self.report.sections.len() >= SECTIONS_KEPT {
            return index(self.report.sections.len() - 1);
        }
        let name = self.write_line(name);
        self.report.sections.push(Section { name, suite });
        index(self.report.sections.len() - 1)
    }

    /// Keeps the case as a row where there is room; failing ones have room longer.
    fn keep(&mut self, seen: &SeenCase<'_>, section: u32) -> Option<u32> {
        let telling = seen.outcome.is_failing() || seen.outcome == Outcome::Flaky;
        let (rows, words) = if telling {
            (FAILING_KEPT, WORDS_AND_NOTES_KEPT)
        } else {
            (CASES_KEPT, WORDS_KEPT)
        };
        if self.report.rows.len() >= rows || self.report.words.len() >= words {
            self.dropped += 1;
            return None;
        }
        let class = match self.report.rows.last() {
            Some(last) if self.report.word(last.class) == seen.class => last.class,
            _ => self.write_line(seen.class),
        };
        let name = self.write_line(seen.name);
        let note = self.keep_note(seen, telling);
        self.report.rows.push(Row {
            name,
            class,
            micros: seen
                .duration
                .and_then(|duration| u64::try_from(duration.as_micros()).ok())
                .unwrap_or(0),
            section,
            note,
            outcome: seen.outcome,
        });
        Some(index(self.report.rows.len() - 1))
    }

    fn keep_note(&mut self, seen: &SeenCase<'_>, telling: bool) -> u32 {
        let nothing = seen.message.is_empty() && (seen.details.is_empty() || !telling);
        if nothing || self.report.words.len() >= WORDS_AND_NOTES_KEPT {
            return NO_NOTE;
        }
        let message = self.write_line(seen.message);
        let details = if telling {
            let block = Text::block_within(seen.details.trim_matches(['\r', '\n']), DETAILS_KEPT);
            self.write(block.as_str())
        } else {
            Span::default()
        };
        self.report.notes.push(Note { message, details });
        index(self.report.notes.len() - 1)
    }

    fn write_line(&mut self, raw: &str) -> Span {
        // Most names are plain ASCII, which `Text` would return unchanged.
        if raw.len() <= 1_000 && raw.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return self.write(raw);
        }
        let line = Text::line(raw);
        self.write(line.as_str())
    }

    fn write(&mut self, clean: &str) -> Span {
        let start = index(self.report.words.len());
        self.report.words.push_str(clean);
        Span {
            start,
            len: index(clean.len()),
        }
    }

    /// Answers what a suite's cases and its own counts leave open, once both are known.
    fn settle(&mut self, frame: &mut Frame) {
        self.merge_retries(frame);
        let shown = frame.totals();
        let stated = frame.stated;
        if shown.tests == 0 {
            frame.own += stated.as_totals();
        } else if stated.failing() > frame.failing_results {
            let missing = stated.failing() - frame.failing_results;
            let cases_are_missing =
                stated.tests.unwrap_or(0) >= frame.cases_seen.saturating_add(missing);
            if cases_are_missing {
                // A failure that only the count tells is still a failure.
                frame.own.tests = frame.own.tests.saturating_add(missing);
                frame.own.failed = frame.own.failed.saturating_add(missing);
            }
            let line = format!(
                "suite {}: says {} failed or errored, shows {}",
                frame.name,
                stated.failing(),
                frame.failing_results
            );
            self.problem(&line);
        }
        frame.failing_results = frame.failing_results.max(stated.failing());
        if let Some(duration) = stated.duration {
            frame.nested.duration = SignedDuration::ZERO;
            frame.own.duration = duration;
        }
    }

    /// Makes one flaky test of the attempts of each retried one.
    fn merge_retries(&mut self, frame: &mut Frame) {
        for repeat in frame.repeats.values().filter(|repeat| repeat.is_retry()) {
            let attempts = u64::from(repeat.failed) + u64::from(repeat.errored);
            frame.own.tests -= attempts;
            frame.own.failed -= u64::from(repeat.failed);
            frame.own.errored -= u64::from(repeat.errored);
            frame.own.flaky += 1;
        }
        let mut superseded = Vec::new();
        for (print, row) in &frame.failures {
            let Some(repeat) = frame.repeats.get(print).filter(|repeat| repeat.is_retry()) else {
                continue;
            };
            let note = self.report.rows[*row as usize].note;
            if let Some(pass) = self.report.rows.get_mut(repeat.pass as usize) {
                pass.outcome = Outcome::Flaky;
                if pass.note == NO_NOTE {
                    pass.note = note;
                }
            }
            superseded.push(*row as usize);
        }
        if superseded.is_empty() {
            return;
        }
        let mut at = frame.first_row;
        let mut next = superseded.iter().peekable();
        let mut tail = self.report.rows.split_off(frame.first_row);
        tail.retain(|_| {
            let gone = next.next_if(|&&row| row == at).is_some();
            at += 1;
            !gone
        });
        self.report.rows.append(&mut tail);
    }
}

impl Frame {
    fn totals(&self) -> Totals {
        let mut totals = self.own;
        totals += self.nested;
        totals
    }
}

fn one(seen: &SeenCase<'_>) -> Totals {
    let is = |outcome: Outcome| u64::from(seen.outcome == outcome);
    Totals {
        tests: 1,
        passed: is(Outcome::Passed) + is(Outcome::Flaky),
        failed: is(Outcome::Failed),
        errored: is(Outcome::Errored),
        skipped: is(Outcome::Skipped),
        flaky: is(Outcome::Flaky),
        duration: seen.duration.unwrap_or_default(),
    }
}

/// Every kept count is bounded far below 2^32.
fn index(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
