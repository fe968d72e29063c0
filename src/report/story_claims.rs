//! Claims among several machines in one line, for the log.

use super::mood::Mood;
use crate::domain::{
    claim::{ClaimFate, Holder},
    record::RecordEvent,
};

/// What became of a rollback's claim.
pub(super) fn of_fate(fate: &ClaimFate) -> (Mood, String) {
    match fate {
        ClaimFate::Ours { over: None } => (
            Mood::Plain,
            "the rollback is claimed: no other machine dispatches one".to_owned(),
        ),
        ClaimFate::Ours { over: Some(over) } => (
            Mood::Look,
            format!(
                "the rollback's claim was taken over from {}",
                over.in_words()
            ),
        ),
        ClaimFate::Taken { by, .. } => (
            Mood::Bad,
            format!("the rollback is claimed by {}", by.in_words()),
        ),
        ClaimFate::Unshared { why } => (
            Mood::Look,
            format!("the rollback is known to this machine only: {why}"),
        ),
    }
}

/// A countdown that was held, perhaps from another machine.
pub(super) fn of_hold(from: Option<&Holder>) -> (Mood, String) {
    let where_from = from.map_or_else(String::new, |from| format!(" by {}", from.in_words()));
    (Mood::Look, format!("the countdown was held{where_from}"))
}

/// Where the seat is; `None` for an event of another kind.
pub(super) fn of_seat(event: &RecordEvent) -> Option<(Mood, String)> {
    Some(match event {
        RecordEvent::SeatClaimed { over: None } => (
            Mood::Quiet,
            "the seat is claimed for every machine to see".to_owned(),
        ),
        RecordEvent::SeatClaimed { over: Some(over) } => (
            Mood::Look,
            format!("the seat was taken over from {}", over.in_words()),
        ),
        RecordEvent::DrivenElsewhere { by } => match &by.countdown {
            None => (
                Mood::Look,
                format!("{} drives: this cockpit only watches", by.in_words()),
            ),
            Some(countdown) => (
                Mood::Bad,
                format!(
                    "{} counts down to a rollback: {}",
                    by.in_words(),
                    countdown.trigger
                ),
            ),
        },
        RecordEvent::SeatVacated => (
            Mood::Look,
            "nobody drives any more: the seat is free".to_owned(),
        ),
        RecordEvent::ThisMachineOnly { why } => (
            Mood::Look,
            format!("this machine only: other machines are not told: {why}"),
        ),
        RecordEvent::HoldAsked { .. } => (
            Mood::Look,
            "asks the driver's machine to hold the countdown".to_owned(),
        ),
        RecordEvent::HoldTold { why: None, .. } => (
            Mood::Look,
            "the hold stands where the driver's machine looks".to_owned(),
        ),
        RecordEvent::HoldTold { why: Some(why), .. } => (
            Mood::Bad,
            format!("the hold is on this machine only: {why}"),
        ),
        RecordEvent::RollbackElsewhere { by: Some(by) } => (
            Mood::Bad,
            format!("{} rolls production back", by.in_words()),
        ),
        RecordEvent::RollbackElsewhere { by: None } => (
            Mood::Plain,
            "nobody else rolls production back any more".to_owned(),
        ),
        _ => return None,
    })
}
