//! Smoke tests around a release: which are due, what they say as gates, and when a failure is an issue.

use jiff::{SignedDuration, Timestamp};

use super::{
    gate::{AsksOfStage, Gate},
    gates::said,
};
use crate::domain::{
    Event, Text,
    judge::{State, Verdict},
    later,
    release::Release,
    rollout::{RolloutEvent, StageState},
    smoke::{Moment, SmokeOutcome},
};

/// After which time passed tests before the approval are asked again.
const STALE: SignedDuration = SignedDuration::from_hours(1);
/// After which time tests that failed before the approval, or gave no result, are asked again.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);

impl Release {
    /// Which smoke tests are to run, and not before when.
    pub fn smoke_due(&self) -> Option<(Moment, Timestamp)> {
        if self.phase().is_end() || !self.rollback.attempts.is_empty() {
            return None;
        }
        if let Some((stage, since)) = self.smoked_stage() {
            let moment = Moment::After { stage };
            return match self.smoke.runs.get(&moment) {
                None => Some((moment, since)),
                Some(run) => match run.outcome {
                    SmokeOutcome::NoResult(_) => Some((moment, later(run.asked, AGAIN))),
                    SmokeOutcome::Ran(_) => None,
                },
            };
        }
        self.policy.smoke.before.as_ref()?;
        let waiting = self.approval.waiting.as_ref()?;
        if waiting.stage > 0 || self.rollout.first_traffic.is_some() {
            return None;
        }
        let due = match self.smoke.runs.get(&Moment::Before) {
            None => waiting.since,
            Some(run) => match &run.outcome {
                SmokeOutcome::Ran(summary) if summary.required == 0 => later(run.asked, STALE),
                SmokeOutcome::Ran(_) | SmokeOutcome::NoResult(_) => later(run.asked, AGAIN),
            },
        };
        Some((Moment::Before, due))
    }

    /// The newest stage that serves, where its smoke tests are asked for.
    fn smoked_stage(&self) -> Option<(usize, Timestamp)> {
        self.policy.smoke.after.as_ref()?;
        let stages = &self.rollout.stages;
        let serving = stages
            .iter()
            .rposition(|stage| stage.state == StageState::Deployed)?;
        Some((serving, stages[serving].since?))
    }

    /// What the smoke tests of a moment say.
    pub fn smoke_verdict(&self, moment: Moment) -> Verdict {
        match self.smoke.runs.get(&moment).map(|run| &run.outcome) {
            None => said(State::NoData, "not run yet"),
            Some(SmokeOutcome::NoResult(why)) => said(State::Broken, why.as_str()),
            Some(SmokeOutcome::Ran(summary)) => {
                let state = match (summary.required, summary.passed) {
                    (0, 0) => State::Ambiguous,
                    (0, _) => State::Pass,
                    (_, _) => State::Fail,
                };
                said(state, &summary.in_short())
            }
        }
    }

    /// The gate before the deploy; once production serves the candidate it says nothing more.
    pub(super) fn smoke_gate(&self) -> Option<Gate> {
        self.policy.smoke.before.as_ref()?;
        if self.rollout.first_traffic.is_some() {
            return None;
        }
        let verdict = self.smoke_verdict(Moment::Before);
        Some(self.gate("smoke", "smoke".into(), "Smoke tests before", verdict))
    }

    /// The gate of a stage that serves, where smoke tests are asked for.
    pub(super) fn smoke_gate_after(&self, stage: usize) -> Option<Gate> {
        self.policy.smoke.after.as_ref()?;
        let known = self.rollout.stages.get(stage)?;
        let verdict = self.smoke_verdict(Moment::After { stage });
        Some(match &known.weight {
            Some(weight) => {
                let (name, title) = (
                    format!("stage {weight}: smoke"),
                    format!("{weight} smoke tests"),
                );
                let gate = self.gate("smoke", name, &title, verdict);
                gate.of_stage(AsksOfStage::Smoke)
            }
            None => self.gate(
                "smoke",
                "smoke after".to_owned(),
                "Smoke tests after",
                verdict,
            ),
        })
    }

    /// The gate of the last stage, once everything is deployed.
    pub(super) fn smoke_gate_at_end(&self) -> Option<Gate> {
        self.rollout.deployed?;
        self.smoke_gate_after(self.rollout.stages.len().checked_sub(1)?)
    }

    /// What the smoke tests after everything was deployed say; `None` where none are asked for.
    pub fn smoke_at_end(&self) -> Option<Verdict> {
        self.policy.smoke.after.as_ref()?;
        let last = self.rollout.stages.len().checked_sub(1)?;
        self.rollout.deployed?;
        Some(self.smoke_verdict(Moment::After { stage: last }))
    }
}

/// Required tests that fail after a stage are an issue, once for each result.
pub(super) fn smoke_failed(release: &Release) -> Option<Event> {
    let (stage, _) = release.smoked_stage()?;
    if release.phase().is_end() || !release.rollback.attempts.is_empty() {
        return None;
    }
    let verdict = release.smoke_verdict(Moment::After { stage });
    if verdict.state != State::Fail {
        return None;
    }
    let place = match &release.rollout.stages.get(stage)?.weight {
        Some(weight) => format!("at {weight}"),
        None => "after the deploy".to_owned(),
    };
    let why = Text::line(&format!("smoke tests {place}: {}", verdict.why));
    let is_known = release.rollout.issues.contains(&why);
    (!is_known).then(|| RolloutEvent::IssueDetected { why }.into())
}
