//! Stages against what is known: held, let go, deploying, deployed, failed, and who reviewed.

use jiff::Timestamp;

use super::jobs::{has_begun, left_behind, stage_jobs, was_let_go};
use crate::domain::{
    Event, Login, Text,
    approval::ApprovalEvent,
    judge::State,
    observation::{
        Conclusion, JobSnapshot, PendingDeployment, ReviewSnapshot, ReviewState, RunSeen, RunStatus,
    },
    policy::GateKind,
    release::{Release, escalation},
    rollout::{JobFacts, RolloutEvent, StageState},
};

pub(super) fn observe_stages(release: &Release, seen: &RunSeen) -> Vec<Event> {
    match release.policy.target.gate {
        GateKind::Environment => {
            let mut events = jobs_changed(release, seen);
            for index in 0..release.rollout.stages.len() {
                if events.is_empty() {
                    events.extend(observe_held_stage(release, seen, index));
                }
            }
            if events.is_empty() {
                events.extend(production_deployed(release));
            }
            events
        }
        GateKind::Dispatch => waits_for_dispatch(release, seen).into_iter().collect(),
    }
}

/// The jobs of the run that deploys, for `gate = "dispatch"`.
pub(super) fn observe_production_jobs(release: &Release, seen: &RunSeen) -> Vec<Event> {
    let mut events = jobs_changed(release, seen);
    if events.is_empty() {
        let last = release.rollout.stages.len().saturating_sub(1);
        events.extend(progress(release, seen, last));
    }
    if events.is_empty() {
        events.extend(production_deployed(release));
    }
    events
}

/// With a dispatch gate the decision is due once the run has passed.
fn waits_for_dispatch(release: &Release, seen: &RunSeen) -> Option<Event> {
    let passed =
        seen.run.status == RunStatus::Completed && seen.run.conclusion == Some(Conclusion::Success);
    let is_due = passed
        && release.approval.waiting.is_none()
        && release.approval.first_grant().is_none()
        && release.approval.rejection.is_none()
        && release.rollout.production_run.is_none();
    is_due.then(|| waiting(release, 0, seen))
}

/// A decision has waited since the run came to stand there, however late cockpit looks.
fn waiting(release: &Release, stage: usize, seen: &RunSeen) -> Event {
    let stands = matches!(seen.run.status, RunStatus::Waiting | RunStatus::Completed);
    let before = Some(seen.run.updated).filter(|updated| stands && *updated < seen.asked);
    let since = before.unwrap_or(seen.asked);
    ApprovalEvent::Waiting {
        stage,
        escalate_at: escalation(release, since, release.start().filter(|_| stage == 0)),
        since: before,
    }
    .into()
}

fn observe_held_stage(release: &Release, seen: &RunSeen, index: usize) -> Option<Event> {
    let stage = release.rollout.stages.get(index)?;
    if !stage.is_held {
        return watched(release, seen, index);
    }
    let hold = release
        .approval
        .holds
        .iter()
        .find(|hold| hold.name.as_str() == stage.name);
    let granted = release.approval.granted(index);
    match (stage.state, hold) {
        (StageState::Waiting, Some(_)) if seen.pending.is_some() => {
            Some(stage_changed(index, StageState::Held, seen.asked))
        }
        (StageState::Held, Some(_))
            if release.approval.waiting.is_none() && release.approval.rejection.is_none() =>
        {
            Some(waiting(release, index, seen))
        }
        (StageState::Held, None) if !granted => let_go(release, seen, index),
        (StageState::Waiting, None) if !granted => {
            passed_unseen(release, seen, index).or_else(|| began_unseen(release, seen, index))
        }
        _ if granted || stage.state == StageState::Failed => progress(release, seen, index),
        _ => None,
    }
}

