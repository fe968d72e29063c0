//! Where a release stands: phase and outcome, derived from the fold.

use crate::domain::{
    End, Phase, ReleaseOutcome, Text,
    approval::Waiting,
    evidence::Staging,
    judge::WindowEnd,
    observation::{Conclusion, RunStatus},
    policy::GateKind,
    release::Release,
    rollback::RollbackProgress,
    rollout::StageState,
};

impl Release {
    /// The phase.
    pub fn phase(&self) -> Phase {
        if let Some(attempt) = self.rollback.newest() {
            return self.phase_of_rollback(&attempt.progress);
        }
        if let Some(closed) = &self.record.closed {
            return Phase::Ended(End::ClosedByHand {
                reason: closed.text.clone(),
            });
        }
        if let Some(rejection) = &self.approval.rejection {
            return Phase::Ended(End::Rejected {
                by: rejection.by.clone(),
                reason: rejection.reason.clone(),
            });
        }
        if self.rollout.deployed.is_some() {
            return match &self.watch.end {
                Some(WindowEnd::Judged { healthy: true, .. }) if self.is_calm() => {
                    Phase::Ended(End::Complete)
                }
                Some(_) => Phase::Undecided,
                None => Phase::Monitoring,
            };
        }
        if let Some(end) = self.end_of_run() {
            return Phase::Ended(end);
        }
        if self.approval.in_flight().is_some() {
            return Phase::ApprovalRequested;
        }
        self.phase_of_stages()
    }

    fn phase_of_rollback(&self, progress: &RollbackProgress) -> Phase {
        match progress {
            RollbackProgress::Preparing
            | RollbackProgress::Starting
            | RollbackProgress::Running => Phase::RollingBack,
            RollbackProgress::Failed { .. } => match &self.record.closed {
                Some(closed) => Phase::Ended(End::ClosedByHand {
                    reason: closed.text.clone(),
                }),
                None => Phase::RollbackFailed,
            },
            RollbackProgress::Finished {
                recovered: None, ..
            } => Phase::Recovering,
            RollbackProgress::Finished { .. } if self.record.explanation.is_some() => {
                Phase::Ended(End::RolledBack)
            }
            RollbackProgress::Finished { .. } => Phase::Stopped,
        }
    }

    fn phase_of_stages(&self) -> Phase {
        let stages = &self.rollout.stages;
        let current = self.rollout.current_stage();
        let run = self.rollout.deploying_run();
        let is_over = run.is_some_and(|run| run.status == RunStatus::Completed);
        let is_whole = stages
            .last()
            .is_some_and(|last| last.state == StageState::Deployed);
        let is_partly_there = self.rollout.first_traffic.is_some() && !is_whole;
        if stages
            .iter()
            .any(|stage| stage.state == StageState::Deploying)
        {
            return Phase::Deploying;
        }
        match current {
            Some(index) if stages[index].state == StageState::Failed => Phase::Undecided,
            // Some of it serves, and nothing brings the rest.
            Some(_) if is_over && is_partly_there => Phase::Undecided,
            Some(index) if stages[index].state == StageState::Deployed => {
                Phase::StageWatch { stage: index }
            }
            Some(index) if stages[index].state == StageState::Held && index > 0 => {
                Phase::StageWatch { stage: index - 1 }
            }
            Some(_) | None if self.approval.waiting.is_some() => Phase::AwaitingApproval,
            Some(_) | None if self.approval.first_grant().is_some() => Phase::Deploying,
            Some(_) | None => Phase::Preparing,
        }
    }

    /// What waits for a decision that can still be given: once a rollback is asked for, nothing more of it goes out.
    pub fn waits(&self) -> Option<&Waiting> {
        let waiting = self.approval.waiting.as_ref()?;
        (self.can_be_rejected() && self.rollback.attempts.is_empty()).then_some(waiting)
    }

