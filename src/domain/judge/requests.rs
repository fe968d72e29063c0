//! The metric whose count says how much another one rests on.

use super::series::Series;
use crate::domain::policy::{MetricName, Unit};

const REQUESTS: &str = "requests";

/// The `requests` metric with the same prefix (`db.cpu` asks `db.requests`), else the plain one, with its unit. A metric
/// that is itself called `requests` needs none: a fall to nothing must be seen.
pub fn requests_beside(series: &dyn Series, name: &MetricName) -> Option<(MetricName, Unit)> {
    let (prefix, last) = match name.0.rsplit_once('.') {
        Some((prefix, last)) => (Some(prefix), last),
        None => (None, name.0.as_str()),
    };
    if last == REQUESTS {
        return None;
    }
    let own = prefix.map(|prefix| MetricName(format!("{prefix}.{REQUESTS}")));
    let candidates = own.into_iter().chain([MetricName::from(REQUESTS)]);
    candidates
        .into_iter()
        .find_map(|candidate| Some((candidate.clone(), series.unit(&candidate)?)))
}