/// A stage that was held is held no longer: by whose word?
fn let_go(release: &Release, seen: &RunSeen, index: usize) -> Option<Event> {
    let reviews = seen.reviews.as_ref()?;
    seen.pending.as_ref()?;
    if release.approval.rejection.is_some() {
        return None;
    }
    let held = held_before(release, index);
    let of_stage = reviews.iter().filter(|review| {
        review.state != ReviewState::Pending
            && (review.environments.is_empty()
                || held.iter().any(|id| review.environments.contains(id)))
    });
    // The list tells neither time nor attempt: our own marker comes before what the jobs show, and that before a
    // rejection that may be an earlier attempt's.
    let (ours, others): (Vec<_>, Vec<_>) =
        of_stage.partition(|review| our_act(release, &review.comment).is_some());
    let was_let_go = stage_jobs(release, seen, index).any(was_let_go);
    let of = |state: ReviewState| others.iter().rfind(|review| review.state == state).copied();
    let (rejection, approval) = (of(ReviewState::Rejected), of(ReviewState::Approved));
    if let Some(review) = ours.last() {
        return Some(if review.state == ReviewState::Rejected {
            rejected(release, review)
        } else {
            granted(release, index, Some(review))
        });
    }
    match rejection {
        Some(_) if was_let_go => Some(granted(release, index, approval)),
        // Where an earlier attempt may have been rejected, only the run's end says that this one was.
        Some(review) => {
            let is_certain = approval.is_none() && release.attempt() == 1
                || seen.run.status == RunStatus::Completed;
            is_certain.then(|| rejected(release, review))
        }
        // GitHub fails the held job of a run that expires: nobody let it go.
        None => {
            let has_begun = || stage_jobs(release, seen, index).any(has_begun);
            (approval.is_some() || !is_expiry(release, seen) && has_begun())
                .then(|| granted(release, index, approval))
        }
    }
}

fn is_expiry(release: &Release, seen: &RunSeen) -> bool {
    seen.run.status == RunStatus::Completed
        && seen.run.conclusion != Some(Conclusion::Success)
        && release.has_expired()
}

/// A stage that a later one has left behind: it passed before cockpit looked, or in the attempt before, which is not repeated
/// where only the failed jobs run again. It serves since now: its gates are asked anew.
fn passed_unseen(release: &Release, seen: &RunSeen, index: usize) -> Option<Event> {
    let mut later = release.rollout.stages.get(index + 1..)?.iter();
    let is_past = later.any(|stage| {
        stage.state != StageState::Waiting
            || stage.is_held && holds_of(seen).any(|hold| hold.name.as_str() == stage.name)
    });
    let state = is_past.then(|| left_behind(release, seen, index)).flatten();
    state.map(|state| stage_changed(index, state, seen.asked))
}

/// A stage that began before cockpit looked.
fn began_unseen(release: &Release, seen: &RunSeen, index: usize) -> Option<Event> {
    let reviews = seen.reviews.as_ref()?;
    if index + 1 != release.rollout.stages.len() || !stage_jobs(release, seen, index).any(has_begun)
    {
        return None;
    }
    // Which of several reviews let this stage go cannot be told: the hold, and with it the environment, was never seen.
    let mut approvals = reviews
        .iter()
        .filter(|review| review.state == ReviewState::Approved);
    match (approvals.next(), approvals.next()) {
        (None, _) => Some(granted(release, index, None)),
        (only, None) => Some(granted(release, index, only)),
        (Some(first), Some(_)) => {
            let unnamed = ReviewSnapshot {
                by: None,
                ..first.clone()
            };
            Some(granted(release, index, Some(&unnamed)))
        }
    }
}

/// The environment ids by which this stage may have been reviewed: those of the request, and those seen holding it.
fn held_before(release: &Release, index: usize) -> Vec<crate::domain::EnvironmentId> {
    release
        .rollout
        .stages
        .get(index)
        .map(|stage| {
            release
                .approval
                .known_environments
                .iter()
                .filter(|(_, name)| name.as_str() == stage.name)
                .map(|(id, _)| *id)
                .collect()
        })
        .unwrap_or_default()
}

fn granted(release: &Release, index: usize, review: Option<&ReviewSnapshot>) -> Event {
    ApprovalEvent::Granted {
        stage: index,
        by: review.and_then(|review| review.by.clone()),
        ours: review.and_then(|review| our_act(release, &review.comment)),
        bypassed: review.is_none(),
        open: open_gates(release),
    }
    .into()
}

