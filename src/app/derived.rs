//! What every frame needs of a release and is too dear to work out each time: once for each of its events.
//!
//! Knows the release only; neither time nor what is on the screen.

use jiff::Timestamp;

use crate::domain::{
    Seq, Text,
    evidence::{Contradiction, Explain},
    judge::{BaselineStats, Limit, Rule, Series, Verdict},
    observation::Minute,
    policy::{Metric, Side, Unit},
    release::{
        Gate, Recommendation, Release, ReleaseReadings, Sighting, StageProgress, first_whole,
    },
    risk::Risk,
};

/// How many minutes back the newest complete one is looked for.
const COMPLETE_SOUGHT: usize = 60;
/// What the window can detect is worked out again after so many minutes, and for so many metrics.
const SIGHT_EVERY: i64 = 10;
const SIGHT_MOST: usize = 6;

/// A metric's baseline and the limits that the rules set to it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetricFacts {
    /// What it was before the deploy; for a canary's own metric what the control was in the same minutes.
    pub baseline: Option<BaselineStats>,
    /// What it has been since everything was deployed; before that, since the first traffic.
    pub after: Option<BaselineStats>,
    /// Limits of the rules, triggers first, each with whether crossing it fires a trigger.
    pub limits: Vec<(Limit, bool)>,
}

/// What the window can detect, by metric: answers what [`Derived::ask`] gave.
pub fn sighted(asked: &[Sighting]) -> Vec<(String, String)> {
    let told = |one: &Sighting| (one.label().to_owned(), one.words());
    asked.iter().map(told).collect()
}

/// Derived from the release.
#[derive(Debug, Clone, Default)]
pub struct Derived {
    seq: Option<Seq>,
    /// Every gate with its arithmetic.
    pub gates: Vec<Gate>,
    /// Every trigger's verdict as of the newest judged minute.
    pub triggers: Vec<(String, Verdict)>,
    /// The explain text by its headings.
    pub explain: Option<Explain>,
    /// What the explain text says against the facts.
    pub contradictions: Vec<Contradiction>,
    /// How risky it is; `None` before the first event.
    pub risk: Option<Risk>,
    /// By the metric's place in the policy.
    pub metrics: Vec<MetricFacts>,
    /// The place of the metric that a fired trigger speaks of, else of one that stands out, else of a canary's own.
    pub spoken: Option<usize>,
    /// Minutes of the window that were judged, and how many it takes.
    pub progress: (usize, usize),
    /// The stage that serves now, with more to come.
    pub stage: Option<StageProgress>,
    /// What the watch recommends; `None` where there is nothing to watch.
    pub advice: Option<Recommendation>,
    /// What the window can detect at all, by metric, as of the minutes before the deploy.
    pub sight: Vec<(String, String)>,
    /// Up to when the past was looked at for that.
    tried: Option<Minute>,
    /// What is asked about it and not yet answered.
    asked: Option<Vec<Sighting>>,
    /// The newest minute in which everything that the rules name had a value.
    complete: Option<Minute>,
    /// The text that `explain` was read from: it seldom changes and may be long.
    told: Option<Text>,
}

impl Derived {
    /// Whether the release has moved on since.
    pub fn is_old(&self, release: &Release) -> bool {
        self.seq != Some(release.seq())
    }

    /// Works everything out again.
    pub fn refresh(&mut self, release: &Release) {
        let readings = release.readings();
        let told = release.evidence.explain();
        if self.told.as_ref() != told {
            self.explain = told.map(|text| Explain::parse(text.as_str()));
            self.told = told.cloned();
        }
        self.seq = Some(release.seq());
        self.contradictions = release.explain_contradictions().to_vec();
        self.risk = Some(release.risk_beside(&self.contradictions));
        self.gates = gates(release);
        self.triggers = release.trigger_verdicts();
        self.metrics = metrics(release, &readings);
        self.spoken = spoken(release);
        self.progress = release.window_progress();
        self.stage = release.stage_progress();
        self.advice = release.recommendation();
        self.look_ahead(release);
        let judged = release.watch.judged.keys().rev();
        self.complete = judged
            .take(COMPLETE_SOUGHT)
            .copied()
            .find(|minute| release.is_complete(*minute));
    }

    /// Asks what the window can detect, before there is a window. The answer is dear and moves slowly: it is worked out
    /// elsewhere.
    fn look_ahead(&mut self, release: &Release) {
        let looks = release.policy.hypercare.false_alarms > 0.0;
        if !looks || release.rollout.first_traffic.is_some() || release.watch.series.is_empty() {
            return;
        }
        let until = release.baseline_end();
        let is_fresh = |tried: Minute| (until.0 - tried.0).abs() < SIGHT_EVERY;
        if self.tried.is_some_and(is_fresh) {
            return;
        }
        self.tried = Some(until);
        let hypercare = &release.policy.hypercare;
        let rules = hypercare.gates.iter().chain(&hypercare.triggers);
        let named: Vec<_> = rules.flat_map(Rule::metrics).collect();
        let metrics = release.policy.metrics.iter().filter(|metric| {
            metric.side == Side::All && (named.is_empty() || named.contains(&metric.name))
        });
        self.asked = Some(
            metrics
                .take(SIGHT_MOST)
                .map(|metric| release.sighting(metric))
                .collect(),
        );
    }

