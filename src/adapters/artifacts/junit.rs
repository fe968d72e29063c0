//! JUnit XML of every dialect, read in a stream and given to a [`ReportBuilder`].
//!
//! There is no one standard: this follows Jenkins' `junit-10.xsd`, Surefire's additions for reruns, and what the
//! reports in `tests/data/junit` do. Unknown elements and attributes are passed over; document types are never
//! obeyed, so an entity that a report defines stays the name that it has.

use std::io::Read;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{number, xml_source::XmlSource};
use crate::domain::evidence::{Outcome, ReportBuilder, SeenCase, Stated};

/// Elements open at once.
const DEPTH_LIMIT: usize = 256;
/// Bytes collected of one result's text, before it is cut for keeping.
const TEXT_LIMIT: usize = 16 << 10;

/// Why a file is no readable JUnit report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JunitError {
    /// XML, but of another kind.
    #[error("{0}")]
    OtherFormat(&'static str),
    /// XML that is no test report; its outermost element.
    #[error("no test report: the outermost element is <{0}>")]
    OtherXml(String),
    /// Not XML, damaged, or cut off.
    #[error("line {line}: {what}")]
    Broken {
        /// From 1.
        line: u64,
        /// What is wrong or missing.
        what: String,
    },
}

/// Reads one file into `into`; on an error nothing of it is kept there. `stem` names suites without a name.
pub fn read_junit(
    input: impl Read,
    stem: &str,
    into: &mut ReportBuilder,
) -> Result<(), JunitError> {
    into.begin_file(stem);
    let mut walk = Walk::new(into);
    match walk.read(input) {
        Ok(()) => {
            into.end_file();
            Ok(())
        }
        Err(error) => {
            into.abandon_file();
            Err(error)
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Suites,
    Suite,
    Case,
    Result(Mark),
    /// Text inside counts as its result's: `stackTrace`.
    Trace,
    Other,
}

/// What a child of a case says of it, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Failure,
    Error,
    /// A failed attempt of a test that passed in the end.
    Retried,
    Skipped,
}

struct Walk<'b> {
    into: &'b mut ReportBuilder,
    stack: Vec<(Element, String)>,
    seen_root: bool,
    case: OpenCase,
}

/// The case being read; its strings are used again for the next.
#[derive(Default)]
struct OpenCase {
    name: String,
    class: String,
    file: String,
    time: String,
    status: String,
    mark: Option<Mark>,
    failing_results: u32,
    message: String,
    details: String,
    /// Whether the open result is the one whose words are kept.
    listening: bool,
}

impl<'b> Walk<'b> {
    fn new(into: &'b mut ReportBuilder) -> Self {
        Self {
            into,
            stack: Vec::new(),
            seen_root: false,
            case: OpenCase::default(),
        }
    }

