//! People command: what a command does to a release, or why it does nothing.

use jiff::{SignedDuration, Timestamp};

use super::{
    approve::approve,
    claiming::{hold, refused_away},
    clicks, emergency, flags,
    reject::reject,
    seat, signoffs, start, ticking,
    trust::trust,
};
use crate::domain::{
    Command, Deed, Event, Fault, FaultKind, Intent, Login, Phase, Refusal, Text,
    approval::ConfirmedRollback,
    judge::JudgeEvent,
    policy::{GateKind, MetricName},
    record::RecordEvent,
    release::Release,
    rollback::{Plan, RollbackEvent},
    rollout::RolloutEvent,
};

/// Longest extension of a watch, in minutes.
const LONGEST_EXTENSION: i64 = 240;

/// What `command` makes happen.
///
/// Nothing is sent here: requests go into the outbox with their events. The refusal goes back to where the command came
/// from.
pub fn decide(release: &Release, command: &Command, at: Timestamp) -> Result<Vec<Event>, Refusal> {
    refused_away(release, command)?;
    let phase = release.phase();
    let wrong = || {
        Err(Refusal::WrongPhase {
            phase: Text::line(phase.word()),
        })
    };
    match &command.intent {
        Intent::Approve(confirmed) => approve(release, &command.actor, confirmed, at),
        Intent::Reject { reason } => reject(release, reason),
        Intent::RollBack(confirmed) => roll_back(release, confirmed),
        Intent::KillFlag(confirmed) => flags::kill(release, confirmed, at),
        Intent::Note { text } => Ok(vec![RecordEvent::Noted { text: text.clone() }.into()]),
        Intent::ReportProblem { problem, text } => {
            let never_ran = release.rollout.first_traffic.is_none();
            if release.approval.first_grant().is_none() && never_ran || phase.is_end() {
                return wrong();
            }
            let (problem, text) = (*problem, text.clone());
            Ok(vec![RecordEvent::ProblemReported { problem, text }.into()])
        }
        Intent::KeepWatching => keep_watching(release).map_or_else(wrong, Ok),
        Intent::Hold => match hold(release) {
            Some(event) => Ok(vec![event]),
            None => Err(Refusal::Impossible("no countdown runs".into())),
        },
        Intent::WaitNoLonger => {
            if release.waits_for_deploy().is_none() {
                return wrong();
            }
            Ok(vec![RollbackEvent::WaitEnded.into()])
        }
        Intent::ExtendWatch { minutes, reason } => match phase {
            Phase::Monitoring | Phase::Undecided
                if release.rollout.deployed.is_some()
                    && (1..=LONGEST_EXTENSION).contains(minutes) =>
            {
                let event = JudgeEvent::WatchExtended {
                    minutes: *minutes,
                    reason: reason.clone(),
                };
                Ok(vec![event.into()])
            }
            _ => wrong(),
        },
        Intent::Close { reason } => close(release, &command.actor, &phase, reason),
        Intent::SignOff { role, note } => {
            signoffs::sign_off(release, &command.actor, role, note.as_ref())
        }
        Intent::WithdrawSignOff { role } => signoffs::withdraw(release, &command.actor, role),
        Intent::DeclareEmergency { reason, incident } => {
            emergency::declare(release, &command.actor, reason, incident, at)
        }
        Intent::WithdrawEmergency { reason } => emergency::withdraw(release, reason),
        Intent::ReviewEmergency { note } => emergency::review(release, &command.actor, note),
        Intent::ScheduleStart { not_before, reason } => {
            start::schedule(release, *not_before, reason, at)
        }
        Intent::Tick { item, note } => ticking::tick(release, item, note.as_ref()),
        Intent::Untick { item, note } => ticking::untick(release, item, note.as_ref()),
        Intent::CancelRun => cancel(release).map_or_else(wrong, |one| Ok(vec![one])),
        Intent::RerunFailed => rerun(release).map_or_else(wrong, |one| Ok(vec![one])),
        Intent::Explain { .. }
        | Intent::Unlock { .. }
        | Intent::HandOver { .. }
        | Intent::TakeSeat => seat::decide(release, command),
        Intent::TrustCommands => trust(release, &command.actor, &phase, at),
        Intent::Click(click) => clicks::decide(release, &command.actor, click),
    }
}

fn cancel(release: &Release) -> Option<Event> {
    let run = release.rollout.deploying_run()?;
    let deed = Deed::Cancel { run: run.run };
    run.conclusion
        .is_none()
        .then(|| RolloutEvent::CancelRequested { deed }.into())
}

fn rerun(release: &Release) -> Option<Event> {
    let run = release.rollout.deploying_run()?;
    let deed = Deed::RerunFailed { run: run.run };
    (run.has_failed() && release.rollback.attempts.is_empty())
        .then(|| RolloutEvent::RerunRequested { deed }.into())
}

