//! The gates between two stages of a canary rollout: the time that the earlier one served, and its own expressions.

use super::{
    first_whole,
    gate::{AsksOfStage, Gate},
    gates::said,
};
use crate::domain::{
    Text,
    judge::{self, State, Window},
    observation::Minute,
    policy::{MetricName, Side, StageRule, Strategy},
    release::Release,
    rollout::{Stage, StageState},
};

/// How far a stage has got in the time that it must serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageProgress {
    /// Its weight, `5%`.
    pub weight: String,
    /// Judged minutes in which everything that its gates name had a value.
    pub served: usize,
    /// Minutes that it must serve.
    pub wanted: usize,
}

impl Release {
    /// The stage that serves now and has a next one to come.
    pub fn stage_progress(&self) -> Option<StageProgress> {
        let serving = self
            .rollout
            .stages
            .iter()
            .rposition(|stage| stage.state == StageState::Deployed)?;
        let (rule, stage) = self.staged(serving)?;
        if serving + 1 == self.rollout.stages.len() {
            return None;
        }
        let served = self.served(rule, stage).len();
        let wanted = wanted(rule);
        Some(StageProgress {
            weight: rule.weight.clone(),
            served: served.min(wanted),
            wanted,
        })
    }

    /// Of a canary's next stage: whether the one before served its time, and its gates on the canary's own side.
    pub(super) fn stage_gates(&self) -> Vec<Gate> {
        let waiting = self.approval.waiting.as_ref();
        let before = match waiting {
            Some(waiting) => waiting.stage.checked_sub(1),
            None => self.watched_stage(),
        };
        let Some((rule, stage)) = before.and_then(|index| self.staged(index)) else {
            return Vec::new();
        };
        // A later stage can wait beside one that still works, or that never came: that one has served nobody.
        let serves = stage.state == StageState::Deployed;
        let minutes = if serves {
            self.served(rule, stage)
        } else {
            Vec::new()
        };
        let wanted = wanted(rule);
        let served = minutes.len().min(wanted);
        let state = if served == wanted {
            State::Pass
        } else {
            State::NoData
        };
        let weight = &rule.weight;
        let unseen = if serves {
            ""
        } else {
            ": it is not known to serve"
        };
        let time = said(state, &format!("{served} of {wanted} minutes{unseen}"));
        let time = self.gate(
            "stage",
            format!("stage {weight}: time"),
            &format!("{weight} duration"),
            time,
        );
        let mut gates = vec![time.of_stage(AsksOfStage::Time)];
        let window = Window::of(minutes)
            .on(Side::Canary)
            .sampling(self.policy.hypercare.min_samples);
        let readings = self.readings();
        gates.extend(rule.gates.iter().map(|gate| {
            let source = gate.source();
            let mut verdict = judge::gate(gate, &window, &readings);
            if verdict.is_diluted {
                verdict.why = Text::line(&format!("diluted{}: {}", times(weight), verdict.why));
            }
            let gate = self.gate(
                "stage",
                format!("stage {weight}: {source}"),
                &format!("{weight} {source}"),
                verdict,
            );
            gate.of_stage(AsksOfStage::Expression)
        }));
        gates.extend(before.and_then(|index| self.smoke_gate_after(index)));
        gates
    }

    /// The stage that serves while the next one goes on by itself: bound to a job, which nothing holds.
    pub fn watched_stage(&self) -> Option<usize> {
        let stages = &self.rollout.stages;
        let serving = stages
            .iter()
            .rposition(|stage| stage.state == StageState::Deployed)?;
        let next = stages.get(serving + 1)?;
        (!next.is_held && self.rollback.attempts.is_empty()).then_some(serving)
    }

    /// A stage with its rule.
    fn staged(&self, index: usize) -> Option<(&StageRule, &Stage)> {
        let Strategy::Canary { stages, .. } = &self.policy.strategy else {
            return None;
        };
        Some((stages.get(index)?, self.rollout.stages.get(index)?))
    }

    /// The judged minutes of a stage that count: a minute without data served nobody's judgement.
    fn served(&self, rule: &StageRule, stage: &Stage) -> Vec<Minute> {
        let Some(since) = stage.since else {
            return Vec::new();
        };
        let needed = self.staged_series(rule);
        self.watch
            .judged
            .range(first_whole(since)..)
            .map(|(minute, _)| *minute)
            .filter(|minute| self.has_all(&needed, *minute))
            .collect()
    }

    /// The series that a stage's gates read: the canary's own where there are such, else the whole. A stage that asks
    /// nothing itself is served by what the watch asks: without traffic it shows nothing.
    fn staged_series(&self, rule: &StageRule) -> Vec<MetricName> {
        let mut keys = Vec::new();
        for name in rule.gates.iter().flat_map(judge::Rule::metrics) {
            let of_side = |side: Side| {
                self.policy
                    .metrics
                    .iter()
                    .find(|metric| metric.name == name && metric.side == side)
            };
            if let Some(metric) = of_side(Side::Canary).or_else(|| of_side(Side::All)) {
                keys.push(metric.key());
            }
        }
        if keys.is_empty() {
            return self.needed();
        }
        keys
    }
}

/// How many times weaker a canary's trouble shows over all hosts: ` x20` at 5%.
fn times(weight: &str) -> String {
    let share: Option<f64> = weight.trim_end_matches('%').trim().parse().ok();
    match share {
        Some(share) if share > 0.0 && share < 100.0 => format!(" x{:.0}", 100.0 / share),
        Some(_) | None => String::new(),
    }
}

/// Minutes that a stage must serve, at least one.
fn wanted(rule: &StageRule) -> usize {
    usize::try_from(rule.duration.as_mins().max(1)).unwrap_or(usize::MAX)
}
