//! Events of rollbacks: asked for, dispatched, followed to their end, verified.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Plan, Readiness, RollbackShown};
use crate::domain::{
    Deed, Outcome, RunId, Seq, Text,
    approval::Consent,
    claim::{ClaimFate, Holder},
    observation::{Conclusion, PendingDeployment, RunStatus},
};

/// Something happened to a rollback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RollbackEvent {
    /// How ready a rollback is.
    ReadinessSeen(Readiness),
    /// A person asked for it.
    Requested {
        /// What was seen.
        shown: RollbackShown,
        /// Why.
        reason: Text,
        /// What happens to a deploy that still runs.
        plan: Plan,
        /// How it was agreed to.
        consent: Consent,
        /// Stands in an input of the dispatched run: how to find it again.
        marker: String,
    },
    /// A trigger that was agreed to at approval fired: the rollback comes by itself unless somebody holds it.
    CountdownStarted {
        /// Its source text.
        trigger: String,
        /// The arithmetic.
        why: Text,
        /// When the rollback is due.
        zero: Timestamp,
        /// The approval that agreed to it.
        approval: Seq,
    },
    /// A person held it: from here on cockpit asks.
    CountdownHeld {
        /// The trigger.
        trigger: String,
        /// Where from; `None`: on this machine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Holder>,
    },
    /// The holds of other machines were looked at shortly before its end: there is none.
    HoldsRead {
        /// When the question began.
        asked: Timestamp,
    },
    /// What it stood on is gone: cockpit asks.
    CountdownStopped {
        /// The trigger.
        trigger: String,
        /// Why.
        why: Text,
    },
    /// A person no longer waits for the deploy's end: the rollback starts at once.
    WaitEnded,
    /// No other machine shall roll back meanwhile.
    ClaimRequested {
        /// What to claim.
        deed: Deed,
    },
    /// What became of that claim.
    Claimed {
        /// The request.
        act: Seq,
        /// What.
        fate: ClaimFate,
    },
    /// The deploy that still runs shall stop.
    CancelRequested {
        /// What to send.
        deed: Deed,
    },
    /// The rollback's own workflow, or program, shall start.
    StartRequested {
        /// What to send.
        deed: Deed,
    },
    /// The rollback run's own review shall pass, by the same confirmation.
    ReviewRequested {
        /// What to send.
        deed: Deed,
    },
    /// What became of a request.
    Answered {
        /// The request.
        act: Seq,
        /// What.
        outcome: Outcome,
    },
    /// Its run is known.
    RunFound {
        /// The run.
        run: RunId,
    },
    /// Its run changed.
    RunChanged {
        /// Where it stands.
        status: RunStatus,
        /// How it ended.
        conclusion: Option<Conclusion>,
        /// When GitHub changed it.
        updated: Timestamp,
    },
    /// Its run is held by these environments; empty: by none.
    HeldBy {
        /// As GitHub tells them.
        holds: Vec<PendingDeployment>,
    },
    /// It did not reach its end.
    Failed {
        /// Why.
        why: Text,
        /// A newer run in the same lane took its place.
        superseded: bool,
    },
    /// Its run ended well.
    Finished {
        /// When GitHub says so.
        at: Timestamp,
    },
    /// Production answers with the target.
    Confirmed {
        /// What it answers.
        production: Text,
    },
    /// Recovery was judged.
    RecoveryJudged {
        /// Whether the metrics are back; `None`: cannot tell.
        recovered: Option<bool>,
        /// The arithmetic.
        why: Text,
    },
}

impl RollbackEvent {
    /// When GitHub says that it happened.
    pub fn occurred(&self) -> Option<Timestamp> {
        match self {
            Self::RunChanged { updated: at, .. } | Self::Finished { at } => Some(*at),
            Self::ReadinessSeen(_)
            | Self::Requested { .. }
            | Self::WaitEnded
            | Self::CountdownStarted { .. }
            | Self::CountdownHeld { .. }
            | Self::CountdownStopped { .. }
            | Self::HoldsRead { .. }
            | Self::ClaimRequested { .. }
            | Self::Claimed { .. }
            | Self::CancelRequested { .. }
            | Self::StartRequested { .. }
            | Self::ReviewRequested { .. }
            | Self::Answered { .. }
            | Self::RunFound { .. }
            | Self::HeldBy { .. }
            | Self::Failed { .. }
            | Self::Confirmed { .. }
            | Self::RecoveryJudged { .. } => None,
        }
    }

    /// Whether it must be on the disk before anything else happens.
    pub fn is_decision(&self) -> bool {
        matches!(
            self,
            Self::Requested { .. }
                | Self::CountdownStarted { .. }
                | Self::CountdownHeld { .. }
                | Self::WaitEnded
                | Self::ClaimRequested { .. }
                | Self::Claimed { .. }
                | Self::CancelRequested { .. }
                | Self::StartRequested { .. }
                | Self::ReviewRequested { .. }
        )
    }
}
