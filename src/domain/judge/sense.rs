//! Rules that can be read and make no sense: a gate that passes only when things are bad, a limit that nothing reaches, a
//! trigger that fires where its gate passes. Warnings, never refusals: a team may know better.

use super::{
    bound::{Bound, Limit},
    expression::{Aggregate, Comparison, Condition, Reference, Relation, Span, TermKind},
    meaning::Binding,
    measure::{Measure, Quantity},
    problem::RuleError,
    rule::Rule,
};
use crate::domain::{
    policy::{Bad, Metric, Recipe, Unit},
    wording,
};

/// A rule among others: what it binds, and for how many minutes it is asked.
#[derive(Debug, Clone, Copy)]
pub struct AskedRule<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Gate or trigger.
    pub binding: Binding,
    /// Minutes of the stage or the watch that it is asked in.
    pub minutes: i64,
}

/// What makes no sense in a rule by itself, in the order of the text. The rule's names and units must be right.
pub fn doubts(asked: AskedRule<'_>, metrics: &[Metric]) -> Vec<RuleError> {
    let condition = asked.rule.condition();
    let whole = 0..asked.rule.source().len();
    let mut found = wrong_way(condition, asked.binding, metrics, &whole);
    if asked.binding == Binding::Gate {
        once_is_enough(condition, true, metrics, &mut found);
    }
    condition.atoms(&mut |atom| {
        if let Condition::Compare(comparison) = atom
            && let Some(bound) = Bound::of(comparison, metrics)
        {
            found.extend(out_of_range(comparison, &bound));
            found.extend(without_room(comparison, &bound, asked.binding));
        }
    });
    found.extend(too_long(condition, asked, whole.end));
    found.sort_by_key(|doubt| doubt.span.start);
    found
}

/// What a rule is most likely meant as: a gate holds when things are well, a trigger when they are not; `None`: it may be
/// either.
pub fn leaning(rule: &Rule, metrics: &[Metric]) -> Option<Binding> {
    let is_wrong = |good| !misdirected(rule.condition(), good, metrics).is_empty();
    match (is_wrong(true), is_wrong(false)) {
        (true, false) => Some(Binding::Trigger),
        (false, true) => Some(Binding::Gate),
        _ => None,
    }
}

/// A trigger that fires at values which a gate passes, said of the trigger.
pub fn contradictions(trigger: &Rule, gates: &[&Rule], metrics: &[Metric]) -> Vec<RuleError> {
    let mut found = Vec::new();
    for fires in required(trigger.condition()) {
        let Some(one) = Bound::of(fires, metrics) else {
            continue;
        };
        for gate in gates {
            let contradicts = required(gate.condition())
                .into_iter()
                .filter_map(|passes| Bound::of(passes, metrics))
                .any(|passes| overlap(&one, &passes));
            if contradicts {
                let gate = gate.source();
                found.push(
                    RuleError::new(
                        fires.span.clone(),
                        format!("this fires where the gate `{gate}` still passes"),
                    )
                    .mending("give the trigger a limit beyond the gate's: gates hold, triggers roll back"),
                );
            }
        }
    }
    found
}

/// Comparisons that stand alone, at most under a duration: what else a rule says may excuse them.
fn required(condition: &Condition) -> Vec<&Comparison> {
    match condition {
        Condition::Compare(comparison) => vec![comparison],
        Condition::Held { inner, .. } => required(inner),
        Condition::All(_) | Condition::Any(_) | Condition::Not(_) | Condition::Alarm(_) => {
            Vec::new()
        }
    }
}

/// Whether values beyond the trigger's limit lie on the passing side of the gate's.
fn overlap(trigger: &Bound<'_>, gate: &Bound<'_>) -> bool {
    if trigger.metric.name != gate.metric.name {
        return false;
    }
    let (Some(fires_high), Some(passes_high)) = (trigger.holds_high(), gate.holds_high()) else {
        return false;
    };
    let (fires, passes) = match (trigger.limit, gate.limit) {
        (Limit::Number(fires), Limit::Number(passes)) => (fires, passes),
        (Limit::Times(a, fires), Limit::Times(b, passes)) if a == b => (fires, passes),
        _ => return false,
    };
    // What is bound the same way says so by itself.
    fires_high != passes_high
        && if fires_high {
            fires < passes
        } else {
            fires > passes
        }
}