/// What a person saw, and keeps watching all the same; `None`: there is nothing to answer.
fn keep_watching(release: &Release) -> Option<Vec<Event>> {
    if !release.wants_to_be_seen() {
        return None;
    }
    let alerts = release.watch.alerts();
    let triggers: Vec<String> = alerts.map(|(source, _)| source.to_owned()).collect();
    let strange = release.watch.strange();
    let anomalies: Vec<MetricName> = strange.map(|(metric, ..)| metric.clone()).collect();
    // Who watches on has held the countdown too.
    let mut events: Vec<Event> = hold(release).into_iter().collect();
    let kept = JudgeEvent::KeptWatching {
        triggers,
        anomalies,
    };
    events.push(kept.into());
    Some(events)
}

fn close(
    release: &Release,
    actor: &Login,
    phase: &Phase,
    reason: &Text,
) -> Result<Vec<Event>, Refusal> {
    if reason.is_empty() {
        return Err(Refusal::NeedsReason(vec!["it goes into the record".into()]));
    }
    match phase {
        Phase::Undecided | Phase::RollbackFailed if release.rollback.in_flight().is_none() => {
            let event = RecordEvent::Closed {
                by: actor.clone(),
                reason: reason.clone(),
            };
            Ok(vec![event.into()])
        }
        _ => Err(Refusal::WrongPhase {
            phase: Text::line(phase.word()),
        }),
    }
}

pub(super) fn roll_back(
    release: &Release,
    confirmed: &ConfirmedRollback,
) -> Result<Vec<Event>, Refusal> {
    if let Some(attempt) = release.rollback.in_flight() {
        return Err(Refusal::InFlight(Text::line(&format!(
            "to {}",
            attempt.shown.target.name()
        ))));
    }
    if !release.may_roll_back() || *confirmed.release() != release.key {
        return Err(Refusal::WrongPhase {
            phase: Text::line(release.phase().word()),
        });
    }
    let Some(shown) = release.rollback_shown() else {
        return Err(Refusal::Impossible(
            "there is no earlier release to go back to".into(),
        ));
    };
    let changes = rollback_changes(confirmed, &shown);
    if !changes.is_empty() {
        return Err(Refusal::Changed(changes));
    }
    if !release.rollback_plans().contains(&confirmed.plan()) {
        return Err(Refusal::Impossible(match confirmed.plan() {
            Plan::Fallback => "the rules name no fallback command".into(),
            Plan::Dispatch | Plan::CancelThenDispatch | Plan::Wait => {
                "the deploy is no longer where it was: look again, and choose again".into()
            }
        }));
    }
    let marker = release.marker("r", shown.attempt);
    Ok(vec![
        RollbackEvent::Requested {
            shown,
            reason: confirmed.reason().clone(),
            plan: confirmed.plan(),
            consent: confirmed.consent().clone(),
            marker,
        }
        .into(),
    ])
}

fn rollback_changes(
    confirmed: &ConfirmedRollback,
    now: &crate::domain::rollback::RollbackShown,
) -> Vec<crate::domain::approval::Change> {
    let was = confirmed.shown();
    let known = |text: &Option<Text>| text.clone().unwrap_or_else(|| "unknown".into());
    let facts = [
        (
            "target",
            Text::line(was.target.name()),
            Text::line(now.target.name()),
        ),
        (
            "target commit",
            Text::line(was.target.sha.as_str()),
            Text::line(now.target.sha.as_str()),
        ),
        ("production", known(&was.from), known(&now.from)),
        (
            "attempt",
            Text::line(&was.attempt.to_string()),
            Text::line(&now.attempt.to_string()),
        ),
    ];
    facts
        .into_iter()
        .filter(|(_, was, now)| was != now)
        .map(|(what, was, now)| crate::domain::approval::Change {
            what: what.into(),
            was,
            now,
        })
        .collect()
}

impl Release {
    /// Why GitHub would not take an approval of what waits now; `None` where it would, or nobody can tell.
    pub fn approval_hindrance(&self) -> Option<Text> {
        if self.policy.target.gate == GateKind::Dispatch {
            return None;
        }
        let stage = self
            .rollout
            .stages
            .get(self.approval.waiting.as_ref()?.stage)?;
        let hold = self
            .approval
            .holds
            .iter()
            .find(|hold| hold.name.as_str() == stage.name && !hold.can_approve)?;
        let who = hold.reviewers_in_words();
        let self_review = self
            .rollout
            .protection
            .as_ref()
            .is_some_and(|protection| protection.prevent_self_review);
        let rule = if self_review {
            "; who triggered the run may not review it"
        } else {
            ""
        };
        Some(Text::line(&format!(
            "{} is reviewed by {who}{rule}",
            hold.name
        )))
    }

    /// How an act of this release is recognised in the world: unique by run, attempt and number.
    pub fn marker(&self, sort: &str, number: usize) -> String {
        format!("{}.{}-{sort}{number}", self.key.run, self.attempt())
    }
}

/// The answer of GitHub to a rollback that never came: what the fold keeps of a time-out.
pub(in crate::domain) fn overdue(limit: SignedDuration) -> Fault {
    Fault::new(
        FaultKind::TimedOut,
        "rollback",
        format!("no end within {} s", limit.as_secs()),
    )
}