    fn read(&mut self, input: impl Read) -> Result<(), JunitError> {
        let mut reader = Reader::from_reader(XmlSource::new(input));
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.check_end_names = true;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let event = match reader.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(error) => {
                    let what = error.to_string();
                    return Err(self.broken(reader.get_ref().line(), &what));
                }
            };
            let more = self.event(&event);
            match more {
                Ok(true) => {}
                Ok(false) => break,
                Err(Stop::Error(error)) => return Err(error),
                Err(Stop::TooDeep) => {
                    let what = format!("elements nested deeper than {DEPTH_LIMIT}");
                    return Err(self.broken(reader.get_ref().line(), &what));
                }
            }
        }
        let line = reader.get_ref().line();
        match self.stack.last() {
            Some((_, name)) => Err(JunitError::Broken {
                line,
                what: format!("the file is cut off: </{name}> is missing"),
            }),
            None if !self.seen_root => Err(JunitError::Broken {
                line,
                what: "no XML: there is not one element".to_owned(),
            }),
            None => Ok(()),
        }
    }

    fn broken(&self, line: u64, what: &str) -> JunitError {
        let what = match self.stack.last() {
            Some((_, name)) if what.contains("not found before end of input") => {
                format!("the file is cut off inside <{name}>: {what}")
            }
            _ if !self.seen_root => format!("no XML: {what}"),
            _ => what.to_owned(),
        };
        JunitError::Broken { line, what }
    }

    /// Takes one event; `false` at the end.
    fn event(&mut self, event: &Event<'_>) -> Result<bool, Stop> {
        match event {
            Event::Start(start) => {
                let element = self.begin(start)?;
                if self.stack.len() >= DEPTH_LIMIT {
                    return Err(Stop::TooDeep);
                }
                self.stack.push((element, start.name().0.to_owned()));
            }
            Event::Empty(start) => {
                let element = self.begin(start)?;
                self.end(element);
            }
            Event::End(_) => {
                if let Some((element, _)) = self.stack.pop() {
                    self.end(element);
                }
            }
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(reference) => {
                if let Some(resolved) = resolve(reference) {
                    self.text(resolved.encode_utf8(&mut [0; 4]));
                } else {
                    self.text("&");
                    self.text(reference);
                    self.text(";");
                }
            }
            Event::Eof => return Ok(false),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        Ok(true)
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<Element, Stop> {
        let name = start.local_name();
        let name: &str = name.as_ref();
        if !self.seen_root {
            self.seen_root = true;
            refuse_other_formats(name).map_err(Stop::Error)?;
        }
        let parent = self.stack.last().map(|(element, _)| *element);
        let element = match (parent, name) {
            (None, "testsuites") => {
                let (name, stated) = suite_attributes(start);
                self.into.file_states(&name, stated);
                Element::Suites
            }
            (None | Some(Element::Suites | Element::Suite), "testsuite") => {
                let (name, stated) = suite_attributes(start);
                self.into.begin_suite(&name, stated);
                Element::Suite
            }
            (Some(Element::Suites | Element::Suite), "testcase") => {
                self.case.open(start);
                Element::Case
            }
            (Some(Element::Case), _) => match mark_of(name) {
                Some(mark) => {
                    self.case.result(mark, start);
                    Element::Result(mark)
                }
                None => Element::Other,
            },
            (Some(Element::Result(_)), "stackTrace" | "stacktrace") => Element::Trace,
            // Markup inside a message, as some writers leave it unescaped.
            _ => Element::Other,
        };
        Ok(element)
    }

    fn end(&mut self, element: Element) {
        match element {
            Element::Suite => self.into.end_suite(),
            Element::Case => self.into.case(&self.case.seen()),
            Element::Result(_) => self.case.listening = false,
            Element::Suites | Element::Trace | Element::Other => {}
        }
    }

    fn text(&mut self, text: &str) {
        let inside = self.stack.last().map(|(element, _)| *element);
        if matches!(inside, Some(Element::Result(_) | Element::Trace)) && self.case.listening {
            let room = TEXT_LIMIT.saturating_sub(self.case.details.len());
            let end = text.floor_char_boundary(room.min(text.len()));
            self.case.details.push_str(&text[..end]);
        }
    }
}

enum Stop {
    Error(JunitError),
    TooDeep,
}

impl OpenCase {
    fn open(&mut self, start: &BytesStart<'_>) {
        for field in [
            &mut self.name,
            &mut self.class,
            &mut self.file,
            &mut self.time,
            &mut self.status,
            &mut self.message,
            &mut self.details,
        ] {
            field.clear();
        }
        self.mark = None;
        self.failing_results = 0;
        self.listening = false;
        let mut id = String::new();
        for attribute in start.html_attributes().flatten() {
            let field = match attribute.key.local_name().as_ref() {
                "name" => &mut self.name,
                "classname" => &mut self.class,
                "class" if self.class.is_empty() => &mut self.class,
                "file" => &mut self.file,
                "time" | "duration" => &mut self.time,
                "status" | "result" => {
                    // `status="run" result="skipped"`: the telling one counts.
                    let value = value(&attribute.value);
                    if self.status.is_empty() || by_status(&value).is_some() {
                        self.status = value;
                    }
                    continue;
                }
                "id" => &mut id,
                _ => continue,
            };
            *field = value(&attribute.value);
        }
        if self.name.trim().is_empty() {
            self.name = if id.is_empty() {
                "(unnamed test)".to_owned()
            } else {
                id
            };
        }
    }

    /// Takes a result; the words of the most telling one are kept, of equal ones those of the first.
    fn result(&mut self, mark: Mark, start: &BytesStart<'_>) {
        if mark != Mark::Skipped {
            self.failing_results = self.failing_results.saturating_add(1);
        }
        self.listening = self.mark.is_none_or(|kept| mark < kept);
        if !self.listening {
            return;
        }
        self.mark = Some(mark);
        self.details.clear();
        self.message.clear();
        let mut kind = String::new();
        for attribute in start.html_attributes().flatten() {
            match attribute.key.0 {
                "message" => self.message = value(&attribute.value),
                "type" => kind = value(&attribute.value),
                _ => {}
            }
        }
        if self.message.trim().is_empty() {
            self.message = kind;
        }
    }

    fn seen(&self) -> SeenCase<'_> {
        let outcome = match (self.mark, by_status(&self.status)) {
            // Said to be disabled: what it did then counts for nothing.
            (_, Some(Outcome::Skipped)) | (Some(Mark::Skipped), _) => Outcome::Skipped,
            (Some(Mark::Failure), _) => Outcome::Failed,
            (Some(Mark::Error), _) => Outcome::Errored,
            (_, Some(failing @ (Outcome::Failed | Outcome::Errored))) => failing,
            (Some(Mark::Retried), _) => Outcome::Flaky,
            (None, _) => Outcome::Passed,
        };
        let first_line = self.details.lines().find(|line| !line.trim().is_empty());
        let has_words = outcome != Outcome::Passed;
        let message = match self.message.trim() {
            "" if has_words => first_line.map_or("", str::trim),
            message => message,
        };
        SeenCase {
            name: &self.name,
            class: &self.class,
            file: &self.file,
            outcome,
            duration: number::seconds(&self.time),
            message,
            details: &self.details,
            failing_results: self.failing_results,
        }
    }
}

