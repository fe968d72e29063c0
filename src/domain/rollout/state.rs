//! The run and its promotion as they stand.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    JobFacts, ProductionAnswer, ProductionSource, RolloutEvent, RunFacts, Stage, StageState, Step,
    StepState,
};
use crate::domain::{
    Outcome, RunId, Seq, Sha, Stamp, Text,
    observation::{
        BranchLead, Conclusion, DeploymentSnapshot, EnvironmentSnapshot, LanePlace, LaneRule,
        LaneSnapshot, RunStatus,
    },
    policy::{Policy, StageBound, Strategy},
};

/// Everything about the run, from its first job to the last stage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rollout {
    /// The release's run.
    pub run: Option<RunFacts>,
    /// Steps before the approval, in order.
    pub steps: Vec<Step>,
    /// Stages; the last is production.
    pub stages: Vec<Stage>,
    /// The production jobs.
    pub jobs: Vec<JobFacts>,
    /// For `gate = "dispatch"`: the run that deploys.
    pub production_run: Option<RunId>,
    /// How it stands.
    pub production_facts: Option<RunFacts>,
    /// The lane: `None` not seen.
    pub lane: Option<LanePlace>,
    /// What the workflow file says of newer runs: `None` not read, `Some(None)` there is no such file.
    pub lane_rule: Option<Option<LaneRule>>,
    /// How far the default branch has gone on.
    pub lead: Option<BranchLead>,
    /// Protection of the production environment.
    pub protection: Option<EnvironmentSnapshot>,
    /// Set when it changed while the release was open.
    pub protection_changed: bool,
    /// Past deployments, newest first.
    pub deployments: Option<Vec<DeploymentSnapshot>>,
    /// The newest deployment of another release, where it failed and none succeeded since.
    pub failed_before: Option<Box<DeploymentSnapshot>>,
    /// What production runs, by source.
    pub production: BTreeMap<ProductionSource, (ProductionAnswer, Timestamp)>,
    /// What production ran when this release was let go.
    pub before: Option<ProductionAnswer>,
    /// First moment with production traffic on the candidate.
    pub first_traffic: Option<Timestamp>,
    /// When everything was deployed.
    pub deployed: Option<Timestamp>,
    /// What is wrong with production.
    pub issues: Vec<Text>,
    /// Its run was cancelled while it waited for its lane.
    pub out_of_lane: bool,
    /// A person's cancel or re-run request and what became of it.
    pub request: Option<(Seq, Option<Outcome>)>,
}

impl Rollout {
    /// An empty rollout with the policy's steps and stages.
    pub fn new(policy: &Policy) -> Self {
        let steps = policy.pipeline.iter().map(|rule| Step {
            name: rule.name.clone(),
            state: StepState::Waiting,
            started: None,
            completed: None,
        });
        Self {
            steps: steps.collect(),
            stages: stages(policy),
            ..Self::default()
        }
    }

    pub(in crate::domain) fn apply(&mut self, stamp: &Stamp, event: &RolloutEvent) {
        match event {
            RolloutEvent::RunChanged(facts) => self.apply_run(facts),
            RolloutEvent::StepChanged {
                step,
                state,
                started,
                completed,
            } => {
                if let Some(known) = self.steps.iter_mut().find(|known| known.name == *step) {
                    known.state = *state;
                    known.started = *started;
                    known.completed = *completed;
                }
            }
            RolloutEvent::JobsChanged { jobs } => self.jobs.clone_from(jobs),
            RolloutEvent::ProductionRunFound { run } => self.production_run = Some(*run),
            RolloutEvent::ProductionRunChanged(facts) => {
                let known = self.production_facts.replace(facts.clone());
                let begins_again = known
                    .as_ref()
                    .is_some_and(|known| known.attempt < facts.attempt);
                if begins_again {
                    self.begin_again();
                }
                self.look_at_lane(known.as_ref(), facts, begins_again);
            }
            RolloutEvent::StageChanged { stage, state, at } => {
                self.apply_stage(*stage, *state, *at);
            }
            RolloutEvent::LaneChanged { lane } => self.lane = Some(lane.clone()),
            RolloutEvent::LaneRuleSeen { rule } => self.lane_rule = Some(rule.clone()),
            RolloutEvent::BranchMoved(lead) => self.lead = Some(lead.clone()),
            RolloutEvent::ProtectionSeen(seen) => {
                self.protection_changed |= self.protection.as_ref().is_some_and(|old| old != seen);
                self.protection = Some(seen.clone());
            }
            RolloutEvent::DeploymentsSeen { newest, failed } => {
                self.deployments = Some(newest.clone());
                self.failed_before.clone_from(failed);
            }
            RolloutEvent::ProductionAnswered(answer) => {
                self.production
                    .insert(answer.source, (answer.clone(), stamp.at));
            }
            RolloutEvent::ProductionDeployed { at } => self.deployed = Some(*at),
            RolloutEvent::IssueDetected { why } => self.issues.push(why.clone()),
            RolloutEvent::CancelRequested { .. } | RolloutEvent::RerunRequested { .. } => {
                self.request = Some((stamp.seq, None));
            }
            RolloutEvent::Answered { act, outcome } => {
                if let Some((seq, answer)) = &mut self.request
                    && seq == act
                {
                    *answer = Some(outcome.clone());
                }
            }
        }
    }

