//! What the screen is given, and what it gives back.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::{domain::RunId, ui::Look};

/// How the screen is set up.
pub struct Setup {
    /// Styles, signs, keys.
    pub look: Look,
    /// Zone of the times on the screen.
    pub zone: TimeZone,
    /// Ring the bell for what wants a person.
    pub bell: bool,
    /// And tell the desktop.
    pub notify: bool,
    /// How often things are looked at.
    pub pace: Pace,
    /// The terminal gets no colours, nor anything that could be taken for one.
    pub mono: bool,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// The exit code.
    pub exit: u8,
    /// For the terminal, once it is restored.
    pub words: Option<String>,
    /// The run whose driver's seat this terminal was given: it is to be taken up again, driving.
    pub seat: Option<RunId>,
}

impl Landed {
    /// The same, of a way out that failed, with why where it was not told yet.
    #[must_use]
    pub(super) fn failed(self, why: Option<String>) -> Self {
        let words = match (why, self.words) {
            (Some(why), Some(words)) => Some(format!("{why}\n{words}")),
            (why, words) => why.or(words),
        };
        Self {
            exit: 1,
            words,
            seat: None,
        }
    }
}

/// How often the screen looks at the clock and at the feeds.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two frames that feeds cause.
    pub frame: Duration,
    /// Between two looks at the clock.
    pub clock: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            frame: Duration::from_millis(33),
            clock: Duration::from_secs(1),
        }
    }
}
