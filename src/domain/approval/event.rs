//! Events of the approval, from "waits for a person" to "granted as GitHub says".

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, Consent, Digest, Shown};
use crate::domain::{
    Deed, Login, Outcome, Seq, Text, judge::State, observation::PendingDeployment,
};

/// Something happened to the approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalEvent {
    /// The run is held by these environments now; empty: by none.
    HeldBy {
        /// As GitHub tells them, sorted by id.
        holds: Vec<PendingDeployment>,
    },
    /// A stage waits for a person.
    Waiting {
        /// Which, from 0.
        stage: usize,
        /// When it is escalated.
        escalate_at: Timestamp,
        /// Since when it has waited, where that was before it was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// Nobody answered in time.
    Escalated {
        /// Where to, for the screen.
        to: Option<Text>,
    },
    /// A person approved; not sent yet.
    Requested {
        /// What was seen.
        shown: Box<Shown>,
        /// Its digest.
        digest: Digest,
        /// How it was agreed to.
        consent: Consent,
        /// Why, where a gate asked for it.
        reason: Option<Text>,
        /// What to send.
        deed: Deed,
    },
    /// A look that began after the decision found everything as shown.
    Checked {
        /// The request.
        act: Seq,
    },
    /// It did not: the approval is void.
    Locked {
        /// The request.
        act: Seq,
        /// What changed.
        changes: Vec<Change>,
    },
    /// A person rejected; not sent yet.
    RejectionRequested {
        /// Why.
        reason: Text,
        /// What to send; `None` where there is nothing to tell GitHub (dispatch gate).
        deed: Option<Deed>,
    },
    /// What became of a request.
    Answered {
        /// The request.
        act: Seq,
        /// What.
        outcome: Outcome,
    },
    /// GitHub lets the stage go.
    Granted {
        /// Which.
        stage: usize,
        /// Who reviewed, where GitHub tells.
        by: Option<Login>,
        /// Our request, where it was ours.
        ours: Option<Seq>,
        /// Nobody reviewed: an administrator passed the rule by, or the rule is gone.
        bypassed: bool,
        /// Gates that did not pass at that moment, with their states.
        open: Vec<(String, State)>,
    },
    /// GitHub says that it was rejected.
    Rejected {
        /// Who, where GitHub tells.
        by: Option<Login>,
        /// The comment.
        comment: Text,
        /// Our request, where it was ours.
        ours: Option<Seq>,
    },
    /// A person signed for a role.
    SignedOff {
        /// Which.
        role: String,
        /// What they said about it.
        note: Option<Text>,
    },
    /// And takes it back.
    SignOffWithdrawn {
        /// Which.
        role: String,
    },
    /// A person took the emergency way: sign-offs and the checklist no longer hold the approval back.
    EmergencyDeclared {
        /// Why.
        reason: Text,
        /// The incident's address.
        incident: Text,
        /// The gates that it waives at that moment.
        waives: Vec<String>,
        /// When another person must have looked at it.
        review_by: Timestamp,
    },
    /// A person took that back before anything was approved: what it waived counts again.
    EmergencyWithdrawn {
        /// Why.
        reason: Text,
    },
    /// A person scheduled the start, moved it or lifted it: nothing is approved before.
    StartScheduled {
        /// The moment; `None`: lifted.
        not_before: Option<Timestamp>,
        /// Why.
        reason: Text,
        /// When the decision that waits is escalated from now on; `None`: nothing waits.
        #[serde(default)]
        escalate_at: Option<Timestamp>,
    },
    /// The scheduled start has come.
    StartDue {
        /// Which.
        not_before: Timestamp,
    },
    /// The run began again: what was granted before no longer counts.
    Reopened {
        /// The new attempt.
        attempt: u32,
    },
}

impl ApprovalEvent {
    /// Whether it is a person's word.
    pub fn is_decision(&self) -> bool {
        matches!(
            self,
            Self::Requested { .. }
                | Self::RejectionRequested { .. }
                | Self::SignedOff { .. }
                | Self::SignOffWithdrawn { .. }
                | Self::EmergencyDeclared { .. }
                | Self::EmergencyWithdrawn { .. }
                | Self::StartScheduled { .. }
        )
    }
}