fn mark_of(name: &str) -> Option<Mark> {
    Some(match name {
        "failure" => Mark::Failure,
        "error" => Mark::Error,
        "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" => Mark::Retried,
        "skipped" | "skip" | "ignored" | "disabled" => Mark::Skipped,
        _ => return None,
    })
}

/// What a `status` or `result` attribute alone decides; `run`, `passed` and unknown words decide nothing.
fn by_status(status: &str) -> Option<Outcome> {
    let is = |words: &[&str]| words.iter().any(|word| status.eq_ignore_ascii_case(word));
    if is(&[
        "disabled",
        "ignored",
        "skipped",
        "notrun",
        "pending",
        "suppressed",
    ]) {
        Some(Outcome::Skipped)
    } else if is(&["failed", "fail", "failure"]) {
        Some(Outcome::Failed)
    } else if is(&["error", "errored"]) {
        Some(Outcome::Errored)
    } else {
        None
    }
}

fn suite_attributes(start: &BytesStart<'_>) -> (String, Stated) {
    let mut name = String::new();
    let mut stated = Stated::default();
    let mut skipped: Option<u64> = None;
    for attribute in start.html_attributes().flatten() {
        let count = || number::count(&value(&attribute.value));
        match attribute.key.local_name().as_ref() {
            "name" => name = value(&attribute.value),
            "tests" => stated.tests = count(),
            "failures" | "failed" => stated.failures = count(),
            "errors" => stated.errors = count(),
            "skipped" | "skips" | "skip" | "disabled" | "ignored" => {
                if let Some(count) = count() {
                    skipped = Some(skipped.unwrap_or(0).saturating_add(count));
                }
            }
            "time" | "duration" => stated.duration = number::seconds(&value(&attribute.value)),
            _ => {}
        }
    }
    stated.skipped = skipped;
    (name, stated)
}

/// An attribute's value with its references resolved; one that cannot be stays as written.
fn value(raw: &str) -> String {
    match quick_xml::escape::unescape(raw) {
        Ok(value) => value.into_owned(),
        Err(_) => raw.to_owned(),
    }
}

fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c);
    }
    Some(match &**reference {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

fn refuse_other_formats(root: &str) -> Result<(), JunitError> {
    let format = match root {
        "testsuites" | "testsuite" => return Ok(()),
        "TestRun" => {
            "a TRX report (Visual Studio), which this version does not read; write JUnit XML beside it"
        }
        "test-run" | "test-results" => {
            "an NUnit report, which this version does not read; write JUnit XML beside it"
        }
        "assemblies" | "assembly" => {
            "an xUnit.net report, which this version does not read; write JUnit XML beside it"
        }
        _ => return Err(JunitError::OtherXml(root.chars().take(60).collect())),
    };
    Err(JunitError::OtherFormat(format))
}
