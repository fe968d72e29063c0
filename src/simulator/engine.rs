//! How the world moves on: jobs start and end, runs hold lanes, reviews let deployments through.
//!
//! Knows no wire. Each rule is one function over `State` with its own instant, so a world that is asked once a minute is the
//! same as one that is asked each second.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    deployment::Deployment,
    log::ActEntry,
    repository,
    run::{Artifact, Effect, End, Review, Run, Status},
    scenario::Scenario,
    slack,
    state::{Happening, State},
};

/// Seconds until a runner takes a job.
const RUNNER: i64 = 3;

/// Plays everything that is due by `now`, in order.
pub(super) fn advance(state: &mut State, now: Timestamp) {
    while let Some(first) = state.queue.first_entry() {
        let at = first.key().0;
        if at > now {
            break;
        }
        let what = first.remove();
        state.now = at;
        happen(state, what, at);
    }
    state.now = state.now.max(now);
}

fn happen(state: &mut State, what: Happening, at: Timestamp) {
    match what {
        Happening::JobStarts { run, job } => job_starts(state, run, job, at),
        Happening::JobEnds { run, job } => job_ends(state, run, job, at),
        Happening::RunStops { run } => stop(state, run, at),
        Happening::Serves { build, percent } => state.serve(build, percent, at),
        Happening::Uploads { run, name, bytes } => uploads(state, run, name, bytes, at),
        Happening::SlackClick { user, tries } => slack::click_in_turn(state, &user, tries, at),
        Happening::BrowserApproves { run, by } => {
            let Some(held) = state.run(run).map(Run::held_by) else {
                return;
            };
            if !held.is_empty() {
                state.log.act(ActEntry {
                    at,
                    act: "approve",
                    actor: by.to_owned(),
                    via: "browser",
                    run,
                    body: serde_json::Value::Null,
                });
                let review = Review {
                    by: by.to_owned(),
                    approved: true,
                    comment: "looks good".to_owned(),
                    environments: held,
                };
                reviewed(state, run, review, at);
            }
        }
    }
}

/// An upload with `overwrite`: the artifact of that name is gone, and there is another one.
fn uploads(state: &mut State, run: u64, name: &'static str, bytes: Arc<[u8]>, at: Timestamp) {
    let id = state.mint();
    let Some(r) = state.run_mut(run) else { return };
    r.artifacts.retain(|artifact| artifact.name != name);
    r.artifacts.push(Artifact {
        id,
        name,
        bytes,
        created: at,
    });
    r.updated = at;
}

/// Lets a run take its lane, or queue for it. One run may wait: a newer one takes its place.
pub(super) fn begin(state: &mut State, run: u64, at: Timestamp) {
    let Some(group) = state.run(run).map(|r| r.group) else {
        return;
    };
    let others = state
        .runs
        .iter()
        .filter(|r| r.id != run && r.group == group && !group.is_empty());
    let (mut taken, mut waits) = (false, None);
    for other in others {
        taken |= other.holds_lane();
        if other.status == Status::Pending {
            waits = Some(other.id);
        }
    }
    if taken {
        if let Some(older) = waits {
            stop(state, older, at);
        }
        if let Some(r) = state.run_mut(run) {
            r.status = Status::Pending;
        }
    } else {
        if let Some(r) = state.run_mut(run) {
            r.status = Status::Queued;
            r.started = at;
            r.updated = at;
        }
        unlock(state, run, at);
    }
}

/// Looks at every job that has not begun: queues it, holds it, or skips it.
pub(super) fn unlock(state: &mut State, run: u64, at: Timestamp) {
    let Some(jobs) = state.run(run).map(|r| r.jobs.clone()) else {
        return;
    };
    for (index, job) in jobs.iter().enumerate() {
        // Read again: an earlier turn of this loop may have skipped what this one needs.
        let ends: Vec<_> = match state.run(run) {
            Some(r) => job
                .needs
                .iter()
                .map(|need| r.jobs[*need].conclusion)
                .collect(),
            None => return,
        };
        if job.status != Status::Pending {
            continue;
        }
        if ends.iter().flatten().any(|end| *end != End::Success) {
            finish(state, run, index, End::Skipped, at);
        } else if ends.iter().all(Option::is_some) {
            ready(state, run, index, at);
        }
    }
    settle(state, run, at);
}

