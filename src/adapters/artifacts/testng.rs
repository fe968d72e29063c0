//! `TestNG`'s own XML (`testng-results.xml`). Its `junitreports` are read as JUnit.
//!
//! Followed: what `TestNG` 6 and 7 write. Within a class the results stand in the order of their start, so an attempt that
//! was tried again stands before the one that counts.

use std::collections::BTreeSet;

use super::{
    number,
    open_case::{OpenCase, listen},
    xml::{Listener, put},
    xml_tag::Tag,
};
use crate::domain::evidence::{Outcome, ReportBuilder, Stated};

/// Bytes kept of a case's arguments.
const ARGUMENTS_KEPT: usize = 200;
/// Attempts held until the one that counts comes.
const ATTEMPTS_HELD: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Suite,
    Class,
    Method,
    Argument,
    Message,
    Trace,
    Other,
}

/// A `TestNG` document being read.
pub(super) struct TestNg<'b> {
    into: &'b mut ReportBuilder,
    stack: Vec<Element>,
    class: String,
    case: OpenCase,
    method: String,
    arguments: String,
    is_configuration: bool,
    is_retried: bool,
    /// Attempts of this class that failed and were tried again.
    attempts: BTreeSet<String>,
}

impl<'b> TestNg<'b> {
    pub(super) fn new(into: &'b mut ReportBuilder) -> Self {
        Self {
            into,
            stack: Vec::new(),
            class: String::new(),
            case: OpenCase::default(),
            method: String::new(),
            arguments: String::new(),
            is_configuration: false,
            is_retried: false,
            attempts: BTreeSet::new(),
        }
    }

    /// The run's counts. What was ignored or tried again is counted there and is no test of its own.
    fn root(&mut self, tag: &Tag<'_>) {
        let (mut passed, mut failed, mut skipped) = (None, None, None);
        for (key, raw) in tag.attributes() {
            match key {
                "passed" => passed = number::count(raw),
                "failed" => failed = number::count(raw),
                "skipped" => skipped = number::count(raw),
                _ => {}
            }
        }
        let tests = passed.zip(failed).map(|(passed, failed): (u64, u64)| {
            let ran = passed.saturating_add(failed);
            ran.saturating_add(skipped.unwrap_or(0))
        });
        let stated = Stated {
            tests,
            failures: failed,
            skipped,
            ..Stated::default()
        };
        self.into.file_states("", stated);
    }

    fn suite(&mut self, tag: &Tag<'_>) {
        let mut name = String::new();
        let mut stated = Stated::default();
        for (key, raw) in tag.attributes() {
            match key {
                "name" => put(&mut name, raw),
                "duration-ms" => stated.duration = number::millis(raw),
                _ => {}
            }
        }
        self.into.begin_suite(&name, stated);
    }

    fn class(&mut self, tag: &Tag<'_>) {
        self.class.clear();
        let mut package = String::new();
        for (key, raw) in tag.attributes() {
            match key {
                "name" => put(&mut self.class, raw),
                "package" => put(&mut package, raw),
                _ => {}
            }
        }
        if !package.is_empty() {
            self.class = format!("{package}.{}", self.class);
        }
    }

    fn method(&mut self, tag: &Tag<'_>) {
        self.case.open();
        self.case.class.push_str(&self.class);
        self.method.clear();
        self.arguments.clear();
        self.is_configuration = false;
        self.is_retried = false;
        for (key, raw) in tag.attributes() {
            match key {
                "name" => put(&mut self.method, raw),
                "status" => self.case.outcome = outcome(raw),
                "is-config" => self.is_configuration = raw.eq_ignore_ascii_case("true"),
                "retried" => self.is_retried = raw.eq_ignore_ascii_case("true"),
                "duration-ms" => self.case.duration = number::millis(raw),
                _ => {}
            }
        }
    }

    fn end_method(&mut self) {
        let name = match self.arguments.as_str() {
            "" => self.method.clone(),
            arguments => format!("{}({arguments})", self.method),
        };
        if self.is_configuration {
            // A set-up that failed shows as skipped tests, one that broke behind them shows as nothing but this.
            if self.case.outcome.is_failing() {
                self.case.name = format!("(configuration {name})");
                self.case.give(self.into);
            }
            return;
        }
        if self.is_retried && self.attempts.len() < ATTEMPTS_HELD {
            self.attempts.insert(name);
            return;
        }
        if self.attempts.remove(&name) && self.case.outcome == Outcome::Passed {
            self.case.outcome = Outcome::Flaky;
        }
        self.case.name = name;
        self.case.give(self.into);
    }

    /// An attempt that nothing came after has not passed.
    fn end_class(&mut self) {
        for name in std::mem::take(&mut self.attempts) {
            let why = "it was to be tried again, and no further attempt is shown";
            self.case.around(&name, why, self.into);
        }
    }
}

impl Listener for TestNg<'_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        let parent = self.stack.last().copied();
        let element = match (parent, tag.local_name()) {
            (None, _) => {
                self.root(tag);
                Element::Other
            }
            (Some(Element::Other | Element::Suite), "suite" | "test") => {
                self.suite(tag);
                Element::Suite
            }
            (Some(Element::Suite), "class") => {
                self.class(tag);
                Element::Class
            }
            (Some(Element::Class), "test-method") => {
                self.method(tag);
                Element::Method
            }
            (_, "value") if self.stack.contains(&Element::Method) => Element::Argument,
            (_, "message") if self.stack.contains(&Element::Method) => Element::Message,
            (_, "full-stacktrace" | "short-stacktrace") => Element::Trace,
            _ => Element::Other,
        };
        self.stack.push(element);
    }

    fn text(&mut self, text: &str) {
        match self.stack.last() {
            Some(Element::Message) => listen(&mut self.case.message, text),
            Some(Element::Trace) if !text.trim().is_empty() => {
                listen(&mut self.case.details, text);
            }
            // The value is a section of its own between lines of white space.
            Some(Element::Argument) if !text.trim().is_empty() => {
                if !self.arguments.is_empty() {
                    self.arguments.push_str(", ");
                }
                let room = ARGUMENTS_KEPT.saturating_sub(self.arguments.len());
                let text = text.trim();
                let end = text.floor_char_boundary(room.min(text.len()));
                self.arguments.push_str(&text[..end]);
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        match self.stack.pop() {
            Some(Element::Suite) => self.into.end_suite(),
            Some(Element::Class) => self.end_class(),
            Some(Element::Method) => self.end_method(),
            _ => {}
        }
    }
}

fn outcome(status: &str) -> Outcome {
    match status {
        "PASS" => Outcome::Passed,
        "FAIL" => Outcome::Failed,
        "SKIP" => Outcome::Skipped,
        // One of many runs failed, as few as the test allows.
        "SUCCESS_PERCENTAGE_FAILURE" => Outcome::Flaky,
        _ => Outcome::Errored,
    }
}
