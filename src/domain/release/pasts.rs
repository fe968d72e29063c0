//! The same hours yesterday and a week ago: which are asked for, and what they say of a metric that stands out.
//!
//! A rise that the clock explains (a nightly job, the morning's traffic) was there at the same minutes of an earlier day.
//! And what both days did and today did not is seen only beside them. Where a day has no data it says nothing.

use crate::domain::{
    Text,
    anomaly::{Budget, Point, Reading, median, watch_metric},
    judge::{PastDay, UnusualKind, WatchState},
    observation::Minute,
    policy::{Metric, MetricName, Policy},
    release::Release,
    wording,
};

/// Minutes before the first traffic that are asked of an earlier day.
const BEFORE: i64 = 60;
/// Fewest and most minutes after it.
const LEAST_AFTER: i64 = 30;
const MOST_AFTER: i64 = 180;
/// Samples of one day, however many metrics there are.
const MOST_SAMPLES: i64 = 30_000;
/// An earlier day explains a change of which it had this share.
const EXPLAINS: f64 = 0.5;
/// The newest minutes whose change is compared.
const NEWEST: usize = 5;
/// Values that either side of an earlier day needs to say anything.
const LEAST_VALUES: usize = 10;
const LEAST_SINCE: usize = 2;
/// Of the accepted rate of false alarms this share is spent on what only the earlier days show, once both are known.
pub(super) const SHARE: f64 = 0.2;
/// Traffic that grew or shrank between the days is scaled within these bounds.
const SCALES: std::ops::RangeInclusive<f64> = 0.2..=5.0;

impl Release {
    /// The minutes of earlier days that are still to be read, in the release's own minutes: once production has traffic.
    pub fn pasts_to_read(&self) -> Option<(Minute, Minute, Vec<PastDay>)> {
        let traffic = Minute::of(self.rollout.first_traffic?);
        let missing: Vec<PastDay> = PastDay::ALL
            .into_iter()
            .filter(|day| !self.watch.pasts.contains_key(day))
            .collect();
        if missing.is_empty() || self.policy.hypercare.false_alarms <= 0.0 || !self.is_watched() {
            return None;
        }
        let (from, until) = past_minutes(&self.policy, traffic);
        Some((from, until, missing))
    }
}

/// The minutes that are asked of an earlier day, in the release's own: about the first traffic.
pub(super) fn past_minutes(policy: &Policy, traffic: Minute) -> (Minute, Minute) {
    let metrics = i64::try_from(policy.metrics.len()).unwrap_or(i64::MAX);
    let after = MOST_SAMPLES / metrics.max(1) - BEFORE;
    let after = after.clamp(LEAST_AFTER, MOST_AFTER);
    (traffic.plus(-BEFORE), traffic.plus(after))
}

/// A metric on an earlier day: what it was before and at the minutes since the change.
pub(super) struct Earlier<'a> {
    pub(super) watch: &'a WatchState,
    /// The first traffic's minute, the first whole minute with it, and the newest.
    pub(super) traffic: Minute,
    pub(super) change: Minute,
    pub(super) newest: Minute,
}

/// What an earlier day did at these minutes, beside what today does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Said {
    /// It has too little data.
    Unknown,
    /// It changed as much the same way.
    AsMuch,
    /// It did not.
    Otherwise,
}

