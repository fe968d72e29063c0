//! A whole case judged: every metric, one answer.

use super::{
    boundary::Budget,
    case::Case,
    direction::directions,
    metric::{MetricVerdict, judge_metric},
    reading::Reading,
};
use crate::domain::{Text, judge::State, wording};

/// The chance of a false alarm a change, over all metrics and looks, unless a team says otherwise.
pub const DEFAULT_RATE: f64 = 0.01;

/// The answer to a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Fail: a metric changed for the worse. Pass: none did, and all could be judged. Else what stands in the way.
    pub state: State,
    /// Minutes after the change at which it would have alarmed.
    pub minute: Option<f64>,
    /// How sure, from 0 to 1; an alarm starts at 0.5.
    pub score: f64,
    /// The arithmetic of the metric that decided.
    pub why: Text,
}

impl Answer {
    /// Whether it is a regression.
    pub fn is_regression(&self) -> bool {
        self.state == State::Fail
    }
}

/// Judges a case value by value, with that chance of a false alarm.
pub fn try_case(case: &Case, rate: f64) -> Answer {
    let tests = case
        .metrics
        .iter()
        .map(|metric| directions(metric.bad).len())
        .sum();
    let budget = Budget { rate, tests };
    let verdicts: Vec<MetricVerdict> = case
        .metrics
        .iter()
        .map(|metric| {
            let reading = Reading::of(&metric.before, &metric.after, case.change, case.period_s);
            judge_metric(metric.name.as_str(), metric.bad, &reading, budget)
        })
        .collect();
    answer(&verdicts)
}

fn answer(verdicts: &[MetricVerdict]) -> Answer {
    let score = verdicts.iter().map(|v| v.score).fold(0.0, f64::max);
    let of = |state: State| verdicts.iter().filter(move |v| v.state == state);
    let first = of(State::Fail).min_by(|a, b| {
        let by_time = a
            .alarm_s
            .unwrap_or(f64::MAX)
            .total_cmp(&b.alarm_s.unwrap_or(f64::MAX));
        by_time.then(b.score.total_cmp(&a.score))
    });
    if let Some(first) = first {
        let others = of(State::Fail).count() - 1;
        let why = if others == 0 {
            first.why.clone()
        } else {
            let count = wording::count(u64::try_from(others).unwrap_or(u64::MAX), "other");
            Text::line(&format!("{}; and {count}", first.why))
        };
        return Answer {
            state: State::Fail,
            minute: first.alarm_s.map(|s| (s / 60.0 * 100.0).round() / 100.0),
            score,
            why,
        };
    }
    let quiet = |state: State, why: Text| Answer {
        state,
        minute: None,
        score,
        why,
    };
    let missing = of(State::NoData).count();
    if verdicts.is_empty() {
        return quiet(State::NoData, Text::line("no metric"));
    }
    if let Some(one) = of(State::NoData)
        .next()
        .filter(|_| missing == verdicts.len())
    {
        return quiet(State::NoData, one.why.clone());
    }
    // What is unknown never passes: one metric without an answer leaves the whole open.
    for state in [State::Ambiguous, State::NoData] {
        if let Some(one) = of(state).max_by(|a, b| a.score.total_cmp(&b.score)) {
            return quiet(State::Ambiguous, one.why.clone());
        }
    }
    let loudest = verdicts.iter().max_by(|a, b| a.score.total_cmp(&b.score));
    quiet(
        State::Pass,
        loudest.map_or_else(|| Text::line(""), |one| one.why.clone()),
    )
}
