//! Which lines ran, file by file, so that reports of the same code (unit and integration tests, matrix jobs) join as
//! what they are: a line that one of them ran is a line that ran. Nothing here knows a file format.

use std::collections::HashMap;

use super::{
    CoverageBaseline, CoverageReport, Covered,
    retry::{Fingerprint, fingerprint},
};
use crate::domain::Text;

/// Lines and branches kept to be joined; those of further files are counted only.
const MARKS_KEPT: usize = 8_000_000;
/// Points between what a report says of itself and what its lines show, from which on that is said: tools round, and count
/// generated classes differently.
const POINTS_APART: f64 = 2.0;
/// Branches of one line; more are a damaged number.
const BRANCHES_OF_A_LINE: u64 = 1_000;
/// Lines of problems.
const PROBLEMS_KEPT: usize = 12;

/// Coverage with its lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CoverageMap {
    files: HashMap<Fingerprint, Marks>,
    /// The open file.
    open: Option<(Fingerprint, Marks)>,
    kept: usize,
    /// Of files whose lines were not told or not kept.
    beside: (Covered, Covered, u64),
    /// What the one report says of itself; gone once another joins.
    stated: Option<(Covered, Option<Covered>)>,
    /// A share without lines.
    share: Option<f64>,
    reports: u32,
    incomplete: bool,
    problems: Vec<Text>,
}

/// A file's lines and branches, each with whether it ran as the lowest bit; sorted once the file is closed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Marks {
    lines: Vec<u32>,
    branches: Vec<u64>,
}

impl Marks {
    fn settle(&mut self) {
        settle(&mut self.lines, |mark| mark >> 1);
        settle(&mut self.branches, |mark| mark >> 1);
    }

    fn len(&self) -> usize {
        self.lines.len() + self.branches.len()
    }

    fn covered(&self) -> (Covered, Covered) {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let lines = Covered {
            found: count(self.lines.len()),
            hit: count(self.lines.iter().filter(|mark| **mark & 1 == 1).count()),
        };
        let branches = Covered {
            found: count(self.branches.len()),
            hit: count(self.branches.iter().filter(|mark| **mark & 1 == 1).count()),
        };
        (lines, branches)
    }
}

/// Sorts, and keeps one mark of each place: the one that ran, where one did.
fn settle<M: Ord + Copy, P: PartialEq>(marks: &mut Vec<M>, place: impl Fn(M) -> P) {
    marks.sort_unstable();
    marks.reverse();
    marks.dedup_by(|later, first| place(*later) == place(*first));
    marks.shrink_to_fit();
}

impl CoverageMap {
    /// Opens a file by its path.
    pub fn begin_file(&mut self, path: &str) {
        self.end_file();
        self.open = Some((fingerprint(path, "", ""), Marks::default()));
    }

    /// A line of the open file, and whether it ran.
    pub fn line(&mut self, number: u64, ran: bool) {
        let number = u32::try_from(number)
            .ok()
            .filter(|number| *number < 1 << 31);
        if let (Some((_, marks)), Some(number)) = (&mut self.open, number)
            && self.kept.saturating_add(marks.len()) < MARKS_KEPT * 2
        {
            marks.lines.push(number << 1 | u32::from(ran));
        }
    }

    /// A branch of the open file by what names it, and whether it was taken.
    pub fn branch(&mut self, name: (u64, &str), taken: bool) {
        let [print, _] = fingerprint(&name.0.to_string(), name.1, "");
        if let Some((_, marks)) = &mut self.open
            && self.kept.saturating_add(marks.len()) < MARKS_KEPT * 2
        {
            marks.branches.push(print & !1 | u64::from(taken));
        }
    }

    /// The branches of a line where only their number is told and how many were taken, not which.
    pub fn branches(&mut self, line: u64, taken: u64, all: u64) {
        for index in 0..all.min(BRANCHES_OF_A_LINE) {
            self.branch((line, &index.to_string()), index < taken);
        }
    }

    /// Whether lines of the open file were told.
    pub fn has_lines(&self) -> bool {
        self.open
            .as_ref()
            .is_some_and(|(_, marks)| !marks.lines.is_empty())
    }

    /// A file of which only the counts are told.
    pub fn counted(&mut self, lines: Covered, branches: Covered) {
        self.beside.0 += lines;
        self.beside.1 += branches;
        self.beside.2 += 1;
    }

    /// Closes the open file.
    pub fn end_file(&mut self) {
        let Some((print, mut marks)) = self.open.take() else {
            return;
        };
        if marks.len() == 0 {
            return;
        }
        marks.settle();
        self.keep(print, marks);
    }

    fn keep(&mut self, print: Fingerprint, mut marks: Marks) {
        if let Some(known) = self.files.get_mut(&print) {
            let before = known.len();
            known.lines.append(&mut marks.lines);
            known.branches.append(&mut marks.branches);
            known.settle();
            self.kept = self.kept.saturating_add(known.len().saturating_sub(before));
        } else if self.kept.saturating_add(marks.len()) <= MARKS_KEPT {
            self.kept += marks.len();
            self.files.insert(print, marks);
        } else {
            let (lines, branches) = marks.covered();
            self.counted(lines, branches);
            self.problem("more lines than cockpit joins: further files are counted as they come");
        }
    }

    /// What the report says of the whole of itself.
    pub fn states(&mut self, lines: Covered, branches: Option<Covered>) {
        self.stated = Some((lines, branches));
    }

