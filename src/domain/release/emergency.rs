//! The emergency way: who may take it, what it waives, and the review that is due after it.
//!
//! It waives sign-offs and the checklist. Required tests, prerequisites, blackouts and the digest stand.

use jiff::Timestamp;

use crate::domain::{
    Event, Login, Refusal, Text,
    approval::{ApprovalEvent, Emergency, REVIEW_WITHIN, incident_link},
    later,
    policy::{Effect, EmergencyRule},
    record::RecordEvent,
    release::Release,
};

/// Families of gates that an emergency waives.
const WAIVED: [&str; 2] = ["signoffs", "checklist"];

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
    let gates = release.gates();
    let waives = gates
        .iter()
        .filter(|gate| is_waived(&gate.family) && gate.effect > Some(Effect::Warn))
        .map(|gate| gate.name.clone())
        .collect();
    let event = ApprovalEvent::EmergencyDeclared {
        reason: reason.clone(),
        incident,
        waives,
        review_by: later(at, REVIEW_WITHIN),
    };
    Ok(vec![event.into()])
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

/// Whether an emergency waives a family of gates.
pub(super) fn is_waived(family: &str) -> bool {
    WAIVED.contains(&family)
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

    /// Whether something that holds the approval back would be waived.
    pub fn emergency_would_help(&self) -> bool {
        let gates = self.gates();
        let mut held = gates
            .iter()
            .filter(|gate| gate.effect == Some(Effect::Block));
        held.any(|gate| is_waived(&gate.family))
    }

    /// Whether `who` may review the emergency now; else why not. Nobody reviews their own.
    pub fn may_review(&self, who: &Login) -> Result<(), Text> {
        match &self.approval.emergency {
            None => Err("no emergency was declared".into()),
            Some(_) if self.record.review.is_some() => Err("it is reviewed already".into()),
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

    /// The emergency that waives a family of gates.
    pub(super) fn waives(&self, family: &str) -> Option<&Emergency> {
        let emergency = self.approval.emergency.as_ref();
        emergency.filter(|_| is_waived(family))
    }
}