/// A job whose needs are met: waits for its review, or for a runner.
fn ready(state: &mut State, run: u64, index: usize, at: Timestamp) {
    let scenario = state.scenario;
    let deployment = deployment_of(state, run, index, at);
    let Some(r) = state.run_mut(run) else { return };
    let job = &mut r.jobs[index];
    let id = job.id;
    let held = job.environment.is_some_and(|e| is_protected(scenario, e)) && !job.approved;
    job.status = if held {
        Status::Waiting
    } else {
        Status::Queued
    };
    if let Some(deployment) = deployment {
        state.mark(deployment, if held { "waiting" } else { "queued" }, at);
    }
    if !held {
        state.plan(at, RUNNER, Happening::JobStarts { run, job: id });
    }
}

/// Whether an environment asks for a review.
pub(super) fn is_protected(scenario: Scenario, environment: &str) -> bool {
    scenario != Scenario::DispatchGate && environment.starts_with("production")
}

fn deployment_of(state: &mut State, run: u64, index: usize, at: Timestamp) -> Option<u64> {
    let r = state.run(run)?;
    let job = &r.jobs[index];
    let environment = job.environment?;
    if job.deployment.is_some() {
        return job.deployment;
    }
    let (sha, creator, job_id) = (r.sha.clone(), r.triggering_actor.clone(), job.id);
    let id = state.mint();
    state.deployments.push(Deployment {
        id,
        environment,
        sha,
        creator,
        created: at,
        run,
        job: job_id,
        stages: Vec::new(),
    });
    state.run_mut(run)?.jobs[index].deployment = Some(id);
    Some(id)
}

/// A review was given: what it names goes on, or fails. Answers with the deployments' ids.
pub(super) fn reviewed(state: &mut State, run: u64, review: Review, at: Timestamp) -> Vec<u64> {
    let Some(r) = state.run_mut(run) else {
        return Vec::new();
    };
    let mut deployments = Vec::new();
    let mut decided = Vec::new();
    for job in &mut r.jobs {
        let named = job
            .environment
            .is_some_and(|e| review.environments.contains(&e));
        if named && job.status == Status::Waiting {
            // Back to pending: the engine looks at it again, now approved, or ends it here.
            job.status = if review.approved {
                Status::Pending
            } else {
                Status::Completed
            };
            job.approved = review.approved;
            if !review.approved {
                job.conclusion = Some(End::Failure);
                job.completed = Some(at);
            }
            deployments.extend(job.deployment);
            decided.push(job.deployment);
        }
    }
    let approved = review.approved;
    r.reviews.insert(0, review);
    r.updated = at;
    if !approved {
        for deployment in decided.into_iter().flatten() {
            state.mark(deployment, "failure", at);
        }
    }
    unlock(state, run, at);
    deployments
}

fn job_starts(state: &mut State, run: u64, job: u64, at: Timestamp) {
    let Some(j) = state.job_mut(run, job) else {
        return;
    };
    if j.status != Status::Queued {
        return;
    }
    j.status = Status::InProgress;
    j.started = Some(at);
    let (seconds, deployment) = (j.seconds, j.deployment);
    if matches!(j.effect, Effect::Serve(..)) {
        // A newer deployment replaces one that the cluster had still in hand.
        state
            .queue
            .retain(|_, what| !matches!(what, Happening::Serves { .. }));
    }
    if let Some(deployment) = deployment {
        state.mark(deployment, "in_progress", at);
    }
    state.plan(at, seconds, Happening::JobEnds { run, job });
    settle(state, run, at);
}

