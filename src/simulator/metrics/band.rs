//! `ANOMALY_DETECTION_BAND`: two series under one id. The model of this world is the same minutes of the day before, since
//! its days are alike. Knows nothing of releases.

use super::{
    cbor::Cbor,
    statistic::{Answer, Failure, statistic},
};
use crate::simulator::state::State;

/// Seconds of the model's season.
const SEASON: i64 = 86_400;
/// Seconds to both sides whose values make one expectation.
const AROUND: i64 = 900;
/// A deviation is at least this share of what is expected.
const LEAST: f64 = 0.03;

/// The id and the number of deviations of `ANOMALY_DETECTION_BAND(q1, 2)`.
pub(super) fn read(expression: &str) -> Option<(&str, f64)> {
    let inner = expression
        .trim()
        .strip_prefix("ANOMALY_DETECTION_BAND(")?
        .strip_suffix(')')?;
    match inner.split_once(',') {
        Some((id, deviations)) => Some((id.trim(), deviations.trim().parse().ok()?)),
        None => Some((inner.trim(), 2.0)),
    }
}

/// The upper and the lower edge, as two answers of the same id.
pub(super) fn edges(
    state: &State,
    stat: &Cbor,
    deviations: f64,
    (start, end): (i64, i64),
    id: &str,
) -> Result<[Answer; 2], Failure> {
    let (from, until) = (start - SEASON - AROUND, end - SEASON + AROUND);
    let (name, model) = statistic(state, stat, from, until)?;
    let (mut high, mut low) = (Vec::new(), Vec::new());
    let first = start.div_euclid(60) + i64::from(start.rem_euclid(60) > 0);
    for at in (first..=(end - 1).div_euclid(60)).map(|minute| minute * 60) {
        let then = at - SEASON;
        let near: Vec<f64> = model
            .range(then - AROUND..=then + AROUND)
            .map(|(_, value)| *value)
            .collect();
        // What it knows little of has no band.
        let Some(count) = u32::try_from(near.len()).ok().filter(|count| *count >= 10) else {
            continue;
        };
        let mean = near.iter().sum::<f64>() / f64::from(count);
        let square = near.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / f64::from(count);
        let reach = deviations * square.sqrt().max(LEAST * mean.abs());
        high.push((at, mean + reach));
        low.push((at, (mean - reach).max(0.0)));
    }
    let answer = |edge: &str, points| Answer {
        id: id.to_owned(),
        label: format!("{name} (expected {edge})"),
        points,
        wrong: None,
    };
    Ok([answer("high", high), answer("low", low)])
}
