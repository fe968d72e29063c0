//! A voice of a quorum: who clicked, when, and what they had before their eyes.

use jiff::Timestamp;

use super::CardSeen;
use crate::domain::Login;

/// A click on Approve that counts towards the approval. Only the fold makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Vote {
    by: Login,
    at: Timestamp,
    seen: CardSeen,
}

impl Vote {
    /// Who clicked.
    pub fn by(&self) -> &Login {
        &self.by
    }

    /// When.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// What they had before their eyes.
    pub fn seen(&self) -> &CardSeen {
        &self.seen
    }

    pub(in crate::domain) fn of(by: Login, at: Timestamp, seen: CardSeen) -> Self {
        Self { by, at, seen }
    }
}