fn job_ends(state: &mut State, run: u64, job: u64, at: Timestamp) {
    let Some(r) = state.run(run) else { return };
    let Some(index) = r.jobs.iter().position(|j| j.id == job) else {
        return;
    };
    if r.jobs[index].status != Status::InProgress {
        return;
    }
    let (planned, effect) = (r.jobs[index].planned, r.jobs[index].effect.clone());
    if planned == End::Success {
        match effect {
            Effect::Nothing => {}
            Effect::Upload(files) => {
                for (name, bytes) in files {
                    let id = state.mint();
                    if let Some(r) = state.run_mut(run) {
                        r.artifacts.push(Artifact {
                            id,
                            name,
                            bytes,
                            created: at,
                        });
                    }
                }
            }
            Effect::Serve(build, percent) => state.serve(build, percent, at),
        }
    }
    finish(state, run, index, planned, at);
    unlock(state, run, at);
}

/// Ends a job.
fn finish(state: &mut State, run: u64, index: usize, end: End, at: Timestamp) {
    let Some(r) = state.run_mut(run) else { return };
    let job = &mut r.jobs[index];
    job.status = Status::Completed;
    job.conclusion = Some(end);
    job.completed = Some(at);
    let deployment = job.deployment;
    if let Some(deployment) = deployment {
        let word = match end {
            End::Success => "success",
            End::Failure | End::Cancelled => "failure",
            End::Skipped => "inactive",
        };
        state.mark(deployment, word, at);
    }
}

/// Reads the run's state off its jobs; a run that ended frees its lane.
fn settle(state: &mut State, run: u64, at: Timestamp) {
    let Some(r) = state.run_mut(run) else { return };
    if !r.is_open() {
        return;
    }
    let has = |status| r.jobs.iter().any(|job| job.status == status);
    let ended = |end| r.jobs.iter().any(|job| job.conclusion == Some(end));
    if r.jobs.iter().all(|job| !job.is_open()) {
        r.conclusion = Some(if ended(End::Cancelled) {
            End::Cancelled
        } else if ended(End::Failure) {
            End::Failure
        } else {
            End::Success
        });
        r.status = Status::Completed;
    } else if has(Status::InProgress) {
        r.status = Status::InProgress;
    } else if has(Status::Waiting) {
        r.status = Status::Waiting;
    } else {
        r.status = Status::Queued;
    }
    r.updated = at;
    let (ended, waits, group) = (!r.is_open(), r.status == Status::Waiting, r.group);
    if ended {
        let next = state
            .runs
            .iter()
            .find(|r| r.group == group && r.status == Status::Pending);
        if let Some(next) = next.map(|r| r.id) {
            begin(state, next, at);
        }
    }
    let elsewhere = state.scenario == Scenario::ApprovedElsewhere && run == state.release_run;
    let planned = state
        .queue
        .values()
        .any(|what| matches!(what, Happening::BrowserApproves { .. }));
    if waits && elsewhere && !planned {
        let by = repository::PEOPLE[1];
        state.plan(at, 60, Happening::BrowserApproves { run, by });
    }
}

/// Stops what is left of a run, as cancelled.
fn stop(state: &mut State, run: u64, at: Timestamp) {
    let Some(r) = state.run(run).filter(|r| r.is_open()) else {
        return;
    };
    let open: Vec<_> = (0..r.jobs.len()).filter(|n| r.jobs[*n].is_open()).collect();
    for index in open {
        let Some(r) = state.run(run) else { return };
        let job = &r.jobs[index];
        // The cluster goes on with a deploy that a runner has begun, whatever becomes of the runner.
        if let (Status::InProgress, Effect::Serve(build, percent)) = (job.status, &job.effect) {
            let begun = job.started.unwrap_or(at);
            let (build, percent, seconds) = (build.clone(), *percent, job.seconds);
            let left = (begun.as_second() + seconds - at.as_second()).max(1);
            state.plan(at, left, Happening::Serves { build, percent });
        }
        finish(state, run, index, End::Cancelled, at);
    }
    settle(state, run, at);
}