    /// Takes what is asked and not yet answered.
    pub fn ask(&mut self) -> Option<Vec<Sighting>> {
        self.asked.take()
    }

    /// Up to when the watch has had complete data; the deploy's end where there was none since. `None` before it.
    pub fn data_until(&self, release: &Release) -> Option<Timestamp> {
        let deployed = release.rollout.deployed?;
        Some(
            self.complete
                .map_or(deployed, |minute| deployed.max(minute.end())),
        )
    }
}

/// The family of the gates that are judged since everything was deployed.
pub const WATCH: &str = "watch";

/// Once production has changed, what stood against changing it says nothing more; a later stage asks everything again.
/// Once everything is deployed, what production was before says nothing either: the gates of the watch stand first.
fn gates(release: &Release) -> Vec<Gate> {
    let mut gates = release.gates().to_vec();
    let decided = release.waits().is_none();
    if release.rollout.deployed.is_some() && decided {
        gates.retain(|gate| gate.family != "metrics");
        let watch = release.gates_of_watch().into_iter();
        gates.extend(watch.map(|(source, verdict)| Gate {
            family: WATCH.to_owned(),
            name: format!("{WATCH}: {source}"),
            title: Text::line(&format!("Watch {source}")),
            verdict,
            effect: None,
            stage: None,
        }));
    }
    if release.rollout.first_traffic.is_some() && decided {
        gates.retain(|gate| {
            !matches!(
                gate.family.as_str(),
                "prerequisites" | "candidate" | "production" | "checklist"
            )
        });
    }
    // The watch, prerequisites, then what stands in the way is read first; the rest stays in its order.
    gates.sort_by_key(|gate| {
        let is_other = match gate.family.as_str() {
            WATCH => 0,
            "prerequisites" => 1,
            _ => 2,
        };
        (is_other, std::cmp::Reverse(gate.effect))
    });
    gates
}

fn metrics(release: &Release, readings: &ReleaseReadings<'_>) -> Vec<MetricFacts> {
    let hypercare = &release.policy.hypercare;
    let of = |rules: &[Rule], name, fires: bool| -> Vec<(Limit, bool)> {
        rules
            .iter()
            .flat_map(|rule| rule.limits(name, readings))
            .map(|limit| (limit, fires))
            .collect()
    };
    release
        .policy
        .metrics
        .iter()
        .map(|metric| {
            let mut limits = of(&hypercare.triggers, &metric.name, true);
            limits.extend(of(&hypercare.gates, &metric.name, false));
            MetricFacts {
                baseline: before(release, readings, metric),
                after: after(release, metric),
                limits,
            }
        })
        .collect()
}

/// The place of the metric that speaks against the release, else of the first of the canary that serves.
fn spoken(release: &Release) -> Option<usize> {
    let shown = release.policy.shown_metrics();
    let fired = release.watch.fired().find_map(|(source, _)| {
        let mut rules = release.policy.hypercare.triggers.iter();
        let rule = rules.find(|rule| rule.source() == source)?;
        let named = rule.metrics();
        shown.iter().position(|one| named.contains(&one.name))
    });
    let standing = || {
        let (metric, _, _) = release.watch.standing().next()?;
        shown.iter().position(|one| one.key() == *metric)
    };
    // While a stage serves, its own side is judged: over all hosts its trouble is diluted.
    let staged = || {
        release.stage_progress()?;
        shown.iter().position(|one| one.side == Side::Canary)
    };
    fired.or_else(standing).or_else(staged)
}

/// What a metric has been since everything was deployed, until a rollback was asked for.
fn after(release: &Release, metric: &Metric) -> Option<BaselineStats> {
    let from = first_whole(release.rollout.deployed.or(release.rollout.first_traffic)?);
    let until = release.watch_end().unwrap_or(Minute(i64::MAX)).max(from);
    let series = release.watch.series.get(&metric.key())?;
    BaselineStats::of(series.range(from..until).map(|(_, sample)| *sample))
}

/// What a metric is held against. A canary takes a share of the traffic, so its counts have nothing to be held against.
fn before(
    release: &Release,
    readings: &ReleaseReadings<'_>,
    metric: &Metric,
) -> Option<BaselineStats> {
    match (metric.side, metric.unit) {
        (Side::All, _) => readings.baseline(&metric.name),
        (Side::BandHigh | Side::BandLow, _)
        | (Side::Canary | Side::Control, Unit::PerMinute | Unit::PerSecond | Unit::Count) => None,
        (Side::Canary | Side::Control, _) => {
            let from = first_whole(release.rollout.first_traffic?);
            release
                .policy
                .metrics
                .iter()
                .find(|other| other.name == metric.name && other.side == Side::Control)
                .and_then(|control| release.watch.series.get(&control.key()))
                .and_then(|series| {
                    BaselineStats::of(series.range(from..).map(|(_, sample)| *sample))
                })
        }
    }
}
