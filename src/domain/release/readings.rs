//! The judge's view of a release: its samples, baselines and alarms as a [`Series`].

use std::cell::OnceCell;

use crate::domain::{
    judge::{BaselineStats, Series, WatchState},
    observation::{AlarmState, Minute, Sample},
    policy::{Metric, MetricName, Policy, Side, Unit},
    release::Release,
};

/// A release, read as series.
#[derive(Debug, Clone)]
pub struct ReleaseReadings<'a> {
    policy: &'a Policy,
    watch: &'a WatchState,
    /// The baseline lies before this minute.
    before: Minute,
    /// By the metric's place in the policy. A relative rule asks for its baseline several times a minute judged.
    baselines: Vec<OnceCell<Option<BaselineStats>>>,
}

impl<'a> ReleaseReadings<'a> {
    /// Over a watch that may hold more minutes than the release's own.
    pub fn over(policy: &'a Policy, watch: &'a WatchState, before: Minute) -> Self {
        Self {
            policy,
            watch,
            before,
            baselines: vec![OnceCell::new(); policy.metrics.len()],
        }
    }

    fn metric(&self, name: &MetricName, side: Side) -> Option<&'a Metric> {
        self.policy
            .metrics
            .iter()
            .find(|metric| metric.name == *name && metric.side == side)
    }
}

impl Series for ReleaseReadings<'_> {
    fn unit(&self, metric: &MetricName) -> Option<Unit> {
        self.policy
            .metrics
            .iter()
            .find(|known| known.name == *metric)
            .map(|known| known.unit)
    }

    fn has(&self, metric: &MetricName, side: Side) -> bool {
        self.metric(metric, side).is_some()
    }

    fn sample(&self, metric: &MetricName, side: Side, minute: Minute) -> Sample {
        self.metric(metric, side).map_or(Sample::Absent, |known| {
            self.watch.sample(&known.key(), minute)
        })
    }

    fn baseline(&self, metric: &MetricName) -> Option<BaselineStats> {
        let index = self
            .policy
            .metrics
            .iter()
            .position(|known| known.name == *metric && known.side == Side::All)?;
        let work_out = || {
            let minutes = self.policy.hypercare.baseline.as_mins();
            let series = self.watch.series.get(&self.policy.metrics[index].key())?;
            let range = self.before.plus(-minutes)..self.before;
            BaselineStats::of(series.range(range).map(|(_, sample)| *sample))
        };
        *self.baselines[index].get_or_init(work_out)
    }

    fn alarm(&self, name: &str) -> AlarmState {
        self.watch
            .alarms
            .get(name)
            .map_or(AlarmState::Unknown, |alarm| alarm.state)
    }
}

impl Release {
    /// The judge's view. Its baseline ends where production first had traffic, else with the newest minute.
    pub fn readings(&self) -> ReleaseReadings<'_> {
        ReleaseReadings::over(&self.policy, &self.watch, self.baseline_end())
    }

    /// The first minute that the baseline leaves out.
    pub fn baseline_end(&self) -> Minute {
        match self.rollout.first_traffic {
            Some(at) => Minute::of(at),
            None => self
                .watch
                .series
                .values()
                .filter_map(|series| series.keys().next_back())
                .max()
                .map_or(Minute::of(self.newest()), |minute| minute.plus(1)),
        }
    }
}
