//! TRX, what Visual Studio's and .NET's test runners write (`dotnet test --logger trx`).
//!
//! Followed: the `TestRun` part of the published schema `vstst.xsd`, and the reports in `tests/data/junit`. Results come
//! before the definitions that name their classes, so the class is taken from the name.

use super::{
    cppunit::CppUnit,
    number,
    open_case::{OpenCase, listen},
    xml::{Listener, put, value},
    xml_tag::Tag,
};
use crate::domain::evidence::{Outcome, ReportBuilder, Stated};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Result,
    Inner,
    Output,
    Message,
    Trace,
    RunInfo,
    RunText,
    Other,
}

/// A TRX document being read.
pub(super) struct Trx<'b> {
    into: &'b mut ReportBuilder,
    stack: Vec<Element>,
    case: OpenCase,
    /// For each open result: its name, whether it failed, and whether rows of data in it were given as cases.
    results: Vec<Held>,
    shown_failing: bool,
    /// Results that are only the frame of their rows of data, and those of them that failed: counted as tests, shown as
    /// none.
    frames: u64,
    failing_frames: u64,
    stated: Option<Stated>,
    run: Option<Outcome>,
    why: String,
    is_error: bool,
    /// What `CppUnit` writes into an outermost element of the same name.
    beside: CppUnit,
}

#[derive(Debug, Default)]
struct Held {
    name: String,
    failing: bool,
    has_rows: bool,
    failing_rows: bool,
}

impl<'b> Trx<'b> {
    pub(super) fn new(into: &'b mut ReportBuilder) -> Self {
        Self {
            into,
            stack: Vec::new(),
            case: OpenCase::default(),
            results: Vec::new(),
            shown_failing: false,
            frames: 0,
            failing_frames: 0,
            stated: None,
            run: None,
            why: String::new(),
            is_error: false,
            beside: CppUnit::default(),
        }
    }

    fn result(&mut self, tag: &Tag<'_>) {
        self.case.open();
        let mut name = String::new();
        for (key, raw) in tag.attributes() {
            match key {
                "testName" => put(&mut name, raw),
                "outcome" => self.case.outcome = outcome(raw),
                "duration" => self.case.duration = number::clock(raw),
                _ => {}
            }
        }
        let (class, _) = split(&name);
        self.case.class.push_str(class);
        self.case.name.push_str(&name);
        self.results.push(Held {
            name,
            failing: self.case.outcome.is_failing(),
            ..Held::default()
        });
    }

    fn end_result(&mut self) {
        let Some(held) = self.results.pop() else {
            return;
        };
        let failing = held.failing;
        // Rows of data are the tests; their frame counts only where it failed and none of them did.
        if !held.has_rows {
            self.case.give(self.into);
            self.shown_failing |= failing;
        } else if failing && !held.failing_rows {
            self.case
                .around(&held.name, "failed around its data rows", self.into);
            self.shown_failing = true;
        } else {
            self.frames += 1;
            self.failing_frames += u64::from(failing);
        }
        if let Some(outer) = self.results.last_mut() {
            outer.has_rows = true;
            outer.failing_rows |= failing;
        }
    }

    fn counters(&mut self, tag: &Tag<'_>) {
        let mut stated = Stated::default();
        let add = |field: &mut Option<u64>, raw: &str| {
            if let Some(count) = number::count(raw) {
                *field = Some(field.unwrap_or(0).saturating_add(count));
            }
        };
        for (key, raw) in tag.attributes() {
            match key {
                "total" => add(&mut stated.tests, raw),
                "failed" => add(&mut stated.failures, raw),
                "error" | "timeout" | "aborted" | "disconnected" => add(&mut stated.errors, raw),
                "notExecuted" | "inconclusive" | "notRunnable" => add(&mut stated.skipped, raw),
                _ => {}
            }
        }
        self.stated = Some(stated);
    }

    /// Gives what the run says of itself, without the frames that its runner counted as tests beside their rows.
    fn state(&mut self) {
        let Some(mut stated) = self.stated else {
            return;
        };
        let less = |count: Option<u64>, frames: u64| count.map(|all| all.saturating_sub(frames));
        stated.tests = less(stated.tests, self.frames);
        stated.failures = less(stated.failures, self.failing_frames);
        self.into.file_states("", stated);
    }
}

impl Listener for Trx<'_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        let name = tag.local_name();
        if self.beside.is_open() || (self.stack.len() == 1 && CppUnit::has(name)) {
            self.beside.begin(name);
            return;
        }
        let parent = self.stack.last().copied();
        let element = match name {
            _ if name.ends_with("TestResult") && self.stack.len() > 1 => {
                self.result(tag);
                Element::Result
            }
            "InnerResults" => {
                if let Some(held) = self.results.last_mut() {
                    held.has_rows = true;
                }
                Element::Inner
            }
            "Output" => Element::Output,
            "Message" if !self.results.is_empty() => Element::Message,
            "StackTrace" => Element::Trace,
            "Counters" => {
                self.counters(tag);
                Element::Other
            }
            "ResultSummary" => {
                let all = tag.attributes();
                let mut outcomes = all.filter(|(key, _)| *key == "outcome");
                self.run = outcomes.next().map(|(_, raw)| outcome(raw));
                Element::Other
            }
            "RunInfo" => {
                let is = |raw: &str| value(raw).eq_ignore_ascii_case("error");
                self.is_error = tag
                    .attributes()
                    .any(|(key, raw)| key == "outcome" && is(raw));
                Element::RunInfo
            }
            "Text" if parent == Some(Element::RunInfo) => Element::RunText,
            _ => Element::Other,
        };
        self.stack.push(element);
    }

    fn text(&mut self, text: &str) {
        if self.beside.is_open() {
            self.beside.text(text);
            return;
        }
        match self.stack.last() {
            Some(Element::Message) => listen(&mut self.case.message, text),
            Some(Element::Trace) => listen(&mut self.case.details, text),
            Some(Element::RunText) if self.is_error && self.why.is_empty() => {
                listen(&mut self.why, text);
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        if self.beside.is_open() {
            self.beside.end(self.into);
            return;
        }
        if self.stack.pop() == Some(Element::Result) {
            self.end_result();
        }
    }

    fn finish(&mut self) {
        self.state();
        // A run that broke (a host that crashed) can show nothing but passed tests.
        if self.run.is_some_and(Outcome::is_failing) && !self.shown_failing {
            let why = match self.why.trim() {
                "" => "the run says that it failed, and shows no test that did",
                why => why,
            };
            let why = why.to_owned();
            self.case.around("(test run)", &why, self.into);
        }
    }
}

/// Class and method of `Namespace.Class.Method(arguments)`; a name with spaces is a title, not a path.
fn split(name: &str) -> (&str, &str) {
    let path = &name[..name.find('(').unwrap_or(name.len())];
    if path.contains(char::is_whitespace) {
        return ("", name);
    }
    match path.rfind('.') {
        Some(dot) => (&name[..dot], &name[dot + 1..]),
        None => ("", name),
    }
}

fn outcome(raw: &str) -> Outcome {
    let raw = raw.trim();
    let is = |words: &[&str]| words.iter().any(|word| raw.eq_ignore_ascii_case(word));
    if is(&["Passed", "PassedButRunAborted", "Completed", "Warning"]) {
        Outcome::Passed
    } else if is(&["Failed"]) {
        Outcome::Failed
    } else if is(&["NotExecuted", "NotRunnable", "Inconclusive", "Pending"]) {
        Outcome::Skipped
    } else {
        // Error, Timeout, Aborted, Disconnected, InProgress, and words that nobody knows.
        Outcome::Errored
    }
}
