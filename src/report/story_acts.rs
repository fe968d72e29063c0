//! Rollbacks, smoke tests, flags, the chat, the checklist, the lane's rule, and what is set beside a decision, in one line, for
//! the log.

use super::{
    mood::{Mood, answered, mood_of},
    story_claims::{of_fate, of_hold},
};
use crate::domain::{
    Text,
    approval::ApprovalEvent,
    chat::{ChatEvent, ChatFate, ClickWord, Topic},
    checklist::ChecklistEvent,
    flags::{FlagEvent, FlagReading},
    observation::LaneRule,
    rollback::RollbackEvent,
    smoke::{Moment, SmokeEvent},
};

/// A checklist's event.
pub(super) fn of_checklist(event: &ChecklistEvent) -> (Mood, String) {
    let behind = |note: &Option<Text>| {
        let note = note.as_ref();
        note.map_or_else(String::new, |note| format!(": {}", note.first_line()))
    };
    match event {
        ChecklistEvent::ItemTicked { item, note } => {
            (Mood::Good, format!("ticked {item}{}", behind(note)))
        }
        ChecklistEvent::ItemUnticked { item, note } => (
            Mood::Look,
            format!("took back the tick of {item}{}", behind(note)),
        ),
        ChecklistEvent::ItemChecked { item, answer } => (
            mood_of(answer.state),
            format!("item {item}: {} ({})", answer.state.word(), answer.why),
        ),
    }
}

/// A rollback's event.
pub(super) fn of_rollback(event: &RollbackEvent) -> (Mood, String) {
    match event {
        RollbackEvent::ReadinessSeen(_) => (Mood::Quiet, "the way back was looked at".to_owned()),
        RollbackEvent::Requested { shown, reason, .. } => (
            Mood::Look,
            format!(
                "rollback to {} requested: {}",
                shown.target.name(),
                reason.first_line()
            ),
        ),
        RollbackEvent::CountdownStarted { trigger, why, .. } => (
            Mood::Bad,
            format!("counting down to a rollback: {trigger}: {why}"),
        ),
        RollbackEvent::CountdownHeld { from, .. } => of_hold(from.as_ref()),
        RollbackEvent::HoldsRead { .. } => (
            Mood::Quiet,
            "no other machine holds the countdown".to_owned(),
        ),
        RollbackEvent::ClaimRequested { .. } => {
            (Mood::Quiet, "the rollback's claim was requested".to_owned())
        }
        RollbackEvent::Claimed { fate, .. } => of_fate(fate),
        RollbackEvent::CountdownStopped { why, .. } => {
            (Mood::Look, format!("the countdown stopped: {why}"))
        }
        RollbackEvent::WaitEnded => (
            Mood::Look,
            "the rollback no longer waits for the deploy's end".to_owned(),
        ),
        RollbackEvent::CancelRequested { .. } => {
            (Mood::Plain, "the deploy shall stop first".to_owned())
        }
        RollbackEvent::StartRequested { .. } => {
            (Mood::Plain, "rollback start requested".to_owned())
        }
        RollbackEvent::ReviewRequested { .. } => (
            Mood::Plain,
            "the rollback's own review requested".to_owned(),
        ),
        RollbackEvent::Answered { outcome, .. } => answered("rollback", outcome),
        RollbackEvent::RunFound { run } => (Mood::Plain, format!("rollback run {run}")),
        RollbackEvent::RunChanged {
            status, conclusion, ..
        } => {
            let word = match conclusion {
                Some(conclusion) => conclusion.word().to_owned(),
                None => status.word().to_owned(),
            };
            (Mood::Quiet, format!("rollback run: {word}"))
        }
        RollbackEvent::HeldBy { holds } if holds.is_empty() => {
            (Mood::Quiet, "the rollback is held by nothing".to_owned())
        }
        RollbackEvent::HeldBy { .. } => (
            Mood::Look,
            "the rollback is held by its own review".to_owned(),
        ),
        RollbackEvent::Failed { why, superseded } => {
            let word = if *superseded { "superseded" } else { "failed" };
            (Mood::Bad, format!("rollback {word}: {why}"))
        }
        RollbackEvent::Finished { .. } => (Mood::Good, "the rollback's run ended well".to_owned()),
        RollbackEvent::Confirmed { production } => (
            Mood::Good,
            format!("rolled back: production answers {production}"),
        ),
        RollbackEvent::RecoveryJudged { recovered, why } => match recovered {
            Some(true) => (Mood::Good, format!("recovered: {why}")),
            Some(false) => (Mood::Bad, format!("not recovered: {why}")),
            None => (Mood::Unknown, format!("recovery, cannot tell: {why}")),
        },
    }
}

