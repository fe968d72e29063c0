//! The scheduled start: until then nothing is approved. Nothing starts by itself either: when it is due, a person is
//! reminded.

use jiff::Timestamp;

use super::{gate::Gate, gates::said};
use crate::domain::{
    Event, Refusal, Text, approval::ApprovalEvent, judge::State, later, policy::Effect,
    release::Release,
};

/// A person schedules the start, moves it, or with `None` lifts it.
pub(super) fn schedule(
    release: &Release,
    not_before: Option<Timestamp>,
    reason: &Text,
    at: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let is_open = release.decision_is_ahead() && release.approval.first_grant().is_none();
    if !is_open {
        return Err(Refusal::WrongPhase {
            phase: Text::line(release.phase().word()),
        });
    }
    if release.approval.in_flight().is_some() {
        return Err(Refusal::InFlight("a decision".into()));
    }
    if reason.is_empty() {
        return Err(Refusal::NeedsReason(vec!["it goes into the record".into()]));
    }
    if not_before.is_some_and(|start| start <= at) {
        return Err(Refusal::Impossible(
            "that moment is past: name one that is still to come".into(),
        ));
    }
    if not_before.is_none() && release.start().is_none() {
        return Err(Refusal::Impossible("no start is scheduled".into()));
    }
    let waiting = release.approval.waiting.as_ref();
    let event = ApprovalEvent::StartScheduled {
        not_before,
        reason: reason.clone(),
        escalate_at: waiting.map(|waiting| escalation(release, waiting.since, not_before)),
    };
    Ok(vec![event.into()])
}

/// The event at the scheduled moment, once.
pub(super) fn start_due(release: &Release, at: Timestamp) -> Option<Event> {
    let start = release.start_to_come()?;
    (at >= start).then(|| ApprovalEvent::StartDue { not_before: start }.into())
}

/// When a decision that nobody gives is escalated; before its start nobody can give it.
pub(in crate::domain) fn escalation(
    release: &Release,
    since: Timestamp,
    start: Option<Timestamp>,
) -> Timestamp {
    let rule = &release.policy.approval;
    let since = start.map_or(since, |start| since.max(start));
    match &rule.quiet_hours {
        Some(quiet) => quiet.deadline(since, rule.escalate_after),
        None => later(since, rule.escalate_after),
    }
}

impl Release {
    /// The scheduled start: a person's word, else the rules'.
    pub fn start(&self) -> Option<Timestamp> {
        match &self.approval.start {
            Some(set) => set.not_before,
            None => self.policy.approval.not_before,
        }
    }

    /// The start that has not come yet, while a first decision is ahead.
    pub fn start_to_come(&self) -> Option<Timestamp> {
        let start = self.start()?;
        let is_open = self.decision_is_ahead() && self.approval.first_grant().is_none();
        (is_open && self.approval.start_due != Some(start)).then_some(start)
    }

    /// Why nothing may be approved at `at`, whatever was journalled: a clock that was set back is no start.
    pub(super) fn held_until(&self, at: Timestamp) -> Option<Text> {
        let start = self.start().filter(|start| at < *start)?;
        self.approval
            .first_grant()
            .is_none()
            .then(|| Text::line(&format!("Scheduled start: not before {}", moment(start))))
    }

    /// The gate, where a start is scheduled.
    pub(super) fn start_gate(&self) -> Option<Gate> {
        let start = self.start()?;
        if self.approval.first_grant().is_some() {
            return None;
        }
        let set = match &self.approval.start {
            Some(set) => {
                let by = set.by.as_ref().map_or("someone", |by| by.as_str());
                format!("{by}: {}", set.reason.first_line())
            }
            None => "by the rules".to_owned(),
        };
        let came = self.approval.start_due == Some(start);
        let verdict = if came {
            said(State::Pass, &format!("since {} ({set})", moment(start)))
        } else {
            said(
                State::Fail,
                &format!("not before {} ({set})", moment(start)),
            )
        };
        let mut gate = self.gate("start", "start".into(), "Scheduled start", verdict);
        // What holds is moved or lifted with a reason, never passed by.
        gate.effect = gate.effect.map(|_| Effect::Block);
        Some(gate)
    }
}

/// `2026-11-23 18:00 UTC`.
fn moment(at: Timestamp) -> String {
    at.strftime("%F %H:%M UTC").to_string()
}
