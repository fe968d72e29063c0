//! An event in one line, for the log.
//!
//! Words only; a tone says how it is coloured.

use super::{
    mood::{Mood, answered, mood_of},
    story_acts::{
        lane_rule, of_chat, of_checklist, of_flag, of_rollback, of_smoke, of_what_was_set,
    },
    story_claims::of_seat,
    story_evidence::of_evidence,
};
use crate::domain::{
    Actor, Event, Stamped,
    approval::ApprovalEvent,
    judge::JudgeEvent,
    observation::{AlarmState, LanePlace},
    policy::{Timing, gate::GateEvent},
    record::{EarlierRelease, RecordEvent, ServiceLock},
    rollout::{RolloutEvent, StageState, StepState},
    wording,
};

/// Who made it happen, as the log's column says it.
pub fn who(actor: &Actor) -> String {
    match actor {
        Actor::Person(login) => login.to_string(),
        Actor::Cockpit => "cockpit".to_owned(),
        Actor::Feed(feed) => match feed.word() {
            "github" => "GitHub".to_owned(),
            word => word.to_owned(),
        },
    }
}

/// The event in words, and its mood.
pub fn told(stamped: &Stamped) -> (Mood, String) {
    match &stamped.event {
        Event::Evidence(event) => of_evidence(event),
        Event::Gate(event) => of_gate(event),
        Event::Checklist(event) => of_checklist(event),
        Event::Approval(event) => of_approval(event),
        Event::Rollout(event) => of_rollout(event),
        Event::Smoke(event) => of_smoke(event),
        Event::Judge(event) => of_judge(event),
        Event::Rollback(event) => of_rollback(event),
        Event::Chat(event) => of_chat(event),
        Event::Flag(event) => of_flag(event),
        Event::Record(event) => of_record(event),
        Event::Unknown(kind) => (Mood::Quiet, format!("{kind} (written by a newer cockpit)")),
    }
}

fn of_gate(event: &GateEvent) -> (Mood, String) {
    match event {
        GateEvent::Changed { gate, state, why } => (
            mood_of(*state),
            format!("gate {gate}: {} ({why})", state.word()),
        ),
        GateEvent::PrerequisiteChecked { name, answer } => (
            mood_of(answer.state),
            format!(
                "prerequisite {name}: {} ({})",
                answer.state.word(),
                answer.why
            ),
        ),
        GateEvent::CalendarRead { windows } => (
            Mood::Quiet,
            format!("calendar: {} windows in the next weeks", windows.len()),
        ),
        GateEvent::TimingChanged(timing) => match timing {
            Timing::Clear => (Mood::Good, "calendar: time to deploy".to_owned()),
            Timing::Nears(window) => (Mood::Look, format!("calendar: {} is near", window.name)),
            Timing::Unknown { .. } => (Mood::Look, "calendar: not read so far ahead".to_owned()),
            Timing::Blackout(window) => (Mood::Look, format!("calendar: {}", window.name)),
            Timing::Outside { .. } => (
                Mood::Look,
                "calendar: outside the deployment windows".to_owned(),
            ),
        },
    }
}

