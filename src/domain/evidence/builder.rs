//! Builds a [`TestReport`] from what a reader sees, file by file, suite by suite.
//!
//! Three questions are answered on the way because every format raises them: which repeated cases were one test retried,
//! what a suite's own counts mean beside the cases that it shows (both in `frame`), and what is kept of a report too
//! large to keep (`arena`). Nothing here knows a file format.

use super::{
    SeenCase, Stated, SuiteTotals, TestReport,
    arena::{Arena, Mark},
    frame::Frame,
};
use crate::domain::Text;

/// Collects files into a report.
#[derive(Debug, Default)]
pub struct ReportBuilder {
    arena: Arena,
    file: Option<(String, Mark)>,
    /// The file's root first, then the open suites.
    frames: Vec<Frame>,
}

impl ReportBuilder {
    /// Begins a file; `stem` names its suites where they have no name.
    pub fn begin_file(&mut self, stem: &str) {
        let mark = self.arena.mark();
        self.frames.clear();
        let root = Frame::new(String::new(), Stated::default(), None, &self.arena);
        self.frames.push(root);
        self.file = Some((stem.to_owned(), mark));
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
            Some(section) => self.arena.suite_of(section),
            None => self.arena.push_suite(&shown),
        };
        let section = self.arena.push_section(&shown, top);
        let frame = Frame::new(shown, stated, Some(section), &self.arena);
        self.frames.push(frame);
    }

    /// Adds a case to the open suite, or to the file where none is open.
    pub fn case(&mut self, seen: &SeenCase<'_>) {
        let Some(depth) = self.frames.len().checked_sub(1) else {
            return;
        };
        let section = self.frames[depth].section.unwrap_or_else(|| {
            let name = self.fallback_name();
            let suite = self.arena.push_suite(&name);
            self.arena.push_section(&name, suite)
        });
        let row = self.arena.keep(seen, section);
        let frame = &mut self.frames[depth];
        frame.section = Some(section);
        frame.case(seen, row);
    }

    /// Closes the open suite.
    pub fn end_suite(&mut self) {
        if self.frames.len() < 2 {
            return;
        }
        let Some(mut frame) = self.frames.pop() else {
            return;
        };
        frame.settle(&mut self.arena);
        if self.frames.len() == 1
            && let Some(section) = frame.section
        {
            let suite = self.arena.suite_of(section) as usize;
            self.arena.report.suites[suite].totals = frame.totals();
        }
        if let Some(parent) = self.frames.last_mut() {
            parent.nest(&frame);
        }
    }

    /// Closes the file and counts it.
    pub fn end_file(&mut self) {
        while self.frames.len() > 1 {
            self.end_suite();
        }
        let (Some(mut root), Some((stem, _))) = (self.frames.pop(), self.file.take()) else {
            return;
        };
        let name = if root.name.trim().is_empty() {
            stem.clone()
        } else {
            root.name.clone()
        };
        root.name.clone_from(&name);
        root.settle(&mut self.arena);
        if root.has_own() {
            let suite = match root.section {
                Some(section) => self.arena.suite_of(section) as usize,
                None => self.arena.push_suite(&name) as usize,
            };
            self.arena.report.suites[suite].totals = root.own;
        }
        let totals = root.totals();
        self.arena.report.totals += totals;
        self.arena.report.files.push(SuiteTotals {
            name: Text::line(&stem),
            totals,
        });
    }

    /// Takes the present file back: it turned out to be unreadable.
    pub fn abandon_file(&mut self) {
        self.frames.clear();
        if let Some((_, mark)) = self.file.take() {
            self.arena.take_back(&mark);
        }
    }

    /// Notes what could not be read; a line.
    pub fn problem(&mut self, line: &str) {
        self.arena.problem(line);
    }

    /// Notes a test report that could not be read at all.
    pub fn unreadable(&mut self, line: &str) {
        let report = &mut self.arena.report;
        report.unreadable = report.unreadable.saturating_add(1);
        self.arena.problem(line);
    }

    /// Takes a whole report in, behind what is there: artifacts of one kind are one list of cases. `label` tells suites
    /// of the same name apart.
    pub fn absorb(&mut self, report: TestReport, label: &str) {
        self.arena.absorb(report, label);
    }

    /// How many files were read to their end.
    pub fn files(&self) -> usize {
        self.arena.report.files.len()
    }

    /// The report.
    pub fn finish(self) -> TestReport {
        self.arena.finish()
    }

    fn fallback_name(&self) -> String {
        let root = self.frames.first().map_or("", |root| root.name.trim());
        let stem = self.file.as_ref().map_or("", |(stem, _)| stem.as_str());
        let name = if root.is_empty() { stem } else { root };
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evidence::{Outcome, TestReport};

    fn report(suite: &str, cases: &[(&str, Outcome)]) -> TestReport {
        let mut builder = ReportBuilder::default();
        builder.begin_file(suite);
        builder.begin_suite(suite, Stated::default());
        for (name, outcome) in cases {
            builder.case(&SeenCase {
                name,
                class: "c",
                file: "",
                outcome: *outcome,
                duration: None,
                message: if outcome.is_failing() { "no" } else { "" },
                details: "",
                failing_results: u32::from(outcome.is_failing()),
            });
        }
        builder.end_file();
        builder.finish()
    }

    #[test]
    fn several_reports_are_one_list_with_every_failure_first() {
        let mut all = ReportBuilder::default();
        all.absorb(
            report("API", &[("a", Outcome::Passed), ("b", Outcome::Failed)]),
            "linux",
        );
        all.absorb(
            report("API", &[("a", Outcome::Failed), ("d", Outcome::Flaky)]),
            "macos",
        );
        all.absorb(report("E2E", &[("e", Outcome::Passed)]), "e2e");
        let all = all.finish();
        assert_eq!(
            (all.totals.tests, all.totals.failed, all.totals.flaky),
            (5, 2, 1)
        );
        let names: Vec<&str> = all.suites.iter().map(|suite| suite.name.as_str()).collect();
        assert_eq!(names, ["API", "API (macos)", "E2E"]);
        let listed: Vec<_> = all
            .failing_first()
            .iter()
            .filter_map(|index| all.case(*index as usize))
            .map(|case| (case.name, case.suite_index, case.message))
            .collect();
        assert_eq!(listed[..3], [("b", 0, "no"), ("a", 1, "no"), ("d", 1, "")]);
        assert_eq!(listed[4], ("e", 2, ""));
        assert_eq!(all.files.len(), 3);
    }

    #[test]
    fn a_suite_that_claims_more_than_it_shows_is_said_once() {
        let problems = |tests: u64, skipped: Option<u64>| {
            let mut builder = ReportBuilder::default();
            builder.begin_file("api");
            let stated = Stated {
                tests: Some(tests),
                skipped,
                ..Stated::default()
            };
            builder.file_states("api", stated);
            builder.begin_suite("API", stated);
            builder.case(&SeenCase {
                name: "a",
                class: "c",
                file: "",
                outcome: Outcome::Passed,
                duration: None,
                message: "",
                details: "",
                failing_results: 0,
            });
            builder.end_file();
            let report = builder.finish();
            let lines: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
            lines
        };
        assert_eq!(problems(300, None), ["suite API: says 300 tests, shows 1"]);
        assert_eq!(problems(300, Some(299)), [""; 0]);
        assert_eq!(problems(1, None), [""; 0]);
        assert_eq!(problems(0, None), [""; 0]);
    }

    #[test]
    fn a_retry_is_merged_within_its_suite_alone() {
        let merged = report(
            "s",
            &[
                ("x", Outcome::Passed),
                ("a", Outcome::Failed),
                ("b", Outcome::Failed),
                ("a", Outcome::Passed),
            ],
        );
        assert_eq!(
            (
                merged.totals.tests,
                merged.totals.failed,
                merged.totals.flaky
            ),
            (3, 1, 1)
        );
        let names: Vec<_> = merged
            .cases()
            .map(|case| (case.name, case.message))
            .collect();
        assert_eq!(names, [("x", ""), ("b", "no"), ("a", "no")]);
        let mut apart = ReportBuilder::default();
        apart.absorb(report("s", &[("a", Outcome::Failed)]), "1");
        apart.absorb(report("s", &[("a", Outcome::Passed)]), "2");
        assert_eq!(apart.finish().totals.failed, 1);
    }
}
