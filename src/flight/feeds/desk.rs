//! What the evidence feed works with: the rules, the store, and what it remembers between rounds.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;

use super::{gathered::Before, pulse::Gone};
use crate::{
    domain::{
        ArtifactId, Fault, Sha,
        evidence::EvidenceKind,
        observation::{DeploymentSnapshot, PullSnapshot},
        policy::Policy,
    },
    ports::Store,
};

/// What this feed remembers between rounds.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) candidate: Option<(Sha, u32)>,
    pub(super) pulls: Vec<PullSnapshot>,
    pub(super) read: BTreeSet<ArtifactId>,
    pub(super) seldom: Option<Timestamp>,
    /// Earlier deployments to production, newest first; `None`: not asked yet.
    pub(super) past: Option<Vec<DeploymentSnapshot>>,
    /// Whether that question failed in a way that passes: what is compared with an earlier release waits for it.
    pub(super) past_waits: bool,
    /// What an earlier release's evidence said.
    pub(super) before: BTreeMap<EvidenceKind, Arc<Before>>,
}

/// What this feed and the diff's need beside their pulse.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) policy: Arc<Policy>,
    pub(super) store: Arc<dyn Store>,
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
