//! What a comparison bounds: one metric, on which side, and where. Knows what metrics are, no data.

use super::{
    expression::{Comparison, Reference, Relation, Term, TermKind},
    measure::{Measure, Operator, Quantity},
};
use crate::domain::policy::{Metric, MetricName};

/// A comparison as a bound of one metric.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bound<'a> {
    /// The metric that is measured.
    pub(super) metric: &'a Metric,
    /// How it must lie to the limit.
    pub(super) relation: Relation,
    /// The limit, where the metric stands alone on its side.
    pub(super) limit: Limit,
}

/// What a metric is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Limit {
    /// A number in the metric's own unit.
    Number(f64),
    /// Its own reference, times a factor.
    Times(Reference, f64),
    /// Anything else.
    Other,
}

impl<'a> Bound<'a> {
    /// `None`: it measures several metrics, or it cannot be told which way it bounds the one.
    pub(super) fn of(comparison: &Comparison, metrics: &'a [Metric]) -> Option<Self> {
        let measured = comparison.measured();
        let [name] = measured.as_slice() else {
            return None;
        };
        let metric = metrics.iter().find(|metric| metric.name == **name)?;
        let rises = slope(&comparison.left)? - slope(&comparison.right)?;
        let (alone, other) = if is_metric(&comparison.left) {
            (true, &comparison.right)
        } else {
            (is_metric(&comparison.right), &comparison.left)
        };
        let relation = match rises {
            1.. => comparison.relation,
            0 => return None,
            _ => mirrored(comparison.relation),
        };
        let limit = if alone {
            limit(other, metric, name)
        } else {
            Limit::Other
        };
        Some(Self {
            metric,
            relation,
            limit,
        })
    }

    /// Whether it holds when the metric is high; `None`: an equality, which is neither.
    pub(super) const fn holds_high(&self) -> Option<bool> {
        match self.relation {
            Relation::Greater | Relation::GreaterOrEqual => Some(true),
            Relation::Less | Relation::LessOrEqual => Some(false),
            Relation::Equal | Relation::NotEqual => None,
        }
    }
}

fn is_metric(term: &Term) -> bool {
    matches!(term.kind, TermKind::Metric(_) | TermKind::Aggregate(..))
}

const fn mirrored(relation: Relation) -> Relation {
    match relation {
        Relation::Less => Relation::Greater,
        Relation::LessOrEqual => Relation::GreaterOrEqual,
        Relation::Greater => Relation::Less,
        Relation::GreaterOrEqual => Relation::LessOrEqual,
        Relation::Equal => Relation::Equal,
        Relation::NotEqual => Relation::NotEqual,
    }
}

/// Whether a term rises (1) or falls (-1) with the metric that it measures, or does neither (0); `None`: unclear.
fn slope(term: &Term) -> Option<i8> {
    match &term.kind {
        TermKind::Number(_) | TermKind::Reference(..) => Some(0),
        TermKind::Metric(_) | TermKind::Aggregate(..) => Some(1),
        TermKind::Negative(inner) => slope(inner).map(|slope| -slope),
        TermKind::Arithmetic(operator, left, right) => {
            let (a, b) = (slope(left)?, slope(right)?);
            match operator {
                Operator::Add => joined(a, b),
                Operator::Subtract => joined(a, -b),
                Operator::Multiply | Operator::Divide if a == 0 && b == 0 => Some(0),
                Operator::Multiply | Operator::Divide if b == 0 => Some(a * sign(right)?),
                Operator::Multiply if a == 0 => Some(b * sign(left)?),
                Operator::Multiply | Operator::Divide => None,
            }
        }
    }
}

const fn joined(a: i8, b: i8) -> Option<i8> {
    match (a, b) {
        (0, only) | (only, 0) => Some(only),
        (a, b) if a == b => Some(a),
        _ => None,
    }
}

/// The sign of a factor: of a number its own; a reference is not negative.
fn sign(term: &Term) -> Option<i8> {
    match &term.kind {
        TermKind::Number(number) if number.value > 0.0 => Some(1),
        TermKind::Number(number) if number.value < 0.0 => Some(-1),
        TermKind::Reference(..) => Some(1),
        TermKind::Negative(inner) => sign(inner).map(|sign| -sign),
        TermKind::Number(_)
        | TermKind::Metric(_)
        | TermKind::Aggregate(..)
        | TermKind::Arithmetic(..) => None,
    }
}

fn limit(term: &Term, metric: &Metric, name: &MetricName) -> Limit {
    if let Some(number) = constant(term) {
        let unit = Measure::from(metric.unit);
        return match unit.meet(number.measure) {
            Ok((_, own, its)) => Limit::Number(number.value * its / own),
            Err(_) => Limit::Other,
        };
    }
    times(term, name).map_or(Limit::Other, |(reference, factor)| {
        Limit::Times(reference, factor)
    })
}

/// The value of a term that names no metric.
pub(super) fn constant(term: &Term) -> Option<Quantity> {
    match &term.kind {
        TermKind::Number(number) => Some(*number),
        TermKind::Negative(inner) => {
            let inner = constant(inner)?;
            Some(Quantity::new(-inner.value, inner.measure))
        }
        TermKind::Arithmetic(operator, left, right) => {
            constant(left)?.combine(*operator, constant(right)?).ok()
        }
        TermKind::Metric(_) | TermKind::Reference(..) | TermKind::Aggregate(..) => None,
    }
}

/// A reference to the same metric times a plain number.
fn times(term: &Term, name: &MetricName) -> Option<(Reference, f64)> {
    match &term.kind {
        TermKind::Reference(reference, of) if of == name => Some((*reference, 1.0)),
        TermKind::Arithmetic(Operator::Multiply, left, right) => {
            let (inner, number) = match constant(right) {
                Some(number) => (left, number),
                None => (right, constant(left)?),
            };
            let (reference, factor) = times(inner, name)?;
            Some((reference, factor * number.value))
        }
        TermKind::Arithmetic(Operator::Divide, left, right) => {
            let (reference, factor) = times(left, name)?;
            Some((reference, factor / constant(right)?.value))
        }
        TermKind::Number(_)
        | TermKind::Metric(_)
        | TermKind::Reference(..)
        | TermKind::Aggregate(..)
        | TermKind::Negative(_)
        | TermKind::Arithmetic(..) => None,
    }
}
