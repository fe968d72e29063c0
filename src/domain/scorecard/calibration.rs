//! What thresholds were worth: how often each fired, was right, cried wolf, and missed; and which value would have done
//! better, through the functions that judge a live release.
//!
//! The truth is what people left on record ([`Truth`]), so a problem that nobody reported counts as none. What a rule "would
//! have said" is a rehearsal of the release's own journalled minutes; alarms and canary sides have no history there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Share, Spread, Trial, Truth, candidates};
use crate::domain::{
    Text,
    evidence::EvidenceKind,
    judge::{JudgeEvent, Rule, State},
    policy::Policy,
    release::rehearse,
};

/// Releases that are rehearsed, the newest of them.
const MOST_REHEARSED: usize = 200;

/// The checkpoint of one service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// `owner/name`.
    pub repository: String,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// Releases, and how they went.
    pub releases: Counts,
    /// Gates of the window and triggers, in the order of the newest rules.
    pub thresholds: Vec<Threshold>,
    /// Seconds that a person was waited for.
    pub waits_s: Option<Spread>,
    /// Gates before the approval that never failed, with how many releases had them.
    pub never_fail: Vec<(String, usize)>,
    /// Evidence that was missing in every release, with how many asked for it.
    pub always_missing: Vec<(EvidenceKind, usize)>,
}

/// How releases went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rolled back, or a problem was reported.
    pub bad: usize,
    /// Watched to the end, nothing reported.
    pub good: usize,
    /// Neither is known.
    pub unknown: usize,
}

/// What a threshold is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdKind {
    /// Must pass at the window's end.
    Gate,
    /// Raises the alert.
    Trigger,
}

/// One threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Threshold {
    /// Its source text.
    pub rule: String,
    /// What it is.
    pub kind: ThresholdKind,
    /// Releases that had it and came to production.
    pub releases: usize,
    /// How it did.
    pub score: Score,
    /// Releases in which it spoke and whose truth is not known.
    pub unclear: usize,
    /// Of the times that it spoke, how often it was right; `None`: it never spoke where the truth is known.
    pub precision: Option<Share>,
    /// A value that would have been wrong less often; `None`: none is known.
    pub suggestion: Option<Suggestion>,
}

/// Right and wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Spoke against a bad release.
    pub right: usize,
    /// Spoke against a good one.
    pub wrong: usize,
    /// Was silent about a bad one.
    pub missed: usize,
}

impl Score {
    fn count(&mut self, truth: Truth, spoke: bool) {
        match (truth, spoke) {
            (Truth::Bad, true) => self.right += 1,
            (Truth::Bad, false) => self.missed += 1,
            (Truth::Good, true) => self.wrong += 1,
            (Truth::Good, false) | (Truth::Unknown, _) => {}
        }
    }

    fn errors(self) -> usize {
        self.wrong + self.missed
    }
}

/// Another value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// The rule as it would be.
    pub rule: String,
    /// How the present one does on the rehearsed releases.
    pub before: Score,
    /// How the other one does.
    pub after: Score,
    /// Releases in which it says something else, the oldest first.
    pub flips: Vec<Flip>,
}

/// A release in which a changed rule says something else.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flip {
    /// The release.
    pub release: Text,
    /// Its last word.
    pub at: Timestamp,
    /// How it went.
    pub truth: Truth,
    /// Whether the changed rule speaks against it; the present one does the opposite.
    pub speaks: bool,
}

impl Calibration {
    /// One checkpoint a service, from releases in any order.
    pub fn all(trials: &[Trial]) -> Vec<Self> {
        let mut services: BTreeMap<_, Vec<&Trial>> = BTreeMap::new();
        for trial in trials {
            services.entry(trial.of_service()).or_default().push(trial);
        }
        let made = services
            .into_iter()
            .map(|((repository, service, environment), mut trials)| {
                trials.sort_by_key(|trial| trial.at);
                let mut counts = Counts::default();
                for trial in &trials {
                    match trial.truth {
                        Truth::Bad => counts.bad += 1,
                        Truth::Good => counts.good += 1,
                        Truth::Unknown => counts.unknown += 1,
                    }
                }
                Self {
                    repository,
                    service,
                    environment,
                    releases: counts,
                    thresholds: thresholds(&trials),
                    waits_s: Spread::of(
                        trials
                            .iter()
                            .flat_map(|one| &one.waits)
                            .map(SignedDuration::as_secs_f64),
                    ),
                    never_fail: never_fail(&trials),
                    always_missing: always_missing(&trials),
                }
            });
        made.collect()
    }
}

fn never_fail(trials: &[&Trial]) -> Vec<(String, usize)> {
    let mut seen: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
    for (gate, failed) in trials.iter().flat_map(|trial| &trial.before) {
        let (count, ever) = seen.entry(gate).or_default();
        *count += 1;
        *ever |= *failed;
    }
    seen.into_iter()
        .filter(|(_, (_, ever))| !ever)
        .map(|(gate, (count, _))| (gate.to_owned(), count))
        .collect()
}

fn always_missing(trials: &[&Trial]) -> Vec<(EvidenceKind, usize)> {
    let mut seen: BTreeMap<EvidenceKind, (usize, bool)> = BTreeMap::new();
    for (kind, missing) in trials.iter().flat_map(|trial| &trial.missing) {
        let (count, ever) = seen.entry(*kind).or_default();
        *count += 1;
        *ever |= !missing;
    }
    seen.into_iter()
        .filter(|(_, (_, ever))| !ever)
        .map(|(kind, (count, _))| (kind, count))
        .collect()
}

