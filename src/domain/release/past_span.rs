//! How much of its past a metric is set against: six hours of minutes; of a source that tells less often as many values
//! as a longer time holds.
//!
//! Six hours hold 72 values of five minutes, and their series burst more rarely than that: what a whole day did not have is
//! seldom the series' own.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{
    Event,
    anomaly::{Point, seconds_between},
    judge::{JudgeEvent, KEPT_MINUTES, Samples, WatchState},
    observation::{MetricsSeen, Minute, Sample},
    policy::{Metric, MetricName, Policy, Side},
    release::Release,
};

/// Minutes before the first traffic that a metric is set against.
pub const PAST_MINUTES: i64 = 6 * 60;
/// Of a source that tells less often than each minute so many values are looked at, and a day at most.
const WANTED_VALUES: f64 = 288.0;
const LONGEST_MINUTES: i64 = 24 * 60;
/// A source tells each minute where so many of the newest minutes have a value.
const NEWEST: i64 = 20;
const EACH_MINUTE: usize = 11;
/// Samples of all questions for more of the past together.
const MOST_SAMPLES: i64 = 60_000;
/// The length of a minute.
const MINUTE_S: f64 = 60.0;

/// More of the past of some metrics, in one question.
#[derive(Debug, Clone, PartialEq)]
pub struct MorePast {
    /// The metrics, sources that tell less often than each minute.
    pub metrics: Vec<Metric>,
    /// The first minute.
    pub from: Minute,
    /// The first minute that is known.
    pub until: Minute,
}

/// What the past that is still to be read hangs on: while this is the same, so is that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastAsOf {
    histories: u32,
    newest: Option<Minute>,
    traffic: Option<Timestamp>,
    is_watched: bool,
}

impl Release {
    /// What [`Release::past_to_read`] hangs on; told at once, however many metrics there are.
    pub fn past_as_of(&self) -> PastAsOf {
        PastAsOf {
            histories: self.watch.histories,
            newest: self.watch.newest(),
            traffic: self.rollout.first_traffic,
            is_watched: self.is_watched(),
        }
    }

    /// What of the past is still to be read, once six hours of it tell which sources tell less often than each minute: a
    /// question each for the metrics whose past is known as far back. One whose source never answers keeps no other's away.
    pub fn past_to_read(&self) -> Vec<MorePast> {
        if self.rollout.first_traffic.is_some() && !self.is_watched() {
            return Vec::new();
        }
        let until = self.baseline_end();
        let series = |metric: &Metric| self.watch.series.get(&metric.key());
        more_past(&self.policy, series, until)
    }
}

/// What judging a deploy again wants besides its first question.
pub fn rehearsed_more(policy: &Policy, seen: &MetricsSeen, deploy: Minute) -> Option<MorePast> {
    let all: BTreeMap<MetricName, Samples> = seen
        .series
        .iter()
        .filter(|((_, side), _)| *side == Side::All)
        .map(|((name, _), samples)| {
            let minutes = (0..).zip(samples);
            let minutes = minutes.map(|(offset, sample)| (seen.from.plus(offset), *sample));
            (name.clone(), minutes.collect())
        })
        .collect();
    // One answer holds them all: they are known as far back as each other.
    let mut questions = more_past(policy, |metric| all.get(&metric.name), deploy);
    questions.pop()
}

