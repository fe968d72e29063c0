//! One past release as recalibration sees it: how it truly went, what the thresholds said, and its minutes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::JournalledDeploy;
use crate::domain::{
    End, Event, Phase, ReleaseKey, Text,
    evidence::{EvidenceKind, Piece},
    judge::{JudgeEvent, Samples, State},
    observation::{MetricsSeen, Minute, Sample},
    policy::{Policy, Side, gate::GateEvent},
    release::{DeployTimes, Recorded, Release},
};

/// How a release truly went, as people left it on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It was rolled back, or a person reported a problem with it.
    Bad,
    /// It was watched to its end, and nobody reported anything.
    Good,
    /// Open, closed by hand, or it never came to production.
    Unknown,
}

/// A past release.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Which.
    pub key: ReleaseKey,
    /// What people call it.
    pub name: Text,
    /// The newest word of its journal.
    pub at: Timestamp,
    /// How it went.
    pub truth: Truth,
    /// Its rules.
    pub policy: Policy,
    /// When it came to production: what a deploy of minutes does meanwhile is none of its past. `None`: never.
    pub deployed: Option<DeployTimes>,
    /// Triggers that fired, by source text.
    pub fired: BTreeSet<String>,
    /// The window's gates at its end, by source text.
    pub gates: BTreeMap<String, State>,
    /// Gates before the approval: whether each ever failed.
    pub before: BTreeMap<String, bool>,
    /// Evidence that the rules ask for: whether it was missing.
    pub missing: BTreeMap<EvidenceKind, bool>,
    /// How long a person was waited for, each time.
    pub waits: Vec<SignedDuration>,
    /// Its minutes, as far as they are of it.
    pub seen: Option<MetricsSeen>,
}

impl Trial {
    /// From a journal, read whole.
    pub fn of(recorded: &Recorded) -> Self {
        let release = recorded.release();
        let mut trial = Self {
            key: release.key.clone(),
            name: release.name(),
            at: release.newest(),
            truth: truth(release),
            policy: release.policy.clone(),
            deployed: deployed(release),
            fired: BTreeSet::new(),
            gates: BTreeMap::new(),
            before: BTreeMap::new(),
            missing: missing(release),
            waits: Vec::new(),
            seen: seen(release),
        };
        for stamped in recorded.events() {
            match &stamped.event {
                Event::Judge(JudgeEvent::TriggerFired { trigger, .. }) => {
                    trial.fired.insert(trigger.clone());
                }
                Event::Judge(JudgeEvent::WindowJudged { gates, .. }) => {
                    trial.gates = gates
                        .iter()
                        .map(|(gate, state, _)| (gate.clone(), *state))
                        .collect();
                }
                Event::Gate(GateEvent::Changed { gate, state, .. }) => {
                    *trial.before.entry(gate.clone()).or_default() |= *state == State::Fail;
                }
                _ => {}
            }
        }
        let waits = JournalledDeploy::of(recorded).map(|journal| journal.waits);
        trial.waits = waits
            .into_iter()
            .flatten()
            .map(|(from, until)| until.duration_since(from))
            .collect();
        trial
    }

    /// The service and environment that it is of.
    pub fn of_service(&self) -> (String, String, String) {
        (
            self.key.repository.slug(),
            self.policy.service.clone(),
            self.policy.target.environment.clone(),
        )
    }
}

fn deployed(release: &Release) -> Option<DeployTimes> {
    let whole = release.rollout.deployed?;
    let began = release
        .rollout
        .first_traffic
        .map_or(whole, |first| first.min(whole));
    Some(DeployTimes { began, whole })
}

fn truth(release: &Release) -> Truth {
    if !release.rollback.attempts.is_empty() || !release.record.problems.is_empty() {
        return Truth::Bad;
    }
    match release.phase() {
        Phase::Ended(End::Complete) => Truth::Good,
        _ => Truth::Unknown,
    }
}

fn missing(release: &Release) -> BTreeMap<EvidenceKind, bool> {
    let pieces = &release.evidence.pieces;
    let is_missing = |kind| !matches!(pieces.get(kind), Some(Piece::Read { .. }));
    let rules = release.policy.evidence.iter();
    rules
        .map(|rule| (rule.kind, is_missing(&rule.kind)))
        .collect()
}

/// The minutes until it was taken back: those after are another version's.
fn seen(release: &Release) -> Option<MetricsSeen> {
    let series: Vec<_> = release
        .policy
        .metrics
        .iter()
        .filter(|metric| metric.side == Side::All)
        .filter_map(|metric| Some((&metric.name, release.watch.series.get(&metric.key())?)))
        .collect();
    let from = series
        .iter()
        .filter_map(|(_, all)| all.keys().next())
        .min()?;
    let last = series
        .iter()
        .filter_map(|(_, all)| all.keys().next_back())
        .max()?;
    let until = release
        .watch_end()
        .unwrap_or(last.plus(1))
        .min(last.plus(1));
    let minutes = from.0..until.0;
    let samples = |all: &Samples| -> Vec<Sample> {
        let one = |minute| all.get(&Minute(minute)).copied().unwrap_or(Sample::Absent);
        minutes.clone().map(one).collect()
    };
    Some(MetricsSeen {
        from: *from,
        until,
        series: series
            .iter()
            .map(|(name, all)| (((*name).clone(), Side::All), samples(all)))
            .collect(),
        remarks: Vec::new(),
    })
}
