//! Whether each metric has data at all: what `doctor` asks before anyone depends on it.

use super::CloudWatch;
use crate::{
    domain::{
        Fault, Text,
        observation::{MetricsSeen, Minute, Sample},
        policy::{Metric, MetricName, Side},
    },
    ports::{Clock, Metrics},
};

/// How far back a metric may have its last value.
const HOUR: i64 = 60;

/// A value younger than this is live.
const QUARTER: i64 = 15;

/// What is known about one metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// The metric.
    pub name: MetricName,
    /// Its side.
    pub side: Side,
    /// How live it is.
    pub liveness: Liveness,
}

/// How live a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// A value in the last 15 minutes.
    Live,
    /// A value in the last 60 minutes only, in this minute.
    Stale(Minute),
    /// The source answered: no traffic for an hour.
    NoTraffic,
    /// Nothing for an hour: a wrong name or dimension, or a metric that is not published.
    Silent,
    /// The source could not answer for it.
    Broken,
}

/// The last hour of every metric, and what the source said besides.
pub async fn check(
    source: &dyn Metrics,
    clock: &dyn Clock,
    metrics: &[Metric],
) -> Result<(Vec<Presence>, Vec<Text>), Fault> {
    let until = Minute::of(clock.now());
    let seen = source.read(metrics, until.plus(-HOUR), until).await?;
    let presences = metrics.iter().map(|metric| Presence {
        name: metric.name.clone(),
        side: metric.side,
        liveness: liveness(&seen, &metric.name, metric.side),
    });
    Ok((presences.collect(), seen.remarks.clone()))
}

fn liveness(seen: &MetricsSeen, name: &MetricName, side: Side) -> Liveness {
    let samples = seen
        .series
        .get(&(name.clone(), side))
        .map_or(&[][..], Vec::as_slice);
    match seen.newest(name, side) {
        Some(minute) if minute >= seen.until.plus(-QUARTER) => Liveness::Live,
        Some(minute) => Liveness::Stale(minute),
        None if samples.contains(&Sample::Broken) => Liveness::Broken,
        None if samples.contains(&Sample::NoTraffic) => Liveness::NoTraffic,
        None => Liveness::Silent,
    }
}

impl CloudWatch {
    /// [`check`] with the clock of this client.
    pub async fn check(&self, metrics: &[Metric]) -> Result<(Vec<Presence>, Vec<Text>), Fault> {
        check(self, &*self.clock, metrics).await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn liveness_tells_late_quiet_and_wrong_names_apart() {
        let hour = |put: &[(usize, Sample)], rest: Sample| {
            let mut samples = vec![rest; 60];
            for (at, sample) in put {
                samples[*at] = *sample;
            }
            let seen = MetricsSeen {
                from: Minute(100),
                until: Minute(160),
                series: BTreeMap::from([(("m".into(), Side::All), samples)]),
                remarks: Vec::new(),
            };
            liveness(&seen, &"m".into(), Side::All)
        };
        let value = Sample::Value(0.0);
        assert_eq!(hour(&[(45, value)], Sample::Absent), Liveness::Live);
        assert_eq!(
            hour(&[(44, value)], Sample::NoTraffic),
            Liveness::Stale(Minute(144))
        );
        assert_eq!(
            hour(&[(0, Sample::NoTraffic)], Sample::Absent),
            Liveness::NoTraffic
        );
        assert_eq!(hour(&[], Sample::Absent), Liveness::Silent);
        assert_eq!(hour(&[], Sample::Broken), Liveness::Broken);
    }
}
