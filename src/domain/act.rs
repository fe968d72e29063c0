//! Acts: what cockpit asks the world to do, and what became of it.
//!
//! A `...Requested` event puts an act into the outbox; an outcome that names the event's sequence takes it out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EnvironmentId, Fault, Login, RunId, Seq, Sha, Text, claim::ClaimWish};

/// An act that stands in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// The event that requested it.
    pub seq: Seq,
    /// When it was requested.
    pub at: Timestamp,
    /// What to do.
    pub deed: Deed,
    /// Whether it may go out: an approval waits for a look at the world that began after the decision.
    pub cleared: bool,
    /// Whether it must not go out any more: a rollback was asked for after it.
    pub withdrawn: bool,
}

/// What to do in the world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Review pending deployments.
    Review {
        /// The held run.
        run: RunId,
        /// Exactly the environments that were shown.
        environments: Vec<EnvironmentId>,
        /// Approve, else reject.
        approve: bool,
        /// The comment; holds `marker`.
        comment: Text,
        /// How to recognise it among the reviews.
        marker: String,
    },
    /// Start a workflow.
    Dispatch {
        /// Workflow file name.
        workflow: String,
        /// Branch or tag; `None` is the default branch.
        reference: Option<String>,
        /// Inputs, templates filled.
        inputs: Vec<(String, String)>,
        /// How to recognise the run: stands in an input.
        marker: String,
        /// Runs that somebody else started keep it from being sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beside: Option<Beside>,
    },
    /// Claim something among several machines.
    Claim {
        /// What.
        wish: Box<ClaimWish>,
        /// The claim that may be taken over, because a person was told of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<Sha>,
    },
    /// Stop a run.
    Cancel {
        /// Which.
        run: RunId,
    },
    /// Run the failed jobs again.
    RerunFailed {
        /// Of which run.
        run: RunId,
    },
    /// Switch a feature flag off.
    KillFlag {
        /// Which.
        flag: String,
    },
    /// The team's own program.
    Script {
        /// Program and arguments, templates filled.
        arguments: Vec<String>,
    },
}

/// Which runs keep a dispatch from being sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// Those created since.
    pub since: Timestamp,
    /// Save these: our own, and those that a person was told of before they confirmed again.
    pub known: Vec<RunId>,
    /// Any run of the workflow; else only those that name this release.
    pub any: bool,
}

/// A run that somebody else started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunBeside {
    /// Which.
    pub run: RunId,
    /// Who.
    pub by: Option<Login>,
    /// When.
    pub at: Timestamp,
}

impl RunBeside {
    /// `run 991 by @ben at 14:03:11 UTC`.
    pub fn in_words(&self) -> String {
        let who = self.by.as_ref().map_or("somebody", Login::as_str);
        format!(
            "run {} by @{who} at {} UTC",
            self.run,
            self.at.strftime("%H:%M:%S")
        )
    }
}

/// What became of an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The world took it; a dispatched run's id where it is known.
    Taken {
        /// The run that it started.
        run: Option<RunId>,
    },
    /// The world refused it, or it certainly never arrived.
    Failed {
        /// Why.
        fault: Fault,
    },
    /// Not sent: somebody else's runs stand beside it.
    Beside {
        /// They.
        runs: Vec<RunBeside>,
    },
    /// Sent, and nobody can tell what became of it: a person looks.
    Unknown {
        /// What is known.
        why: Text,
    },
}
