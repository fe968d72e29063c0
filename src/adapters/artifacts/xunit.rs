//! xUnit.net's own XML: version 1 (`assembly` outermost) and versions 2 and 3 (`assemblies`).
//!
//! Followed: xUnit.net's description of its formats ("Format: XML v1", "Format: XML v2+").

use super::{
    number,
    open_case::{OpenCase, listen},
    xml::{Listener, put, value},
    xml_tag::Tag,
};
use crate::domain::evidence::{Outcome, ReportBuilder, Stated};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Assembly,
    /// `collection` of version 2, `class` of version 1.
    Collection,
    Test,
    /// An error outside of any test: a fixture's, or a cleanup's.
    Error,
    Failure,
    Reason,
    Message,
    Trace,
    Other,
}

/// An xUnit.net document being read.
pub(super) struct Xunit<'b> {
    into: &'b mut ReportBuilder,
    stack: Vec<Element>,
    case: OpenCase,
}

impl<'b> Xunit<'b> {
    pub(super) fn new(into: &'b mut ReportBuilder) -> Self {
        Self {
            into,
            stack: Vec::new(),
            case: OpenCase::default(),
        }
    }

    fn suite(&mut self, tag: &Tag<'_>) {
        let mut name = String::new();
        let mut stated = Stated::default();
        let mut skipped: Option<u64> = None;
        for (key, raw) in tag.attributes() {
            match key {
                "name" => put(&mut name, raw),
                "total" => stated.tests = number::count(raw),
                "failed" => stated.failures = number::count(raw),
                "errors" => stated.errors = number::count(raw),
                "skipped" | "not-run" => {
                    if let Some(count) = number::count(raw) {
                        skipped = Some(skipped.unwrap_or(0).saturating_add(count));
                    }
                }
                "time" => stated.duration = number::seconds(raw),
                _ => {}
            }
        }
        stated.skipped = skipped;
        // Errors outside of tests come beside the tests that the count holds.
        if let (Some(tests), Some(errors)) = (stated.tests, stated.errors) {
            stated.tests = Some(tests.saturating_add(errors));
        }
        let shown = name.strip_prefix("Test collection for ").unwrap_or(&name);
        let shown = shown.rsplit(['/', '\\']).next().unwrap_or(shown);
        self.into.begin_suite(shown, stated);
    }

    fn test(&mut self, tag: &Tag<'_>) {
        self.case.open();
        let case = &mut self.case;
        for (key, raw) in tag.attributes() {
            match key {
                "name" => put(&mut case.name, raw),
                "type" => put(&mut case.class, raw),
                "time" => case.duration = number::seconds(raw),
                "result" => {
                    case.outcome = match value(raw).as_str() {
                        "Pass" => Outcome::Passed,
                        "Fail" => Outcome::Failed,
                        "Skip" | "NotRun" => Outcome::Skipped,
                        _ => Outcome::Errored,
                    }
                }
                _ => {}
            }
        }
    }

    fn error(&mut self, tag: &Tag<'_>) {
        self.case.open();
        let (mut kind, mut name) = (String::new(), String::new());
        for (key, raw) in tag.attributes() {
            match key {
                "type" => put(&mut kind, raw),
                "name" => put(&mut name, raw),
                _ => {}
            }
        }
        self.case.name = format!("({kind} {name})").replace(" )", ")");
    }
}

impl Listener for Xunit<'_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        let name = tag.local_name();
        let parent = self.stack.last().copied();
        let element = match (parent, name) {
            (_, "assembly") => {
                self.suite(tag);
                Element::Assembly
            }
            (Some(Element::Assembly), "collection" | "class") => {
                self.suite(tag);
                Element::Collection
            }
            (_, "test") => {
                self.test(tag);
                Element::Test
            }
            (_, "error") => {
                self.error(tag);
                Element::Error
            }
            (Some(Element::Test | Element::Error), "failure") => Element::Failure,
            (Some(Element::Test), "reason") => Element::Reason,
            (Some(Element::Failure | Element::Reason), "message") => Element::Message,
            (Some(Element::Failure), "stack-trace") => Element::Trace,
            _ => Element::Other,
        };
        self.stack.push(element);
    }

    fn text(&mut self, text: &str) {
        match self.stack.last() {
            Some(Element::Message) => listen(&mut self.case.message, text),
            // Version 2 has the reason itself here; version 1 has white space around a `message`.
            Some(Element::Reason) if !text.trim().is_empty() => {
                listen(&mut self.case.message, text);
            }
            Some(Element::Trace) => listen(&mut self.case.details, text),
            _ => {}
        }
    }

    fn end(&mut self) {
        match self.stack.pop() {
            Some(Element::Assembly | Element::Collection) => self.into.end_suite(),
            Some(Element::Test | Element::Error) => self.case.give(self.into),
            _ => {}
        }
    }
}
