//! The values that open the door: a confirmed approval, a confirmed rollback, and the consent in them.
//!
//! Their fields are private, each has one constructor, none can be read from a file. Only the prompts call them.

use serde::{Deserialize, Serialize};

use super::{Digest, Effort, Shown, YES};
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
    /// Pressed two keys, where the risk was low.
    TwoKeys,
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
    /// Confirms what is shown with what was typed: the version, or [`YES`] where the risk is low. A high risk wants a
    /// reason too.
    pub fn typed(shown: Shown, typed: &str, reason: &str) -> Result<Self, Unconfirmed> {
        let effort = shown.effort();
        let consent = if typed == shown.name() {
            Consent::Typed {
                phrase: Text::line(typed),
            }
        } else if typed == YES && effort == Effort::TwoKeys {
            Consent::TwoKeys
        } else {
            return Err(Unconfirmed::Phrase {
                wanted: Text::line(shown.name()),
            });
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{RunId, Sha, risk::Level};

    fn shown(risk: Option<Level>) -> Shown {
        Shown {
            service: "storefront".to_owned(),
            run: RunId(8123),
            attempt: 1,
            sha: Sha::parse(&"3f9c2ab1".repeat(5)).unwrap(),
            version: Some("v2.14.0".into()),
            production: None,
            stage: 0,
            environments: Vec::new(),
            artifacts: BTreeMap::new(),
            gates: BTreeMap::new(),
            tests: None,
            risk: risk.map(|level| (level, Vec::new())),
            rollback_target: None,
            pre_authorised: Vec::new(),
            rules: String::new(),
        }
    }

    fn consent(risk: Option<Level>, typed: &str, reason: &str) -> Option<Consent> {
        let confirmed = ConfirmedApproval::typed(shown(risk), typed, reason).ok()?;
        Some(confirmed.consent().clone())
    }

    #[test]
    fn the_effort_grows_with_the_risk() {
        let typed = Some(Consent::Typed {
            phrase: "v2.14.0".into(),
        });
        assert_eq!(consent(Some(Level::Low), YES, ""), Some(Consent::TwoKeys));
        for risk in [Some(Level::Low), Some(Level::Medium), None] {
            assert_eq!(consent(risk, "v2.14.0", ""), typed, "{risk:?}");
        }
        for risk in [Some(Level::Medium), Some(Level::High), None] {
            assert_eq!(consent(risk, YES, "because"), None, "{risk:?}");
        }
        assert_eq!(consent(Some(Level::High), "v2.14.0", " \n"), None);
        assert_eq!(consent(Some(Level::High), "v2.14.0", "agreed"), typed);
        assert_eq!(consent(Some(Level::Low), "", ""), None);
    }
}
