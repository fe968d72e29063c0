//! Whether a rule's names exist and its units agree. Runs when the config is read, never at 3 a.m.

use super::{
    bound::constant,
    expression::{Comparison, Condition, Reference, Term, TermKind},
    measure::{Clash, Measure, Operator, Quantity},
    part::HEALTH,
    problem::RuleError,
};
use crate::domain::{
    policy::{Metric, MetricName, Side},
    wording,
};

/// Every fault of names and units, in the order of the text.
pub(super) fn check(condition: &Condition, metrics: &[Metric]) -> Result<(), Vec<RuleError>> {
    let mut faults = Vec::new();
    condition.atoms(&mut |atom| {
        if let Condition::Compare(comparison) = atom {
            compare(comparison, metrics, &mut faults);
        }
    });
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

fn compare(comparison: &Comparison, metrics: &[Metric], faults: &mut Vec<RuleError>) {
    let before = faults.len();
    comparison.leaves(&mut |leaf| names(leaf, metrics, faults));
    if faults.len() > before {
        return;
    }
    let sides = measure(&comparison.left, metrics)
        .and_then(|left| measure(&comparison.right, metrics).map(|right| (left, right)));
    match sides {
        Ok((left, right)) => {
            if let Err(clash) = left.meet(right) {
                faults.push(refuse(comparison, clash));
            }
        }
        Err(fault) => faults.push(fault),
    }
}

fn names(leaf: &Term, metrics: &[Metric], faults: &mut Vec<RuleError>) {
    let (TermKind::Metric(name) | TermKind::Reference(_, name) | TermKind::Aggregate(_, name)) =
        &leaf.kind
    else {
        return;
    };
    if !metrics.iter().any(|metric| metric.name == *name) {
        let known = metrics.iter().map(|metric| metric.name.0.clone());
        let mut fault = RuleError::new(leaf.span.clone(), format!("there is no metric `{name}`"))
            .near(&name.0, known);
        if name.0 == HEALTH {
            fault = fault.mending(
                "`health` alone asks a metric of that name, of which 1 is well: define one, or write `healthy_hosts >= 2`",
            );
        } else if fault.nearest.is_empty() {
            fault = fault.mending(if metrics.is_empty() {
                "no metrics are configured: add `metrics = [...]`".to_owned()
            } else {
                let all: Vec<&str> = metrics.iter().map(|m| m.name.0.as_str()).collect();
                let first: Vec<&str> = all.into_iter().take(12).collect();
                format!("there are {}", first.join(", "))
            });
        }
        faults.push(fault);
        return;
    }
    let is_control = matches!(leaf.kind, TermKind::Reference(Reference::Control, _));
    let has_control = metrics
        .iter()
        .any(|metric| metric.name == *name && metric.side == Side::Control);
    if is_control && !has_control {
        faults.push(
            RuleError::new(leaf.span.clone(), format!("`{name}` has no control side"))
                .mending("give its preset `canary = {...}` and `control = {...}`"),
        );
    }
    if let TermKind::Reference(reference @ (Reference::BandHigh | Reference::BandLow), _) =
        leaf.kind
        && !metrics
            .iter()
            .any(|metric| metric.name == *name && Some(metric.side) == reference.side())
    {
        let last = name.0.rsplit('.').next().unwrap_or(&name.0);
        faults.push(
            RuleError::new(leaf.span.clone(), format!("`{name}` has no band")).mending(format!(
                "add `band = true` to its entry, of a preset `band = [\"{last}\"]`, where CloudWatch has an anomaly detection model of it"
            )),
        );
    }
}

fn measure(term: &Term, metrics: &[Metric]) -> Result<Measure, RuleError> {
    match &term.kind {
        TermKind::Number(quantity) => Ok(quantity.measure),
        TermKind::Metric(name) | TermKind::Reference(_, name) | TermKind::Aggregate(_, name) => {
            unit_of(name, metrics).ok_or_else(|| {
                RuleError::new(term.span.clone(), format!("there is no metric `{name}`"))
            })
        }
        TermKind::Negative(inner) => measure(inner, metrics),
        TermKind::Arithmetic(Operator::Divide, _, by)
            if constant(by).is_some_and(|by| by.value == 0.0) =>
        {
            Err(RuleError::new(by.span.clone(), "this divides by zero"))
        }
        TermKind::Arithmetic(operator, left, right) => {
            let (a, b) = (measure(left, metrics)?, measure(right, metrics)?);
            a.combine(*operator, b)
                .map(|(found, ..)| found)
                .map_err(|_| {
                    RuleError::new(
                        term.span.clone(),
                        format!(
                            "{} {} {} means nothing",
                            a.word(),
                            operator.sign(),
                            b.word()
                        ),
                    )
                })
        }
    }
}

fn unit_of(name: &MetricName, metrics: &[Metric]) -> Option<Measure> {
    metrics
        .iter()
        .find(|metric| metric.name == *name)
        .map(|metric| metric.unit.into())
}

fn refuse(comparison: &Comparison, Clash(left, right): Clash) -> RuleError {
    let fault = RuleError::new(
        comparison.span.clone(),
        format!("{} is compared with {}", left.word(), right.word()),
    );
    // The side that is a literal is the one to mend.
    let (number, wanted) = match (&comparison.left.kind, &comparison.right.kind) {
        (_, TermKind::Number(number)) => (number, left),
        (TermKind::Number(number), _) => (number, right),
        _ => return fault.mending("both sides must be of one unit"),
    };
    let fault = RuleError {
        span: if matches!(comparison.right.kind, TermKind::Number(_)) {
            comparison.right.span.clone()
        } else {
            comparison.left.span.clone()
        },
        ..fault
    };
    if let Some(whole) = as_share(number, wanted) {
        let literal = wanted.example(number.value);
        return fault.mending(format!(
            "write `{whole}`, or `{literal}` if so little is meant"
        ));
    }
    if number.measure == Measure::Number || wanted == Measure::Number || wanted == Measure::Points {
        let example = wanted.example(number.value);
        fault.mending(if wanted == Measure::Time {
            // Which of the two was meant only the author knows.
            format!("write `{example}` or `{}s`", number.value)
        } else {
            format!("write `{example}`")
        })
    } else {
        fault.mending(format!("a value like `{}` is wanted", wanted.example(1.0)))
    }
}

/// A bare fraction beside a percentage as the share that it most likely is: `0.01` as `1%`.
fn as_share(number: &Quantity, wanted: Measure) -> Option<String> {
    let is_share = number.measure == Measure::Number && number.value > 0.0 && number.value < 1.0;
    let shown = wording::significant(number.value * 100.0, 6);
    match wanted {
        Measure::Percent if is_share => Some(format!("{shown}%")),
        Measure::Points if is_share => Some(format!("{shown}pt")),
        _ => None,
    }
}