fn rejected(release: &Release, review: &ReviewSnapshot) -> Event {
    let by: Option<Login> = review.by.clone();
    ApprovalEvent::Rejected {
        by,
        comment: review.comment.clone(),
        ours: our_act(release, &review.comment),
    }
    .into()
}

/// Our request, recognised by its marker in the comment.
fn our_act(release: &Release, comment: &Text) -> Option<crate::domain::Seq> {
    let request = release.approval.request.as_ref()?;
    let marker = match &request.digest {
        Some(digest) => format!("cockpit {}", digest.short()),
        None => format!("cockpit {}", release.marker("x", request.stage + 1)),
    };
    comment.as_str().contains(&marker).then_some(request.seq)
}

/// Gates that do not pass now.
pub(super) fn open_gates(release: &Release) -> Vec<(String, State)> {
    release
        .gates()
        .iter()
        .filter(|gate| gate.verdict.state != State::Pass)
        .map(|gate| (gate.name.clone(), gate.verdict.state))
        .collect()
}

/// What the jobs of a stage that was let go say.
fn progress(release: &Release, seen: &RunSeen, index: usize) -> Option<Event> {
    let stage = release.rollout.stages.get(index)?;
    let is_last = index + 1 == release.rollout.stages.len();
    let ended = seen.run.status == RunStatus::Completed;
    match stage.state {
        StageState::Waiting | StageState::Held if is_last => began(release, seen, index),
        StageState::Waiting | StageState::Held => Some(stage_changed(
            index,
            StageState::Deploying,
            first_start(release, seen, index).unwrap_or(seen.asked),
        )),
        StageState::Deploying if is_last => jobs_end(release, seen, index),
        StageState::Deploying => {
            let next = release.rollout.stages.get(index + 1)?;
            let next_held = holds_of(seen).any(|hold| hold.name.as_str() == next.name);
            let next_began = !next.is_held && stage_jobs(release, seen, index + 1).any(has_begun);
            if next_held || next_began {
                left_behind(release, seen, index)
                    .map(|state| stage_changed(index, state, seen.asked))
            } else if ended && seen.run.conclusion == Some(Conclusion::Success) {
                Some(stage_changed(index, StageState::Deployed, seen.run.updated))
            } else if ended {
                Some(stage_changed(index, StageState::Failed, seen.run.updated))
            } else {
                None
            }
        }
        StageState::Failed if release.rollout.issues.is_empty() => Some(issue(release)),
        StageState::Failed | StageState::Deployed => None,
    }
}

/// What the jobs of a stage say that GitHub does not hold: it begins and ends with them.
fn watched(release: &Release, seen: &RunSeen, index: usize) -> Option<Event> {
    let stage = release.rollout.stages.get(index)?;
    match stage.state {
        StageState::Waiting | StageState::Held => began(release, seen, index),
        StageState::Deploying => jobs_end(release, seen, index),
        StageState::Failed if release.rollout.issues.is_empty() => Some(issue(release)),
        StageState::Failed | StageState::Deployed => None,
    }
}

/// A stage deploys since its first job works.
fn began(release: &Release, seen: &RunSeen, index: usize) -> Option<Event> {
    let has_begun = stage_jobs(release, seen, index).any(has_begun);
    // A job that works without telling since when works since it was seen.
    let since = first_start(release, seen, index).or_else(|| has_begun.then_some(seen.asked))?;
    Some(stage_changed(index, StageState::Deploying, since))
}

/// When the first of a stage's jobs that have begun did, where one tells.
fn first_start(release: &Release, seen: &RunSeen, index: usize) -> Option<Timestamp> {
    stage_jobs(release, seen, index)
        .filter(|job| has_begun(job))
        .filter_map(|job| job.started)
        .min()
}

fn holds_of(seen: &RunSeen) -> impl Iterator<Item = &PendingDeployment> {
    seen.pending.iter().flatten()
}

