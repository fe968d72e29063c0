//! `CppUnit`'s own XML, which `AUnit` writes too: its outermost element is called as TRX's is.
//!
//! Followed: what `XmlOutputter` of `CppUnit` 1.15 writes.

use super::{
    number,
    open_case::{OpenCase, listen},
};
use crate::domain::evidence::{Outcome, ReportBuilder, Stated};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Tests(Outcome),
    Test,
    Statistics,
    Word(Field),
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Kind,
    File,
    Line,
    Message,
    Tests,
    Failures,
    Errors,
    Skipped,
}

/// The parts of a `TestRun` that are `CppUnit`'s.
#[derive(Debug, Default)]
pub(super) struct CppUnit {
    stack: Vec<Element>,
    case: OpenCase,
    words: String,
    stated: Stated,
}

impl CppUnit {
    /// Whether an element right inside of the outermost one is `CppUnit`'s.
    pub(super) fn has(name: &str) -> bool {
        matches!(
            name,
            "FailedTests" | "SuccessfulTests" | "SkippedTests" | "Statistics"
        )
    }

    pub(super) fn is_open(&self) -> bool {
        !self.stack.is_empty()
    }

    pub(super) fn begin(&mut self, name: &str) {
        let is_in = |element| self.stack.last() == Some(&element);
        let element = match name {
            "FailedTests" => Element::Tests(Outcome::Failed),
            "SuccessfulTests" => Element::Tests(Outcome::Passed),
            "SkippedTests" => Element::Tests(Outcome::Skipped),
            "Statistics" => {
                self.stated = Stated::default();
                Element::Statistics
            }
            "FailedTest" | "Test" => {
                self.case.open();
                if let Some(Element::Tests(outcome)) = self.stack.last() {
                    self.case.outcome = *outcome;
                }
                Element::Test
            }
            "Tests" if is_in(Element::Statistics) => Element::Word(Field::Tests),
            "Failures" if is_in(Element::Statistics) => Element::Word(Field::Failures),
            "Errors" if is_in(Element::Statistics) => Element::Word(Field::Errors),
            "Skipped" if is_in(Element::Statistics) => Element::Word(Field::Skipped),
            "Name" if is_in(Element::Test) => Element::Word(Field::Name),
            "FailureType" if is_in(Element::Test) => Element::Word(Field::Kind),
            "Message" if is_in(Element::Test) => Element::Word(Field::Message),
            "File" => Element::Word(Field::File),
            "Line" => Element::Word(Field::Line),
            _ => Element::Other,
        };
        self.words.clear();
        self.stack.push(element);
    }

    pub(super) fn text(&mut self, text: &str) {
        if let Some(Element::Word(_)) = self.stack.last() {
            listen(&mut self.words, text);
        }
    }

    pub(super) fn end(&mut self, into: &mut ReportBuilder) {
        match self.stack.pop() {
            Some(Element::Word(field)) => self.word(field),
            Some(Element::Test) => self.case.give(into),
            Some(Element::Statistics) => into.file_states("", self.stated),
            _ => {}
        }
    }

    fn word(&mut self, field: Field) {
        let word = self.words.trim();
        let case = &mut self.case;
        match field {
            Field::Name => {
                let (class, name) = word.rsplit_once("::").unwrap_or(("", word));
                class.clone_into(&mut case.class);
                name.clone_into(&mut case.name);
            }
            Field::Kind if word.eq_ignore_ascii_case("error") => case.outcome = Outcome::Errored,
            Field::File => word.clone_into(&mut case.details),
            Field::Line if !case.details.is_empty() => {
                case.details.push(':');
                case.details.push_str(word);
            }
            Field::Kind | Field::Line => {}
            Field::Message => word.clone_into(&mut case.message),
            Field::Tests => self.stated.tests = number::count(word),
            Field::Failures => self.stated.failures = number::count(word),
            Field::Errors => self.stated.errors = number::count(word),
            Field::Skipped => self.stated.skipped = number::count(word),
        }
    }
}
