//! What a journal knows of a delivery that GitHub does not: who was waited for, the first traffic, the errors after it,
//! and that it was taken back.

use jiff::Timestamp;
use serde::Serialize;

use super::Span;
use crate::domain::{
    Event, Repository, RunId, Sha,
    approval::ApprovalEvent,
    observation::{Minute, Sample},
    policy::{MetricName, Unit},
    release::{Recorded, Release},
    rollback::RollbackProgress,
};

/// One release of this machine, as far as the scorecard asks.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalledDeploy {
    /// Where.
    pub repository: Repository,
    /// The environment.
    pub environment: String,
    /// The run that deployed.
    pub run: RunId,
    /// Its attempt.
    pub attempt: u32,
    /// The candidate's commit.
    pub sha: Option<Sha>,
    /// First production traffic.
    pub traffic: Option<Timestamp>,
    /// When all of it was in production.
    pub live: Option<Timestamp>,
    /// When a person was waited for.
    pub waits: Vec<Span>,
    /// The first rollback that reached its end.
    pub rolled_back: Option<Timestamp>,
    /// Its rollback runs.
    pub rollback_runs: Vec<RunId>,
    /// The error rate after the deploy.
    pub errors: Option<Errors>,
}

/// The mean of the error rate's minutes after a deploy, until it was taken back or the watch ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Errors {
    /// Per cent.
    pub percent: f64,
    /// Of how many minutes.
    pub minutes: usize,
}

impl JournalledDeploy {
    /// From a journal, read whole; `None` where no run is known.
    pub fn of(recorded: &Recorded) -> Option<Self> {
        let release = recorded.release();
        let deploying = release.rollout.deploying_run();
        let run = release.rollout.production_run.unwrap_or(release.key.run);
        let attempts = &release.rollback.attempts;
        let candidate = release
            .evidence
            .candidate
            .as_ref()
            .map(|one| one.sha.clone());
        let sha = candidate.or_else(|| release.rollout.sha().cloned());
        Some(Self {
            repository: release.key.repository.clone(),
            environment: release.policy.target.environment.clone(),
            run,
            attempt: deploying.map_or(1, |facts| facts.attempt),
            sha,
            traffic: release.rollout.first_traffic,
            live: release.rollout.deployed,
            waits: waits(recorded),
            rolled_back: attempts.iter().find_map(|attempt| match attempt.progress {
                RollbackProgress::Finished { at, .. } => Some(at),
                RollbackProgress::Preparing
                | RollbackProgress::Starting
                | RollbackProgress::Running
                | RollbackProgress::Failed { .. } => None,
            }),
            rollback_runs: attempts.iter().filter_map(|attempt| attempt.run).collect(),
            errors: errors(release),
        })
    }
}

/// From "waits for a person" to "GitHub lets it go", stage by stage.
fn waits(recorded: &Recorded) -> Vec<Span> {
    let mut open: Option<(usize, Timestamp)> = None;
    let mut all = Vec::new();
    for stamped in recorded.events() {
        let Event::Approval(event) = &stamped.event else {
            continue;
        };
        match event {
            ApprovalEvent::Waiting { stage, since, .. } => {
                open.get_or_insert((*stage, since.unwrap_or(stamped.stamp.at)));
            }
            ApprovalEvent::Granted { stage, .. } if open.is_some_and(|(one, _)| one == *stage) => {
                all.extend(open.take().map(|(_, from)| (from, stamped.stamp.at)));
            }
            ApprovalEvent::Rejected { .. } | ApprovalEvent::Reopened { .. } => open = None,
            _ => {}
        }
    }
    all
}

/// The first metric that is called an error rate.
fn errors(release: &Release) -> Option<Errors> {
    let is_rate = |name: &MetricName| name.0 == "error_rate" || name.0.ends_with(".error_rate");
    let metric = release
        .policy
        .metrics
        .iter()
        .find(|metric| metric.unit == Unit::Percent && is_rate(&metric.key()))?;
    let series = release.watch.series.get(&metric.key())?;
    let from = Minute::of(release.rollout.deployed?).plus(1);
    let until = release.watch_end().unwrap_or(Minute(i64::MAX));
    let newest = release.watch.newest()?.plus(1);
    let values: Vec<f64> = series
        .range(from..until.min(newest).max(from))
        .filter_map(|(_, sample)| Sample::value(*sample))
        .filter(|value| value.is_finite())
        .collect();
    if values.is_empty() {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "minutes of one watch")]
    let percent = values.iter().sum::<f64>() / values.len() as f64;
    Some(Errors {
        percent,
        minutes: values.len(),
    })
}
