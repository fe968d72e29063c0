//! Anomalies of a release: every metric after the first production traffic against its own past, minute by minute.
//!
//! One error budget covers all metrics, both directions and every stage of a rollout. A canary's sides are judged beside
//! each other by the gates; here the whole is looked at.

use super::{
    past_span,
    pasts::{self, Earlier},
};
use crate::domain::{
    Event, Phase, Text,
    anomaly::{Budget, Point, Reading, directions, watch_metric},
    judge::{JudgeEvent, PastDay, Rule, Series, Unusual, UnusualKind, WatchState, requests_beside},
    observation::Minute,
    policy::{Metric, MetricName, Side, Unit},
    release::{Detectable, Release, ReleaseReadings, Sighting, first_whole},
    rollout::StageState,
};

/// Most metrics that one minute names.
const MOST_NAMED: usize = 20;
/// Minutes that the number of requests is taken over.
const REQUESTS_OVER: i64 = 15;

impl Release {
    /// The error budget of this release.
    pub fn budget(&self) -> Budget {
        let directions: usize = self
            .whole_metrics()
            .map(|metric| directions(metric.bad).len())
            .sum();
        Budget {
            rate: self.policy.hypercare.false_alarms,
            tests: directions.max(1) * self.rollout.stages.len().max(1),
        }
    }

    /// Metrics that are looked at for anomalies.
    fn whole_metrics(&self) -> impl Iterator<Item = &Metric> {
        self.policy
            .metrics
            .iter()
            .filter(|metric| metric.side == Side::All)
    }

    /// Whether production changes, or has just changed, by this release.
    pub(super) fn is_watched(&self) -> bool {
        self.rollout.first_traffic.is_some()
            && matches!(
                self.phase(),
                Phase::Deploying | Phase::StageWatch { .. } | Phase::Monitoring | Phase::Undecided
            )
    }

    /// What the window can detect at all in a metric, from the minutes before now; `None`: it has no value.
    pub fn detectable(&self, metric: &Metric) -> Option<Detectable> {
        self.sighting(metric).detectable()
    }

    /// The same as a question that holds all that its answer needs.
    pub fn sighting(&self, metric: &Metric) -> Sighting {
        let until = self.baseline_end();
        let before = past_span::before(&self.watch, metric, until);
        Sighting {
            label: metric.label.clone(),
            unit: metric.unit,
            bad: metric.bad,
            before: points(before, until),
            window: self.policy.hypercare.window.as_mins().max(1),
            budget: self.budget(),
        }
    }
}

/// What stands out as of `newest`, the gravest first.
pub(super) fn unusual(release: &Release, watch: &WatchState, newest: Minute) -> Vec<Unusual> {
    let Some(traffic) = release
        .rollout
        .first_traffic
        .filter(|_| release.is_watched())
    else {
        return Vec::new();
    };
    let change = first_whole(traffic);
    if newest < change || release.policy.hypercare.false_alarms <= 0.0 {
        return Vec::new();
    }
    let (budget, beside) = shares(release.budget(), watch);
    let settles = settles(release, change);
    let earlier = Earlier {
        watch,
        traffic: Minute::of(traffic),
        change,
        newest,
    };
    let readings = ReleaseReadings::over(&release.policy, watch, release.baseline_end());
    let mut all: Vec<Unusual> = release
        .whole_metrics()
        .filter_map(|metric| {
            let mut reading = reading(watch, metric, Minute::of(traffic), change, newest);
            reading.settles.clone_from(&settles);
            let own = watch_metric(&metric.title(), metric.bad, &reading, budget);
            let (kind, why) = with_earlier(own, metric, &earlier, &settles, beside)?;
            let metric = metric.key();
            let (kind, why) = match too_few(release, &readings, &metric, newest) {
                Some(few) if kind == UnusualKind::Anomaly => {
                    let why = Text::line(&format!("{why}, but {few}"));
                    (UnusualKind::Near, why)
                }
                _ => (kind, why),
            };
            Some(Unusual { metric, kind, why })
        })
        .collect();
    all.sort_by_key(|one| one.kind);
    all.truncate(MOST_NAMED);
    all
}

/// The budget of a metric's own hours before, and that of the earlier days where both are known.
fn shares(whole: Budget, watch: &WatchState) -> (Budget, Option<Budget>) {
    if PastDay::ALL
        .iter()
        .any(|day| !watch.pasts.contains_key(day))
    {
        return (whole, None);
    }
    let of = |share: f64| Budget {
        rate: whole.rate * share,
        ..whole
    };
    (of(1.0 - pasts::SHARE), Some(of(pasts::SHARE)))
}

/// What a metric shows, once the earlier days are heard.
fn with_earlier(
    own: Option<(UnusualKind, Text)>,
    metric: &Metric,
    earlier: &Earlier<'_>,
    settles: &[f64],
    beside: Option<Budget>,
) -> Option<(UnusualKind, Text)> {
    match own {
        Some((UnusualKind::Anomaly, why)) => {
            let (kind, more) = earlier.weigh(metric);
            let why = more.map_or(why.clone(), |more| Text::line(&format!("{why}, {more}")));
            Some((kind, why))
        }
        own => {
            let only = beside.and_then(|budget| earlier.only_beside(metric, settles, budget));
            only.map(|why| (UnusualKind::Anomaly, why)).or(own)
        }
    }
}

