//! The claims of one look, as they come to the core.

use jiff::Timestamp;

use super::{Claim, ClaimName, Holding, MachineId};
use crate::domain::{RunId, Text};

/// Every claim of the service that stands, and whether this cockpit may write some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimsSeen {
    /// When the question began, by this machine's clock.
    pub asked: Timestamp,
    /// GitHub's time of the answer.
    pub now: Timestamp,
    /// This machine.
    pub machine: MachineId,
    /// The claims.
    pub claims: Vec<Claim>,
    /// Whether refs can be written here.
    pub writes: Writes,
    /// Whether the seat was asked for although somebody had it.
    pub takes: bool,
    /// Whose claim of the seat ours has just taken the place of.
    pub over: Option<Holding>,
}

/// Whether refs can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writes {
    /// Not tried: this cockpit only watches, or somebody else drives.
    Untried,
    /// Yes.
    Allowed,
    /// No: other machines are not told what happens here.
    Refused(Text),
}

impl ClaimsSeen {
    /// A claim that still counts.
    pub fn live(&self, name: ClaimName) -> Option<&Claim> {
        let mut all = self.claims.iter();
        all.find(|claim| claim.name == name && claim.is_live(self.now))
    }

    /// Whether this machine made a claim for that release.
    pub fn is_own(&self, claim: &Claim, run: RunId) -> bool {
        claim
            .note
            .as_ref()
            .is_some_and(|note| note.by.machine == self.machine && note.wish.run == run)
    }
}
