//! What of a test report is kept, and where: rows, words, notes, suites, within their bounds.

use super::{
    Case, Outcome, SeenCase, SuiteTotals, TestReport, Totals,
    report::{NO_NOTE, Note, Row, Section, Span},
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
/// Cases of a report that is called large.
const LARGE: usize = 4_096;
/// Suites at any depth.
const SECTIONS_KEPT: usize = 50_000;

/// Recognises the same test again within one file. 64 bits: of 220,000 tests two meet by chance once in a billion reports.
pub(super) type Print = u64;

/// A report being filled.
#[derive(Debug, Default)]
pub(super) struct Arena {
    pub(super) report: TestReport,
    /// Of the rows since the present file began.
    prints: Vec<Print>,
    first_print: usize,
    /// The newest class that is written as it was read, and what its prints begin with.
    class: (Span, Print),
    dropped: u64,
}

/// Where a file began, to take it back whole.
#[derive(Debug)]
pub(super) struct Mark {
    words: usize,
    rows: usize,
    notes: usize,
    sections: usize,
    suites: usize,
    problems: usize,
    dropped: u64,
}

impl Arena {
    /// Begins a file.
    pub(super) fn mark(&mut self) -> Mark {
        let report = &self.report;
        self.prints.clear();
        self.first_print = report.rows.len();
        self.class = <(Span, Print)>::default();
        Mark {
            words: report.words.len(),
            rows: report.rows.len(),
            notes: report.notes.len(),
            sections: report.sections.len(),
            suites: report.suites.len(),
            problems: report.problems.len(),
            dropped: self.dropped,
        }
    }

    /// Takes everything since the mark back.
    pub(super) fn take_back(&mut self, mark: &Mark) {
        let report = &mut self.report;
        report.words.truncate(mark.words);
        report.rows.truncate(mark.rows);
        report.notes.truncate(mark.notes);
        report.sections.truncate(mark.sections);
        report.suites.truncate(mark.suites);
        report.suite_files.truncate(mark.suites);
        report.problems.truncate(mark.problems);
        self.dropped = mark.dropped;
        self.prints.clear();
    }

    pub(super) fn problem(&mut self, line: &str) {
        let problems = &mut self.report.problems;
        match problems.len() {
            kept if kept < PROBLEMS_KEPT => problems.push(Text::line(line)),
            kept if kept == PROBLEMS_KEPT => problems.push(Text::line("… and further problems")),
            _ => {}
        }
    }

    pub(super) fn push_suite(&mut self, name: &str) -> u32 {
        let report = &mut self.report;
        if report.suites.len() < SECTIONS_KEPT {
            report.suites.push(SuiteTotals {
                name: Text::line(name),
                totals: Totals::default(),
            });
            report.suite_files.push(index(report.files.len()));
        }
        index(report.suites.len() - 1)
    }

    pub(super) fn push_section(&mut self, name: &str, suite: u32) -> u32 {
        if self.report.sections.len() < SECTIONS_KEPT {
            let name = self.write_line(name);
            self.report.sections.push(Section { name, suite });
        }
        index(self.report.sections.len() - 1)
    }

    /// The suite that a section lies in.
    pub(super) fn suite_of(&self, section: u32) -> u32 {
        self.report.sections[section as usize].suite
    }

    /// Keeps the case as a row where there is room; failing ones have room longer.
    pub(super) fn keep(&mut self, seen: &SeenCase<'_>, section: u32) -> Option<u32> {
        let report = &self.report;
        let telling = is_telling(seen.outcome);
        if !has_room(report, telling) {
            self.dropped += 1;
            return None;
        }
        let (class, print) = self.class(seen.class);
        let name = self.write_line(seen.name);
        let note = self.keep_note(seen, telling);
        let micros = seen.duration.map(|duration| duration.as_micros());
        if self.report.rows.len() == LARGE {
            self.make_room();
        }
        self.report.rows.push(Row {
            micros: micros
                .and_then(|micros| u64::try_from(micros).ok())
                .unwrap_or(0),
            section,
            note,
            ..Row::new(name, class, seen.outcome)
        });
        self.prints.push(print_of(print, seen));
        Some(index(self.report.rows.len() - 1))
    }

    /// Writes a class where it is not that of the case before; with what its prints begin with.
    fn class(&mut self, class: &str) -> (Span, Print) {
        if class.is_empty() {
            return (Span::default(), mixed(ODD, ""));
        }
        if self.report.word(self.class.0) != class {
            let written = (self.write_line(class), mixed(ODD, class));
            if self.report.word(written.0) != class {
                // Not as it was read: the next one may be another that looks alike.
                return written;
            }
            self.class = written;
        }
        self.class
    }

    /// Reserves for the largest report at once: what of it is never written to costs nothing, to grow does.
    fn make_room(&mut self) {
        self.report.rows.reserve(CASES_KEPT);
        self.report.words.reserve(WORDS_KEPT);
        self.prints.reserve(CASES_KEPT);
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
        // Most names are plain ASCII, which `Text` would return unchanged. All bytes are looked at, which goes faster than
        // to stop at the first that is none.
        let is_plain = |sum: bool, b: u8| sum & (b' '..=b'~').contains(&b);
        if raw.len() <= 1_000 && raw.bytes().fold(true, is_plain) {
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

    /// The rows from one on that lie in a section, with what recognises each and how it ended.
    pub(super) fn rows_in(
        &self,
        section: u32,
        from: usize,
    ) -> impl Iterator<Item = (u32, Print, Outcome)> {
        let prints = from.saturating_sub(self.first_print);
        let rows = self.report.rows.iter().enumerate().skip(from);
        rows.zip(self.prints.iter().skip(prints))
            .filter(move |((_, row), _)| row.section == section)
            .map(|((at, row), print)| (index(at), *print, row.outcome))
    }

    /// Makes a passed row a flaky one, with what its failed attempt said.
    pub(super) fn make_flaky(&mut self, pass: u32, failed: u32) {
        let note = self.report.rows[failed as usize].note;
        if let Some(pass) = self.report.rows.get_mut(pass as usize) {
            pass.outcome = Outcome::Flaky;
            if pass.note == NO_NOTE {
                pass.note = note;
            }
        }
    }

    /// Drops rows: their numbers from low to high, none below `from`.
    pub(super) fn drop_rows(&mut self, from: usize, numbers: &[u32]) {
        let prints = from.saturating_sub(self.first_print).min(self.prints.len());
        drop_from(&mut self.report.rows, from, numbers, from);
        drop_from(&mut self.prints, prints, numbers, from);
    }

    /// Takes a whole report in behind this one; `label` tells suites apart that have the same name.
    pub(super) fn absorb(&mut self, other: TestReport, label: &str) {
        let names: Vec<Text> = self
            .report
            .suites
            .iter()
            .map(|suite| suite.name.clone())
            .collect();
        let (first_section, first_file) = (self.report.sections.len(), self.report.files.len());
        let first_suite = index(self.report.suites.len());
        let room = SECTIONS_KEPT.saturating_sub(self.report.sections.len());
        if other.sections.len() > room || other.suites.len() > room {
            self.report.totals += other.totals;
            self.dropped += u64::try_from(other.len()).unwrap_or(u64::MAX);
            self.problem(&format!(
                "{label}: counted but not listed, there are too many suites"
            ));
            return;
        }
        for (suite, file) in other.suites.iter().zip(&other.suite_files) {
            let mut suite = suite.clone();
            if names.contains(&suite.name) && !label.is_empty() {
                suite.name = Text::line(&format!("{} ({label})", suite.name));
            }
            self.report.suites.push(suite);
            self.report
                .suite_files
                .push(file.saturating_add(index(first_file)));
        }
        for section in &other.sections {
            let name = self.write_line(other.word(section.name));
            let suite = section.suite.saturating_add(first_suite);
            self.report.sections.push(Section { name, suite });
        }
        for (row, case) in other.rows.iter().zip(other.cases()) {
            self.take_row(row, &case, index(first_section));
        }
        self.report.totals += other.totals;
        self.report.files.extend(other.files);
        self.report.unreadable = self.report.unreadable.saturating_add(other.unreadable);
        for problem in &other.problems {
            self.problem(problem.as_str());
        }
    }

    /// A row of another report; its words are clean.
    fn take_row(&mut self, row: &Row, case: &Case<'_>, first_section: u32) {
        if !has_room(&self.report, is_telling(row.outcome)) {
            self.dropped += 1;
            return;
        }
        let class = match self.report.rows.last() {
            Some(last) if self.report.word(last.class()) == case.class => last.class(),
            _ => self.write(case.class),
        };
        let name = self.write(case.name);
        let has_note = row.note != NO_NOTE && self.report.words.len() < WORDS_AND_NOTES_KEPT;
        let note = if has_note {
            let (message, details) = (self.write(case.message), self.write(case.details));
            self.report.notes.push(Note { message, details });
            index(self.report.notes.len() - 1)
        } else {
            NO_NOTE
        };
        self.report.rows.push(Row {
            micros: row.micros,
            section: row.section.saturating_add(first_section),
            note,
            ..Row::new(name, class, row.outcome)
        });
    }

    /// The report, in the order of the screen.
    pub(super) fn finish(mut self) -> TestReport {
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
        report.order = Vec::with_capacity(report.rows.len());
        for wanted in 0..3 {
            let rows = (0..).zip(&report.rows);
            let ranked = rows.filter(|(_, row)| rank(row) == wanted);
            report
                .order
                .extend(ranked.map(|(index, _): (u32, _)| index));
        }
        report.words.shrink_to_fit();
        report.rows.shrink_to_fit();
        report
    }
}

fn is_telling(outcome: Outcome) -> bool {
    outcome.is_failing() || outcome == Outcome::Flaky
}

fn has_room(report: &TestReport, telling: bool) -> bool {
    let (rows, words) = if telling {
        (FAILING_KEPT, WORDS_AND_NOTES_KEPT)
    } else {
        (CASES_KEPT, WORDS_KEPT)
    };
    report.rows.len() < rows && report.words.len() < words
}

/// What recognises a case, from what its class begins it with.
fn print_of(class: Print, seen: &SeenCase<'_>) -> Print {
    let mut print = mixed(class, seen.name);
    if !seen.file.is_empty() {
        print = mixed(print, seen.file);
    }
    mix(print, print >> 32)
}

/// Mixes a text in, eight bytes a step.
fn mixed(mut state: u64, text: &str) -> u64 {
    let (words, tail) = text.as_bytes().as_chunks::<8>();
    for word in words {
        state = mix(state, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..tail.len()].copy_from_slice(tail);
    state = mix(state, u64::from_le_bytes(last));
    // The length tells `ab` + `c` from `a` + `bc`.
    mix(state, !(text.len() as u64))
}

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A product of 128 bits folded onto itself. Good enough against chance; who writes a report need not forge two names to
/// hide a failure in it.
fn mix(state: u64, word: u64) -> u64 {
    let product = u128::from(state ^ word) * u128::from(ODD ^ word.rotate_left(32));
    #[expect(clippy::cast_possible_truncation, reason = "both halves are wanted")]
    let folded = product as u64 ^ (product >> 64) as u64;
    folded.wrapping_add(state.rotate_left(23)) ^ ODD
}

/// Drops elements at or after `at`; `numbers` count from `base`, which is what stands at `at`.
fn drop_from<T>(all: &mut Vec<T>, at: usize, numbers: &[u32], base: usize) {
    let mut next = numbers.iter().peekable();
    let mut number = base;
    let mut tail = all.split_off(at.min(all.len()));
    tail.retain(|_| {
        let gone = next.next_if(|&&row| row as usize == number).is_some();
        number += 1;
        !gone
    });
    all.append(&mut tail);
}

/// Every kept count is bounded far below 2^32.
pub(super) fn index(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