    fn apply_run(&mut self, facts: &RunFacts) {
        let begins_again = self
            .run
            .as_ref()
            .is_some_and(|known| known.attempt < facts.attempt);
        if begins_again {
            self.begin_again();
        }
        let known = self.run.replace(facts.clone());
        self.look_at_lane(known.as_ref(), facts, begins_again);
    }

    /// Whether the run that deploys was cancelled while it waited for its lane.
    fn look_at_lane(&mut self, known: Option<&RunFacts>, facts: &RunFacts, begins_again: bool) {
        let waited = known.is_some_and(|known| {
            known.attempt == facts.attempt && known.status == RunStatus::Pending
        });
        self.out_of_lane = waited && facts.conclusion == Some(Conclusion::Cancelled)
            || self.out_of_lane && !begins_again;
    }

    /// Another attempt deploys again: what the last one did is in the journal.
    fn begin_again(&mut self) {
        for stage in &mut self.stages {
            stage.state = StageState::Waiting;
            stage.since = None;
        }
        self.jobs.clear();
        self.deployed = None;
        self.issues.clear();
    }

    fn apply_stage(&mut self, index: usize, state: StageState, at: Timestamp) {
        let Some(stage) = self.stages.get_mut(index) else {
            return;
        };
        stage.state = state;
        stage.since = Some(at);
        if state == StageState::Deploying && self.before.is_none() {
            self.before = self.production_now().cloned();
        }
        // Traffic may reach the candidate from the moment its first job works.
        if matches!(state, StageState::Deploying | StageState::Deployed) {
            self.first_traffic.get_or_insert(at);
        }
    }

    /// The best answer to what production runs.
    pub fn production_now(&self) -> Option<&ProductionAnswer> {
        self.production
            .values()
            .map(|(answer, _)| answer)
            .find(|answer| answer.name().is_some())
    }

    /// Sources that contradict the best answer.
    pub fn production_disagrees(&self) -> Vec<&ProductionAnswer> {
        let Some(best) = self.production_now() else {
            return Vec::new();
        };
        // Past deployments tell what ran before this one: once it deploys they contradict nothing.
        let traffic = self.first_traffic;
        self.production
            .values()
            .filter(|(answer, asked)| {
                answer.source == ProductionSource::Asked || traffic.is_none_or(|at| *asked >= at)
            })
            .map(|(answer, _)| answer)
            .filter(|answer| answer.contradicts(best))
            .collect()
    }

    /// The run that deploys to production: the release's own, or the dispatched one once it was seen.
    pub fn deploying_run(&self) -> Option<&RunFacts> {
        match self.production_run {
            Some(_) => self.production_facts.as_ref(),
            None => self.run.as_ref(),
        }
    }

    /// The lane that the run stands in, as far as GitHub told.
    pub fn stands_in(&self) -> Option<&LaneSnapshot> {
        self.lane.as_ref().and_then(LanePlace::lane)
    }

    /// Whether the run that deploys stands in a lane behind another.
    pub fn waits_for_lane(&self) -> bool {
        self.deploying_run()
            .is_some_and(|run| run.status == RunStatus::Pending)
    }

    /// Whether the run that deploys still works or waits: it has the production lane even where its deploy job is done.
    pub fn deploy_runs(&self) -> bool {
        self.stages
            .iter()
            .any(|stage| matches!(stage.state, StageState::Deploying | StageState::Deployed))
            && self
                .deploying_run()
                .is_some_and(|run| run.status != RunStatus::Completed)
    }

    /// The commit that the release's run carries.
    pub fn sha(&self) -> Option<&Sha> {
        self.run.as_ref().map(|run| &run.sha)
    }

    /// The stage that deploys or was deployed last.
    pub fn current_stage(&self) -> Option<usize> {
        self.stages
            .iter()
            .rposition(|stage| !matches!(stage.state, StageState::Waiting))
    }

    /// Whether some of the production jobs ended well and others did not.
    pub fn is_partial(&self) -> bool {
        let ended = |wanted: bool| {
            self.jobs.iter().any(|job| {
                job.conclusion
                    .is_some_and(|conclusion| (conclusion == Conclusion::Success) == wanted)
            })
        };
        ended(true) && ended(false)
    }
}

fn stages(policy: &Policy) -> Vec<Stage> {
    match &policy.strategy {
        Strategy::Canary { stages, .. } if !stages.is_empty() => stages
            .iter()
            .map(|rule| {
                let (name, is_held) = match &rule.bound {
                    StageBound::Environment(name) => (name.clone(), true),
                    StageBound::Job(name) => (name.clone(), false),
                };
                Stage {
                    name,
                    weight: Some(rule.weight.clone()),
                    is_held,
                    state: StageState::Waiting,
                    since: None,
                }
            })
            .collect(),
        Strategy::Canary { .. }
        | Strategy::Recreate
        | Strategy::Rolling { .. }
        | Strategy::BlueGreen { .. } => vec![Stage {
            name: policy.target.environment.clone(),
            weight: None,
            is_held: true,
            state: StageState::Waiting,
            since: None,
        }],
    }
}
