//! JUnit XML of every dialect: suites in suites, cases, and what they say of themselves.
//!
//! There is no one standard: this follows Jenkins' `junit-10.xsd`, Surefire's additions for reruns, and what the
//! reports in `tests/data/junit` do. Unknown elements and attributes are passed over.

use super::{
    junit_case::{JunitCase, Mark},
    number,
    xml::{Listener, put},
    xml_tag::Tag,
};
use crate::domain::evidence::{ReportBuilder, Stated};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Suites,
    Suite,
    Case,
    Result,
    /// A failure of the suite itself, outside of any test.
    Around,
    /// Text inside counts as its result's: `stackTrace`.
    Trace,
    /// Nobody knows it: what it holds counts as if it were not there.
    Wrapper,
    Other,
}

/// What a suite holds beside suites and tests.
const SAYS_NOTHING: [&str; 6] = [
    "system-out",
    "system-err",
    "properties",
    "property",
    "output",
    "attachments",
];

/// A JUnit document being read.
pub(super) struct Junit<'b> {
    into: &'b mut ReportBuilder,
    stack: Vec<Element>,
    case: JunitCase,
}

impl<'b> Junit<'b> {
    pub(super) fn new(into: &'b mut ReportBuilder) -> Self {
        Self {
            into,
            stack: Vec::new(),
            case: JunitCase::default(),
        }
    }
}

impl Listener for Junit<'_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        let name = tag.local_name();
        let parent = self.stack.last().copied();
        let element = match (parent, name) {
            (None, "testsuites") => {
                let (name, stated) = suite_attributes(tag);
                self.into.file_states(&name, stated);
                Element::Suites
            }
            (None | Some(Element::Suites | Element::Suite | Element::Wrapper), "testsuite") => {
                let (name, stated) = suite_attributes(tag);
                self.into.begin_suite(&name, stated);
                Element::Suite
            }
            (Some(Element::Suites | Element::Suite | Element::Wrapper), "testcase") => {
                self.case.open(tag);
                Element::Case
            }
            (Some(Element::Suites | Element::Suite), "failure" | "error") => {
                self.case.open_around();
                let mark = Mark::of(name).unwrap_or(Mark::Error);
                self.case.result(mark, tag);
                Element::Around
            }
            // What was printed may look like anything.
            (Some(Element::Suites | Element::Suite | Element::Wrapper), _)
                if !SAYS_NOTHING.contains(&name) =>
            {
                Element::Wrapper
            }
            (Some(Element::Case), _) => match Mark::of(name) {
                Some(mark) => {
                    self.case.result(mark, tag);
                    Element::Result
                }
                None => Element::Other,
            },
            (Some(Element::Result | Element::Around), "stackTrace" | "stacktrace") => {
                Element::Trace
            }
            // Markup inside a message, as some writers leave it unescaped.
            _ => Element::Other,
        };
        self.stack.push(element);
    }

    fn listens(&self) -> bool {
        matches!(
            self.stack.last(),
            Some(Element::Result | Element::Around | Element::Trace)
        )
    }

    fn text(&mut self, text: &str) {
        self.case.text(text);
    }

    fn end(&mut self) {
        match self.stack.pop() {
            Some(Element::Suite) => self.into.end_suite(),
            Some(Element::Case) => self.case.give(self.into),
            Some(Element::Result) => self.case.end_result(),
            Some(Element::Around) => {
                self.case.end_result();
                self.case.give(self.into);
            }
            Some(Element::Suites | Element::Trace | Element::Wrapper | Element::Other) | None => {}
        }
    }
}

fn suite_attributes(tag: &Tag<'_>) -> (String, Stated) {
    let mut name = String::new();
    let mut stated = Stated::default();
    for (key, raw) in tag.attributes() {
        match key {
            "name" => put(&mut name, raw),
            "tests" => stated.tests = number::count(raw),
            "failures" | "failed" => stated.failures = number::count(raw),
            "errors" => stated.errors = number::count(raw),
            "skipped" | "skips" | "skip" | "disabled" | "ignored" => {
                if let Some(count) = number::count(raw) {
                    stated.skipped = Some(stated.skipped.unwrap_or(0).saturating_add(count));
                }
            }
            "time" | "duration" => stated.duration = number::seconds(raw),
            _ => {}
        }
    }
    (name, stated)
}
