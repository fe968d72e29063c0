//! Prerequisites of production: how each stands, and the gate that refuses production while one does not hold.

use super::{gate::Gate, gates::said};
use crate::domain::{
    Text,
    judge::{State, Verdict},
    policy::Effect,
    question::{Answer, Ask},
    release::Release,
    rollout::StepState,
};

/// The steps of the pipeline that nobody may skip.
const NEVER_SKIPPED: [&str; 2] = ["Staging", "Validation"];

impl Release {
    /// Every prerequisite with how it stands, those of the rules first; empty where there are none.
    pub fn prerequisites_stand(&self) -> Vec<(&str, Verdict)> {
        let rules = self.policy.prerequisites.iter();
        let mut all: Vec<(&str, Verdict)> = rules
            .map(|rule| {
                let answer = self.prerequisites.get(&rule.name);
                (rule.name.as_str(), self.answered(answer, &rule.ask))
            })
            .collect();
        if let Some(verdict) = self.staging_ran()
            && (!all.is_empty() || verdict.state == State::Fail)
        {
            all.push(("staging not skipped", verdict));
        }
        all
    }

    /// An answer as a verdict, or why there is none yet.
    pub(super) fn answered(&self, answer: Option<&Answer>, ask: &Ask) -> Verdict {
        match answer {
            Some(answer) => said(answer.state, answer.why.as_str()),
            None if ask.program().is_some() && self.record.trust.is_none() => said(
                State::NoData,
                "its program runs once a person trusted the rules' programs",
            ),
            None => said(State::NoData, "no answer yet"),
        }
    }

    /// Whether the steps of staging ran, whatever the evidence says; `None` where the rules map none.
    fn staging_ran(&self) -> Option<Verdict> {
        let steps = self.rollout.steps.iter();
        let steps: Vec<_> = steps
            .filter(|step| NEVER_SKIPPED.contains(&step.name.as_str()))
            .collect();
        let skipped = steps.iter().find(|step| step.state == StepState::Skipped);
        let open = steps.iter().find(|step| step.state != StepState::Passed);
        Some(match (skipped, open) {
            _ if steps.is_empty() => return None,
            (Some(step), _) => said(State::Fail, &format!("{} was skipped", step.name)),
            (None, Some(step)) => said(State::NoData, &format!("{} has not passed yet", step.name)),
            (None, None) => said(State::Pass, "it ran"),
        })
    }

    /// The gate; `None` where there is nothing to ask.
    pub(super) fn prerequisites_gate(&self) -> Option<Gate> {
        let all = self.prerequisites_stand();
        let state = all.iter().map(|(_, verdict)| verdict.state).max()?;
        let why = if state == State::Pass {
            format!("{} of {} hold", all.len(), all.len())
        } else {
            // The worst is read first.
            let mut open: Vec<_> = all
                .iter()
                .filter(|one| one.1.state != State::Pass)
                .collect();
            open.sort_by_key(|(_, verdict)| std::cmp::Reverse(verdict.state));
            let open: Vec<String> = open
                .into_iter()
                .map(|(name, verdict)| format!("{name}: {}", verdict.why))
                .collect();
            open.join("; ")
        };
        let verdict = said(state, &why);
        let mut gate = self.gate(
            "prerequisites",
            "prerequisites".into(),
            "Prerequisites",
            verdict,
        );
        if self
            .staging_ran()
            .is_some_and(|verdict| verdict.state == State::Fail)
        {
            // Skipping staging is impossible, whatever the rules say.
            gate.effect = Some(Effect::Block);
        }
        Some(gate)
    }

    /// Why production is refused: the prerequisites that failed, where that blocks; `None` where none did.
    pub fn refused_by_prerequisites(&self) -> Option<Text> {
        let gate = self.prerequisites_gate()?;
        let refuses = gate.verdict.state == State::Fail && gate.effect == Some(Effect::Block);
        refuses.then_some(gate.verdict.why)
    }
}
