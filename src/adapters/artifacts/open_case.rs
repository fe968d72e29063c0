//! The test case being read: strings that are used again for the next one, and a bound on what is collected.

use jiff::SignedDuration;

use crate::domain::evidence::{Outcome, ReportBuilder, SeenCase};

/// Bytes collected of one result's text, before it is cut for keeping.
const TEXT_LIMIT: usize = 16 << 10;

/// A case of a format that says of each case how it ended, and tells each case once.
#[derive(Debug)]
pub(super) struct OpenCase {
    pub(super) name: String,
    pub(super) class: String,
    pub(super) outcome: Outcome,
    pub(super) duration: Option<SignedDuration>,
    pub(super) message: String,
    pub(super) details: String,
    /// How many were opened: cases of one name are cases of their own here, never attempts of each other.
    count: u64,
}

impl Default for OpenCase {
    fn default() -> Self {
        Self {
            name: String::new(),
            class: String::new(),
            outcome: Outcome::Errored,
            duration: None,
            message: String::new(),
            details: String::new(),
            count: 0,
        }
    }
}

impl OpenCase {
    /// Begins the next case. Until told otherwise it broke: a case without a result has not passed.
    pub(super) fn open(&mut self) {
        let fields = [
            &mut self.name,
            &mut self.class,
            &mut self.message,
            &mut self.details,
        ];
        for field in fields {
            field.clear();
        }
        self.outcome = Outcome::Errored;
        self.duration = None;
        self.count += 1;
    }

    /// Gives the case to the report.
    pub(super) fn give(&mut self, into: &mut ReportBuilder) {
        // `Namespace.Class.Method(arguments)` beside its class says the class twice.
        let short = self
            .name
            .strip_prefix(self.class.as_str())
            .and_then(|rest| rest.strip_prefix('.'))
            .filter(|rest| !self.class.is_empty() && !rest.is_empty());
        let name = match short.unwrap_or(&self.name).trim() {
            "" => "(unnamed test)",
            name => name,
        };
        let failing = self.outcome.is_failing();
        into.case(&SeenCase {
            name,
            class: &self.class,
            file: &self.count.to_string(),
            outcome: self.outcome,
            duration: self.duration,
            message: first_words(&self.message, &self.details, self.outcome),
            details: &self.details,
            failing_results: u32::from(failing),
        });
    }

    /// A failure outside of any test: a fixture's or the whole run's.
    pub(super) fn around(&mut self, name: &str, message: &str, into: &mut ReportBuilder) {
        self.open();
        self.name.push_str(name);
        listen(&mut self.message, message);
        self.give(into);
    }
}

/// A case's message: what it says, else the first line of what it shows, where it did not simply pass.
pub(super) fn first_words<'s>(message: &'s str, details: &'s str, outcome: Outcome) -> &'s str {
    match message.trim() {
        "" if outcome != Outcome::Passed => {
            let line = details.lines().find(|line| !line.trim().is_empty());
            line.map_or("", str::trim)
        }
        message => message,
    }
}

/// Takes a piece of text into a string, up to the limit.
pub(super) fn listen(into: &mut String, text: &str) {
    let room = TEXT_LIMIT.saturating_sub(into.len());
    let end = text.floor_char_boundary(room.min(text.len()));
    into.push_str(&text[..end]);
}
