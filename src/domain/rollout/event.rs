//! Events of the run and its promotion, as GitHub shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{JobFacts, ProductionAnswer, RunFacts, StageState, StepState};
use crate::domain::{
    Deed, Outcome, Seq, Text,
    observation::{BranchLead, DeploymentSnapshot, EnvironmentSnapshot, LanePlace, LaneRule},
};

/// Something happened to the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolloutEvent {
    /// The release's run changed.
    RunChanged(RunFacts),
    /// A step of the pipeline changed.
    StepChanged {
        /// Its name in the stepper.
        step: String,
        /// What it is now.
        state: StepState,
        /// When it began.
        started: Option<Timestamp>,
        /// When it ended.
        completed: Option<Timestamp>,
    },
    /// The production jobs changed.
    JobsChanged {
        /// All of them, by name.
        jobs: Vec<JobFacts>,
    },
    /// For `gate = "dispatch"`: the production run is known.
    ProductionRunFound {
        /// The run.
        run: crate::domain::RunId,
    },
    /// The production run (`gate = "dispatch"`) changed.
    ProductionRunChanged(RunFacts),
    /// A stage changed.
    StageChanged {
        /// Which, from 0.
        stage: usize,
        /// What it is now.
        state: StageState,
        /// When GitHub says so.
        at: Timestamp,
    },
    /// The lane changed.
    LaneChanged {
        /// Where the run stands.
        lane: LanePlace,
    },
    /// What the workflow file says of newer runs was read, or changed.
    LaneRuleSeen {
        /// `None`: the default branch has no such workflow file.
        rule: Option<LaneRule>,
    },
    /// The default branch has gone on, or was seen first.
    BranchMoved(BranchLead),
    /// The environment's protection was seen, or changed.
    ProtectionSeen(EnvironmentSnapshot),
    /// Past deployments to production, as far as they tell what runs there.
    DeploymentsSeen {
        /// The newest success of the configured workflow and job before this release, and the one before it.
        newest: Vec<DeploymentSnapshot>,
        /// The newest of another release, where it failed and none succeeded since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<Box<DeploymentSnapshot>>,
    },
    /// What production answered.
    ProductionAnswered(ProductionAnswer),
    /// Everything is deployed.
    ProductionDeployed {
        /// When GitHub says so.
        at: Timestamp,
    },
    /// Something is wrong with production, whatever the run says.
    IssueDetected {
        /// What.
        why: Text,
    },
    /// A person asked for the run to stop.
    CancelRequested {
        /// What to send.
        deed: Deed,
    },
    /// A person asked for the failed jobs to run again.
    RerunRequested {
        /// What to send.
        deed: Deed,
    },
    /// What became of such a request.
    Answered {
        /// The request.
        act: Seq,
        /// What.
        outcome: Outcome,
    },
}

impl RolloutEvent {
    /// When GitHub says that it happened.
    pub fn occurred(&self) -> Option<Timestamp> {
        match self {
            Self::RunChanged(run) | Self::ProductionRunChanged(run) => Some(run.updated),
            Self::StepChanged {
                started, completed, ..
            } => completed.or(*started),
            Self::StageChanged { at, .. } | Self::ProductionDeployed { at } => Some(*at),
            Self::JobsChanged { .. }
            | Self::ProductionRunFound { .. }
            | Self::LaneChanged { .. }
            | Self::LaneRuleSeen { .. }
            | Self::BranchMoved(_)
            | Self::ProtectionSeen(_)
            | Self::DeploymentsSeen { .. }
            | Self::ProductionAnswered(_)
            | Self::IssueDetected { .. }
            | Self::CancelRequested { .. }
            | Self::RerunRequested { .. }
            | Self::Answered { .. } => None,
        }
    }
}
