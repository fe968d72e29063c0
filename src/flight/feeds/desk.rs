//! What the evidence feed works with: the rules, the store, and what it remembers between rounds.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};

use super::{gathered::Before, pulse::Gone};
use crate::{
    domain::{
        ArtifactId, Fault, Sha, Text,
        evidence::{Candidate, EvidenceKind},
        observation::{ArtifactList, DeploymentSnapshot, PullSnapshot},
        policy::Policy,
    },
    ports::Store,
};

/// Between two looks at what hardly ever changes.
pub(super) const SELDOM: SignedDuration = SignedDuration::from_secs(600);

/// What this feed remembers between rounds.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) candidate: Option<(Sha, u32)>,
    /// The candidate as it was told.
    pub(super) told: Option<Candidate>,
    /// Whether its tag could not be asked for in passing: it is asked again.
    pub(super) tag_waits: bool,
    /// The artifact that its version was read from, or that holds none.
    pub(super) version_read: Option<ArtifactId>,
    pub(super) pulls: Vec<PullSnapshot>,
    pub(super) pulls_asked: Timestamp,
    /// Whether a trust given here was kept for the next release.
    pub(super) is_trust_kept: bool,
    pub(super) read: BTreeSet<ArtifactId>,
    /// What other workflows made for this commit, by workflow, and when it was asked.
    pub(super) elsewhere: BTreeMap<String, (Timestamp, ArtifactList)>,
    pub(super) seldom: Option<Timestamp>,
    /// Earlier deployments to production, newest first; `None`: not asked yet.
    pub(super) past: Option<Vec<DeploymentSnapshot>>,
    /// Whether that question failed in a way that passes: what is compared with an earlier release waits for it.
    pub(super) past_waits: bool,
    /// What the explain text's sources gave for this candidate.
    pub(super) explain: ExplainMemory,
    /// What an earlier release's evidence said.
    pub(super) before: BTreeMap<EvidenceKind, Arc<Before>>,
}

/// What was asked once for the explain text and is not asked again: for one attempt of one commit.
#[derive(Default)]
pub(super) struct ExplainMemory {
    /// The artifacts that were read, and what they held.
    pub(super) artifact: Option<(Vec<ArtifactId>, Result<Text, Text>)>,
    /// What the program answered.
    pub(super) command: Option<Result<Text, Text>>,
    /// Rounds that waited for the last facts.
    pub(super) waited: u32,
}

/// What this feed and the diff's need beside their pulse.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) policy: Arc<Policy>,
    pub(super) store: Arc<dyn Store>,
    /// Whether this cockpit drives: one that only watches runs no program of the rules.
    pub(super) drives: bool,
}

/// How a round went; the outer error is that the flight is gone.
pub(super) type Round = Result<Result<(), Fault>, Gone>;

/// Passes a fault on, unless the flight is gone.
macro_rules! try_ask {
    ($asked:expr) => {
        match $asked {
            Ok(answer) => answer,
            Err(fault) => return Ok(Err(fault)),
        }
    };
}
pub(super) use try_ask;
