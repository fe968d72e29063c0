//! Bookkeeping of the watch: which minutes are judged, which are waited for. Pure; late data revises it.

use serde::{Deserialize, Serialize};

use super::series::Series;
use crate::domain::{
    observation::{Minute, Sample},
    policy::{MetricName, Side},
};

/// How late a source may publish a minute: an answer so many minutes after its end that still has nothing makes it a
/// gap. CloudWatch's load balancer metrics come one to two minutes late.
pub const LATENESS_MINUTES: i64 = 3;

/// The watch, as agreed at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// The first whole minute with the new version.
    pub from: Minute,
    /// Minutes to be judged.
    pub window: u32,
    /// Minutes after which it is undecided, whatever was judged.
    pub max_wait: u32,
    /// Metrics that a minute must have to be complete, with their side.
    pub metrics: Vec<(MetricName, Side)>,
}

/// What became of a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Every metric has a value: it counts.
    Judged,
    /// Final, but a metric had no traffic: it does not count.
    NoTraffic,
    /// Final, but a metric has a gap.
    Gap,
    /// The source could not answer for a metric. It may yet.
    Broken,
    /// A metric may still come.
    Waiting,
}

impl Standing {
    /// Whether every metric has its last word, as far as one can tell; late data may still revise it.
    pub const fn is_complete(self) -> bool {
        matches!(self, Self::Judged | Self::NoTraffic | Self::Gap)
    }
}

/// Where the watch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Each minute `from..=newest asked`, ascending.
    pub minutes: Vec<(Minute, Standing)>,
    /// Minutes that count, at most the window.
    pub judged: u32,
    /// Set once the window is full.
    pub decided: bool,
    /// Set when `max_wait` has passed and the window is not full: "cannot tell".
    pub undecided: bool,
    /// The earliest minute that is still waited for.
    pub next: Minute,
}

impl Progress {
    /// The minutes that count, ascending, at most the window.
    pub fn judged_minutes(&self) -> impl Iterator<Item = Minute> + '_ {
        self.minutes
            .iter()
            .filter(|(_, standing)| *standing == Standing::Judged)
            .map(|(minute, _)| *minute)
            .take(self.judged as usize)
    }
}

impl Watch {
    /// The standing of one minute. `answered` is the newest minute that had begun when the source last answered.
    ///
    /// A metric is final in a minute once it has a value or no traffic, or once the source has answered
    /// [`LATENESS_MINUTES`] after the minute's end without it. Without metrics nothing is ever judged.
    pub fn standing(&self, series: &dyn Series, minute: Minute, answered: Minute) -> Standing {
        if self.metrics.is_empty() {
            return Standing::Waiting;
        }
        let is_late = answered.0 - minute.0 > LATENESS_MINUTES;
        self.metrics
            .iter()
            .map(|(name, side)| match series.sample(name, *side, minute) {
                Sample::Value(value) if value.is_finite() => Standing::Judged,
                Sample::NoTraffic => Standing::NoTraffic,
                Sample::Absent if is_late => Standing::Gap,
                Sample::Absent => Standing::Waiting,
                Sample::Broken | Sample::Value(_) => Standing::Broken,
            })
            .max()
            .unwrap_or(Standing::Waiting)
    }

