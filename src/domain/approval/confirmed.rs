//! The values that open the door: a confirmed approval, a confirmed rollback, and the consent in them.
//!
//! Their fields are private, each has one constructor, none can be read from a file. Only the prompts call them, and
//! for what was agreed to in advance the countdown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ADVANCE_PROMISE, Agreement, Digest, Effort, Shown, YES};
use crate::domain::{
    EnvironmentId, Login, ReleaseKey, Seq, Text,
    chat::Vote,
    judge::State,
    rollback::{Countdown, Plan, RollbackShown},
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
    /// Pressed two keys, where the risk was low.
    TwoKeys,
    /// Agreed to at an approval, to this and nothing else.
    PreAuthorised {
        /// The approval's event.
        approval: Seq,
        /// What made it happen.
        trigger: String,
    },
    /// Clicked by as many people as the rules want, each of whom saw just this and could approve it alone.
    Quorum {
        /// Who clicked, and when.
        clicks: Vec<(Login, Timestamp)>,
    },
}

impl Consent {
    /// By typing just that phrase.
    pub(in crate::domain) fn by_typing(wanted: &str, typed: &str) -> Result<Self, Unconfirmed> {
        if typed == wanted {
            Ok(Self::Typed {
                phrase: Text::line(typed),
            })
        } else {
            Err(Unconfirmed::Phrase {
                wanted: Text::line(wanted),
            })
        }
    }
}

/// A reason that goes into the record, where one must.
pub(in crate::domain) fn recorded_reason(raw: &str) -> Result<Text, Unconfirmed> {
    let reason = Text::block_within(raw.trim(), 4_000);
    if reason.is_empty() {
        return Err(Unconfirmed::Reason {
            why: "it goes into the record".into(),
        });
    }
    Ok(reason)
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

/// What was agreed to in advance does not cover this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAgreed {
    /// The approval did not name it.
    #[error("the approval did not agree to it")]
    Unnamed,
    /// A gate does not pass.
    #[error("a gate does not pass")]
    Open,
    /// Too few people clicked on what stands there now.
    #[error("{have} of {want} people approved what stands there now")]
    TooFew {
        /// So many did.
        have: usize,
        /// So many are wanted.
        want: usize,
    },
    /// The risk is high: a click gives no reason.
    #[error("the risk is high: a person approves at a cockpit, with a reason")]
    NeedsReason,
    /// The countdown was held or stopped, is another approval's, or is not at its zero.
    #[error("the countdown is not at its zero")]
    NotAtZero,
    /// Its zero has long passed: nobody could have held it.
    #[error("cockpit was not awake when the countdown ended")]
    TooLate,
}

/// An approval by a person who saw [`Shown`], or agreed to it in advance. Not deserialisable: only the approval prompt
/// makes one, for later stages that were agreed to the release itself, and a quorum of clicks where the rules let it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedApproval {
    shown: Shown,
    digest: Digest,
    consent: Consent,
    reason: Option<Text>,
}

impl ConfirmedApproval {
    /// Confirms what is shown with what was typed: the version, or [`YES`] where the risk is low. A high risk wants a
    /// reason too.
    pub fn typed(shown: Shown, typed: &str, reason: &str) -> Result<Self, Unconfirmed> {
        let effort = shown.effort();
        let consent = if typed == YES && effort == Effort::TwoKeys {
            Consent::TwoKeys
        } else {
            Consent::by_typing(shown.name(), typed)?
        };
        let reason = Text::block_within(reason.trim(), 4_000);
        if reason.is_empty() && effort == Effort::PhraseAndReason {
            return Err(Unconfirmed::Reason {
                why: "the risk is high".into(),
            });
        }
        Ok(Self {
            digest: shown.digest(),
            consent,
            reason: (!reason.is_empty()).then_some(reason),
            shown,
        })
    }

    /// Confirms a later stage by what was agreed to at the approval: every gate that is shown passes.
    pub fn pre_authorised(shown: Shown, agreement: &Agreement) -> Result<Self, NotAgreed> {
        if shown.stage == 0 || !agreement.lets_advance() {
            return Err(NotAgreed::Unnamed);
        }
        if shown.gates.values().any(|state| *state != State::Pass) {
            return Err(NotAgreed::Open);
        }
        Ok(Self {
            digest: shown.digest(),
            consent: Consent::PreAuthorised {
                approval: agreement.approval(),
                trigger: ADVANCE_PROMISE.to_owned(),
            },
            reason: None,
            shown,
        })
    }

    /// Confirms by clicks: each vote saw what is shown, of different people, and as many as the rules want. What asks a
    /// person for a reason is not approved by clicks.
    pub fn by_quorum(
        release: &ReleaseKey,
        shown: Shown,
        votes: &[&Vote],
        quorum: u32,
    ) -> Result<Self, NotAgreed> {
        // In an emergency a person stands at a cockpit, whatever the risk.
        if shown.effort() == Effort::PhraseAndReason || shown.emergency.is_some() {
            return Err(NotAgreed::NeedsReason);
        }
        let mut clicks: Vec<(Login, Timestamp)> = Vec::new();
        for vote in votes {
            let saw = vote.seen().changes(release, &shown).is_empty();
            if saw && !clicks.iter().any(|(by, _)| by.is(vote.by())) {
                clicks.push((vote.by().clone(), vote.at()));
            }
        }
        let want = usize::try_from(quorum.max(1)).unwrap_or(usize::MAX);
        if clicks.len() < want {
            let have = clicks.len();
            return Err(NotAgreed::TooFew { have, want });
        }
        Ok(Self {
            digest: shown.digest(),
            consent: Consent::Quorum { clicks },
            reason: None,
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

/// A rollback that a person asked for with its target in view, or agreed to in advance. Not deserialisable: only the
/// rollback prompt and the countdown make one.
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
        Ok(Self {
            release,
            consent: Consent::by_typing(shown.target.name(), typed)?,
            shown,
            plan,
            reason: recorded_reason(reason)?,
        })
    }

    /// Confirms a rollback by what was agreed to at the approval: this trigger, its countdown at zero and not held.
    pub fn pre_authorised(
        release: ReleaseKey,
        shown: RollbackShown,
        plan: Plan,
        agreement: &Agreement,
        countdown: &Countdown,
        at: Timestamp,
    ) -> Result<Self, NotAgreed> {
        if !agreement.lets_roll_back(&countdown.trigger) {
            return Err(NotAgreed::Unnamed);
        }
        let is_its_own = countdown.approval == agreement.approval();
        if !is_its_own || countdown.end.is_some() || at < countdown.zero {
            return Err(NotAgreed::NotAtZero);
        }
        if at > countdown.lasts_until() {
            return Err(NotAgreed::TooLate);
        }
        let reason = format!(
            "{}: {} (agreed to by {} at the approval)",
            countdown.trigger,
            countdown.why,
            agreement.by()
        );
        Ok(Self {
            release,
            shown,
            plan,
            reason: Text::block_within(&reason, 4_000),
            consent: Consent::PreAuthorised {
                approval: agreement.approval(),
                trigger: countdown.trigger.clone(),
            },
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

#[cfg(test)]
mod tests;