impl Earlier<'_> {
    fn values(&self, day: PastDay, key: &MetricName, from: Minute, until: Minute) -> Vec<f64> {
        let series = self.watch.pasts.get(&day).and_then(|past| past.get(key));
        series
            .into_iter()
            .flat_map(|series| series.range(from..until.max(from)))
            .filter_map(|(_, sample)| sample.value())
            .collect()
    }

    fn today(&self, key: &MetricName, from: Minute, until: Minute) -> Vec<f64> {
        let series = self.watch.series.get(key);
        series
            .into_iter()
            .flat_map(|series| series.range(from..until.max(from)))
            .filter_map(|(_, sample)| sample.value())
            .collect()
    }

    /// Whether that day explains how the metric changed today.
    pub(super) fn said(&self, day: PastDay, key: &MetricName) -> Said {
        let newest = i64::try_from(NEWEST).unwrap_or(1);
        let since = self.change.max(self.newest.plus(1 - newest));
        let (start, end) = (self.traffic.plus(-BEFORE), self.newest.plus(1));
        let before = self.values(day, key, start, self.traffic);
        let after = self.values(day, key, since, end);
        if before.len() < LEAST_VALUES || after.len() < LEAST_SINCE {
            return Said::Unknown;
        }
        let own = self.today(key, start, self.traffic);
        let moved = |before: &[f64], after: &[f64]| Some(median(after)? - median(before)?);
        let (Some(today), Some(then)) = (
            moved(&own, &self.today(key, since, end)),
            moved(&before, &after),
        ) else {
            return Said::Unknown;
        };
        let then = then * scale(&own, &before);
        if then * today.signum() >= EXPLAINS * today.abs() && today != 0.0 {
            Said::AsMuch
        } else {
            Said::Otherwise
        }
    }

    /// Today less that day at the same minutes, about today's level: a season is out of it.
    fn beside(&self, day: PastDay, key: &MetricName) -> Option<Reading> {
        let start = self.traffic.plus(-BEFORE);
        let own = self.today(key, start, self.traffic);
        let then = self.values(day, key, start, self.traffic);
        if own.len() < LEAST_VALUES || then.len() < LEAST_VALUES {
            return None;
        }
        let (scale, level) = (scale(&own, &then), median(&then)?);
        let series = self.watch.series.get(key)?;
        let past = self.watch.pasts.get(&day)?.get(key)?;
        let points = |from: Minute, until: Minute| -> Vec<Point> {
            (from.0..until.0.max(from.0))
                .map(Minute)
                .map(|minute| {
                    let now = series.get(&minute).and_then(|sample| sample.value());
                    let then = past.get(&minute).and_then(|sample| sample.value());
                    let value = now
                        .zip(then)
                        .map(|(now, then)| now - scale * (then - level));
                    let since = minute.0 - self.change.0;
                    let seconds = f64::from(i32::try_from(since).unwrap_or(i32::MAX)) * 60.0;
                    (seconds, value)
                })
                .collect()
        };
        let before = points(start, self.traffic);
        let after = points(self.change, self.newest.plus(1));
        Some(Reading::of(&before, &after, 0.0, 60.0))
    }

    /// What stands out only beside both earlier days: `latency p99 +34% ..., beside yesterday and last week`.
    pub(super) fn only_beside(
        &self,
        metric: &Metric,
        settles: &[f64],
        budget: Budget,
    ) -> Option<Text> {
        let key = metric.key();
        let mut first: Option<Text> = None;
        for day in PastDay::ALL {
            let mut reading = self.beside(day, &key)?;
            reading.settles = settles.to_vec();
            match watch_metric(&metric.title(), metric.bad, &reading, budget)? {
                (UnusualKind::Anomaly, why) => first = first.or(Some(why)),
                (UnusualKind::Near | UnusualKind::Blip, _) => return None,
            }
        }
        first.map(|why| Text::line(&format!("{why}, beside yesterday and last week")))
    }

    /// What the earlier days say of a metric that stands out from its own hours before: still an anomaly, or what the
    /// clock explains; with the words for it.
    pub(super) fn weigh(&self, metric: &Metric) -> (UnusualKind, Option<String>) {
        let key = metric.key();
        let said = PastDay::ALL.map(|day| (day, self.said(day, &key)));
        let of = |wanted: Said| -> Vec<&'static str> {
            let days = said.iter().filter(|(_, said)| *said == wanted);
            days.map(|(day, _)| day.word()).collect()
        };
        let (as_much, otherwise) = (of(Said::AsMuch), of(Said::Otherwise));
        match (as_much.is_empty(), otherwise.is_empty()) {
            (true, true) => (UnusualKind::Anomaly, None),
            (true, false) => {
                let days = wording::list(&otherwise);
                (UnusualKind::Anomaly, Some(format!("not so {days}")))
            }
            (false, true) => {
                let days = wording::list(&as_much);
                let words = format!("but as much at the same hour {days}");
                (UnusualKind::Near, Some(words))
            }
            (false, false) => {
                let (yes, no) = (wording::list(&as_much), wording::list(&otherwise));
                let words = format!("as much at the same hour {yes}, not {no}");
                (UnusualKind::Anomaly, Some(words))
            }
        }
    }
}

/// How much today's traffic is of that day's, by the hour before.
fn scale(today: &[f64], then: &[f64]) -> f64 {
    match (median(today), median(then)) {
        (Some(today), Some(then)) if then != 0.0 && SCALES.contains(&(today / then)) => {
            today / then
        }
        _ => 1.0,
    }
}

/// An earlier day in the table: what the metric was at the minutes since the change, and how it moved there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastSeen {
    /// The median of the hour before.
    pub before: f64,
    /// The median of the same minutes.
    pub after: f64,
}

impl Release {
    /// What a metric did at the same minutes of an earlier day; `None`: no data there, or not read.
    pub fn past_seen(&self, metric: &Metric, day: PastDay) -> Option<PastSeen> {
        let traffic = Minute::of(self.rollout.first_traffic?);
        let earlier = Earlier {
            watch: &self.watch,
            traffic,
            change: traffic,
            newest: self.watch.newest()?,
        };
        let key = metric.key();
        let start = traffic.plus(-BEFORE);
        let before = earlier.values(day, &key, start, traffic);
        let after = earlier.values(day, &key, traffic, earlier.newest.plus(1));
        Some(PastSeen {
            before: median(&before)?,
            after: median(&after)?,
        })
    }
}