/// A feature flag's event.
pub(super) fn of_flag(event: &FlagEvent) -> (Mood, String) {
    match event {
        FlagEvent::Seen { flag, reading } => {
            let mood = match reading {
                FlagReading::On | FlagReading::Off => Mood::Plain,
                FlagReading::Unknown(_) => Mood::Unknown,
            };
            (mood, format!("flag {flag}: {}", reading.words()))
        }
        FlagEvent::KillRequested { shown, reason, .. } => (
            Mood::Look,
            format!(
                "flag {} shall be switched off: {}",
                shown.flag,
                reason.first_line()
            ),
        ),
        FlagEvent::Answered { outcome, .. } => answered("switching the flag off", outcome),
        FlagEvent::Killed { flag, .. } => (Mood::Good, format!("flag {flag} is switched off")),
    }
}

/// A smoke test's event.
pub(super) fn of_smoke(event: &SmokeEvent) -> (Mood, String) {
    let when = |moment: &Moment| match moment {
        Moment::Before => "before the deploy".to_owned(),
        Moment::After { stage } => format!("after stage {}", stage + 1),
    };
    match event {
        SmokeEvent::Ran {
            moment, summary, ..
        } => {
            let mood = match (summary.required, summary.failed) {
                (0, 0) => Mood::Good,
                (0, _) => Mood::Look,
                (_, _) => Mood::Bad,
            };
            let said = summary.in_short();
            (mood, format!("smoke tests {}: {said}", when(moment)))
        }
        SmokeEvent::NoResult { moment, why, .. } => (
            Mood::Unknown,
            format!("smoke tests {}: no result: {why}", when(moment)),
        ),
    }
}

/// What a newer run would do, by the workflow file.
pub(super) fn lane_rule(rule: Option<&LaneRule>) -> &'static str {
    match rule {
        None => "the lane: the default branch has no such workflow file",
        Some(LaneRule::Absent) => "the lane: the workflow has none, runs deploy side by side",
        Some(LaneRule::Replaces) => "the lane: one waits, a newer run takes its place",
        Some(LaneRule::Queues) => "the lane: all wait in turn",
        Some(LaneRule::Cancels) => "the lane: a newer run cancels the one that works",
        Some(LaneRule::Unclear(_)) => "the lane: only GitHub can tell what a newer run does",
    }
}

/// The emergency way and the scheduled start.
pub(super) fn of_what_was_set(event: &ApprovalEvent) -> (Mood, String) {
    match event {
        ApprovalEvent::EmergencyDeclared {
            reason, incident, ..
        } => (
            Mood::Bad,
            format!("EMERGENCY: {} ({incident})", reason.first_line()),
        ),
        ApprovalEvent::EmergencyWithdrawn { reason } => (
            Mood::Look,
            format!("emergency withdrawn: {}", reason.first_line()),
        ),
        ApprovalEvent::StartScheduled {
            not_before, reason, ..
        } => (
            Mood::Look,
            match not_before {
                Some(start) => format!(
                    "start not before {}: {}",
                    start.strftime("%F %H:%M UTC"),
                    reason.first_line()
                ),
                None => format!("scheduled start lifted: {}", reason.first_line()),
            },
        ),
        ApprovalEvent::StartDue { .. } => (Mood::Look, "the scheduled start has come".to_owned()),
        _ => (Mood::Quiet, String::new()),
    }
}

/// An event of the chat.
pub(super) fn of_chat(event: &ChatEvent) -> (Mood, String) {
    match event {
        ChatEvent::MessageRequested { topic } => {
            let what = match topic {
                Topic::Card => "the card",
                Topic::Final { .. } => "the card's last state",
                Topic::Thread { .. } => "a word in the thread",
                Topic::Escalation { .. } => "the escalation",
                Topic::Outcome { .. } => "how it ended",
            };
            (Mood::Quiet, format!("slack: {what} goes out"))
        }
        ChatEvent::MessageAnswered { fate, .. } => match fate {
            ChatFate::Sent(place) => (Mood::Quiet, format!("slack: stands in {}", place.channel)),
            ChatFate::Refused(fault) => (Mood::Look, format!("slack: not sent: {}", fault.detail)),
            ChatFate::Unknown(why) => (Mood::Unknown, format!("slack: nobody can tell: {why}")),
        },
        ChatEvent::CardGone { .. } => (Mood::Look, "slack: the card was deleted".to_owned()),
        ChatEvent::Clicked { word, .. } => match word {
            ClickWord::Approve => (Mood::Good, "clicked Approve in Slack".to_owned()),
            ClickWord::Reject => (Mood::Look, "clicked Reject in Slack".to_owned()),
        },
    }
}
