//! What a rule is judged on: samples by minute, baselines, alarm states. A trait, and a plain value that is one.

use std::collections::BTreeMap;

use super::baseline::BaselineStats;
use crate::domain::{
    observation::{AlarmState, Minute, Sample},
    policy::{MetricName, Side, Unit},
};

/// The data behind a judgement. Every answer is total: what is not known is [`Sample::Absent`] or `None`.
pub trait Series {
    /// The unit of a metric; `None`: there is no such metric.
    fn unit(&self, metric: &MetricName) -> Option<Unit>;
    /// Whether the metric is measured on that side.
    fn has(&self, metric: &MetricName, side: Side) -> bool;
    /// One minute of one side.
    fn sample(&self, metric: &MetricName, side: Side, minute: Minute) -> Sample;
    /// The hour before the deploy.
    fn baseline(&self, metric: &MetricName) -> Option<BaselineStats>;
    /// An alarm now; [`AlarmState::Unknown`] where it is not known.
    fn alarm(&self, name: &str) -> AlarmState;
}

/// [`Series`] as plain maps. Order of arrival leaves no trace: a minute's newest sample replaces the older one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Readings {
    units: BTreeMap<MetricName, Unit>,
    samples: BTreeMap<(MetricName, Side), BTreeMap<Minute, Sample>>,
    baselines: BTreeMap<MetricName, BaselineStats>,
    alarms: BTreeMap<String, AlarmState>,
}

impl Readings {
    /// Declares a metric.
    pub fn declare(&mut self, metric: impl Into<MetricName>, side: Side, unit: Unit) {
        let metric = metric.into();
        self.samples.entry((metric.clone(), side)).or_default();
        self.units.insert(metric, unit);
    }

    /// Puts one sample.
    pub fn put(&mut self, metric: &MetricName, side: Side, minute: Minute, sample: Sample) {
        self.samples
            .entry((metric.clone(), side))
            .or_default()
            .insert(minute, sample);
    }

    /// Puts consecutive samples from a minute on.
    pub fn put_all(&mut self, metric: &MetricName, side: Side, from: Minute, samples: &[Sample]) {
        for (offset, sample) in (0..).zip(samples) {
            self.put(metric, side, from.plus(offset), *sample);
        }
    }

    /// Sets the baseline of a metric.
    pub fn set_baseline(&mut self, metric: impl Into<MetricName>, stats: BaselineStats) {
        self.baselines.insert(metric.into(), stats);
    }

    /// Sets an alarm.
    pub fn set_alarm(&mut self, name: impl Into<String>, state: AlarmState) {
        self.alarms.insert(name.into(), state);
    }
}

impl Series for Readings {
    fn unit(&self, metric: &MetricName) -> Option<Unit> {
        self.units.get(metric).copied()
    }

    fn has(&self, metric: &MetricName, side: Side) -> bool {
        self.samples.contains_key(&(metric.clone(), side))
    }

    fn sample(&self, metric: &MetricName, side: Side, minute: Minute) -> Sample {
        self.samples
            .get(&(metric.clone(), side))
            .and_then(|minutes| minutes.get(&minute))
            .copied()
            .unwrap_or(Sample::Absent)
    }

    fn baseline(&self, metric: &MetricName) -> Option<BaselineStats> {
        self.baselines.get(metric).copied()
    }

    fn alarm(&self, name: &str) -> AlarmState {
        self.alarms
            .get(name)
            .copied()
            .unwrap_or(AlarmState::Unknown)
    }
}
