//! A load test's summary.

use serde::{Deserialize, Serialize};

use crate::domain::Text;

/// What a load test measured. Times in milliseconds, shares in per cent; `None` is unknown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LoadReport {
    /// Median latency.
    pub p50: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// Requests a second.
    pub throughput: Option<f64>,
    /// Requests in all.
    pub requests: Option<u64>,
    /// Failed requests, per cent.
    pub failed: Option<f64>,
    /// Checks passed and failed.
    pub checks: Option<(u64, u64)>,
    /// Thresholds by expression; `None`: the file holds none, so it cannot be called passed.
    pub thresholds: Option<Vec<Threshold>>,
    /// What could not be read.
    pub problems: Vec<Text>,
}

/// One threshold of the load test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threshold {
    /// `http_req_duration p(99)<800`.
    pub name: Text,
    /// Whether it held.
    pub held: bool,
}