/// A stage ends with its jobs, or with the run.
fn jobs_end(release: &Release, seen: &RunSeen, index: usize) -> Option<Event> {
    let jobs: Vec<&JobSnapshot> = stage_jobs(release, seen, index).collect();
    let run_ended = seen.run.status == RunStatus::Completed;
    let all_ended = jobs.iter().all(|job| job.status == RunStatus::Completed);
    if !(run_ended || !jobs.is_empty() && all_ended) {
        return None;
    }
    let good = jobs
        .iter()
        .all(|job| job.conclusion == Some(Conclusion::Success))
        && (!jobs.is_empty() || seen.run.conclusion == Some(Conclusion::Success));
    let at = latest(jobs.iter().map(|job| job.completed)).unwrap_or(seen.run.updated);
    let state = if good {
        StageState::Deployed
    } else {
        StageState::Failed
    };
    Some(stage_changed(index, state, at))
}

fn stage_changed(stage: usize, state: StageState, at: Timestamp) -> Event {
    RolloutEvent::StageChanged { stage, state, at }.into()
}

fn issue(release: &Release) -> Event {
    let bad: Vec<String> = release
        .rollout
        .jobs
        .iter()
        .filter(|job| job.conclusion != Some(Conclusion::Success))
        .map(|job| {
            let word = job.conclusion.map_or("not ended", Conclusion::word);
            format!("{} ({word})", job.name)
        })
        .collect();
    let why = match (release.rollout.is_partial(), bad.is_empty()) {
        _ if serving_share(release).is_some() => partial_canary(release),
        (true, _) => partial(release, &bad),
        (false, true) => "the deploy failed".to_owned(),
        (false, false) => format!("the deploy failed: {}", bad.join(", ")),
    };
    RolloutEvent::IssueDetected {
        why: Text::line(&why),
    }
    .into()
}

/// The share that serves the candidate where a later stage failed.
fn serving_share(release: &Release) -> Option<&str> {
    let stages = release.rollout.stages.iter();
    let mut serving = stages.filter(|stage| stage.state == StageState::Deployed);
    serving.next_back()?.weight.as_deref()
}

/// What serves what, by a canary's stages: the jobs of one are not those of another.
fn partial_canary(release: &Release) -> String {
    let stages = &release.rollout.stages;
    let failed = stages
        .iter()
        .find(|stage| stage.state == StageState::Failed);
    let before = release.rollout.before.as_ref();
    let before = before.and_then(|answer| answer.name());
    format!(
        "partial deploy: {} serves {}, {} the rest; the deploy to {} failed ({})",
        release.name(),
        serving_share(release).unwrap_or("a share"),
        before.unwrap_or("the version before"),
        failed
            .and_then(|stage| stage.weight.as_deref())
            .unwrap_or("the next"),
        failed.map_or("its job", |stage| stage.name.as_str()),
    )
}

/// What serves what, as far as the jobs tell.
fn partial(release: &Release, bad: &[String]) -> String {
    let good: Vec<&str> = release
        .rollout
        .jobs
        .iter()
        .filter(|job| job.conclusion == Some(Conclusion::Success))
        .map(|job| job.name.as_str())
        .collect();
    let before = release.rollout.before.as_ref();
    let before = before.and_then(|answer| answer.name());
    format!(
        "partial deploy: {} serves in {}; {} may still serve in {}",
        release.name(),
        good.join(", "),
        before.unwrap_or("the version before"),
        bad.join(", ")
    )
}

fn production_deployed(release: &Release) -> Option<Event> {
    let stages = &release.rollout.stages;
    let all = !stages.is_empty()
        && stages
            .iter()
            .all(|stage| stage.state == StageState::Deployed);
    if !all || release.rollout.deployed.is_some() {
        return None;
    }
    let at = latest(stages.iter().map(|stage| stage.since))?;
    Some(RolloutEvent::ProductionDeployed { at }.into())
}

fn jobs_changed(release: &Release, seen: &RunSeen) -> Vec<Event> {
    if seen.jobs.is_none() {
        return Vec::new();
    }
    let last = release.rollout.stages.len().saturating_sub(1);
    let jobs: Vec<JobFacts> = stage_jobs(release, seen, last)
        .map(JobFacts::from)
        .collect();
    if jobs == release.rollout.jobs {
        Vec::new()
    } else {
        vec![RolloutEvent::JobsChanged { jobs }.into()]
    }
}

/// The latest of these times, where any is known.
fn latest(times: impl Iterator<Item = Option<Timestamp>>) -> Option<Timestamp> {
    times.flatten().max()
}
