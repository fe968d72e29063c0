//! What the metrics source says, minute by minute. Unknown is a value here, not a zero.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Text,
    policy::{MetricName, Side},
};

/// The start of a UTC minute, as whole minutes since 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minute(pub i64);

impl Minute {
    /// The minute that holds `at`.
    pub fn of(at: Timestamp) -> Self {
        Self(at.as_second().div_euclid(60))
    }

    /// Its first instant; the ends of time are clamped.
    pub fn start(self) -> Timestamp {
        Timestamp::from_second(self.0.saturating_mul(60)).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }

    /// The first instant after it.
    pub fn end(self) -> Timestamp {
        self.plus(1).start()
    }

    /// `count` minutes later (earlier when negative).
    #[must_use]
    pub fn plus(self, count: i64) -> Self {
        Self(self.0.saturating_add(count))
    }
}

/// One metric in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// A value in the metric's unit.
    Value(f64),
    /// The source has answered for this minute and there was nothing to measure.
    NoTraffic,
    /// Nothing there; it may still come (late) or never (a gap).
    Absent,
    /// The source could not answer for this metric (`Forbidden`, `InternalError`).
    Broken,
}

impl Sample {
    /// The value, where there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Value(v) => Some(v),
            Self::NoTraffic | Self::Absent | Self::Broken => None,
        }
    }
}

/// An answer of the metrics source for the minutes `from..until`.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricsSeen {
    /// First minute asked for.
    pub from: Minute,
    /// First minute not asked for.
    pub until: Minute,
    /// For each metric and side of a rollout the samples of `from..until`, in order.
    pub series: BTreeMap<(MetricName, Side), Vec<Sample>>,
    /// What the source said besides: partial data, forbidden metrics.
    pub remarks: Vec<Text>,
}

impl MetricsSeen {
    /// With the minutes before them that were answered for some of the metrics; those of the others stay absent.
    #[must_use]
    pub fn with_more(mut self, more: &Self) -> Self {
        let Some(count) = usize::try_from(self.from.0.saturating_sub(more.from.0)).ok() else {
            return self;
        };
        for (key, samples) in &mut self.series {
            let answered = more.series.get(key).map(Vec::as_slice).unwrap_or_default();
            let mut longer: Vec<Sample> = answered.iter().take(count).copied().collect();
            longer.resize(count, Sample::Absent);
            longer.append(samples);
            *samples = longer;
        }
        self.from = more.from;
        self
    }

    /// The newest minute in which the metric has a value; `None`: no data in the whole answer.
    pub fn newest(&self, name: &MetricName, side: Side) -> Option<Minute> {
        let samples = self.series.get(&(name.clone(), side))?;
        let at = samples
            .iter()
            .rposition(|sample| sample.value().is_some())?;
        i64::try_from(at).ok().map(|at| self.from.plus(at))
    }
}

/// One alarm, metric or composite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmSnapshot {
    /// Its name.
    pub name: Text,
    /// Its state.
    pub state: AlarmState,
    /// Since when, where told.
    pub since: Option<Timestamp>,
    /// Why, in CloudWatch's words.
    pub reason: Text,
}

/// `StateValue` of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmState {
    /// OK.
    Ok,
    /// ALARM.
    Alarm,
    /// `INSUFFICIENT_DATA`.
    InsufficientData,
    /// A word that this version does not know, or an alarm that is not there.
    Unknown,
}
