//! What the prompts show, gathered from the fold: the input of approvals and rollbacks.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{
    ArtifactId, Text,
    approval::{ADVANCE_PROMISE, Shown, rollback_promise, totals_shown},
    judge::Rule,
    observation::ArtifactSnapshot,
    policy::{Advance, GateKind, OnTrigger, Strategy},
    release::Release,
    rollback::{Plan, RollbackProgress, RollbackShown, Target},
    rollout::{ProductionAnswer, ProductionSource},
};

impl Release {
    /// What an approval of the stage that waits would be bound to; `None` while nothing waits.
    pub fn shown(&self) -> Option<Shown> {
        let waiting = self.waits()?;
        let run = self.rollout.run.as_ref()?;
        let stage = self.rollout.stages.get(waiting.stage)?;
        let environments = match self.policy.target.gate {
            GateKind::Environment => self
                .approval
                .holds
                .iter()
                .filter(|hold| hold.name.as_str() == stage.name)
                .map(|hold| (hold.environment, hold.name.clone()))
                .collect(),
            GateKind::Dispatch => Vec::new(),
        };
        let elsewhere = self.evidence.elsewhere.values().flatten();
        let artifacts = self.evidence.artifacts.iter().chain(elsewhere);
        // A server that tells no digests gives every upload an id of its own.
        let digest = |artifact: &ArtifactSnapshot| {
            let told = artifact.digest.clone();
            told.unwrap_or_else(|| Text::line(&format!("{} bytes, no digest", artifact.size)))
        };
        let artifacts: BTreeMap<ArtifactId, Text> = artifacts
            .map(|artifact| (artifact.id, digest(artifact)))
            .collect();
        let candidate = self.evidence.candidate.as_ref();
        Some(Shown {
            service: self.policy.service.clone(),
            run: run.run,
            attempt: run.attempt,
            sha: run.sha.clone(),
            version: candidate.and_then(|candidate| candidate.version.clone()),
            production: self
                .rollout
                .production_now()
                .and_then(|answer| answer.name())
                .map(Text::line),
            stage: waiting.stage,
            environments,
            artifacts,
            gates: self
                .gates()
                .iter()
                .map(|gate| (gate.name.clone(), gate.verdict.state))
                .collect(),
            tests: self
                .evidence
                .tests()
                .map(|tests| totals_shown(&tests.totals)),
            risk: Some(self.risk().shown()),
            rollback_target: self
                .rollback_target()
                .map(|target| Text::line(target.name())),
            pre_authorised: self.pre_authorised(),
            rules: self.policy.hash.clone(),
            emergency: self
                .approval
                .emergency
                .as_ref()
                .map(|emergency| Text::line(&emergency.in_short())),
        })
    }

    fn pre_authorised(&self) -> Vec<String> {
        let mut promises = match &self.policy.strategy {
            Strategy::Canary {
                advance: Advance::PreAuthorised,
                ..
            } => vec![ADVANCE_PROMISE.to_owned()],
            Strategy::Canary { .. }
            | Strategy::Recreate
            | Strategy::Rolling { .. }
            | Strategy::BlueGreen { .. } => Vec::new(),
        };
        let rule = self.policy.rollback.as_ref();
        if rule.is_some_and(|rule| rule.on_trigger == OnTrigger::PreAuthorised) {
            let triggers = self.policy.hypercare.triggers.iter().map(Rule::source);
            promises.extend(triggers.map(rollback_promise));
        }
        promises
    }

    /// Where a rollback would go: what production ran before this release, else the newest other deployment.
    pub fn rollback_target(&self) -> Option<Target> {
        let own = self.rollout.sha();
        let before = self
            .rollout
            .before
            .as_ref()
            .or_else(|| self.rollout.production_now());
        let answered = before
            .filter(|answer| !self.is_undone(answer))
            .and_then(|answer| {
                Some(Target {
                    version: answer.version.clone(),
                    sha: answer.sha.clone()?,
                })
            });
        // What was rolled back is no place to go back to.
        let undone = usize::from(self.rolled_back_since().is_some());
        let deployed = self
            .rollout
            .deployments
            .iter()
            .flatten()
            .skip(undone)
            .map(|deployment| Target {
                version: None,
                sha: deployment.sha.clone(),
            });
        answered
            .into_iter()
            .chain(deployed)
            .find(|target| Some(&target.sha) != own)
    }

    /// Whether an answer is only what the newest deployment says, and that was rolled back.
    fn is_undone(&self, answer: &ProductionAnswer) -> bool {
        answer.source == ProductionSource::Deployment && self.rolled_back_since().is_some()
    }

    /// What a rollback would be bound to; `None` without a target.
    pub fn rollback_shown(&self) -> Option<RollbackShown> {
        Some(RollbackShown {
            target: self.rollback_target()?,
            from: self
                .rollout
                .production_now()
                .and_then(|answer| answer.name())
                .map(Text::line),
            attempt: self.rollback.attempts.len() + 1,
        })
    }

    /// What may happen to the deploy when a rollback is confirmed now, the configured way first.
    pub fn rollback_plans(&self) -> Vec<Plan> {
        use crate::domain::policy::DuringDeploy;
        let Some(rule) = &self.policy.rollback else {
            return Vec::new();
        };
        let mut plans = match (&rule.dispatch, self.rollout.deploy_runs()) {
            (None, _) => Vec::new(),
            (Some(_), false) => vec![Plan::Dispatch],
            (Some(_), true) => match rule.during_deploy {
                DuringDeploy::Ask => vec![Plan::CancelThenDispatch, Plan::Dispatch, Plan::Wait],
                DuringDeploy::CancelThenDispatch => vec![Plan::CancelThenDispatch],
                DuringDeploy::Dispatch => vec![Plan::Dispatch],
                DuringDeploy::Wait => vec![Plan::Wait],
            },
        };
        if !rule.fallback.is_empty() {
            plans.push(Plan::Fallback);
        }
        plans
    }

    /// Since when a rollback waits for the deploy to end, where it does: a cancelled run may never end.
    pub fn waits_for_deploy(&self) -> Option<Timestamp> {
        let attempt = self.rollback.in_flight()?;
        let waits = matches!(attempt.plan, Plan::CancelThenDispatch | Plan::Wait)
            && attempt.progress == RollbackProgress::Preparing
            && self.policy.rollback.as_ref()?.dispatch.is_some();
        waits.then_some(attempt.at)
    }

    /// Whether a rollback may be asked for now: from the first production traffic until the release is closed. A re-run
    /// asks for another approval, and what the attempt before it deployed still serves.
    pub fn may_roll_back(&self) -> bool {
        self.rollout.first_traffic.is_some()
            && self.rollback.in_flight().is_none()
            && self.record.closed.is_none()
    }
}