/// Parts that speak the wrong way round: a gate must hold when things are well, a trigger when they are not.
fn wrong_way(
    condition: &Condition,
    binding: Binding,
    metrics: &[Metric],
    whole: &Span,
) -> Vec<RuleError> {
    let wrong = misdirected(condition, binding == Binding::Gate, metrics);
    wrong
        .into_iter()
        .map(|part| {
            let Misdirected { name, way, .. } = &part;
            let message = match binding {
                Binding::Gate => format!("as a gate this passes only when {name} is bad ({way})"),
                Binding::Trigger => format!("as a trigger this fires when {name} is well"),
            };
            let place = part.span.unwrap_or_else(|| whole.clone());
            let doubt = RuleError::new(place, message);
            match part.turned {
                Some(turned) => doubt.mending(format!("`{turned}` is more likely meant")),
                None => doubt,
            }
        })
        .collect()
}

struct Misdirected {
    /// Where; `None`: the rule.
    span: Option<Span>,
    name: String,
    /// How it is when it is bad.
    way: &'static str,
    turned: Option<String>,
}

/// `good`: the condition should hold when things are well. Where any part of an `or` (for a gate), or of an `and` (for
/// a trigger), is the right way round, the others are its guards.
fn misdirected(condition: &Condition, good: bool, metrics: &[Metric]) -> Vec<Misdirected> {
    let each = |parts: &[Condition]| -> Vec<Vec<Misdirected>> {
        let wrong = parts.iter().map(|part| misdirected(part, good, metrics));
        wrong.collect()
    };
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            let wrong = each(parts);
            let is_any = matches!(condition, Condition::Any(_));
            if is_any == good && wrong.iter().any(Vec::is_empty) {
                return Vec::new();
            }
            wrong.into_iter().flatten().collect()
        }
        Condition::Not(inner) => misdirected(inner, !good, metrics)
            .into_iter()
            .map(|part| Misdirected {
                turned: None,
                ..part
            })
            .collect(),
        Condition::Held { inner, .. } => misdirected(inner, good, metrics),
        // An alarm fires when things are bad.
        Condition::Alarm(name) if good => vec![Misdirected {
            span: None,
            name: format!("the alarm \"{name}\""),
            way: "fires",
            turned: Some(format!("not alarm(\"{name}\")")),
        }],
        Condition::Alarm(_) => Vec::new(),
        Condition::Compare(comparison) => {
            let found = Bound::of(comparison, metrics).and_then(|bound| {
                let high = bound.holds_high()?;
                let (well, way) = match bound.metric.bad {
                    Bad::Up => (!high, "high"),
                    Bad::Down => (high, "low"),
                    Bad::Both => return None,
                };
                (well != good).then(|| Misdirected {
                    span: Some(comparison.span.clone()),
                    name: bound.metric.name.to_string(),
                    way,
                    turned: turned(&bound),
                })
            });
            found.into_iter().collect()
        }
    }
}

/// `any` where things should be well: one good minute among many bad ones holds it.
fn once_is_enough(
    condition: &Condition,
    good: bool,
    metrics: &[Metric],
    found: &mut Vec<RuleError>,
) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                once_is_enough(part, good, metrics, found);
            }
        }
        Condition::Not(inner) => once_is_enough(inner, !good, metrics, found),
        Condition::Held { .. } | Condition::Alarm(_) => {}
        Condition::Compare(comparison) => {
            let is_any =
                comparison.has(|kind| matches!(kind, TermKind::Aggregate(Aggregate::Any, _)));
            let Some(bound) = Bound::of(comparison, metrics).filter(|_| is_any && good) else {
                return;
            };
            let worst = match (bound.metric.bad, bound.holds_high()) {
                (Bad::Up, Some(false)) => "max",
                (Bad::Down, Some(true)) => "min",
                _ => return,
            };
            let name = &bound.metric.name;
            let message = "as a gate this passes once a single minute is well";
            found.push(
                RuleError::new(comparison.span.clone(), message)
                    .mending(format!("ask the worst minute: `{worst}({name})`")),
            );
        }
    }
}

/// The same bound the other way round, as one would write it.
fn turned(bound: &Bound<'_>) -> Option<String> {
    let sign = bound.relation.opposite().sign();
    let Limit::Number(value) = bound.limit else {
        return None;
    };
    let limit = Quantity::new(value, Measure::from(bound.metric.unit));
    let limit = limit.measure.example(limit.value);
    Some(format!("{} {sign} {limit}", bound.metric.name))
}

/// The least and the greatest that a metric can be.
fn range(metric: &Metric) -> Option<(f64, f64)> {
    match metric.unit {
        Unit::Plain => None,
        Unit::Percent if can_exceed(metric) => Some((0.0, f64::INFINITY)),
        Unit::Percent => Some((0.0, 100.0)),
        Unit::Milliseconds | Unit::Count | Unit::PerMinute | Unit::PerSecond | Unit::Bytes => {
            Some((0.0, f64::INFINITY))
        }
    }
}

