//! Flags as they stand: the newest reading of each, and every kill.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{FlagEvent, FlagReading};
use crate::domain::{Login, Outcome, Seq, Stamp, Text};

/// How long a provider that took a request may still say that the flag is on, before it may be asked once more.
const HEEDED: SignedDuration = SignedDuration::from_mins(1);

/// The flags of a release.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlagBoard {
    /// By name: how it stands, and since when that is known.
    pub readings: BTreeMap<String, (FlagReading, Timestamp)>,
    /// Kills, oldest first.
    pub kills: Vec<Kill>,
}

/// A flag that somebody switched off.
#[derive(Debug, Clone, PartialEq)]
pub struct Kill {
    /// The request.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Option<Login>,
    /// Which flag.
    pub flag: String,
    /// Why.
    pub reason: Text,
    /// What became of the request.
    pub outcome: Option<Outcome>,
    /// Since when that is known.
    pub answered: Option<Timestamp>,
    /// When the provider said that it is off.
    pub done: Option<Timestamp>,
}

impl Kill {
    /// Whether it is on its way: not answered, or taken and not yet seen.
    pub fn is_open(&self) -> bool {
        self.done.is_none() && matches!(self.outcome, None | Some(Outcome::Taken { .. }))
    }

    /// Whether the provider took it a while ago, and has not said since that the flag is off.
    pub fn is_unheeded(&self, now: Timestamp) -> bool {
        let answered = self.answered.filter(|_| self.is_open());
        answered.is_some_and(|at| now.duration_since(at) >= HEEDED)
    }

    /// Whether an "off" from now on is its doing.
    pub fn may_still_come(&self) -> bool {
        self.done.is_none() && !matches!(self.outcome, Some(Outcome::Failed { .. }))
    }
}

impl FlagBoard {
    pub(in crate::domain) fn apply(&mut self, stamp: &Stamp, event: &FlagEvent) {
        match event {
            FlagEvent::Seen { flag, reading } => {
                self.readings
                    .insert(flag.clone(), (reading.clone(), stamp.at));
            }
            FlagEvent::KillRequested { shown, reason, .. } => self.kills.push(Kill {
                seq: stamp.seq,
                at: stamp.at,
                by: stamp.actor.person().cloned(),
                flag: shown.flag.clone(),
                reason: reason.clone(),
                outcome: None,
                answered: None,
                done: None,
            }),
            FlagEvent::Answered { act, outcome } => {
                if let Some(kill) = self.kills.iter_mut().find(|kill| kill.seq == *act) {
                    kill.outcome = Some(outcome.clone());
                    kill.answered = Some(stamp.at);
                }
            }
            FlagEvent::Killed { act, .. } => {
                if let Some(kill) = self.kills.iter_mut().find(|kill| kill.seq == *act) {
                    kill.done = Some(stamp.at);
                }
            }
        }
    }

    /// How a flag stands, where it was ever read.
    pub fn reading(&self, flag: &str) -> Option<&FlagReading> {
        self.readings.get(flag).map(|(reading, _)| reading)
    }

    /// The kill of a flag that is on its way; one that its provider does not heed holds up no other.
    pub fn in_flight(&self, flag: &str, now: Timestamp) -> Option<&Kill> {
        let mut newest = self.kills.iter().rev();
        newest.find(|kill| kill.flag == flag && kill.is_open() && !kill.is_unheeded(now))
    }
}
