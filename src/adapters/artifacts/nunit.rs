//! NUnit's own XML: version 3 (`test-run`) and version 2 (`test-results`).
//!
//! Followed: NUnit's description of its result format ("Test Result XML Format"), and the reports in `tests/data/junit`.

use super::{
    number,
    open_case::{OpenCase, listen},
    xml::{Listener, put, value},
    xml_tag::Tag,
};
use crate::domain::evidence::{Outcome, ReportBuilder, Stated};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Suite,
    Case,
    /// `failure`, `reason`, `assertion` of a case.
    Words,
    Message,
    Trace,
    Other,
}

/// A suite that is open.
#[derive(Debug, Default)]
struct Suite {
    name: String,
    /// Where a failure of its own happened: in a set-up or a tear-down around its tests.
    site: Option<&'static str>,
    shown_failing: bool,
    message: String,
}

/// An NUnit document being read.
pub(super) struct Nunit<'b> {
    into: &'b mut ReportBuilder,
    stack: Vec<Element>,
    suites: Vec<Suite>,
    case: OpenCase,
}

impl<'b> Nunit<'b> {
    pub(super) fn new(into: &'b mut ReportBuilder) -> Self {
        Self {
            into,
            stack: Vec::new(),
            suites: Vec::new(),
            case: OpenCase::default(),
        }
    }

    fn suite(&mut self, tag: &Tag<'_>) {
        let mut suite = Suite::default();
        let mut failed = false;
        let mut site = None;
        for (key, raw) in tag.attributes() {
            match key {
                "name" => put(&mut suite.name, raw),
                "result" => failed = matches!(raw, "Failed" | "Failure" | "Error"),
                "site" => {
                    site = match raw {
                        "SetUp" => Some("set-up"),
                        "TearDown" => Some("tear-down"),
                        _ => None,
                    }
                }
                _ => {}
            }
        }
        suite.site = site.filter(|_| failed);
        self.into.begin_suite(file_name(&suite.name), stated(tag));
        self.suites.push(suite);
    }

    fn end_suite(&mut self) {
        if let Some(suite) = self.suites.pop() {
            // A broken set-up shows as failed tests; a broken tear-down shows as nothing but this.
            let is_told = suite.shown_failing && suite.site == Some("set-up");
            let mut failing = suite.shown_failing;
            if let Some(site) = suite.site.filter(|_| !is_told) {
                let name = format!("({site} of {})", suite.name);
                self.case.around(&name, &suite.message, self.into);
                failing = true;
            }
            if let Some(outer) = self.suites.last_mut() {
                outer.shown_failing |= failing;
            }
        }
        self.into.end_suite();
    }

    fn open(&mut self, tag: &Tag<'_>) {
        self.case.open();
        let case = &mut self.case;
        let (mut result, mut label, mut executed, mut success) = (None, String::new(), None, None);
        let mut full = String::new();
        for (key, raw) in tag.attributes() {
            match key {
                "name" => put(&mut case.name, raw),
                "fullname" => put(&mut full, raw),
                "classname" => put(&mut case.class, raw),
                "result" => result = Some(value(raw)),
                "label" => put(&mut label, raw),
                "executed" => executed = Some(!raw.eq_ignore_ascii_case("false")),
                "success" => success = Some(raw.eq_ignore_ascii_case("true")),
                "duration" | "time" => case.duration = number::seconds(raw),
                _ => {}
            }
        }
        if case.class.is_empty() {
            // Version 2 has the whole path in the name; version 3 of old has it beside the name.
            let path = if full.is_empty() { &case.name } else { &full };
            let end = path.find('(').unwrap_or(path.len());
            if let Some(dot) = path[..end].rfind('.') {
                let class = path[..dot].to_owned();
                case.class = class;
            }
        }
        if case.name.is_empty() {
            case.name = full;
        }
        case.outcome = match result.as_deref() {
            Some(result) => outcome(result, &label),
            None if executed == Some(false) => Outcome::Skipped,
            None if success == Some(true) => Outcome::Passed,
            None if success == Some(false) => Outcome::Failed,
            // Version 2 of old says no more of a test that ran and passed; one that failed shows its failure.
            None if executed == Some(true) => Outcome::Passed,
            None => Outcome::Errored,
        };
    }
}

