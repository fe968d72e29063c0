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

    /// A metric's values from `from` until before `until`, a minute each; `None` is a gap.
    pub fn values(&self, metric: &Metric, from: Minute, until: Minute) -> Vec<Option<f64>> {
        let length = usize::try_from(until.0 - from.0).unwrap_or(0);
        let mut values = vec![None; length];
        let series = self.watch.series.get(&metric.key());
        for (minute, sample) in series.iter().flat_map(|series| series.range(from..until)) {
            if let Ok(at) = usize::try_from(minute.0 - from.0) {
                values[at] = sample.value();
            }
        }
        values
    }

    /// The edges of CloudWatch's band of a metric, low and high, a minute each: its model moves with the hours. `None`
    /// where the rules ask for no band, or not one value of it is known.
    pub fn moving_band(
        &self,
        metric: &Metric,
        from: Minute,
        until: Minute,
    ) -> Option<Vec<Option<(f64, f64)>>> {
        let edge = |side| {
            let mut edges = self.policy.metrics.iter();
            edges
                .find(|edge| edge.side == side && edge.name == metric.name)
                .filter(|_| metric.side == Side::All)
                .map(|edge| self.values(edge, from, until))
        };
        let (low, high) = (edge(Side::BandLow)?, edge(Side::BandHigh)?);
        let both = low.into_iter().zip(high);
        let band: Vec<_> = both.map(|(low, high)| low.zip(high)).collect();
        band.iter().any(Option::is_some).then_some(band)
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