/// A metric before the first traffic and since the first whole minute with it.
fn reading(
    watch: &WatchState,
    metric: &Metric,
    traffic: Minute,
    change: Minute,
    newest: Minute,
) -> Reading {
    let before = points(past_span::before(watch, metric, traffic), change);
    let known = watch.series.get(&metric.key());
    let since = known
        .into_iter()
        .flat_map(|series| series.range(change..newest.plus(1).max(change)))
        .map(|(minute, sample)| (*minute, sample.value()));
    let mut after = points(since.collect(), change);
    if after.first().is_none_or(|(at, _)| *at > 0.0) {
        // So that stamps are known to name the beginning of their minute.
        after.insert(0, (0.0, None));
    }
    Reading::of(&before, &after, 0.0, 60.0)
}

/// The same on a clock of seconds.
fn points(minutes: Vec<(Minute, Option<f64>)>, change: Minute) -> Vec<Point> {
    let point = |(minute, value)| (seconds(minute, change), value);
    minutes.into_iter().map(point).collect()
}

fn seconds(minute: Minute, since: Minute) -> f64 {
    let minutes = minute.0.saturating_sub(since.0);
    f64::from(i32::try_from(minutes).unwrap_or(i32::MAX)) * 60.0
}

/// When stages were put in place, in seconds since the change.
fn settles(release: &Release, change: Minute) -> Vec<f64> {
    release
        .rollout
        .stages
        .iter()
        .filter(|stage| matches!(stage.state, StageState::Deploying | StageState::Deployed))
        .filter_map(|stage| stage.since)
        .chain(release.rollout.deployed)
        // The first whole minute with it: one that it began in is half of what was before.
        .map(|at| seconds(first_whole(at), change).max(0.0))
        .collect()
}

/// Why the metric rests on too few requests to be called changed.
fn too_few(
    release: &Release,
    readings: &ReleaseReadings<'_>,
    metric: &MetricName,
    newest: Minute,
) -> Option<String> {
    let wanted = release.policy.hypercare.min_samples;
    let (requests, unit) = requests_beside(readings, metric).filter(|_| wanted > 0)?;
    let counts: Vec<f64> = (newest.0 - REQUESTS_OVER..=newest.0)
        .filter_map(|at| readings.sample(&requests, Side::All, Minute(at)).value())
        .collect();
    let count = u32::try_from(counts.len()).unwrap_or(u32::MAX).max(1);
    let each = if unit == Unit::PerSecond { 60.0 } else { 1.0 };
    let mean = counts.iter().sum::<f64>() / f64::from(count) * each;
    (mean < f64::from(wanted)).then(|| {
        let mean = crate::domain::wording::value(mean, Unit::Plain);
        format!("{mean} requests a minute, {wanted} needed")
    })
}

/// What is news among what stands out: seen for the first time or again, cleared, a blip.
pub(super) fn news(release: &Release) -> Vec<Event> {
    let watch = &release.watch;
    let Some(newest) = watch.newest().filter(|_| release.is_watched()) else {
        return Vec::new();
    };
    let stands = |metric: &MetricName| {
        let known = watch.anomalies.get(metric);
        known.is_some_and(|anomaly| anomaly.over.is_none())
    };
    let named: Vec<MetricName> = fired_metrics(release);
    let mut events: Vec<Event> = Vec::new();
    for one in watch
        .unusual
        .iter()
        .filter(|one| !named.contains(&one.metric))
    {
        let event = match one.kind {
            UnusualKind::Anomaly if !stands(&one.metric) => JudgeEvent::AnomalySeen {
                metric: one.metric.clone(),
                minute: newest,
                why: one.why.clone(),
            },
            UnusualKind::Blip
                if !watch.blips.contains_key(&one.metric)
                    && !watch.anomalies.contains_key(&one.metric) =>
            {
                JudgeEvent::BlipSeen {
                    metric: one.metric.clone(),
                    why: one.why.clone(),
                }
            }
            UnusualKind::Anomaly | UnusualKind::Near | UnusualKind::Blip => continue,
        };
        events.push(event.into());
    }
    let is_still = |metric: &MetricName| {
        let mut same = watch.unusual.iter().filter(|one| one.metric == *metric);
        same.any(|one| one.kind == UnusualKind::Anomaly)
    };
    let over = watch.standing().filter(|(metric, ..)| !is_still(metric));
    events.extend(over.map(|(metric, ..)| {
        JudgeEvent::AnomalyCleared {
            metric: metric.clone(),
            minute: newest,
        }
        .into()
    }));
    events
}

/// The metrics that triggers which are true now speak of.
fn fired_metrics(release: &Release) -> Vec<MetricName> {
    let fired = |source: &str| {
        release
            .watch
            .fired()
            .any(|(true_now, _)| true_now == source)
    };
    let triggers = release.policy.hypercare.triggers.iter();
    triggers
        .filter(|rule| fired(rule.source()))
        .flat_map(Rule::metrics)
        .collect()
}
