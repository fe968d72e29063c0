//! A countdown to a rollback that was agreed to at approval, and how it ended.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Login, Seq, Text, later};

/// So long after its zero a countdown still counts: later, nobody was there to hold it.
const ZERO_LASTS: SignedDuration = SignedDuration::from_secs(20);

/// A countdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Countdown {
    /// The trigger that started it.
    pub trigger: String,
    /// The trigger's arithmetic then.
    pub why: Text,
    /// When it began.
    pub started: Timestamp,
    /// When the rollback is due.
    pub zero: Timestamp,
    /// The approval that agreed to it.
    pub approval: Seq,
    /// When the holds of other machines were looked at, shortly before its end, and there was none.
    pub holds_read: Option<Timestamp>,
    /// How it ended; `None`: it runs.
    pub end: Option<CountdownEnd>,
}

impl Countdown {
    /// Until when its zero stands.
    pub fn lasts_until(&self) -> Timestamp {
        later(self.zero, ZERO_LASTS)
    }
}

/// How a countdown ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountdownEnd {
    /// A person held it.
    Held {
        /// Who.
        by: Option<Login>,
    },
    /// What it stood on was gone.
    Stopped {
        /// Why.
        why: Text,
    },
    /// The rollback was asked for: at zero, or by a person before it.
    RolledBack,
}
