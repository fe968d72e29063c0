//! Who drives, what happened, and whether the service may go on: what people decide beside the deploy.

use crate::domain::{
    Command, Event, Intent, Phase, Refusal, Text, record::RecordEvent, release::Release,
};

/// What such a command makes happen; [`Refusal::WrongPhase`] for one that belongs elsewhere.
pub(super) fn decide(release: &Release, command: &Command) -> Result<Vec<Event>, Refusal> {
    let phase = release.phase();
    let wrong = || Refusal::WrongPhase {
        phase: Text::line(phase.word()),
    };
    let event = match &command.intent {
        Intent::Unlock { reason } if reason.is_empty() => {
            return Err(Refusal::NeedsReason(vec![
                "it stands for whoever releases next".into(),
            ]));
        }
        Intent::Unlock { reason } => {
            if release.service_lock().is_none() {
                return Err(Refusal::Impossible(
                    "this release does not lock its service".into(),
                ));
            }
            RecordEvent::Unlocked {
                reason: reason.clone(),
            }
        }
        Intent::Explain { text } if phase == Phase::Stopped && !text.is_empty() => {
            RecordEvent::Explained { text: text.clone() }
        }
        Intent::HandOver { to, note } if !phase.is_end() => {
            if to.is(&command.actor) {
                return Err(Refusal::Impossible(
                    "you drive already: name someone else".into(),
                ));
            }
            RecordEvent::HandedOver {
                to: to.clone(),
                note: note.clone(),
            }
        }
        Intent::TakeSeat if !phase.is_end() => RecordEvent::SeatTaken {
            from: release
                .record
                .seating
                .elsewhere()
                .and_then(|by| by.login().cloned())
                .or_else(|| release.record.driver.clone()),
        },
        Intent::Explain { .. }
        | Intent::HandOver { .. }
        | Intent::TakeSeat
        | Intent::Approve(_)
        | Intent::Reject { .. }
        | Intent::RollBack(_)
        | Intent::KillFlag(_)
        | Intent::Note { .. }
        | Intent::ReportProblem { .. }
        | Intent::KeepWatching
        | Intent::Hold
        | Intent::WaitNoLonger
        | Intent::ExtendWatch { .. }
        | Intent::Close { .. }
        | Intent::SignOff { .. }
        | Intent::DeclareEmergency { .. }
        | Intent::WithdrawEmergency { .. }
        | Intent::ReviewEmergency { .. }
        | Intent::ScheduleStart { .. }
        | Intent::WithdrawSignOff { .. }
        | Intent::Tick { .. }
        | Intent::Untick { .. }
        | Intent::TrustCommands
        | Intent::CancelRun
        | Intent::RerunFailed
        | Intent::Click(_) => return Err(wrong()),
    };
    Ok(vec![event.into()])
}
