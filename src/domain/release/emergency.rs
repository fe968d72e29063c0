//! The emergency way: who may take it, what it waives, how it is taken back, and the review that is due after it.
//!
//! It waives sign-offs and what only a person ticks. Required tests, prerequisites, blackouts, items of the checklist
//! that tick themselves and the digest stand.

use jiff::Timestamp;

use crate::domain::{
    Event, Login, Refusal, Text,
    approval::{ApprovalEvent, Emergency, REVIEW_WITHIN, incident_link},
    checklist::{Binding, Item},
    later,
    policy::{Effect, EmergencyRule},
    record::RecordEvent,
    release::{Gate, Release},
};

/// The family of gates that an emergency waives whole.
const SIGN_OFFS: &str = "signoffs";
/// Items of the checklist that are named as waived, at most: an event is a line of the journal.
const NAMED: usize = 50;

/// A person takes it.
pub(super) fn declare(
    release: &Release,
    actor: &Login,
    reason: &Text,
    incident: &Text,
    at: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    release.may_declare(actor).map_err(Refusal::Impossible)?;
    if reason.is_empty() {
        return Err(Refusal::NeedsReason(vec![
            "it goes to GitHub and into the record".into(),
        ]));
    }
    let incident = incident_link(incident.as_str())
        .map_err(|why| Refusal::NeedsReason(vec![Text::line(why)]))?;
    let event = ApprovalEvent::EmergencyDeclared {
        reason: reason.clone(),
        incident,
        waives: release.waivable(),
        review_by: later(at, REVIEW_WITHIN),
    };
    Ok(vec![event.into()])
}

/// A person takes it back. Whoever acts may: it only makes the rules stricter again.
pub(super) fn withdraw(release: &Release, reason: &Text) -> Result<Vec<Event>, Refusal> {
    release.may_withdraw().map_err(Refusal::Impossible)?;
    if reason.is_empty() {
        return Err(Refusal::NeedsReason(vec!["it goes into the record".into()]));
    }
    let reason = reason.clone();
    Ok(vec![ApprovalEvent::EmergencyWithdrawn { reason }.into()])
}

/// Another person looked at it afterwards.
pub(super) fn review(release: &Release, actor: &Login, note: &Text) -> Result<Vec<Event>, Refusal> {
    release.may_review(actor).map_err(Refusal::Impossible)?;
    if note.is_empty() {
        return Err(Refusal::NeedsReason(vec![
            "say what you found: it goes into the record".into(),
        ]));
    }
    Ok(vec![
        RecordEvent::EmergencyReviewed { note: note.clone() }.into(),
    ])
}

/// Whether an emergency waives an item of the checklist: one that only a person ticks, or that stands for sign-offs.
pub(super) fn is_item_waived(item: &Item) -> bool {
    match &item.auto {
        None => true,
        Some(Binding::Gate(family)) => family == SIGN_OFFS,
        Some(_) => false,
    }
}

impl Release {
    /// Whether `who` may take the emergency way now; else why not.
    pub fn may_declare(&self, who: &Login) -> Result<(), Text> {
        if let Some(emergency) = &self.approval.emergency {
            return Err(Text::line(&format!(
                "{} took the emergency way already",
                emergency.by
            )));
        }
        if !self.decision_is_ahead() {
            return Err(Text::line(&format!("not now ({})", self.phase().word())));
        }
        if self.approval.in_flight().is_some() {
            return Err("a decision is on its way".into());
        }
        let people = &self.policy.approval.people;
        match &self.policy.approval.emergency {
            EmergencyRule::Anyone => Ok(()),
            EmergencyRule::Forbidden => {
                Err("the rules close the emergency way (approval.emergency)".into())
            }
            EmergencyRule::Roles(roles) => {
                let holds = |held: &Vec<String>| held.iter().any(|role| roles.contains(role));
                let holders = || people.iter().filter(|(_, held)| holds(held));
                if holders().any(|(login, _)| login.is(who)) {
                    return Ok(());
                }
                let can: Vec<&str> = holders().map(|(login, _)| login.as_str()).collect();
                Err(Text::line(&format!(
                    "it is for {}: {} can",
                    roles.join(", "),
                    can.join(", ")
                )))
            }
        }
    }

    /// Whether it can be taken back now; else why not.
    pub fn may_withdraw(&self) -> Result<(), Text> {
        match &self.approval.emergency {
            None => Err("no emergency was declared".into()),
            Some(emergency) if emergency.used => {
                Err("a release was let go on it: another person reviews it".into())
            }
            Some(_) if self.approval.in_flight().is_some() => {
                Err("a decision is on its way".into())
            }
            Some(_) if !self.decision_is_ahead() => {
                Err(Text::line(&format!("not now ({})", self.phase().word())))
            }
            Some(_) => Ok(()),
        }
    }

    /// Whether something that holds the approval back would be waived.
    pub fn emergency_would_help(&self) -> bool {
        let gates = self.gates();
        let mut held = gates
            .iter()
            .filter(|gate| gate.effect == Some(Effect::Block));
        held.any(|gate| match gate.family.as_str() {
            SIGN_OFFS => true,
            "checklist" => !self.open_by_hand().is_empty(),
            _ => false,
        })
    }

    /// What an emergency passes over as things stand: sign-offs that are missing, and items that only a person ticks
    /// where the rules let them hold an approval back. Bounded.
    pub(super) fn waivable(&self) -> Vec<String> {
        let gates = self.gates();
        let holds =
            |gate: &&Gate| self.ruled(&gate.family, gate.verdict.state) > Some(Effect::Warn);
        let held = || gates.iter().filter(holds);
        let signoffs = held().filter(|gate| gate.family == SIGN_OFFS);
        let mut names: Vec<String> = signoffs.map(|gate| gate.name.clone()).collect();
        if held().any(|gate| gate.family == "checklist") {
            let open = self.open_by_hand();
            let named = open.iter().take(NAMED);
            names.extend(named.map(|item| format!("checklist item {}", item.id)));
            if let more @ 1.. = open.len().saturating_sub(NAMED) {
                names.push(format!("{more} more items"));
            }
        }
        names
    }

    /// Whether `who` may review the emergency now; else why not. Nobody reviews their own.
    pub fn may_review(&self, who: &Login) -> Result<(), Text> {
        match &self.approval.emergency {
            None => Err("no emergency was declared".into()),
            Some(_) if self.record.review.is_some() => Err("it is reviewed already".into()),
            Some(_) if self.may_withdraw().is_ok() => Err(
                "nothing was approved on it yet: it is withdrawn, or reviewed afterwards".into(),
            ),
            Some(emergency) if emergency.by.is(who) => {
                Err("who took the emergency way does not review it: ask somebody else".into())
            }
            Some(_) => Ok(()),
        }
    }

    /// When the review of an emergency is due, until somebody gave it.
    pub fn review_due(&self) -> Option<Timestamp> {
        let emergency = self.approval.emergency.as_ref()?;
        self.record.review.is_none().then_some(emergency.review_by)
    }

    /// `review due 2026-11-22 14:02 UTC`, or overdue since then.
    pub fn review_in_words(&self, now: Timestamp) -> Option<String> {
        let due = self.review_due()?;
        let moment = due.strftime("%F %H:%M UTC");
        Some(if now > due {
            format!("review OVERDUE since {moment}")
        } else {
            format!("review due {moment}")
        })
    }

    /// The emergency that waives a family of gates whole.
    pub(super) fn waives(&self, family: &str) -> Option<&Emergency> {
        let emergency = self.approval.emergency.as_ref();
        emergency.filter(|_| family == SIGN_OFFS)
    }
}