    /// Whether GitHub still holds what waits: a run that has come to its end waits for nobody.
    pub fn can_be_rejected(&self) -> bool {
        let reviews = self.policy.target.gate == GateKind::Environment;
        let run = self.rollout.run.as_ref();
        let is_over = reviews && run.is_some_and(|run| run.status == RunStatus::Completed);
        self.approval.waiting.is_some() && !is_over && !self.phase().is_end()
    }

    /// How the run ended, where that ends the release: before anything was deployed.
    fn end_of_run(&self) -> Option<End> {
        let run = self.rollout.deploying_run()?;
        if run.status != RunStatus::Completed || self.rollout.first_traffic.is_some() {
            return None;
        }
        let dispatches = self.policy.target.gate == GateKind::Dispatch;
        let what = |detail: &str| End::Failed {
            what: Text::line(&format!("run {}: {detail}", run.run)),
        };
        match run.conclusion {
            Some(Conclusion::Cancelled) => Some(End::Cancelled),
            // The production run is still to come, or to be looked at for the first time.
            Some(Conclusion::Success) if dispatches && self.rollout.production_facts.is_none() => {
                None
            }
            Some(Conclusion::Success | Conclusion::Neutral | Conclusion::Skipped) => {
                Some(what("ended without deploying to production"))
            }
            Some(_) | None if self.has_expired() => Some(End::Expired),
            Some(conclusion) => Some(what(conclusion.word())),
            None => Some(what("ended without a conclusion")),
        }
    }

    /// GitHub fails a run that nobody approved for 30 days.
    pub(super) fn has_expired(&self) -> bool {
        const LIMIT: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);
        match (&self.approval.waiting, &self.rollout.run) {
            (Some(waiting), Some(run)) => {
                run.updated.duration_since(waiting.since) >= LIMIT
                    || run.updated.duration_since(run.started) >= LIMIT
            }
            _ => false,
        }
    }

    /// Whether nothing speaks against completing: no trigger is true, nobody reported a problem, production is as it
    /// should be.
    pub fn is_calm(&self) -> bool {
        self.watch.fired().next().is_none()
            && self.record.problems.is_empty()
            && self.rollout.issues.is_empty()
    }

    /// The outcome that machines read.
    pub fn outcome(&self) -> ReleaseOutcome {
        let trouble = !self.rollout.issues.is_empty();
        match self.phase() {
            Phase::Preparing | Phase::AwaitingApproval | Phase::ApprovalRequested => {
                match self.evidence.staging(&self.policy) {
                    Staging::Failed(_) => ReleaseOutcome::StagingFailed,
                    Staging::Ready | Staging::NotYet(_) => ReleaseOutcome::NeedsHuman,
                }
            }
            Phase::Deploying | Phase::StageWatch { .. } | Phase::Monitoring | Phase::Undecided
                if trouble =>
            {
                ReleaseOutcome::IssueDetected
            }
            Phase::Monitoring if self.watch.alerts().next().is_none() => {
                ReleaseOutcome::ProductionDeployed
            }
            Phase::Deploying | Phase::StageWatch { .. } | Phase::Monitoring | Phase::Undecided => {
                ReleaseOutcome::NeedsHuman
            }
            Phase::RollingBack | Phase::Recovering => ReleaseOutcome::RollbackTriggered,
            Phase::RollbackFailed => ReleaseOutcome::RollbackFailed,
            Phase::Stopped | Phase::Ended(End::RolledBack) => ReleaseOutcome::RolledBack,
            Phase::Ended(End::Complete) => ReleaseOutcome::DeploymentComplete,
            Phase::Ended(End::Rejected { .. }) => ReleaseOutcome::Rejected,
            Phase::Ended(End::Expired) => ReleaseOutcome::Expired,
            Phase::Ended(End::Cancelled) => ReleaseOutcome::Cancelled,
            Phase::Ended(End::Failed { .. } | End::ClosedByHand { .. }) => {
                ReleaseOutcome::IssueDetected
            }
        }
    }
}