fn of_approval(event: &ApprovalEvent) -> (Mood, String) {
    match event {
        ApprovalEvent::HeldBy { holds } if holds.is_empty() => {
            (Mood::Quiet, "held by nothing".to_owned())
        }
        ApprovalEvent::HeldBy { holds } => {
            let names: Vec<&str> = holds.iter().map(|hold| hold.name.as_str()).collect();
            (Mood::Plain, format!("held by {}", wording::list(&names)))
        }
        ApprovalEvent::Waiting { stage: 0, .. } => (Mood::Plain, "waits for a decision".to_owned()),
        ApprovalEvent::Waiting { stage, .. } => (
            Mood::Plain,
            format!("stage {} waits for a decision", stage + 1),
        ),
        ApprovalEvent::Escalated { to } => (
            Mood::Look,
            match to {
                Some(to) => format!("no answer: escalated to {to}"),
                None => "no answer: escalated".to_owned(),
            },
        ),
        ApprovalEvent::Requested { digest, .. } => (
            Mood::Plain,
            format!("approval requested, digest {}", digest.short()),
        ),
        ApprovalEvent::Checked { .. } => {
            (Mood::Quiet, "nothing changed since it was shown".to_owned())
        }
        ApprovalEvent::Locked { changes, .. } => {
            let what: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
            (
                Mood::Look,
                format!("not sent, changed: {}", what.join(", ")),
            )
        }
        ApprovalEvent::SignedOff { role, note } => (
            Mood::Good,
            match note {
                Some(note) => format!("signed for {role}: {}", note.first_line()),
                None => format!("signed for {role}"),
            },
        ),
        ApprovalEvent::SignOffWithdrawn { role } => {
            (Mood::Look, format!("takes the sign-off for {role} back"))
        }
        ApprovalEvent::EmergencyDeclared { .. }
        | ApprovalEvent::EmergencyWithdrawn { .. }
        | ApprovalEvent::StartScheduled { .. }
        | ApprovalEvent::StartDue { .. } => of_what_was_set(event),
        ApprovalEvent::RejectionRequested { reason, .. } => (
            Mood::Plain,
            format!("rejection requested: {}", reason.first_line()),
        ),
        ApprovalEvent::Answered { outcome, .. } => answered("review", outcome),
        ApprovalEvent::Granted {
            by, ours, bypassed, ..
        } => {
            let by = by.as_ref().map_or("someone", |by| by.as_str());
            match (ours, bypassed) {
                (_, true) => (Mood::Look, format!("let go without a review ({by})")),
                (Some(_), _) => (Mood::Good, format!("approved by {by}")),
                (None, _) => (Mood::Look, format!("approved outside cockpit by {by}")),
            }
        }
        ApprovalEvent::Rejected { by, comment, .. } => {
            let by = by.as_ref().map_or("someone", |by| by.as_str());
            (
                Mood::Bad,
                format!("rejected by {by}: {}", comment.first_line()),
            )
        }
        ApprovalEvent::Reopened { attempt } => (Mood::Look, format!("attempt {attempt} begins")),
    }
}

fn of_rollout(event: &RolloutEvent) -> (Mood, String) {
    match event {
        RolloutEvent::RunChanged(run) | RolloutEvent::ProductionRunChanged(run) => {
            let word = match run.conclusion {
                Some(conclusion) => conclusion.word().to_owned(),
                None => run.status.word().to_owned(),
            };
            (
                Mood::Quiet,
                format!("run {} attempt {}: {word}", run.run, run.attempt),
            )
        }
        RolloutEvent::StepChanged { step, state, .. } => match state {
            StepState::Waiting => (Mood::Quiet, format!("{step} waits")),
            StepState::Running => (Mood::Plain, format!("{step} runs")),
            StepState::Passed => (Mood::Good, format!("{step} passed")),
            StepState::Failed => (Mood::Bad, format!("{step} failed")),
            StepState::Skipped => (Mood::Quiet, format!("{step} skipped")),
        },
        RolloutEvent::JobsChanged { jobs } => (
            Mood::Quiet,
            wording::count(jobs.len() as u64, "production job"),
        ),
        RolloutEvent::ProductionRunFound { run } => (Mood::Plain, format!("production run {run}")),
        RolloutEvent::StageChanged { stage, state, .. } => {
            let name = format!("stage {}", stage + 1);
            match state {
                StageState::Waiting => (Mood::Quiet, format!("{name} waits")),
                StageState::Held => (Mood::Plain, format!("{name} is held for a review")),
                StageState::Deploying => (Mood::Plain, format!("{name} deploys")),
                StageState::Deployed => (Mood::Good, format!("{name} deployed")),
                StageState::Failed => (Mood::Bad, format!("{name} failed")),
            }
        }
        RolloutEvent::LaneChanged { lane } => match lane {
            LanePlace::Untold => (Mood::Quiet, "the lane: GitHub cannot tell".to_owned()),
            LanePlace::Out(_) => (Mood::Quiet, "the run stands in no lane".to_owned()),
            LanePlace::In(lane) if lane.position == 0 => {
                (Mood::Quiet, format!("holds the lane {}", lane.group))
            }
            LanePlace::In(lane) => (
                Mood::Look,
                format!("place {} in the lane {}", lane.position, lane.group),
            ),
        },
        RolloutEvent::LaneRuleSeen { rule } => (Mood::Quiet, lane_rule(rule.as_ref()).to_owned()),
        RolloutEvent::BranchMoved(lead) => (
            Mood::Quiet,
            format!(
                "{} is {} ahead of the candidate",
                lead.branch,
                wording::count(lead.commits.into(), "commit")
            ),
        ),
        RolloutEvent::ProtectionSeen(_) => (Mood::Quiet, "environment protection seen".to_owned()),
        RolloutEvent::DeploymentsSeen { .. } => (Mood::Quiet, "past deployments seen".to_owned()),
        RolloutEvent::ProductionAnswered(answer) => (
            Mood::Plain,
            format!(
                "production runs {}, by {}",
                answer.name().unwrap_or("?"),
                answer.source.word()
            ),
        ),
        RolloutEvent::ProductionDeployed { .. } => (Mood::Good, "production deployed".to_owned()),
        RolloutEvent::IssueDetected { why } => (Mood::Bad, format!("issue: {why}")),
        RolloutEvent::CancelRequested { .. } => (Mood::Look, "cancel requested".to_owned()),
        RolloutEvent::RerunRequested { .. } => (Mood::Plain, "re-run requested".to_owned()),
        RolloutEvent::Answered { outcome, .. } => answered("request", outcome),
    }
}

