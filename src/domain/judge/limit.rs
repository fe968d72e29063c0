//! The limits that a rule sets to a metric, as lines for a chart.

use super::{
    Rule, Series,
    expression::{Comparison, Condition, Reference, Relation, Term, TermKind},
    measure::Quantity,
};
use crate::domain::policy::MetricName;

/// A value that a rule compares a metric with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// In the metric's unit.
    pub value: f64,
    /// Whether the comparison holds above it.
    pub above: bool,
}

impl Rule {
    /// What `metric` is compared with, in its unit; baselines are asked of `series`. What is not known is left out.
    pub fn limits(&self, metric: &MetricName, series: &dyn Series) -> Vec<Limit> {
        let mut limits = Vec::new();
        self.condition().atoms(&mut |atom| {
            if let Condition::Compare(comparison) = atom {
                limits.extend(limit(comparison, metric, series));
            }
        });
        limits
    }
}

fn limit(comparison: &Comparison, metric: &MetricName, series: &dyn Series) -> Option<Limit> {
    let names = |term: &Term| match &term.kind {
        TermKind::Metric(name) | TermKind::Aggregate(_, name) => name == metric,
        TermKind::Number(_)
        | TermKind::Reference(..)
        | TermKind::Negative(_)
        | TermKind::Arithmetic(..) => false,
    };
    let (other, left) = match (names(&comparison.left), names(&comparison.right)) {
        (true, false) => (&comparison.right, true),
        (false, true) => (&comparison.left, false),
        _ => return None,
    };
    let own = super::measure::Measure::from(series.unit(metric)?);
    let quantity = fixed(other, series)?;
    let (_, factor_own, factor) = own.meet(quantity.measure).ok()?;
    let value = quantity.value * factor / factor_own;
    let above = match comparison.relation {
        Relation::Greater | Relation::GreaterOrEqual => left,
        Relation::Less | Relation::LessOrEqual => !left,
        Relation::Equal | Relation::NotEqual => return None,
    };
    value.is_finite().then_some(Limit { value, above })
}

/// The value of a term that does not move with the minutes.
fn fixed(term: &Term, series: &dyn Series) -> Option<Quantity> {
    match &term.kind {
        TermKind::Number(quantity) => Some(*quantity),
        TermKind::Reference(Reference::Baseline, name) => {
            let stats = series.baseline(name)?;
            Some(Quantity::new(stats.median, series.unit(name)?.into()))
        }
        TermKind::Arithmetic(operator, left, right) => fixed(left, series)?
            .combine(*operator, fixed(right, series)?)
            .ok(),
        TermKind::Negative(inner) => {
            fixed(inner, series).map(|quantity| Quantity::new(-quantity.value, quantity.measure))
        }
        TermKind::Reference(Reference::Control | Reference::BandHigh | Reference::BandLow, _)
        | TermKind::Metric(_)
        | TermKind::Aggregate(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        judge::{BaselineStats, Readings},
        observation::Sample,
        policy::{Side, Unit},
    };

    fn limits(source: &str) -> Vec<Limit> {
        let mut readings = Readings::default();
        readings.declare("latency_p99", Side::All, Unit::Milliseconds);
        readings.declare("error_rate", Side::All, Unit::Percent);
        let minutes = std::iter::repeat_n(Sample::Value(200.0), 30);
        if let Some(stats) = BaselineStats::of(minutes) {
            readings.set_baseline("latency_p99", stats);
        }
        Rule::parse(source)
            .unwrap()
            .limits(&"latency_p99".into(), &readings)
    }

    #[test]
    fn numbers_and_baselines_are_lines() {
        let at = |value, above| vec![Limit { value, above }];
        assert_eq!(limits("latency_p99 > 0.5s for 3m"), at(500.0, true));
        assert_eq!(limits("latency_p99 < baseline * 1.5"), at(300.0, false));
        assert_eq!(limits("500ms > latency_p99"), at(500.0, false));
    }

    #[test]
    fn what_moves_or_is_another_metrics_is_none() {
        assert_eq!(limits("error_rate > 2%"), []);
        assert_eq!(limits("latency_p99 < control * 1.1"), []);
    }
}