    /// The whole watch at `now` (the running minute, which is never judged).
    ///
    /// Minutes are looked at until the window is full, at most `max_wait` of them.
    pub fn progress(&self, series: &dyn Series, answered: Minute, now: Minute) -> Progress {
        let end = self.from.plus(i64::from(self.max_wait));
        let mut minutes = Vec::new();
        let mut judged = 0;
        let mut next = None;
        let mut minute = self.from;
        while minute < end.min(now) && judged < self.window {
            let standing = self.standing(series, minute, answered);
            judged += u32::from(standing == Standing::Judged);
            if !standing.is_complete() && next.is_none() {
                next = Some(minute);
            }
            minutes.push((minute, standing));
            minute = minute.plus(1);
        }
        let decided = judged >= self.window && self.window > 0;
        // The last minute may be late, too: undecided only after its allowance.
        let waited = now.0 >= end.0.saturating_add(LATENESS_MINUTES);
        Progress {
            minutes,
            judged,
            decided,
            undecided: waited && !decided,
            next: next.unwrap_or(minute),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{judge::Readings, policy::Unit};

    fn watch() -> Watch {
        Watch {
            from: Minute(100),
            window: 3,
            max_wait: 9,
            metrics: vec![("a".into(), Side::All), ("b".into(), Side::All)],
        }
    }

    fn readings(a: &[Sample], b: &[Sample]) -> Readings {
        let mut readings = Readings::default();
        for (name, samples) in [("a", a), ("b", b)] {
            readings.declare(name, Side::All, Unit::Plain);
            readings.put_all(&name.into(), Side::All, Minute(100), samples);
        }
        readings
    }

    const V: Sample = Sample::Value(1.0);

    #[test]
    fn a_minute_counts_once_every_metric_has_a_value() {
        let data = readings(&[V, V, V], &[V, Sample::NoTraffic, Sample::Absent]);
        let progress = watch().progress(&data, Minute(103), Minute(103));
        let standings: Vec<Standing> = progress.minutes.iter().map(|(_, s)| *s).collect();
        assert_eq!(
            standings,
            [Standing::Judged, Standing::NoTraffic, Standing::Waiting]
        );
        assert_eq!((progress.judged, progress.next), (1, Minute(102)));
        assert!(!progress.decided && !progress.undecided);
    }

    #[test]
    fn absent_becomes_a_gap_only_after_an_answer_past_the_allowance() {
        let data = readings(&[V], &[Sample::Absent]);
        let watch = watch();
        // Minute 100 ends with 101; three minutes after its end is minute 104.
        assert_eq!(
            watch.standing(&data, Minute(100), Minute(103)),
            Standing::Waiting
        );
        assert_eq!(
            watch.standing(&data, Minute(100), Minute(104)),
            Standing::Gap
        );
    }

    #[test]
    fn late_data_revises_a_gap() {
        let mut data = readings(&[V, V, V], &[Sample::Absent, V, V]);
        let before = watch().progress(&data, Minute(110), Minute(103));
        assert_eq!(before.judged, 2);
        data.put(&"b".into(), Side::All, Minute(100), V);
        let after = watch().progress(&data, Minute(110), Minute(103));
        assert!(after.decided);
        assert_eq!(after.judged_minutes().count(), 3);
    }

    #[test]
    fn the_window_needs_minutes_that_count_not_minutes_that_passed() {
        let data = readings(&[V, Sample::Absent, V, V], &[V, V, V, V]);
        let progress = watch().progress(&data, Minute(110), Minute(104));
        assert!(progress.decided);
        assert_eq!(progress.minutes.len(), 4);
        let judged: Vec<Minute> = progress.judged_minutes().collect();
        assert_eq!(judged, [Minute(100), Minute(102), Minute(103)]);
    }

    #[test]
    fn a_silent_source_ends_undecided_never_decided() {
        let data = readings(&[], &[]);
        let early = watch().progress(&data, Minute(111), Minute(111));
        assert!(!early.undecided);
        let late = watch().progress(&data, Minute(112), Minute(112));
        assert!(late.undecided && !late.decided);
        assert_eq!(late.judged, 0);
    }

    #[test]
    fn the_running_minute_is_not_judged_and_no_metrics_judge_nothing() {
        let data = readings(&[V], &[V]);
        assert_eq!(watch().progress(&data, Minute(100), Minute(100)).judged, 0);
        let blind = Watch {
            metrics: Vec::new(),
            ..watch()
        };
        assert_eq!(blind.progress(&data, Minute(120), Minute(120)).judged, 0);
    }
}