fn of_judge(event: &JudgeEvent) -> (Mood, String) {
    match event {
        JudgeEvent::HistoryRead { .. } => (Mood::Quiet, "metrics of the past read".to_owned()),
        JudgeEvent::PastRead { day, .. } => {
            (Mood::Quiet, format!("metrics of {} read", day.word()))
        }
        JudgeEvent::MinuteJudged { .. } => (Mood::Quiet, "a minute judged".to_owned()),
        JudgeEvent::TriggersArmed { armed, disarmed } if disarmed.is_empty() => (
            Mood::Plain,
            format!("{} armed", wording::count(armed.len() as u64, "trigger")),
        ),
        JudgeEvent::TriggersArmed { armed, disarmed } => (
            Mood::Look,
            format!(
                "{} armed, {} already true before",
                wording::count(armed.len() as u64, "trigger"),
                disarmed.len()
            ),
        ),
        JudgeEvent::TriggerFired { trigger, why, .. } => {
            (Mood::Bad, format!("trigger fired: {trigger}: {why}"))
        }
        JudgeEvent::TriggerCleared { trigger, .. } => {
            (Mood::Good, format!("trigger quiet again: {trigger}"))
        }
        JudgeEvent::AnomalySeen { why, .. } => (Mood::Look, format!("anomaly: {why}")),
        JudgeEvent::AnomalyCleared { metric, .. } => {
            (Mood::Good, format!("{metric} as before again"))
        }
        JudgeEvent::BlipSeen { why, .. } => (Mood::Plain, why.to_string()),
        JudgeEvent::KeptWatching { .. } => {
            (Mood::Plain, "the alert was seen; watching on".to_owned())
        }
        JudgeEvent::AlarmChanged { alarm, state, .. } => match state {
            AlarmState::Ok => (Mood::Good, format!("alarm {alarm}: OK")),
            AlarmState::Alarm => (Mood::Look, format!("alarm {alarm} fires")),
            AlarmState::InsufficientData | AlarmState::Unknown => {
                (Mood::Unknown, format!("alarm {alarm}: no state"))
            }
        },
        JudgeEvent::WindowJudged { healthy: true, .. } => {
            (Mood::Good, "the window is judged: healthy".to_owned())
        }
        JudgeEvent::WindowJudged { healthy: false, .. } => (
            Mood::Bad,
            "the window is judged: not every gate passes".to_owned(),
        ),
        JudgeEvent::WindowUndecided { why } => {
            (Mood::Unknown, format!("the watch ends undecided: {why}"))
        }
        JudgeEvent::WatchExtended { minutes, reason } => (
            Mood::Plain,
            format!("watch extended by {minutes} min: {}", reason.first_line()),
        ),
    }
}

