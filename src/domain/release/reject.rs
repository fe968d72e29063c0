//! A rejection before production: what refuses it, and what it tells GitHub.

use crate::domain::{
    Deed, Event, Refusal, Text, approval::ApprovalEvent, policy::GateKind, release::Release,
};

/// What a rejection makes happen, or why it does nothing.
pub(super) fn reject(release: &Release, reason: &Text) -> Result<Vec<Event>, Refusal> {
    let phase = release.phase();
    if release.approval.in_flight().is_some() {
        return Err(Refusal::InFlight("a decision".into()));
    }
    if reason.is_empty() {
        return Err(Refusal::NeedsReason(vec![
            "it goes to the run and the record".into(),
        ]));
    }
    let waiting = release.approval.waiting.as_ref();
    let Some(waiting) = waiting.filter(|_| release.can_be_rejected()) else {
        return Err(Refusal::WrongPhase {
            phase: Text::line(phase.word()),
        });
    };
    let stage = release.rollout.stages.get(waiting.stage);
    let environments: Vec<_> = release
        .approval
        .holds
        .iter()
        .filter(|hold| stage.is_some_and(|stage| hold.name.as_str() == stage.name))
        .map(|hold| hold.environment)
        .collect();
    let deed = (release.policy.target.gate == GateKind::Environment).then(|| {
        let marker = release.marker("x", waiting.stage + 1);
        Deed::Review {
            run: release.key.run,
            environments,
            approve: false,
            comment: Text::block(&format!("{reason}\n\ncockpit {marker}")),
            marker: format!("cockpit {marker}"),
        }
    });
    let event = ApprovalEvent::RejectionRequested {
        reason: reason.clone(),
        deed,
    };
    Ok(vec![event.into()])
}