/// The rules of the newest release, each against every release that had it.
fn thresholds(trials: &[&Trial]) -> Vec<Threshold> {
    let Some(newest) = trials.last() else {
        return Vec::new();
    };
    let hypercare = &newest.policy.hypercare;
    let gates = hypercare
        .gates
        .iter()
        .map(|rule| (ThresholdKind::Gate, rule));
    let triggers = hypercare
        .triggers
        .iter()
        .map(|rule| (ThresholdKind::Trigger, rule));
    let rules: Vec<(ThresholdKind, &Rule)> = gates.chain(triggers).collect();
    let rehearsed = rehearsals(trials, &rules);
    rules
        .iter()
        .map(|(kind, rule)| threshold(*kind, rule.source(), trials, &rehearsed))
        .collect()
}

fn threshold(
    kind: ThresholdKind,
    rule: &str,
    trials: &[&Trial],
    rehearsed: &[Rehearsed<'_>],
) -> Threshold {
    let (mut score, mut releases, mut unclear) = (Score::default(), 0, 0);
    for trial in trials.iter().filter(|trial| trial.deployed.is_some()) {
        let hypercare = &trial.policy.hypercare;
        let (had, spoke) = match kind {
            ThresholdKind::Gate => (
                has(&hypercare.gates, rule) && trial.gates.contains_key(rule),
                trial.gates.get(rule) == Some(&State::Fail),
            ),
            ThresholdKind::Trigger => (has(&hypercare.triggers, rule), trial.fired.contains(rule)),
        };
        if had {
            releases += 1;
            score.count(trial.truth, spoke);
            unclear += usize::from(spoke && trial.truth == Truth::Unknown);
        }
    }
    Threshold {
        rule: rule.to_owned(),
        kind,
        releases,
        score,
        unclear,
        precision: Share::of(score.right, score.right + score.wrong),
        suggestion: suggestion(rule, rehearsed),
    }
}

fn has(rules: &[Rule], source: &str) -> bool {
    rules.iter().any(|rule| rule.source() == source)
}

/// A release judged again with every candidate at once: which rules spoke against it.
struct Rehearsed<'a> {
    trial: &'a Trial,
    spoke: BTreeSet<String>,
}

/// Rules do not see each other, so all candidates go through one rehearsal: as triggers where they are triggers, and as
/// gates of the window where they are gates.
fn rehearsals<'a>(trials: &[&'a Trial], rules: &[(ThresholdKind, &Rule)]) -> Vec<Rehearsed<'a>> {
    let known = trials.iter().filter(|trial| trial.truth != Truth::Unknown);
    let mut newest: Vec<&&Trial> = known.rev().take(MOST_REHEARSED).collect();
    newest.reverse();
    newest
        .into_iter()
        .filter_map(|trial| {
            let (deployed, seen) = (trial.deployed?, trial.seen.as_ref()?);
            let policy = with_candidates(&trial.policy, rules);
            let rehearsal = rehearse(&trial.key, &policy, seen, &[], deployed).ok()?;
            let mut spoke = BTreeSet::new();
            for (_, event) in rehearsal.told {
                match event {
                    JudgeEvent::TriggerFired { trigger, .. } => {
                        spoke.insert(trigger);
                    }
                    JudgeEvent::WindowJudged { gates, .. } => {
                        let failed = gates
                            .into_iter()
                            .filter(|(_, state, _)| *state == State::Fail);
                        spoke.extend(failed.map(|(gate, _, _)| gate));
                    }
                    _ => {}
                }
            }
            Some(Rehearsed { trial, spoke })
        })
        .collect()
}

fn with_candidates(policy: &Policy, rules: &[(ThresholdKind, &Rule)]) -> Policy {
    let mut policy = policy.clone();
    // Anomalies are none of the thresholds' business, and cost the most.
    policy.hypercare.false_alarms = 0.0;
    policy.hypercare.gates.clear();
    policy.hypercare.triggers.clear();
    for (kind, rule) in rules {
        let others = candidates(rule.source());
        let others = others.iter().filter_map(|source| Rule::parse(source).ok());
        let all = std::iter::once((*rule).clone()).chain(others);
        let fitting = all.filter(|rule| rule.check(&policy.metrics).is_ok());
        let fitting: Vec<Rule> = fitting.collect();
        match kind {
            ThresholdKind::Gate => policy.hypercare.gates.extend(fitting),
            ThresholdKind::Trigger => policy.hypercare.triggers.extend(fitting),
        }
    }
    policy
}

/// The candidate that errs least; the present value where none errs less, and of equals the nearest to it.
fn suggestion(rule: &str, rehearsed: &[Rehearsed<'_>]) -> Option<Suggestion> {
    let scored = |source: &str| {
        let mut score = Score::default();
        for one in rehearsed {
            score.count(one.trial.truth, one.spoke.contains(source));
        }
        score
    };
    let before = scored(rule);
    let all = candidates(rule);
    let middle = all.len() / 2;
    let best = all
        .iter()
        .enumerate()
        .map(|(at, source)| (scored(source), at.abs_diff(middle), source))
        .filter(|(score, _, _)| score.errors() < before.errors())
        .min_by_key(|(score, far, _)| (score.errors(), score.missed, *far))?;
    let (after, _, source) = best;
    let flips = rehearsed.iter().filter_map(|one| {
        let speaks = one.spoke.contains(source);
        (speaks != one.spoke.contains(rule)).then(|| Flip {
            release: one.trial.name.clone(),
            at: one.trial.at,
            truth: one.trial.truth,
            speaks,
        })
    });
    Some(Suggestion {
        rule: source.clone(),
        before,
        after,
        flips: flips.collect(),
    })
}