fn more_past<'a>(
    policy: &Policy,
    series: impl Fn(&Metric) -> Option<&'a Samples>,
    until: Minute,
) -> Vec<MorePast> {
    if policy.hypercare.false_alarms <= 0.0 {
        return Vec::new();
    }
    // By the first minute that is known.
    let mut questions: BTreeMap<Minute, MorePast> = BTreeMap::new();
    for metric in policy.metrics.iter().filter(|one| one.side == Side::All) {
        let Some((series, oldest, newest)) = series(metric).and_then(|series| {
            let (oldest, newest) = (series.keys().next()?, series.keys().next_back()?);
            Some((series, *oldest, *newest))
        }) else {
            continue;
        };
        // What is older than the watch keeps would be dropped again.
        let kept = oldest_kept(newest);
        if oldest <= until.plus(-LONGEST_MINUTES).max(kept) || oldest >= until {
            continue;
        }
        let minutes = look_back(series, until);
        let from = until.plus(-minutes).max(kept);
        if minutes <= PAST_MINUTES || from >= oldest {
            continue;
        }
        let question = questions.entry(oldest).or_insert_with(|| MorePast {
            metrics: Vec::new(),
            from,
            until: oldest,
        });
        question.metrics.push(metric.clone());
        question.from = question.from.min(from);
    }
    let metrics: usize = questions.values().map(|one| one.metrics.len()).sum();
    let metrics = i64::try_from(metrics).unwrap_or(i64::MAX);
    let each = (MOST_SAMPLES / metrics.max(1)).max(1);
    let bounded = questions.into_values().map(|mut question| {
        question.from = question.from.max(question.until.plus(-each));
        question
    });
    bounded.collect()
}

/// The oldest minute of a series that the watch keeps.
fn oldest_kept(newest: Minute) -> Minute {
    newest.plus(1 - i64::try_from(KEPT_MINUTES).unwrap_or(i64::MAX))
}

/// What was answered of a longer past: the minutes before those that are known. A metric that its source could not answer for
/// stays as it was.
pub(super) fn observe(release: &Release, seen: &MetricsSeen) -> Vec<Event> {
    let read = release.policy.metrics.iter().filter_map(|metric| {
        let key = metric.key();
        let samples = seen.series.get(&(metric.name.clone(), metric.side))?;
        let known = release.watch.series.get(&key)?;
        let (oldest, newest) = (known.keys().next()?, known.keys().next_back()?);
        let from = seen.from.max(oldest_kept(*newest));
        let offset = |minute: Minute| usize::try_from(minute.0 - seen.from.0).ok();
        let until = offset(*oldest)?.min(samples.len());
        let samples = samples.get(offset(from)?..until)?;
        let is_answered = samples.iter().any(|sample| *sample != Sample::Broken);
        is_answered.then(|| {
            let series = BTreeMap::from([(key, samples.to_vec())]);
            JudgeEvent::HistoryRead { from, series }.into()
        })
    });
    read.collect()
}

/// The samples of a metric before `until` that it is set against; a minute that was not answered is a gap.
pub(super) fn before(
    watch: &WatchState,
    metric: &Metric,
    until: Minute,
) -> Vec<(Minute, Option<f64>)> {
    let Some(series) = watch.series.get(&metric.key()) else {
        return Vec::new();
    };
    series
        .range(until.plus(-look_back(series, until))..until)
        .map(|(minute, sample)| (*minute, sample.value()))
        .collect()
}

/// Minutes before `until` that a series is set against.
fn look_back(series: &Samples, until: Minute) -> i64 {
    let newest = series.range(until.plus(-NEWEST)..until);
    let told = newest.filter(|(_, sample)| sample.value().is_some());
    if told.count() >= EACH_MINUTE {
        return PAST_MINUTES;
    }
    let points: Vec<Point> = series
        .range(until.plus(-PAST_MINUTES)..until)
        .map(|(minute, sample)| {
            let before = u32::try_from(until.0 - minute.0).unwrap_or(u32::MAX);
            (-MINUTE_S * f64::from(before), sample.value())
        })
        .collect();
    let Some(every_s) = seconds_between(&points, MINUTE_S) else {
        return PAST_MINUTES;
    };
    (PAST_MINUTES..LONGEST_MINUTES)
        .find(|minutes| {
            let minutes = u32::try_from(*minutes).unwrap_or(u32::MAX);
            f64::from(minutes) * MINUTE_S >= WANTED_VALUES * every_s
        })
        .unwrap_or(LONGEST_MINUTES)
}
