//! What a comparison's parts mean to each other: percentages as factors, whose baseline a bare word is.

use super::{
    expression::{Comparison, Term, TermKind},
    measure::{Measure, Operator, Quantity},
    problem::RuleError,
};
use crate::domain::policy::MetricName;

/// Two terms and an operator; percentages in products become factors.
pub(super) fn arithmetic(operator: Operator, left: Term, right: Term) -> Result<Term, RuleError> {
    let span = left.span.start..right.span.end;
    let (left, right) = match operator {
        Operator::Multiply => (as_factor(left), as_factor(right)),
        Operator::Divide => (left, as_factor(right)),
        Operator::Add | Operator::Subtract => {
            for side in [&left, &right] {
                if is_percentage(side) {
                    return Err(
                        RuleError::new(side.span.clone(), "per cent of what, or points?")
                            .mending("write `+ 0.5pt` for points, `* 1.1` for ten per cent more"),
                    );
                }
            }
            (left, right)
        }
    };
    let kind = TermKind::Arithmetic(operator, Box::new(left), Box::new(right));
    Ok(Term { kind, span })
}

fn is_percentage(term: &Term) -> bool {
    matches!(&term.kind, TermKind::Number(quantity) if quantity.measure == Measure::Percent)
}

fn as_factor(mut term: Term) -> Term {
    if let TermKind::Number(quantity) = &mut term.kind
        && quantity.measure == Measure::Percent
    {
        *quantity = Quantity::new(quantity.value / 100.0, Measure::Number);
    }
    term
}

/// Gives bare `baseline` and `control` the one metric of their comparison.
pub(super) fn settle(comparison: &mut Comparison) -> Result<(), RuleError> {
    let measured: Vec<MetricName> = comparison.measured().into_iter().cloned().collect();
    let only = match measured.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    for side in [&mut comparison.left, &mut comparison.right] {
        fill(side, only.as_ref())?;
    }
    if measured.is_empty() {
        return Err(
            RuleError::new(comparison.span.clone(), "this comparison measures nothing")
                .mending("compare a metric: `error_rate < 1%`"),
        );
    }
    Ok(())
}

fn fill(term: &mut Term, only: Option<&MetricName>) -> Result<(), RuleError> {
    match &mut term.kind {
        TermKind::Reference(whose, name) if name.0.is_empty() => {
            let Some(metric) = only else {
                let word = whose.word();
                return Err(RuleError::new(
                    term.span.clone(),
                    format!("`{word}` of which metric?"),
                )
                .mending(format!(
                    "compare it with one metric, or write `{word}(latency_p99)`"
                )));
            };
            *name = metric.clone();
            Ok(())
        }
        TermKind::Negative(inner) => fill(inner, only),
        TermKind::Arithmetic(_, left, right) => {
            fill(left, only)?;
            fill(right, only)
        }
        TermKind::Number(_)
        | TermKind::Metric(_)
        | TermKind::Reference(..)
        | TermKind::Aggregate(..) => Ok(()),
    }
}
