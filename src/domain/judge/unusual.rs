//! What stands out in a metric beside its own past, as of one minute.

use serde::{Deserialize, Serialize};

use crate::domain::{Text, policy::MetricName};

/// How far something stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnusualKind {
    /// It changed for the worse: rarer than the accepted rate of false alarms.
    Anomaly,
    /// Too near to that to be called usual.
    Near,
    /// A restart or a cold cache: it stood out in the first minutes after a deploy, and is over.
    Blip,
}

/// A metric that stands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unusual {
    /// The key of its series.
    pub metric: MetricName,
    /// How far.
    pub kind: UnusualKind,
    /// Effect size and certainty: `latency p99 +34% ±6, 7 of 7 minutes, chance 0.1%`.
    pub why: Text,
}
