//! `CUnit`'s own XML (`CUNIT_TEST_RUN_REPORT`). Its JUnit form is read as JUnit.
//!
//! Followed: `CUnit-Run.dtd` of `CUnit` 2.1. Every failed assertion is a record of its own: those of one test are one failure.

use super::{
    number,
    open_case::{OpenCase, listen},
    xml::Listener,
    xml_tag::Tag,
};
use crate::domain::evidence::{Outcome, ReportBuilder, Stated};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Suite { failed: bool },
    Test,
    Row,
    Word(Field),
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Suite,
    Reason,
    Test,
    File,
    Line,
    Condition,
    Kind,
    Run,
    Failed,
    Inactive,
}

/// A `CUnit` document being read.
pub(super) struct Cunit<'b> {
    into: &'b mut ReportBuilder,
    stack: Vec<Element>,
    case: OpenCase,
    words: String,
    is_suite_open: bool,
    reason: String,
    /// The test whose failure was told last, in this suite.
    failed: String,
    /// What a row of the summary is about, and its counts.
    kind: String,
    row: Stated,
}

impl<'b> Cunit<'b> {
    pub(super) fn new(into: &'b mut ReportBuilder) -> Self {
        Self {
            into,
            stack: Vec::new(),
            case: OpenCase::default(),
            words: String::new(),
            is_suite_open: false,
            reason: String::new(),
            failed: String::new(),
            kind: String::new(),
            row: Stated::default(),
        }
    }

    fn word(&mut self, field: Field) {
        let word = self.words.trim();
        match field {
            Field::Suite => {
                self.into.begin_suite(word, Stated::default());
                self.is_suite_open = true;
            }
            Field::Reason => word.clone_into(&mut self.reason),
            Field::Test => word.clone_into(&mut self.case.name),
            Field::File => word.clone_into(&mut self.case.details),
            Field::Line if !self.case.details.is_empty() => {
                self.case.details.push(':');
                self.case.details.push_str(word);
            }
            Field::Line => {}
            Field::Condition => word.clone_into(&mut self.case.message),
            Field::Kind => word.clone_into(&mut self.kind),
            Field::Run => self.row.tests = number::count(word),
            Field::Failed => self.row.failures = number::count(word),
            Field::Inactive => self.row.skipped = number::count(word),
        }
    }

    fn end_test(&mut self) {
        let is_failing = self.case.outcome.is_failing();
        if is_failing && self.case.name == self.failed {
            return;
        }
        self.failed.clear();
        if is_failing {
            self.failed.push_str(&self.case.name);
        }
        self.case.give(self.into);
    }

    fn end_suite(&mut self, failed: bool) {
        if failed {
            let why = std::mem::take(&mut self.reason);
            self.case.around("(suite)", &why, self.into);
        }
        if self.is_suite_open {
            self.into.end_suite();
        }
        self.is_suite_open = false;
    }
}

impl Listener for Cunit<'_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        let element = match tag.local_name() {
            name @ ("CUNIT_RUN_SUITE_SUCCESS" | "CUNIT_RUN_SUITE_FAILURE") => {
                self.failed.clear();
                let failed = name.ends_with("FAILURE");
                Element::Suite { failed }
            }
            name @ ("CUNIT_RUN_TEST_SUCCESS" | "CUNIT_RUN_TEST_FAILURE") => {
                self.case.open();
                self.case.outcome = if name.ends_with("FAILURE") {
                    Outcome::Failed
                } else {
                    Outcome::Passed
                };
                Element::Test
            }
            "CUNIT_RUN_SUMMARY_RECORD" => {
                self.row = Stated::default();
                self.kind.clear();
                Element::Row
            }
            "SUITE_NAME" => Element::Word(Field::Suite),
            "FAILURE_REASON" => Element::Word(Field::Reason),
            "TEST_NAME" => Element::Word(Field::Test),
            "FILE_NAME" => Element::Word(Field::File),
            "LINE_NUMBER" => Element::Word(Field::Line),
            "CONDITION" => Element::Word(Field::Condition),
            "TYPE" => Element::Word(Field::Kind),
            "RUN" => Element::Word(Field::Run),
            "FAILED" => Element::Word(Field::Failed),
            "INACTIVE" => Element::Word(Field::Inactive),
            _ => Element::Other,
        };
        self.words.clear();
        self.stack.push(element);
    }

    fn listens(&self) -> bool {
        matches!(self.stack.last(), Some(Element::Word(_)))
    }

    fn text(&mut self, text: &str) {
        listen(&mut self.words, text);
    }

    fn end(&mut self) {
        match self.stack.pop() {
            Some(Element::Word(field)) => self.word(field),
            Some(Element::Test) => self.end_test(),
            Some(Element::Suite { failed }) => self.end_suite(failed),
            Some(Element::Row) if self.kind.eq_ignore_ascii_case("Test Cases") => {
                self.into.file_states("", self.row);
            }
            Some(Element::Row | Element::Other) | None => {}
        }
    }
}
