//! The values that open the door: a confirmed approval, a confirmed rollback, and the consent in them.
//!
//! Their fields are private, each has one constructor, none can be read from a file. Only the prompts call them.

use serde::{Deserialize, Serialize};

use super::{Digest, Shown};
use crate::domain::{
    EnvironmentId, ReleaseKey, Text,
    rollback::{Plan, RollbackShown},
};

/// How a person agreed, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Typed the phrase that names the version.
    Typed {
        /// The phrase.
        phrase: Text,
    },
}

/// What was entered does not confirm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unconfirmed {
    /// Another phrase is asked for.
    #[error("type {wanted} to confirm")]
    Phrase {
        /// The phrase asked for.
        wanted: Text,
    },
    /// A reason is asked for.
    #[error("a reason is needed: {why}")]
    Reason {
        /// What makes it needed.
        why: Text,
    },
}

/// An approval by a person who saw [`Shown`]. Not deserialisable: only the approval prompt makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedApproval {
    shown: Shown,
    digest: Digest,
    consent: Consent,
    reason: Option<Text>,
}

impl ConfirmedApproval {
    /// Confirms what is shown with the typed version; `reason` where one was given.
    pub fn typed(shown: Shown, typed: &str, reason: &str) -> Result<Self, Unconfirmed> {
        if typed != shown.name() {
            return Err(Unconfirmed::Phrase {
                wanted: Text::line(shown.name()),
            });
        }
        let reason = Text::block_within(reason.trim(), 4_000);
        Ok(Self {
            digest: shown.digest(),
            consent: Consent::Typed {
                phrase: Text::line(typed),
            },
            reason: (!reason.is_empty()).then_some(reason),
            shown,
        })
    }

    /// The digest of what was shown.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// What was shown.
    pub fn shown(&self) -> &Shown {
        &self.shown
    }

    /// How it was agreed to.
    pub fn consent(&self) -> &Consent {
        &self.consent
    }

    /// The reason, where one was typed.
    pub fn reason(&self) -> Option<&Text> {
        self.reason.as_ref()
    }

    /// The environments that it names.
    pub fn environments(&self) -> Vec<EnvironmentId> {
        self.shown.environments.iter().map(|(id, _)| *id).collect()
    }
}

/// A rollback that a person asked for with its target in view. Not deserialisable: only the rollback prompt makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedRollback {
    release: ReleaseKey,
    shown: RollbackShown,
    plan: Plan,
    reason: Text,
    consent: Consent,
}

impl ConfirmedRollback {
    /// Confirms a rollback with the typed target version and a reason.
    pub fn typed(
        release: ReleaseKey,
        shown: RollbackShown,
        plan: Plan,
        typed: &str,
        reason: &str,
    ) -> Result<Self, Unconfirmed> {
        let wanted = shown.target.name();
        if typed != wanted {
            return Err(Unconfirmed::Phrase {
                wanted: Text::line(wanted),
            });
        }
        let reason = Text::block_within(reason.trim(), 4_000);
        if reason.is_empty() {
            return Err(Unconfirmed::Reason {
                why: "it goes into the record".into(),
            });
        }
        Ok(Self {
            release,
            consent: Consent::Typed {
                phrase: Text::line(typed),
            },
            shown,
            plan,
            reason,
        })
    }

    /// Which release.
    pub fn release(&self) -> &ReleaseKey {
        &self.release
    }

    /// Target, and what production ran when it was confirmed.
    pub fn shown(&self) -> &RollbackShown {
        &self.shown
    }

    /// What happens to a deploy that still runs.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// Why.
    pub fn reason(&self) -> &Text {
        &self.reason
    }

    /// How it was agreed to.
    pub fn consent(&self) -> &Consent {
        &self.consent
    }
}