    /// The share of lines that the report states, in per cent.
    pub fn states_share(&mut self, percent: f64) {
        self.share = Some(percent.clamp(0.0, 100.0));
    }

    /// Closes one report.
    pub fn end_report(&mut self) {
        self.end_file();
        self.say_what_does_not_add_up();
        self.reports = self.reports.saturating_add(1);
    }

    /// Nothing measured, or a share of its own that its lines do not show.
    fn say_what_does_not_add_up(&mut self) {
        let shown = self.files.values().map(Marks::covered);
        let lines = shown.fold(self.beside.0, |mut sum, (lines, _)| {
            sum += lines;
            sum
        });
        let says = self.stated.map_or(self.share, |(lines, _)| lines.percent());
        match (says, lines.percent()) {
            (None, None) => self.problem("no line is measured in it"),
            (Some(says), Some(shows)) if (says - shows).abs() >= POINTS_APART => {
                self.problem(&format!("says {says:.1}%, its lines show {shows:.1}%"));
            }
            _ => {}
        }
    }

    /// How many reports are in it.
    pub fn reports(&self) -> u32 {
        self.reports
    }

    /// Notes that a report could not be read: what it holds is missing here.
    pub fn incomplete(&mut self, line: &str) {
        self.incomplete = true;
        self.problem(line);
    }

    /// Notes what else there is to know; a line, once.
    pub fn problem(&mut self, line: &str) {
        let line = Text::line(line);
        if self.problems.len() < PROBLEMS_KEPT && !self.problems.contains(&line) {
            self.problems.push(line);
        }
    }

    /// Both as one.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        for (print, marks) in other.files {
            self.keep(print, marks);
        }
        self.beside.0 += other.beside.0;
        self.beside.1 += other.beside.1;
        self.beside.2 += other.beside.2;
        self.stated = match (self.reports, other.reports) {
            (_, 0) => self.stated,
            (0, _) => other.stated,
            _ => self.joined(other.stated),
        };
        self.share = match (self.share, other.share) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.reports = self.reports.saturating_add(other.reports);
        self.incomplete |= other.incomplete;
        for problem in other.problems {
            self.problem(problem.as_str());
        }
        self
    }

    /// Where lines are there they are joined; where both reports only state counts, the counts add up.
    fn joined(
        &self,
        other: Option<(Covered, Option<Covered>)>,
    ) -> Option<(Covered, Option<Covered>)> {
        let (mut lines, branches) = self.stated.filter(|_| self.files.is_empty())?;
        let (more, more_branches) = other?;
        lines += more;
        let branches = match (branches, more_branches) {
            (Some(mut all), Some(more)) => {
                all += more;
                Some(all)
            }
            (a, b) => a.or(b),
        };
        Some((lines, branches))
    }

    /// The short form, not compared with anything yet.
    pub fn report(&self) -> CoverageReport {
        let (mut lines, mut branches, mut files) = self.beside;
        for marks in self.files.values() {
            let (of_file, of_branches) = marks.covered();
            lines += of_file;
            branches += of_branches;
            files += 1;
        }
        let (lines, branches) = match self.stated {
            Some((lines, stated)) => (lines, stated.unwrap_or(branches)),
            None => (lines, branches),
        };
        CoverageReport {
            lines: (lines.found > 0).then_some(lines),
            branches: (branches.found > 0).then_some(branches),
            stated: self.share.filter(|_| lines.found == 0),
            files,
            baseline: CoverageBaseline::default(),
            max_drop: None,
            incomplete: self.incomplete,
            problems: self.problems.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(file: &str, lines: &[(u64, bool)]) -> CoverageMap {
        let mut map = CoverageMap::default();
        map.begin_file(file);
        for (number, ran) in lines {
            map.line(*number, *ran);
            map.branch((*number, "0"), *ran);
        }
        map.end_report();
        map
    }

    #[test]
    fn a_line_that_one_report_ran_is_a_line_that_ran() {
        let unit = map("a.rs", &[(1, true), (2, false), (3, false)]);
        let whole = map("a.rs", &[(3, true), (2, false), (2, false)]);
        let other = map("b.rs", &[(1, false)]);
        let report = unit.with(whole).with(other).report();
        assert_eq!(report.lines, Some(Covered { found: 4, hit: 2 }));
        assert_eq!(report.branches, Some(Covered { found: 4, hit: 2 }));
        assert_eq!(report.files, 2);
    }

    #[test]
    fn what_one_report_states_of_itself_counts_until_another_joins() {
        let mut one = map("a.rs", &[(1, true)]);
        one.states(Covered { found: 10, hit: 5 }, None);
        assert_eq!(one.report().percent(), Some(50.0));
        assert_eq!(
            one.with(map("b.rs", &[(1, false)])).report().percent(),
            Some(50.0)
        );
        let mut a = CoverageMap::default();
        a.states(Covered { found: 10, hit: 5 }, None);
        a.end_report();
        let b = a.clone();
        assert_eq!(
            a.with(b).report().lines,
            Some(Covered { found: 20, hit: 10 })
        );
    }

    #[test]
    fn lines_without_sense_are_passed_over() {
        let report = map("a.rs", &[(u64::MAX, true), (1 << 31, true), (0, false)]).report();
        assert_eq!(report.lines, Some(Covered { found: 1, hit: 0 }));
        let mut nothing = CoverageMap::default();
        nothing.end_report();
        assert_eq!(nothing.report().percent(), None);
        nothing.states_share(51.9);
        assert_eq!(nothing.report().percent(), Some(51.9));
    }
}
