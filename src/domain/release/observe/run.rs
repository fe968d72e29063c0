//! The release's run against what is known: attempts, holds, steps, and the check before an approval goes out.

use super::{artifacts, stages};
use crate::domain::{
    Event, RunId, Seq, Text,
    approval::{ApprovalEvent, ApprovalProgress, Change},
    observation::{Conclusion, JobSnapshot, PendingDeployment, RunSeen, RunStatus},
    policy::StepRule,
    release::Release,
    rollout::{RolloutEvent, RunFacts, Step, StepState},
};

pub(super) fn observe_run(release: &Release, seen: &RunSeen) -> Vec<Event> {
    let facts = RunFacts::from(&seen.run);
    let known = release.rollout.run.as_ref();
    if known.is_some_and(|known| known.attempt > facts.attempt) {
        // An answer from before the re-run, late.
        return Vec::new();
    }
    let mut events: Vec<Event> = Vec::new();
    if known.is_some_and(|known| known.attempt < facts.attempt) {
        events.push(
            ApprovalEvent::Reopened {
                attempt: facts.attempt,
            }
            .into(),
        );
    }
    if facts.says_more_than(known) {
        events.push(RolloutEvent::RunChanged(facts).into());
    }
    if !events.is_empty() {
        return events;
    }
    if let Some(pending) = &seen.pending {
        events.extend(held(release, pending));
    }
    if let Some(jobs) = &seen.jobs {
        events.extend(steps(release, jobs));
    }
    if events.is_empty() {
        events.extend(stages::observe_stages(release, seen));
    }
    if events.is_empty()
        && let Some(artifacts) = &seen.artifacts
    {
        events.extend(artifacts::listed(release, &artifacts.own));
        for (workflow, artifacts) in &artifacts.elsewhere {
            events.extend(artifacts::listed_elsewhere(release, workflow, artifacts));
        }
    }
    if events.is_empty() {
        events.extend(check_request(release, seen));
    }
    events
}

/// The production run of `gate = "dispatch"`.
pub(super) fn observe_production_run(release: &Release, seen: &RunSeen) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    if release.rollout.production_run.is_none() {
        events.push(RolloutEvent::ProductionRunFound { run: seen.run.id }.into());
        return events;
    }
    let facts = RunFacts::from(&seen.run);
    let known = release.rollout.production_facts.as_ref();
    if release.rollout.production_run != Some(seen.run.id)
        || known.is_some_and(|known| known.attempt > facts.attempt)
    {
        // Another run, or an answer from before the re-run, late.
        return Vec::new();
    }
    if facts.says_more_than(known) {
        events.push(RolloutEvent::ProductionRunChanged(facts).into());
    }
    if events.is_empty() {
        events.extend(stages::observe_production_jobs(release, seen));
    }
    events
}

/// The dispatch that an approval asked for was taken: production is let go.
pub(super) fn dispatched(release: &Release, act: Seq, run: Option<RunId>) -> Vec<Event> {
    let stage = release
        .approval
        .request
        .as_ref()
        .map_or(0, |request| request.stage);
    let by = release
        .approval
        .request
        .as_ref()
        .and_then(|request| request.by.clone());
    let granted = ApprovalEvent::Granted {
        stage,
        by,
        ours: Some(act),
        bypassed: false,
        open: stages::open_gates(release),
    };
    let found = run.map(|run| RolloutEvent::ProductionRunFound { run }.into());
    std::iter::once(granted.into()).chain(found).collect()
}

fn held(release: &Release, pending: &[PendingDeployment]) -> Option<Event> {
    let mut holds = pending.to_vec();
    holds.sort_by_key(|hold| hold.environment);
    (release.approval.holds != holds).then(|| ApprovalEvent::HeldBy { holds }.into())
}

fn steps(release: &Release, jobs: &[JobSnapshot]) -> Vec<Event> {
    release
        .policy
        .pipeline
        .iter()
        .filter_map(|rule| {
            let now = step_of(rule, jobs)?;
            let known = release
                .rollout
                .steps
                .iter()
                .find(|step| step.name == rule.name)?;
            (now != *known).then(|| {
                RolloutEvent::StepChanged {
                    step: now.name,
                    state: now.state,
                    started: now.started,
                    completed: now.completed,
                }
                .into()
            })
        })
        .collect()
}

/// A step from its jobs; `None` while none of them exists.
fn step_of(rule: &StepRule, jobs: &[JobSnapshot]) -> Option<Step> {
    let own: Vec<&JobSnapshot> = jobs
        .iter()
        .filter(|job| rule.jobs.iter().any(|glob| glob.holds(job.name.as_str())))
        .collect();
    if own.is_empty() {
        return None;
    }
    let all_ended = own.iter().all(|job| job.status == RunStatus::Completed);
    let has =
        |wanted: fn(Conclusion) -> bool| own.iter().any(|job| job.conclusion.is_some_and(wanted));
    let failed = has(|conclusion| {
        !matches!(
            conclusion,
            Conclusion::Success | Conclusion::Neutral | Conclusion::Skipped | Conclusion::Cancelled
        )
    });
    let begun = own
        .iter()
        .any(|job| matches!(job.status, RunStatus::InProgress | RunStatus::Completed));
    let state = if failed {
        StepState::Failed
    } else if all_ended
        && has(|conclusion| matches!(conclusion, Conclusion::Success | Conclusion::Neutral))
    {
        StepState::Passed
    } else if all_ended {
        StepState::Skipped
    } else if begun {
        StepState::Running
    } else {
        StepState::Waiting
    };
    let completed = if all_ended {
        own.iter().filter_map(|job| job.completed).max()
    } else {
        None
    };
    Some(Step {
        name: rule.name.clone(),
        state,
        started: own.iter().filter_map(|job| job.started).min(),
        completed,
    })
}

/// Whether what was approved is still what stands there, by a look that began after the approval.
fn check_request(release: &Release, seen: &RunSeen) -> Option<Event> {
    let request = release.approval.in_flight()?;
    let is_fresh = request.progress == ApprovalProgress::Requested
        && seen.asked > request.at
        && seen.artifacts.is_some()
        && (seen.pending.is_some() || seen.run.status == RunStatus::Completed);
    let before = request.shown.as_ref()?;
    if !is_fresh {
        return None;
    }
    let changes = match release.shown() {
        Some(now) => before.changes(&now),
        None => vec![Change {
            what: "the run".into(),
            was: "waiting for a decision".into(),
            now: Text::line(release_word(release)),
        }],
    };
    let act = request.seq;
    let event = if changes.is_empty() {
        ApprovalEvent::Checked { act }
    } else {
        ApprovalEvent::Locked { act, changes }
    };
    Some(event.into())
}

fn release_word(release: &Release) -> &'static str {
    match release.rollout.run.as_ref().map(|run| run.status) {
        _ if !release.rollback.attempts.is_empty() => "after a rollback was asked for",
        Some(RunStatus::Completed) => "at its end",
        Some(_) => "no longer waiting",
        None => "unknown",
    }
}