impl Listener for Nunit<'_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        let name = tag.local_name();
        let parent = self.stack.last().copied();
        let element = match (parent, name) {
            (None, _) => {
                self.into.file_states("", stated(tag));
                Element::Other
            }
            (_, "test-suite") => {
                self.suite(tag);
                Element::Suite
            }
            (_, "test-case") => {
                self.open(tag);
                Element::Case
            }
            (
                Some(Element::Case | Element::Suite | Element::Words),
                "failure" | "reason" | "assertion",
            ) => {
                let is_case = parent == Some(Element::Case);
                if is_case && name == "failure" && self.case.outcome == Outcome::Passed {
                    self.case.outcome = Outcome::Failed;
                }
                Element::Words
            }
            // `assertions` repeat what `failure` says.
            (Some(Element::Words), "message") => Element::Message,
            (Some(Element::Words), "stack-trace") => Element::Trace,
            _ => Element::Other,
        };
        self.stack.push(element);
    }

    fn text(&mut self, text: &str) {
        let Some(inside) = self.stack.last() else {
            return;
        };
        let around = self
            .stack
            .len()
            .checked_sub(3)
            .and_then(|at| self.stack.get(at));
        match (inside, around) {
            (Element::Message, Some(Element::Case)) => listen(&mut self.case.message, text),
            (Element::Trace, Some(Element::Case)) => listen(&mut self.case.details, text),
            (Element::Message, Some(Element::Suite)) => {
                if let Some(suite) = self.suites.last_mut() {
                    listen(&mut suite.message, text);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        match self.stack.pop() {
            Some(Element::Suite) => self.end_suite(),
            Some(Element::Case) => {
                if let Some(suite) = self.suites.last_mut() {
                    suite.shown_failing |= self.case.outcome.is_failing();
                }
                self.case.give(self.into);
            }
            _ => {}
        }
    }
}

fn outcome(result: &str, label: &str) -> Outcome {
    match (result, label) {
        ("Passed" | "Success" | "Warning", _) => Outcome::Passed,
        ("Failed", "Error" | "Cancelled" | "Invalid") => Outcome::Errored,
        ("Failed" | "Failure", _) => Outcome::Failed,
        ("Skipped" | "Ignored" | "Inconclusive" | "NotRunnable" | "NotRun", _) => Outcome::Skipped,
        _ => Outcome::Errored,
    }
}

/// Counts of a run or a suite. Version 2 counts what did not run beside `total`, version 3 within it.
fn stated(tag: &Tag<'_>) -> Stated {
    let mut stated = Stated::default();
    let mut not_run = None;
    let mut skipped: Option<u64> = None;
    for (key, raw) in tag.attributes() {
        match key {
            "total" => stated.tests = number::count(raw),
            "failed" | "failures" => stated.failures = number::count(raw),
            "errors" => stated.errors = number::count(raw),
            "skipped" | "inconclusive" | "ignored" | "invalid" => {
                if let Some(count) = number::count(raw) {
                    skipped = Some(skipped.unwrap_or(0).saturating_add(count));
                }
            }
            "not-run" => not_run = number::count(raw),
            "duration" => stated.duration = number::seconds(raw),
            // In version 2's outermost element it is the time of the day.
            "time" if !raw.contains(':') => stated.duration = number::seconds(raw),
            _ => {}
        }
    }
    if let (Some(tests), Some(not_run)) = (stated.tests, not_run) {
        stated.tests = Some(tests.saturating_add(not_run));
    }
    stated.skipped = skipped;
    stated
}

/// The assembly's file alone: its folders are those of a build machine.
fn file_name(name: &str) -> &str {
    let is_assembly = [".dll", ".exe", ".nunit", ".csproj"];
    if is_assembly.iter().any(|end| name.ends_with(end)) {
        name.rsplit(['/', '\\']).next().unwrap_or(name)
    } else {
        name
    }
}
