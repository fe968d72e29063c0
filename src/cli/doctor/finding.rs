//! One line of `doctor`.

use serde::Serialize;

use crate::domain::{Fault, FaultKind, Text};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Ok,
    Warn,
    Fail,
    /// It could not be asked.
    Unknown,
}

impl State {
    /// Glyph-free, so that a log or a screen reader shows it too.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        }
    }
}

/// A check, what it found, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) check: String,
    pub(super) state: State,
    pub(super) found: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mend: Option<String>,
}

impl Finding {
    pub(super) fn ok(check: impl Into<String>, found: impl AsRef<str>) -> Self {
        Self {
            check: check.into(),
            state: State::Ok,
            found: Text::line(found.as_ref()),
            mend: None,
        }
    }

    pub(super) fn bad(
        state: State,
        check: impl Into<String>,
        found: impl AsRef<str>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            state,
            mend: Some(mend.into()),
            ..Self::ok(check, found)
        }
    }

    /// A question without an answer: what fails by itself later is unknown, the rest must be mended.
    pub(super) fn fault(check: impl Into<String>, fault: &Fault) -> Self {
        let state = if fault.passes_by_itself() {
            State::Unknown
        } else {
            State::Fail
        };
        let mend = match &fault.kind {
            // "doctor names it" is no help inside doctor.
            FaultKind::Forbidden => "ask for this right, or use another token".to_owned(),
            kind => kind.mend_once(),
        };
        Self::bad(state, check, fault.to_string(), mend)
    }
}
