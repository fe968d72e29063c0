//! The values that open the door: a confirmed approval, a confirmed rollback, and the consent in them.
//!
//! Their fields are private, each has one constructor, none can be read from a file. Only the prompts call them, and
//! for what was agreed to in advance the countdown.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ADVANCE_PROMISE, Agreement, Digest, Effort, Shown, YES};
use crate::domain::{
    EnvironmentId, ReleaseKey, Seq, Text,
    judge::State,
    later,
    rollback::{Countdown, Plan, RollbackShown},
};

/// So long after its zero a countdown still counts: later, nobody was there to hold it.
const ZERO_LASTS: SignedDuration = SignedDuration::from_secs(20);

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
    /// The countdown was held or stopped, is another approval's, or is not at its zero.
    #[error("the countdown is not at its zero")]
    NotAtZero,
    /// Its zero has long passed: nobody could have held it.
    #[error("cockpit was not awake when the countdown ended")]
    TooLate,
}

/// An approval by a person who saw [`Shown`], or agreed to it in advance. Not deserialisable: only the approval prompt
/// makes one, and for later stages that were agreed to the release itself.
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
        if at > later(countdown.zero, ZERO_LASTS) {
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
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{
        Login, Repository, RunId, Sha,
        risk::Level,
        rollback::{CountdownEnd, Target},
    };

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
            emergency: None,
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

    fn agreed(promises: &[&str], stage: usize) -> (Agreement, Shown) {
        let mut shown = shown(Some(Level::Low));
        shown.pre_authorised = promises.iter().map(ToString::to_string).collect();
        shown.stage = stage;
        let by = Login::parse("ana").unwrap();
        (Agreement::of(Seq(7), &by, &shown).unwrap(), shown)
    }

    #[test]
    fn a_later_stage_goes_on_only_as_agreed_and_with_every_gate_passing() {
        let (agreement, mut next) = agreed(&[ADVANCE_PROMISE], 1);
        next.gates.insert("metrics".into(), State::Pass);
        let made = ConfirmedApproval::pre_authorised(next.clone(), &agreement).unwrap();
        assert!(matches!(
            made.consent(),
            Consent::PreAuthorised {
                approval: Seq(7),
                ..
            }
        ));
        for state in [State::Fail, State::Ambiguous, State::NoData, State::Broken] {
            next.gates.insert("metrics".into(), state);
            let refused = ConfirmedApproval::pre_authorised(next.clone(), &agreement);
            assert_eq!(refused.unwrap_err(), NotAgreed::Open, "{state:?}");
        }
        let (agreement, first) = agreed(&[ADVANCE_PROMISE], 0);
        let refused = ConfirmedApproval::pre_authorised(first, &agreement);
        assert_eq!(
            refused.unwrap_err(),
            NotAgreed::Unnamed,
            "a person lets the first go"
        );
        let (agreement, next) = agreed(&["roll back when x"], 1);
        let refused = ConfirmedApproval::pre_authorised(next, &agreement);
        assert_eq!(refused.unwrap_err(), NotAgreed::Unnamed);
    }

    #[test]
    fn a_countdown_rolls_back_at_its_zero_not_before_not_long_after_and_never_held() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let (agreement, _) = agreed(&["roll back when x > 1"], 0);
        let running = Countdown {
            holds_read: None,
            trigger: "x > 1".to_owned(),
            why: "2 > 1".into(),
            started: at(1_000),
            zero: at(1_060),
            approval: Seq(7),
            end: None,
        };
        let confirm = |countdown: &Countdown, second: i64| {
            let repository = Repository::parse("github.com", "acme/shop").unwrap();
            let run = RunId(8123);
            let target = Target {
                version: None,
                sha: Sha::parse(&"d".repeat(40)).unwrap(),
            };
            let shown = RollbackShown {
                target,
                from: None,
                attempt: 1,
            };
            let key = ReleaseKey { repository, run };
            let plan = Plan::Dispatch;
            ConfirmedRollback::pre_authorised(key, shown, plan, &agreement, countdown, at(second))
                .map(|confirmed| confirmed.reason().to_string())
        };
        let said = confirm(&running, 1_060).unwrap();
        assert_eq!(said, "x > 1: 2 > 1 (agreed to by ana at the approval)");
        assert_eq!(confirm(&running, 1_059), Err(NotAgreed::NotAtZero));
        assert_eq!(confirm(&running, 1_081), Err(NotAgreed::TooLate));
        let held = Countdown {
            end: Some(CountdownEnd::Held { by: None }),
            ..running.clone()
        };
        assert_eq!(confirm(&held, 1_060), Err(NotAgreed::NotAtZero));
        let another = Countdown {
            approval: Seq(8),
            ..running.clone()
        };
        assert_eq!(confirm(&another, 1_060), Err(NotAgreed::NotAtZero));
        let unnamed = Countdown {
            trigger: "y > 1".to_owned(),
            ..running
        };
        assert_eq!(confirm(&unnamed, 1_060), Err(NotAgreed::Unnamed));
    }
}
