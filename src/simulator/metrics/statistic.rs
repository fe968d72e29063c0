//! One `MetricStat` of a request, read and answered from the world's series.

use super::{
    cbor::Cbor,
    math::Points,
    series::{self, Metric},
};
use crate::simulator::state::State;

/// Status, error type and words of a refused request.
pub(super) type Failure = (u16, &'static str, String);

/// A query's answer before it is cut into pages.
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) points: Vec<(i64, f64)>,
    /// Status code and words of what CloudWatch could not or may not answer.
    pub(super) wrong: Option<(&'static str, String)>,
}

pub(super) fn invalid(words: &str) -> Failure {
    (400, "ValidationError", words.to_owned())
}

pub(super) fn statistic(
    state: &State,
    stat: &Cbor,
    start: i64,
    end: i64,
) -> Result<(String, Points), Failure> {
    let metric = metric(stat.get("Metric"));
    let period = stat.get("Period").as_int().unwrap_or(0);
    let (Some(statistic), true) = (stat.get("Stat").as_str(), period >= 60 && period % 60 == 0)
    else {
        return Err(invalid(
            "MetricStat needs a Stat and a Period that is a multiple of 60.",
        ));
    };
    // Whole periods that begin within the time asked for.
    let first = start.div_euclid(period) * period;
    let from = if first < start { first + period } else { first };
    let points = series::points(state, &metric, statistic, period, (from, end));
    Ok((metric.name, points.into_iter().collect()))
}

fn metric(raw: &Cbor) -> Metric {
    let text = |value: &Cbor| value.as_str().unwrap_or_default().to_owned();
    Metric {
        namespace: text(raw.get("Namespace")),
        name: text(raw.get("MetricName")),
        dimensions: raw
            .get("Dimensions")
            .as_list()
            .iter()
            .map(|one| (text(one.get("Name")), text(one.get("Value"))))
            .collect(),
    }
}
