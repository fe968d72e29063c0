//! Acts: what cockpit asks the world to do, and what became of it.
//!
//! A `...Requested` event puts an act into the outbox; an outcome that names the event's sequence takes it out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EnvironmentId, Fault, RunId, Seq, Text};

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
    /// The team's own program.
    Script {
        /// Program and arguments, templates filled.
        arguments: Vec<String>,
    },
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
    /// Sent, and nobody can tell what became of it: a person looks.
    Unknown {
        /// What is known.
        why: Text,
    },
}