/// ECS counts a task's processor against what it reserved: more than 100% is usual. Metric math may be anything.
fn can_exceed(metric: &Metric) -> bool {
    match &metric.recipe {
        Recipe::Direct { query, .. } | Recipe::Band { query, .. } => query.namespace == "AWS/ECS",
        Recipe::Math { .. } => true,
        Recipe::Ratio { .. } => false,
    }
}

fn out_of_range(comparison: &Comparison, bound: &Bound<'_>) -> Option<RuleError> {
    let Limit::Number(limit) = bound.limit else {
        return None;
    };
    let (least, most) = range(bound.metric)?;
    let always = match bound.relation {
        Relation::Less if limit > most => true,
        Relation::Less if limit <= least => false,
        Relation::LessOrEqual if limit >= most => true,
        Relation::LessOrEqual if limit < least => false,
        Relation::Greater if limit < least => true,
        Relation::Greater if limit >= most => false,
        Relation::GreaterOrEqual if limit <= least => true,
        Relation::GreaterOrEqual if limit > most => false,
        Relation::NotEqual if limit < least || limit > most => true,
        Relation::Equal if limit < least || limit > most => false,
        _ => return None,
    };
    let unit = bound.metric.unit;
    let lies = if most.is_finite() {
        let (least, most) = (wording::value(least, unit), wording::value(most, unit));
        format!("lies between {least} and {most}")
    } else {
        format!("is never below {}", wording::value(least, unit))
    };
    let word = if always { "always" } else { "never" };
    let name = &bound.metric.name;
    Some(RuleError::new(
        comparison.span.clone(),
        format!("{name} {lies}: this {word} holds"),
    ))
}

/// A relative limit on the wrong side of what is usual: half of the healthy minutes lie beyond the baseline itself.
fn without_room(comparison: &Comparison, bound: &Bound<'_>, binding: Binding) -> Option<RuleError> {
    let Limit::Times(reference, factor) = bound.limit else {
        return None;
    };
    let high = bound.holds_high()?;
    let leaves_room = match (binding, high) {
        (Binding::Gate, false) | (Binding::Trigger, true) => factor > 1.0,
        (Binding::Gate, true) | (Binding::Trigger, false) => factor < 1.0,
    };
    // The wrong way round is told apart.
    let is_right_way = match bound.metric.bad {
        Bad::Up => high == (binding == Binding::Trigger),
        Bad::Down => high == (binding == Binding::Gate),
        Bad::Both => true,
    };
    if leaves_room || !is_right_way {
        return None;
    }
    let of = match reference {
        Reference::Baseline => "the baseline",
        Reference::Control => "the control",
        // Its edges leave room by themselves.
        Reference::BandHigh | Reference::BandLow => return None,
    };
    let name = &bound.metric.name;
    let message = match binding {
        Binding::Gate => {
            format!("this fails while {name} stays as usual: {of} is its middle, not its edge")
        }
        Binding::Trigger => {
            format!("this fires while {name} stays as usual: {of} is its middle, not its edge")
        }
    };
    let factor = if high == (binding == Binding::Trigger) {
        "1.25"
    } else {
        "0.75"
    };
    Some(
        RuleError::new(comparison.span.clone(), message)
            .mending(format!("leave room: `* {factor}`")),
    )
}

/// Durations that do not fit into the minutes in which the rule is asked.
fn too_long(condition: &Condition, asked: AskedRule<'_>, end: usize) -> Vec<RuleError> {
    let mut found = Vec::new();
    longest(condition, &mut |minutes| {
        if i64::from(minutes) > asked.minutes {
            let never = match asked.binding {
                Binding::Gate => "it can never pass",
                Binding::Trigger => "it can never fire within it",
            };
            let window = wording::count(asked.minutes.unsigned_abs(), "minute");
            found.push(
                RuleError::new(
                    0..end,
                    format!("this looks at {minutes} minutes and the watch has {window}: {never}"),
                )
                .mending("shorten it, or lengthen the window"),
            );
        }
    });
    found
}

fn longest(condition: &Condition, seen: &mut dyn FnMut(u32)) {
    match condition {
        Condition::Any(parts) | Condition::All(parts) => {
            for part in parts {
                longest(part, seen);
            }
        }
        Condition::Not(inner) => longest(inner, seen),
        Condition::Held { inner, of, .. } => {
            seen(*of);
            longest(inner, seen);
        }
        Condition::Compare(_) | Condition::Alarm(_) => {}
    }
}
