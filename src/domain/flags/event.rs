//! Events of flags: how they stand, and one that was switched off.

use serde::{Deserialize, Serialize};

use super::{FlagReading, KillShown};
use crate::domain::{Deed, Outcome, Seq, Text, approval::Consent};

/// Something happened to a flag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagEvent {
    /// It stands otherwise than known.
    Seen {
        /// Which.
        flag: String,
        /// How.
        reading: FlagReading,
    },
    /// A person asked for it to be switched off; not sent yet.
    KillRequested {
        /// What was seen.
        shown: KillShown,
        /// Why.
        reason: Text,
        /// How it was agreed to.
        consent: Consent,
        /// What to send.
        deed: Deed,
    },
    /// What became of the request.
    Answered {
        /// The request.
        act: Seq,
        /// What.
        outcome: Outcome,
    },
    /// The provider says that it is off.
    Killed {
        /// Which.
        flag: String,
        /// The request.
        act: Seq,
    },
}

impl FlagEvent {
    /// Whether it is a person's word.
    pub fn is_decision(&self) -> bool {
        matches!(self, Self::KillRequested { .. })
    }
}
