//! The whole world at one instant, and what is going to happen in it. `engine` moves it on.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{
    deployment::{Deployment, Stage},
    faults::Faults,
    git::GitStore,
    limits::Limits,
    log::Log,
    release::{Behaviour, Build},
    repository::Repository,
    run::{Job, Run},
    scenario::Scenario,
    workspace::Slack,
};

/// Something that will happen by itself.
#[derive(Debug, Clone)]
pub(super) enum Happening {
    /// A runner takes the job.
    JobStarts { run: u64, job: u64 },
    /// The job ends as planned.
    JobEnds { run: u64, job: u64 },
    /// A cancelled run stops at last.
    RunStops { run: u64 },
    /// What a cancelled deploy had begun is done: cancelling does not stop the cluster.
    Serves { build: Build, percent: u8 },
    /// Another report takes the place of the one of that name.
    Uploads {
        run: u64,
        name: &'static str,
        bytes: Arc<[u8]>,
    },
    /// Someone approves in the browser.
    BrowserApproves { run: u64, by: &'static str },
    /// Someone clicks on Slack's card.
    SlackClick { user: String, tries: u8 },
}

/// What production serves from an instant on.
#[derive(Debug, Clone)]
pub(super) struct Serving {
    pub(super) at: Timestamp,
    /// Who gets what is left of the traffic.
    pub(super) main: Build,
    /// A canary and its per cent of the traffic.
    pub(super) canary: Option<(Build, u8)>,
}

/// What another process needs to share a fast clock.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(super) struct Pace {
    /// What the clock showed when it started.
    pub(super) epoch: Timestamp,
    /// The real instant of that.
    pub(super) started: Timestamp,
    /// How many of its seconds pass in a real one.
    pub(super) speed: f64,
}

/// Everything.
#[derive(Debug)]
pub(super) struct State {
    pub(super) scenario: Scenario,
    pub(super) seed: u64,
    /// How to run with this world's clock, as its maker tells.
    pub(super) pace: Option<Pace>,
    pub(super) epoch: Timestamp,
    pub(super) now: Timestamp,
    pub(super) repository: Repository,
    /// Git objects and refs that were made through the API.
    pub(super) git: GitStore,
    /// Oldest first.
    pub(super) runs: Vec<Run>,
    /// Oldest first.
    pub(super) deployments: Vec<Deployment>,
    /// Oldest first; empty before the first release.
    pub(super) serving: Vec<Serving>,
    /// Feature flags that were switched off.
    pub(super) flags_off: Vec<String>,
    /// The run that the scenario is about.
    pub(super) release_run: u64,
    pub(super) queue: BTreeMap<(Timestamp, u64), Happening>,
    pub(super) log: Log,
    pub(super) limits: Limits,
    pub(super) faults: Faults,
    pub(super) slack: Slack,
    next: u64,
}

impl State {
    pub(super) fn new(scenario: Scenario, seed: u64, epoch: Timestamp) -> Self {
        Self {
            scenario,
            seed,
            pace: None,
            epoch,
            now: epoch,
            repository: Repository::new(scenario, seed, epoch),
            git: GitStore::default(),
            runs: Vec::new(),
            deployments: Vec::new(),
            serving: Vec::new(),
            flags_off: Vec::new(),
            release_run: 0,
            queue: BTreeMap::new(),
            log: Log::default(),
            limits: Limits::new(epoch),
            faults: Faults::new(scenario, seed),
            slack: Slack::default(),
            next: 81_230_000,
        }
    }

    /// A fresh id.
    pub(super) fn mint(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Puts something in front of us, `seconds` after `at`.
    pub(super) fn plan(&mut self, at: Timestamp, seconds: i64, what: Happening) {
        let order = self.mint();
        let due = at + SignedDuration::from_secs(seconds);
        self.queue.insert((due, order), what);
    }

    pub(super) fn run(&self, id: u64) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == id)
    }

    pub(super) fn run_mut(&mut self, id: u64) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.id == id)
    }

    /// A job of a run, to be changed.
    pub(super) fn job_mut(&mut self, run: u64, job: u64) -> Option<&mut Job> {
        self.run_mut(run)?.jobs.iter_mut().find(|j| j.id == job)
    }

    /// What the main part of production serves now.
    pub(super) fn production(&self) -> Option<&Build> {
        self.serving.last().map(|serving| &serving.main)
    }

    /// The build of a commit or version, as it would behave in production.
    pub(super) fn build(&self, name: &str) -> Option<Build> {
        let at = self.repository.find(name)?;
        let candidate = at == self.repository.candidate;
        let version = self.repository.tags.iter().find(|(_, n)| *n == at);
        Some(Build {
            version: version.map_or_else(String::new, |(tag, _)| tag.clone()),
            sha: self.repository.commits[at].sha.clone(),
            behaviour: if candidate {
                self.scenario_behaviour()
            } else {
                Behaviour::Healthy
            },
        })
    }

    fn scenario_behaviour(&self) -> Behaviour {
        match self.scenario {
            Scenario::Regression
            | Scenario::TwoManagers
            | Scenario::RollbackFails
            | Scenario::RollbackRaces
            | Scenario::BlueGreen => Behaviour::Errors,
            Scenario::SlowBurn => Behaviour::Creeps,
            Scenario::NoData => Behaviour::Silent,
            Scenario::SmokeFails => Behaviour::Breaks,
            Scenario::KillSwitch => Behaviour::Flagged,
            Scenario::RestartBlip => Behaviour::Restarts,
            Scenario::Healthy
            | Scenario::StagingFailed
            | Scenario::FlakyNetwork
            | Scenario::ApprovedElsewhere
            | Scenario::DispatchGate
            | Scenario::FirstRelease
            | Scenario::Canary
            | Scenario::CanaryAdvance
            | Scenario::Rolling
            | Scenario::Risky
            | Scenario::Freeze
            | Scenario::LowTraffic
            | Scenario::AlarmBefore
            | Scenario::Storm
            | Scenario::EvidenceChanged
            | Scenario::Months
            | Scenario::SlackApprove
            | Scenario::SlackStranger
            | Scenario::TimeoutEscalates
            | Scenario::PrerequisiteFails
            | Scenario::StageFails
            | Scenario::MetricsBroken => Behaviour::Healthy,
        }
    }

    /// Puts a build in front of that share of the traffic.
    pub(super) fn serve(&mut self, build: Build, percent: u8, at: Timestamp) {
        let main = self.production().cloned();
        let serving = match main {
            Some(main) if percent < 100 => Serving {
                at,
                main,
                canary: Some((build, percent)),
            },
            _ => Serving {
                at,
                main: build,
                canary: None,
            },
        };
        self.serving.push(serving);
    }

    /// Adds a status to a deployment; a success retires the successes before it in the same environment.
    pub(super) fn mark(&mut self, deployment: u64, state: &'static str, at: Timestamp) {
        let Some(place) = self.deployments.iter().position(|d| d.id == deployment) else {
            return;
        };
        let environment = self.deployments[place].environment;
        let id = self.mint();
        self.deployments[place].stages.push(Stage { id, state, at });
        if state != "success" {
            return;
        }
        for other in 0..self.deployments.len() {
            let d = &self.deployments[other];
            if other != place && d.environment == environment && d.state() == "success" {
                let id = self.mint();
                let stage = Stage {
                    id,
                    state: "inactive",
                    at,
                };
                self.deployments[other].stages.push(stage);
            }
        }
    }
}
