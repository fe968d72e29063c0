//! What GitHub told of months of deliveries: deployments with every status, runs with the jobs of every attempt.
//!
//! A ledger only grows: what was read and cannot change any more is never asked for again. It knows no address and no file.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::{
    DeploymentId, JobId, Repository, RunId, Sha, Text, later,
    observation::{Conclusion, DeploymentState},
    policy::{GateKind, Policy},
};

/// A run can be run again within thirty days, and a deployment of then still change; a day more for good measure.
pub const UNSETTLED: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Which deliveries count: those of one job into one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Where.
    pub repository: Repository,
    /// The production environment.
    pub environment: String,
    /// File name of the workflow that deploys.
    pub workflow: String,
    /// The job that deploys, with its matrix.
    pub job: String,
    /// File name of the workflow that rolls back.
    pub rollback: Option<String>,
}

impl Scope {
    /// What the rules of a service count.
    pub fn of(repository: Repository, policy: &Policy) -> Self {
        let target = &policy.target;
        let dispatched = target.dispatch.as_ref();
        let dispatched = dispatched.filter(|_| target.gate == GateKind::Dispatch);
        let file = |workflow: &str| workflow.rsplit('/').next().unwrap_or(workflow).to_owned();
        let back = policy
            .rollback
            .as_ref()
            .and_then(|rule| rule.dispatch.as_ref());
        Self {
            repository,
            environment: target.environment.clone(),
            workflow: file(dispatched.map_or(&target.workflow, |rule| &rule.workflow)),
            job: target.job.clone(),
            rollback: back.map(|rule| file(&rule.workflow)),
        }
    }
}

impl Scope {
    /// Whether both count the same deliveries; GitHub ignores the case of hosts, owners and names.
    pub fn is(&self, other: &Self) -> bool {
        self.is_of(&other.repository, &other.environment)
            && self.workflow == other.workflow
            && self.job == other.job
            && self.rollback == other.rollback
    }

    /// Whether it is of that repository and environment.
    pub fn is_of(&self, repository: &Repository, environment: &str) -> bool {
        let mine = &self.repository;
        mine.host.eq_ignore_ascii_case(&repository.host)
            && mine.slug().eq_ignore_ascii_case(&repository.slug())
            && self.environment == environment
    }
}

/// A deployment to the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastDeployment {
    /// Its id.
    pub id: DeploymentId,
    /// The head of the ref that was run.
    pub sha: Sha,
    /// Creation.
    pub created: Timestamp,
    /// What became of it; `None`: not asked yet.
    pub course: Option<Course>,
}

/// The statuses of a deployment, and where they come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The run, from the address of the log.
    pub run: Option<RunId>,
    /// The job.
    pub job: Option<JobId>,
    /// Every state with its time, oldest first.
    pub states: Vec<(DeploymentState, Timestamp)>,
}

impl Course {
    /// Whether nothing that counts can come any more.
    pub fn is_over(&self) -> bool {
        self.states.iter().any(|(state, _)| {
            matches!(
                state,
                DeploymentState::Success
                    | DeploymentState::Failure
                    | DeploymentState::Error
                    | DeploymentState::Inactive
            )
        })
    }

    /// When it was in production for the first time.
    pub fn live(&self) -> Option<Timestamp> {
        self.first(DeploymentState::Success)
    }

    /// When it began to work.
    pub fn began(&self) -> Option<Timestamp> {
        self.first(DeploymentState::InProgress)
    }

    fn first(&self, wanted: DeploymentState) -> Option<Timestamp> {
        self.states
            .iter()
            .find(|(state, _)| *state == wanted)
            .map(|(_, at)| *at)
    }

    /// The times in which a protection rule held it.
    pub fn held(&self) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        self.states.windows(2).filter_map(|pair| {
            let [(state, from), (_, until)] = pair else {
                return None;
            };
            (*state == DeploymentState::Waiting).then_some((*from, *until))
        })
    }
}

/// A run of the deploying or of the rolling back workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastRun {
    /// Its id.
    pub id: RunId,
    /// Its newest attempt.
    pub attempt: u32,
    /// The commit that it carries.
    pub sha: Sha,
    /// When that commit was made; `None`: not told.
    pub committed: Option<Timestamp>,
    /// Creation.
    pub created: Timestamp,
    /// The newest change.
    pub updated: Timestamp,
    /// How its newest attempt ended; `None`: it has not.
    pub conclusion: Option<Conclusion>,
    /// The jobs of all attempts; `None`: not asked yet.
    pub jobs: Option<Vec<PastJob>>,
}

/// A job of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastJob {
    /// Its id.
    pub id: JobId,
    /// Of which attempt.
    pub attempt: u32,
    /// Its name.
    pub name: Text,
    /// When a runner took it.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub completed: Option<Timestamp>,
}

/// How far back everything was read, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Deployments and runs created since then are all here.
    pub since: Timestamp,
    /// As of then.
    pub read: Timestamp,
}