/// That a service is locked, and by which rollback.
fn locked(lock: &ServiceLock) -> String {
    let there = lock.machine.as_ref().map_or_else(String::new, |machine| {
        format!(" on {}", machine.first_line())
    });
    format!(
        "the service is locked: {} was rolled back{there}",
        lock.version
    )
}

/// Which release was the one before.
fn before(seen: Option<&EarlierRelease>) -> String {
    match seen {
        Some(seen) => format!("the release before was {} (run {})", seen.version, seen.run),
        None => "no journal tells of the release before any more".to_owned(),
    }
}

fn of_record(event: &RecordEvent) -> (Mood, String) {
    match event {
        RecordEvent::Opened { version, .. } => {
            (Mood::Quiet, format!("record opened, cockpit {version}"))
        }
        RecordEvent::Resumed { cut: 0, .. } => (Mood::Quiet, "taken up again".to_owned()),
        RecordEvent::Resumed { cut, .. } => (
            Mood::Look,
            format!("taken up again; a torn last line was cut ({cut} bytes)"),
        ),
        RecordEvent::ClockJumped { seconds } => (
            Mood::Look,
            format!("cockpit was not awake, or its clock was set: {seconds} s"),
        ),
        RecordEvent::OutcomeReached { outcome } => (
            match outcome.exit_code() {
                0 => Mood::Good,
                1 => Mood::Bad,
                _ => Mood::Plain,
            },
            outcome.word().to_owned(),
        ),
        RecordEvent::Noted { text } => (Mood::Plain, format!("note: {}", text.first_line())),
        RecordEvent::ProblemReported { problem, text } => (
            Mood::Bad,
            format!("{}: {}", problem.word(), text.first_line()),
        ),
        RecordEvent::FeedSilent { feed, why, .. } => (
            Mood::Look,
            format!("{} does not answer: {why}", feed.word()),
        ),
        RecordEvent::FeedBack { feed } => (Mood::Good, format!("{} answers again", feed.word())),
        RecordEvent::Unlocked { reason } => (
            Mood::Plain,
            format!("the service may go on: {}", reason.first_line()),
        ),
        RecordEvent::EmergencyReviewed { note } => (
            Mood::Plain,
            format!("emergency reviewed: {}", note.first_line()),
        ),
        RecordEvent::ServiceLocked(lock) => (Mood::Bad, locked(lock)),
        RecordEvent::EarlierSeen(seen) => (Mood::Quiet, before(seen.as_ref())),
        RecordEvent::ServiceFreed => (Mood::Good, "the service is no longer locked".to_owned()),
        RecordEvent::HandedOver { to, note } => (
            Mood::Look,
            format!("handed over to {to}: {}", note.first_line()),
        ),
        RecordEvent::SeatTaken { from } => (
            Mood::Look,
            match from {
                Some(from) => format!("took the seat from {from}"),
                None => "took the seat".to_owned(),
            },
        ),
        RecordEvent::SeatClaimed { .. }
        | RecordEvent::DrivenElsewhere { .. }
        | RecordEvent::SeatVacated
        | RecordEvent::ThisMachineOnly { .. }
        | RecordEvent::HoldAsked { .. }
        | RecordEvent::HoldTold { .. }
        | RecordEvent::RollbackElsewhere { .. } => {
            of_seat(event).unwrap_or((Mood::Quiet, String::new()))
        }
        RecordEvent::Explained { text } => {
            (Mood::Plain, format!("written down: {}", text.first_line()))
        }
        RecordEvent::CommandsTrusted { trust, .. } => (
            Mood::Plain,
            format!(
                "{} trusted the rules' commands {}",
                trust.by,
                trust.way.word()
            ),
        ),
        RecordEvent::Closed { reason, .. } => {
            (Mood::Plain, format!("closed: {}", reason.first_line()))
        }
    }
}
