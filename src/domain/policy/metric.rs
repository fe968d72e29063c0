//! What a metric is: its name, unit, direction, and how it is made from what a source holds.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of a metric in expressions: `error_rate`, `db.cpu`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct MetricName(pub String);

impl fmt::Display for MetricName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for MetricName {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

/// The unit that a metric's values are kept and shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Per cent, 0 to 100: a share of 1 in 200 is `0.5`.
    Percent,
    /// Milliseconds.
    Milliseconds,
    /// A count of things: hosts, messages, errors.
    Count,
    /// Things per minute.
    PerMinute,
    /// Things per second.
    PerSecond,
    /// Bytes.
    Bytes,
    /// A number without a unit.
    Plain,
}

impl Unit {
    /// What its values are, for people, with how they are written: `in per cent (1%)`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Percent => "in per cent (1%)",
            Self::Milliseconds => "a time (500ms, 2s)",
            Self::Count => "a count (2)",
            Self::PerMinute => "a rate (10/m)",
            Self::PerSecond => "a rate (10/s)",
            Self::Bytes => "an amount of bytes (5MB)",
            Self::Plain => "a plain number (5)",
        }
    }
}

/// Which way is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bad {
    /// More is worse: errors, latency.
    Up,
    /// Less is worse: throughput, healthy hosts.
    Down,
    /// Both are suspicious.
    Both,
}

/// Which hosts of a canary rollout a metric speaks of.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Everything together: diluted while a canary is out.
    #[default]
    All,
    /// The new version alone.
    Canary,
    /// The old version alone, in the same minutes.
    Control,
    /// The upper edge of the source's own anomaly detection band of the whole.
    BandHigh,
    /// The lower edge.
    BandLow,
}

impl Side {
    /// Whether it is an edge of a band, and not measured on any host.
    pub const fn is_band(self) -> bool {
        matches!(self, Self::BandHigh | Self::BandLow)
    }
}

/// One metric of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Its name in expressions.
    pub name: MetricName,
    /// What people read: `error rate`, `latency p99`.
    pub label: String,
    /// Unit of the values after `recipe`.
    pub unit: Unit,
    /// Which way is bad.
    pub bad: Bad,
    /// Which `[[aws]]` entry answers; `None` is the only one.
    pub aws: Option<String>,
    /// The whole, or one side of a canary.
    #[serde(default)]
    pub side: Side,
    /// How it is made.
    pub recipe: Recipe,
}

impl Metric {
    /// Both edges of CloudWatch's band of it, as metrics of their own; `None`: no single series of the source is behind it.
    ///
    /// `deviations`: half of the band's width, in standard deviations.
    pub fn band(&self, deviations: f64) -> Option<[Self; 2]> {
        let Recipe::Direct { query, scale, .. } = &self.recipe else {
            return None;
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float cast saturates, and the bounds are checked where it is read"
        )]
        let tenths = (deviations * 10.0).round() as u32;
        let edge = |side| Self {
            side,
            recipe: Recipe::Band {
                query: query.clone(),
                tenths,
                scale: *scale,
            },
            ..self.clone()
        };
        Some([edge(Side::BandHigh), edge(Side::BandLow)])
    }

    /// What people read, with the side of a canary: `canary error rate`.
    pub fn title(&self) -> Cow<'_, str> {
        match self.side {
            Side::All => Cow::Borrowed(&self.label),
            Side::Canary => Cow::Owned(format!("canary {}", self.label)),
            Side::Control => Cow::Owned(format!("control {}", self.label)),
            Side::BandHigh => Cow::Owned(format!("upper edge of {}", self.label)),
            Side::BandLow => Cow::Owned(format!("lower edge of {}", self.label)),
        }
    }

    /// The key of its series: its name, with `@canary` or `@control` for one side of a canary.
    pub fn key(&self) -> MetricName {
        match self.side {
            Side::All => self.name.clone(),
            Side::Canary => MetricName(format!("{}@canary", self.name)),
            Side::Control => MetricName(format!("{}@control", self.name)),
            Side::BandHigh => MetricName(format!("{}@band_high", self.name)),
            Side::BandLow => MetricName(format!("{}@band_low", self.name)),
        }
    }
}

/// How a metric's value of a minute comes from raw series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipe {
    /// The raw value times `scale`.
    Direct {
        /// The raw series.
        query: Query,
        /// Factor into the metric's unit (seconds to milliseconds: 1000).
        scale: f64,
        /// What a minute without a data point means.
        absent: Absent,
    },
    /// `scale * sum(over) / sum(under)`. Missing parts count as zero in minutes where any part of `under` exists; a
    /// minute without any is no traffic. What stands on both sides is a sparse counter of errors, the rest of `under`
    /// is expected in every minute with traffic and waited for longer.
    Ratio {
        /// Numerator.
        over: Vec<Query>,
        /// Denominator.
        under: Vec<Query>,
        /// Factor into the metric's unit (share to per cent: 100).
        scale: f64,
    },
    /// An edge of the source's own anomaly detection band.
    Band {
        /// The raw series that the source has a model of.
        query: Query,
        /// Half of the band's width, in tenths of a standard deviation.
        tenths: u32,
        /// Factor into the metric's unit.
        scale: f64,
    },
    /// Metric math, computed by the source.
    Math {
        /// The expression over the ids in `queries`.
        expression: String,
        /// Its inputs by id.
        queries: BTreeMap<String, Query>,
        /// Factor into the metric's unit.
        scale: f64,
        /// What a minute without a data point means.
        absent: Absent,
    },
}

/// What a minute without a data point means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// Something is wrong or late: a gap.
    Gap,
    /// Nothing happened, unless one of these counted something: then it is a gap.
    NoTraffic {
        /// Series of the same resource whose values above zero say that there was traffic.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unless: Vec<Query>,
    },
    /// Zero events, in minutes where `proof` has a data point; else no traffic.
    ZeroWhere {
        /// The series whose presence makes silence a zero.
        proof: Query,
    },
}

/// One raw series of the source: namespace, metric, dimensions, statistic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Query {
    /// `AWS/ApplicationELB`.
    pub namespace: String,
    /// `RequestCount`.
    pub metric: String,
    /// Name to value, as CloudWatch spells them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, String>,
    /// `Sum`, `Average`, `Maximum`, `p99`, `tm95` ...
    pub statistic: String,
}
