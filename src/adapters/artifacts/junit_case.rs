//! A JUnit test case being read: what its attributes, its results and their words say together.

use jiff::SignedDuration;

use super::{
    number,
    open_case::{first_words, listen},
    xml::put,
    xml_tag::Tag,
};
use crate::domain::evidence::{Outcome, ReportBuilder, SeenCase};

/// What a child of a case says of it, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Failure,
    Error,
    /// A failed attempt of a test that passed in the end.
    Retried,
    Skipped,
}

impl Mark {
    /// Of an element's name; `None` for one that is no result.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "failure" => Self::Failure,
            "error" => Self::Error,
            "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" => Self::Retried,
            "skipped" | "skip" | "ignored" | "disabled" => Self::Skipped,
            _ => return None,
        })
    }
}

/// The case being read; its strings are used again for the next.
#[derive(Default)]
pub(super) struct JunitCase {
    name: String,
    class: String,
    file: String,
    duration: Option<SignedDuration>,
    id: String,
    by_status: Option<Outcome>,
    mark: Option<Mark>,
    failing_results: u32,
    message: String,
    details: String,
    /// Whether the open result is the one whose words are kept.
    listening: bool,
}

impl JunitCase {
    /// Begins a failure that belongs to no test.
    pub(super) fn open_around(&mut self) {
        self.clear();
        self.name.push_str("(outside of any test)");
    }

    pub(super) fn open(&mut self, tag: &Tag<'_>) {
        self.clear();
        for (key, raw) in tag.attributes() {
            let field = match key {
                "name" => &mut self.name,
                "classname" => &mut self.class,
                "class" if self.class.is_empty() => &mut self.class,
                "file" => &mut self.file,
                "time" | "duration" => {
                    self.duration = number::seconds(raw);
                    continue;
                }
                "status" | "result" => {
                    // `status="run" result="skipped"`: the telling one counts.
                    self.by_status = by_status(raw.trim()).or(self.by_status);
                    continue;
                }
                "id" => &mut self.id,
                _ => continue,
            };
            put(field, raw);
        }
    }

    fn clear(&mut self) {
        let fields = [
            &mut self.name,
            &mut self.class,
            &mut self.file,
            &mut self.id,
            &mut self.message,
            &mut self.details,
        ];
        for field in fields {
            field.clear();
        }
        self.duration = None;
        self.by_status = None;
        self.mark = None;
        self.failing_results = 0;
        self.listening = false;
    }

    /// Takes a result; the words of the most telling one are kept, of equal ones those of the first. One that says nothing
    /// leaves them to the next.
    pub(super) fn result(&mut self, mark: Mark, tag: &Tag<'_>) {
        if mark != Mark::Skipped {
            self.failing_results = self.failing_results.saturating_add(1);
        }
        let is_wordless =
            [&self.message, &self.details].map(|words| words.trim().is_empty()) == [true; 2];
        let speaks = is_wordless && mark != Mark::Skipped;
        self.listening = self.mark.is_none_or(|kept| mark < kept || speaks);
        if !self.listening {
            return;
        }
        self.mark = self.mark.map_or(Some(mark), |kept| Some(kept.min(mark)));
        self.details.clear();
        self.message.clear();
        let mut kind = String::new();
        for (key, raw) in tag.attributes() {
            match key {
                "message" => put(&mut self.message, raw),
                "type" => put(&mut kind, raw),
                _ => {}
            }
        }
        if self.message.trim().is_empty() {
            self.message = kind;
        }
    }

    /// Takes text of the open result.
    pub(super) fn text(&mut self, text: &str) {
        if self.listening {
            listen(&mut self.details, text);
        }
    }

    pub(super) fn end_result(&mut self) {
        self.listening = false;
    }

    /// Gives the case to the report.
    pub(super) fn give(&self, into: &mut ReportBuilder) {
        let outcome = match (self.mark, self.by_status) {
            // Said to be disabled: what it did then counts for nothing.
            (_, Some(Outcome::Skipped)) | (Some(Mark::Skipped), _) => Outcome::Skipped,
            (Some(Mark::Failure), _) => Outcome::Failed,
            (Some(Mark::Error), _) => Outcome::Errored,
            (_, Some(failing @ (Outcome::Failed | Outcome::Errored))) => failing,
            (Some(Mark::Retried), _) => Outcome::Flaky,
            (None, _) => Outcome::Passed,
        };
        let name = match (self.name.trim(), self.id.as_str()) {
            ("", "") => "(unnamed test)",
            ("", id) => id,
            _ => &self.name,
        };
        into.case(&SeenCase {
            name,
            class: &self.class,
            file: &self.file,
            outcome,
            duration: self.duration,
            message: first_words(&self.message, &self.details, outcome),
            details: &self.details,
            failing_results: self.failing_results,
        });
    }
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
    } else if is(&[
        "error",
        "errored",
        "broken",
        "timeout",
        "timedout",
        "timed_out",
        "aborted",
        "crashed",
        "interrupted",
        "cancelled",
        "canceled",
    ]) {
        Some(Outcome::Errored)
    } else {
        None
    }
}
