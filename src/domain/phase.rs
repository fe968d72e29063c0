//! Phase, outcome, exit code: one table.
//!
//! | phase | outcome | exit |
//! | --- | --- | --- |
//! | `Preparing`, `AwaitingApproval`, `ApprovalRequested`, `Refused` | `NEEDS_HUMAN` (`STAGING_FAILED` where staging is) | 3 (1) |
//! | `Deploying`, `StageWatch`, `Undecided`, and `Monitoring` with an alert that nobody has answered | `NEEDS_HUMAN` | 3 |
//! | `Monitoring` | `PRODUCTION_DEPLOYED` | 3 |
//! | `Deploying` or `Monitoring` with an issue | `ISSUE_DETECTED` | 1 |
//! | `RollingBack`, `Recovering` | `ROLLBACK_TRIGGERED` | 1 |
//! | `RollbackFailed` | `ROLLBACK_FAILED` | 1 |
//! | `Stopped`, `Ended(RolledBack)` | `ROLLED_BACK` | 1 |
//! | `Ended(Complete)` | `DEPLOYMENT_COMPLETE` | 0 |
//! | `Ended(Rejected / Failed / Expired / Cancelled / ClosedByHand)` | `REJECTED / ISSUE_DETECTED / EXPIRED / CANCELLED / ISSUE_DETECTED` | 1 |

use serde::{Deserialize, Serialize};

use super::{Login, Text};

/// Where a release stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The pipeline works towards the gate.
    Preparing,
    /// A person decides about the first stage.
    AwaitingApproval,
    /// Decided; GitHub has not shown it yet.
    ApprovalRequested,
    /// Production, or a stage of it, is being deployed.
    Deploying,
    /// A stage serves and is judged, or waits for its successor's release.
    StageWatch {
        /// Which, from 0.
        stage: usize,
    },
    /// Everything serves; the window is judged.
    Monitoring,
    /// The window could not be judged, or its gates do not all pass: a person closes, extends or rolls back.
    Undecided,
    /// A rollback is on its way.
    RollingBack,
    /// A rollback did not reach its end.
    RollbackFailed,
    /// The rollback's workflow ended well; production and recovery are being verified.
    Recovering,
    /// Rolled back. What happened is still to be written down.
    Stopped,
    /// At its end.
    Ended(End),
}

/// The ends, each with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// In production and stable.
    Complete,
    /// A person said no.
    Rejected {
        /// Who, where GitHub tells.
        by: Option<Login>,
        /// Why.
        reason: Text,
    },
    /// The run failed before production, or production failed.
    Failed {
        /// What failed.
        what: Text,
    },
    /// Not approved in GitHub's time.
    Expired,
    /// The run was cancelled.
    Cancelled,
    /// Rolled back and explained.
    RolledBack,
    /// Closed by a person without the judge's word.
    ClosedByHand {
        /// Why.
        reason: Text,
    },
}

/// The outcome that machines read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReleaseOutcome {
    /// In production and stable.
    DeploymentComplete,
    /// In production, and watched.
    ProductionDeployed,
    /// A rollback is on its way.
    RollbackTriggered,
    /// The old version serves again.
    RolledBack,
    /// A rollback failed.
    RollbackFailed,
    /// A person said no.
    Rejected,
    /// Staging does not allow it.
    StagingFailed,
    /// Something is wrong with production or the run.
    IssueDetected,
    /// Nothing goes on without a person.
    NeedsHuman,
    /// Not approved in time.
    Expired,
    /// The run was cancelled.
    Cancelled,
}

impl ReleaseOutcome {
    /// Its name in JSON and in scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::DeploymentComplete => "DEPLOYMENT_COMPLETE",
            Self::ProductionDeployed => "PRODUCTION_DEPLOYED",
            Self::RollbackTriggered => "ROLLBACK_TRIGGERED",
            Self::RolledBack => "ROLLED_BACK",
            Self::RollbackFailed => "ROLLBACK_FAILED",
            Self::Rejected => "REJECTED",
            Self::StagingFailed => "STAGING_FAILED",
            Self::IssueDetected => "ISSUE_DETECTED",
            Self::NeedsHuman => "NEEDS_HUMAN",
            Self::Expired => "EXPIRED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether reaching it is an event of its own.
    pub fn is_told(self) -> bool {
        match self {
            Self::ProductionDeployed
            | Self::RollbackTriggered
            | Self::RollbackFailed
            | Self::RolledBack
            | Self::IssueDetected
            | Self::DeploymentComplete => true,
            Self::Rejected
            | Self::StagingFailed
            | Self::NeedsHuman
            | Self::Expired
            | Self::Cancelled => false,
        }
    }

    /// The exit code: 0 done, 1 not, 3 a person is needed, or watches still.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::DeploymentComplete => 0,
            Self::NeedsHuman | Self::ProductionDeployed => 3,
            Self::RollbackTriggered
            | Self::RolledBack
            | Self::RollbackFailed
            | Self::Rejected
            | Self::StagingFailed
            | Self::IssueDetected
            | Self::Expired
            | Self::Cancelled => 1,
        }
    }
}

impl Phase {
    /// In words, as the screen and the terminal's title say it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::AwaitingApproval => "waits for your decision",
            Self::ApprovalRequested => "approval requested",
            Self::Deploying => "deploying",
            Self::StageWatch { .. } => "stage judged",
            Self::Monitoring => "monitoring",
            Self::Undecided => "undecided",
            Self::RollingBack => "rolling back",
            Self::RollbackFailed => "rollback failed",
            Self::Recovering => "recovering",
            Self::Stopped => "rolled back: explain",
            Self::Ended(end) => end.word(),
        }
    }

    /// Whether nothing more will happen by itself.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Ended(_))
    }
}

impl End {
    /// In words.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Rejected { .. } => "rejected",
            Self::Failed { .. } => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::RolledBack => "rolled back",
            Self::ClosedByHand { .. } => "closed",
        }
    }
}
