//! Metric answers against what is known: history in bulk, then minute by minute, with revisions for late data.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    Event,
    judge::{JudgeEvent, LATENESS_MINUTES, PastDay, WatchState},
    observation::{MetricsSeen, Minute, Observation, Sample},
    policy::MetricName,
    release::{Release, judging},
};

/// A minute is judged no sooner than this after its end: sources fill the newest minute in two steps.
const SETTLES: SignedDuration = SignedDuration::from_secs(60);
/// More unjudged minutes than this from before the deploy are history, not news.
const NEWS: usize = 5;
/// Samples in one history event: keeps its line below 64 KiB.
const CHUNK: usize = 1_500;

/// What the metrics source told, of this release's minutes or of earlier days.
pub(super) fn observe(release: &Release, seen: &Observation) -> Vec<Event> {
    match seen {
        Observation::Metrics { asked, seen } => observe_minutes(release, *asked, seen),
        Observation::Past { day, seen } => observe_past(release, *day, seen),
        _ => Vec::new(),
    }
}

fn observe_minutes(release: &Release, asked: Timestamp, seen: &MetricsSeen) -> Vec<Event> {
    let ready: Vec<(Minute, BTreeMap<MetricName, Sample>)> = (seen.from.0..seen.until.0)
        .map(Minute)
        .filter_map(|minute| Some((minute, values(release, seen, minute, asked)?)))
        .filter(|(minute, values)| is_new(release, *minute, values))
        .collect();
    if ready.is_empty() {
        // Most answers: what is known is not copied for them.
        return Vec::new();
    }
    let traffic = release.rollout.first_traffic.map(Minute::of);
    let (old, news): (Vec<_>, Vec<_>) = ready
        .into_iter()
        .partition(|(minute, _)| traffic.is_none_or(|traffic| *minute < traffic));
    let mut events = Vec::new();
    let mut scratch = release.watch.draft();
    if old.len() > NEWS {
        events.extend(history(&mut scratch, &old));
    } else {
        events.extend(judged(release, &mut scratch, old, asked));
    }
    events.extend(judged(release, &mut scratch, news, asked));
    events
}

fn judged(
    release: &Release,
    scratch: &mut WatchState,
    minutes: Vec<(Minute, BTreeMap<MetricName, Sample>)>,
    asked: Timestamp,
) -> Vec<Event> {
    minutes
        .into_iter()
        .map(|(minute, values)| {
            judging::minute_judged(release, scratch, minute, values, asked).into()
        })
        .collect()
}

/// The samples of a minute, once it is final: every metric has answered, or it is too late for more.
fn values(
    release: &Release,
    seen: &MetricsSeen,
    minute: Minute,
    asked: Timestamp,
) -> Option<BTreeMap<MetricName, Sample>> {
    let age = asked.duration_since(minute.end());
    if age < SETTLES {
        return None;
    }
    let offset = usize::try_from(minute.0 - seen.from.0).ok()?;
    let values: BTreeMap<MetricName, Sample> = release
        .policy
        .metrics
        .iter()
        .map(|metric| {
            let key = metric.key();
            let answered = seen.series.get(&(metric.name.clone(), metric.side));
            let sample = answered.and_then(|series| series.get(offset));
            (key, sample.copied().unwrap_or(Sample::Absent))
        })
        .collect();
    let is_late = age >= SignedDuration::from_mins(LATENESS_MINUTES);
    // Where the source has no model of a metric its band never comes: no minute waits for one.
    let is_whole = release
        .policy
        .metrics
        .iter()
        .filter(|metric| !metric.side.is_band())
        .filter_map(|metric| values.get(&metric.key()))
        .all(|sample| !matches!(sample, Sample::Absent | Sample::Broken));
    (is_whole || is_late).then_some(values)
}

/// Whether these samples say more than what is known. A sample that is gone from an answer stays as it was.
fn is_new(release: &Release, minute: Minute, values: &BTreeMap<MetricName, Sample>) -> bool {
    values.iter().any(|(key, sample)| {
        let known = release
            .watch
            .series
            .get(key)
            .and_then(|series| series.get(&minute));
        match known {
            None => true,
            Some(known) => known != sample && !matches!(sample, Sample::Absent | Sample::Broken),
        }
    })
}

/// The same hours of an earlier day, once, moved to the release's own minutes; in chunks of metrics.
fn observe_past(release: &Release, day: PastDay, seen: &MetricsSeen) -> Vec<Event> {
    if release.watch.pasts.contains_key(&day) {
        return Vec::new();
    }
    let count = usize::try_from(seen.until.0.saturating_sub(seen.from.0)).unwrap_or(0);
    let at_once = (CHUNK / count.max(1)).max(1);
    let from = seen.from.plus(day.minutes());
    let metrics = release.policy.metrics.as_slice();
    let chunks = metrics.chunks(at_once).map(|chunk| {
        let series = chunk.iter().map(|metric| {
            let answered = seen.series.get(&(metric.name.clone(), metric.side));
            let samples = answered.map(Vec::as_slice).unwrap_or_default();
            let samples = samples.get(..count.min(samples.len())).unwrap_or_default();
            (metric.key(), samples.to_vec())
        });
        let series = series.collect();
        JudgeEvent::PastRead { day, from, series }.into()
    });
    chunks.collect()
}

/// History in chunks of metrics, each from the first to the last minute.
fn history(scratch: &mut WatchState, old: &[(Minute, BTreeMap<MetricName, Sample>)]) -> Vec<Event> {
    let (Some((first, sample)), Some((last, _))) = (old.first(), old.last()) else {
        return Vec::new();
    };
    let count = usize::try_from(last.0 - first.0 + 1).unwrap_or(1).max(1);
    let keys: Vec<&MetricName> = sample.keys().collect();
    let at_once = (CHUNK / count).max(1);
    let mut events = Vec::new();
    for chunk in keys.chunks(at_once) {
        for start in (0..count).step_by(CHUNK) {
            let from = first.plus(i64::try_from(start).unwrap_or(0));
            let until = first.plus(i64::try_from(count.min(start + CHUNK)).unwrap_or(0));
            let series = chunk.iter().map(|key| {
                let samples = (from.0..until.0).map(|minute| {
                    old.binary_search_by_key(&Minute(minute), |(minute, _)| *minute)
                        .ok()
                        .and_then(|index| old[index].1.get(*key))
                        .copied()
                        .unwrap_or_else(|| scratch.sample(key, Minute(minute)))
                });
                ((*key).clone(), samples.collect::<Vec<Sample>>())
            });
            let series: BTreeMap<MetricName, Vec<Sample>> = series.collect();
            for (key, samples) in &series {
                let known = scratch.series.entry(key.clone()).or_default();
                for (offset, sample) in (0..).zip(samples) {
                    known.insert(from.plus(offset), *sample);
                }
            }
            events.push(JudgeEvent::HistoryRead { from, series }.into());
        }
    }
    events
}