/// All that was told of one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Which deliveries.
    pub scope: Scope,
    /// Deployments by id.
    pub deployments: BTreeMap<u64, PastDeployment>,
    /// Runs of the deploying workflow by id.
    pub runs: BTreeMap<u64, PastRun>,
    /// Runs of the workflow that rolls back, by id.
    pub rollbacks: BTreeMap<u64, PastRun>,
    /// What is listed whole; `None`: nothing yet.
    pub extent: Option<Extent>,
    /// Tags of first pages, by what was asked: an unchanged one costs nothing.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

impl Ledger {
    /// Nothing told yet.
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            deployments: BTreeMap::new(),
            runs: BTreeMap::new(),
            rollbacks: BTreeMap::new(),
            extent: None,
            tags: BTreeMap::new(),
        }
    }

    /// Takes a listed deployment; whether it is new or not over.
    pub fn take_deployment(&mut self, told: PastDeployment) -> bool {
        let known = self.deployments.entry(told.id.0).or_insert(told);
        !known.course.as_ref().is_some_and(Course::is_over)
    }

    /// Takes a listed run; another attempt's jobs are to be asked for anew.
    pub fn take_run(runs: &mut BTreeMap<u64, PastRun>, mut told: PastRun) {
        let known = runs.remove(&told.id.0);
        told.jobs = known
            .filter(|known| {
                known.attempt == told.attempt
                    && known.updated == told.updated
                    && told.conclusion.is_some()
            })
            .and_then(|known| known.jobs);
        runs.insert(told.id.0, told);
    }

    /// Keeps the newest deployments, at most `most`, and no run that is older than all of them by far.
    pub fn bound(&mut self, most: usize) {
        while self.deployments.len() > most {
            self.deployments.pop_first();
        }
        let oldest = self.deployments.values().map(|told| told.created).min();
        let Some(oldest) = oldest else { return };
        let limit = later(oldest, -UNSETTLED);
        for runs in [&mut self.runs, &mut self.rollbacks] {
            runs.retain(|_, run| run.created >= limit);
        }
    }

    /// From when on lists must be read to hold everything since `since`: what is listed can still change for a while.
    pub fn wanted(&self, since: Timestamp) -> Timestamp {
        match self.extent {
            Some(extent) if extent.since <= since => later(extent.read, -UNSETTLED).max(since),
            _ => since,
        }
    }

    /// Deployments since `since` whose course is to be asked for, the newest first.
    pub fn courses_wanted(&self, since: Timestamp) -> Vec<DeploymentId> {
        let open = |told: &&PastDeployment| {
            told.created >= since && !told.course.as_ref().is_some_and(Course::is_over)
        };
        self.deployments
            .values()
            .rev()
            .filter(open)
            .map(|told| told.id)
            .collect()
    }

    /// Runs that deployed since `since` and whose jobs are to be asked for, the newest first.
    pub fn jobs_wanted(&self, since: Timestamp) -> Vec<RunId> {
        let mut wanted: Vec<RunId> = self
            .deployments
            .values()
            .rev()
            .filter(|told| told.created >= since)
            .filter_map(|told| told.course.as_ref()?.run)
            .filter(|run| self.runs.get(&run.0).is_some_and(|run| run.jobs.is_none()))
            .collect();
        wanted.dedup();
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_run_that_ran_again_is_asked_for_its_jobs_anew() {
        let run = |attempt, jobs| PastRun {
            id: RunId(7),
            attempt,
            sha: Sha::parse(&"a".repeat(40)).unwrap(),
            committed: None,
            created: at(0),
            updated: at(i64::from(attempt)),
            conclusion: Some(Conclusion::Success),
            jobs,
        };
        let mut runs = BTreeMap::new();
        Ledger::take_run(&mut runs, run(1, Some(Vec::new())));
        assert_eq!(runs[&7].jobs, None, "a list tells no jobs");
        runs.get_mut(&7).unwrap().jobs = Some(Vec::new());
        Ledger::take_run(&mut runs, run(1, None));
        assert!(runs[&7].jobs.is_some(), "the same attempt keeps them");
        Ledger::take_run(&mut runs, run(2, None));
        assert_eq!(runs[&7].jobs, None);
    }

    #[test]
    fn waiting_lasts_until_the_next_state() {
        let course = Course {
            run: None,
            job: None,
            states: vec![
                (DeploymentState::Waiting, at(10)),
                (DeploymentState::Queued, at(70)),
                (DeploymentState::InProgress, at(75)),
                (DeploymentState::Success, at(200)),
                (DeploymentState::Inactive, at(900)),
            ],
        };
        assert_eq!(course.held().collect::<Vec<_>>(), [(at(10), at(70))]);
        assert_eq!(
            (course.began(), course.live()),
            (Some(at(75)), Some(at(200)))
        );
        assert!(course.is_over());
    }
}
