//! Gates and triggers: a rule, a window, the data, a verdict.

use super::{
    expression::{Aggregate, Condition, TermKind},
    finding::Finding,
    grounds::Bench,
    minutes::Span,
    rule::Rule,
    series::Series,
    truth::Truth,
    verdict::{NAMED_MINUTES, State, Verdict},
    window::{BARE_COUNT, BARE_OF, Window},
};
use crate::domain::{Text, observation::AlarmState};

/// Whether what is written is wanted or feared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Gate,
    Trigger,
}

/// Judges a gate: `Pass` when the rule holds.
///
/// A bare comparison means the means of its metrics over the window's minutes in which all of them have a value.
/// - *no data* (or *source broken*, where that is the worst): no such minute, fewer than half of the window's, or
///   none among the newest three. A minute without traffic has no value but is no silence.
/// - *ambiguous*: fewer such minutes than [`Window::needed`]. A relative comparison (`baseline`, `control`) also: too
///   few requests a minute, a baseline of too few minutes, a margin within the noise (the baseline's spread over the
///   root of the minutes, at least 1% of its median), or a failing mean with fewer than 3 of 5 failing minutes. One
///   that is no worse than the baseline itself passes without regard to noise.
/// - with `for` or `in .. of ..` the newest minutes are asked one by one; minutes before the window, gaps, and
///   minutes without traffic are unknown.
pub fn gate(rule: &Rule, window: &Window, series: &dyn Series) -> Verdict {
    let bench = Bench { window, series };
    let finding = judge(&bench, rule.condition(), Mode::Gate, false);
    let mut state = match finding.truth {
        Truth::Yes => State::Pass,
        Truth::No => State::Fail,
        Truth::Ambiguous => State::Ambiguous,
        Truth::NoData => State::NoData,
        Truth::Broken => State::Broken,
    };
    let mut why = finding.why.clone();
    let is_diluted = state == State::Pass && is_diluted(&bench, rule.condition());
    if is_diluted {
        state = State::Ambiguous;
        why.push_str(", measured over all hosts, not the canary's");
    }
    Verdict {
        is_diluted,
        ..verdict(state, &why, finding.margin, &finding)
    }
}

/// Judges a trigger: `Fail` when it fires, `Pass` when it is quiet.
///
/// A bare condition fires when it holds in 3 of the 5 newest minutes, `for 3m` in three consecutive ones. Only minutes
/// with values count: gaps, late minutes, no traffic and broken sources never fire. Where the unknown minutes could
/// have fired it, it is not quiet but unknown. It looks back from the newest minute with data, at most three minutes.
/// More failing data never quiets it; after a hole in the newest minutes it may become unknown until they are known.
/// A relative comparison counts a minute only when it is beyond the limit by more than the noise of a minute.
pub fn trigger(rule: &Rule, window: &Window, series: &dyn Series) -> Verdict {
    let bench = Bench { window, series };
    let finding = judge(&bench, rule.condition(), Mode::Trigger, true);
    let state = match finding.truth {
        Truth::Yes => State::Fail,
        Truth::No => State::Pass,
        Truth::Ambiguous => State::Ambiguous,
        Truth::NoData => State::NoData,
        Truth::Broken => State::Broken,
    };
    let margin = finding.margin.map(|margin| -margin);
    verdict(state, &finding.why, margin, &finding)
}

fn verdict(state: State, why: &str, margin: Option<f64>, finding: &Finding) -> Verdict {
    let skip = finding.minutes.len().saturating_sub(NAMED_MINUTES);
    Verdict {
        state,
        why: Text::line(why),
        is_diluted: false,
        margin: margin.filter(|margin| margin.is_finite()),
        minutes: finding.minutes[skip..].to_vec(),
    }
}

/// `bad_when`: which answer speaks against the release; `not` turns it.
fn judge(bench: &Bench<'_>, condition: &Condition, mode: Mode, bad_when: bool) -> Finding {
    if mode == Mode::Trigger && condition.is_of_a_minute() {
        let span = Span {
            count: BARE_COUNT,
            of: BARE_OF,
            early_is_unknown: false,
        };
        return bench.held(condition, span, bad_when);
    }
    let all = |parts: &[Condition]| -> Vec<Finding> {
        parts
            .iter()
            .map(|part| judge(bench, part, mode, bad_when))
            .collect()
    };
    match condition {
        Condition::Any(parts) => Finding::join(all(parts), Truth::or),
        Condition::All(parts) => Finding::join(all(parts), Truth::and),
        Condition::Not(inner) => judge(bench, inner, mode, !bad_when).not(),
        Condition::Held { inner, count, of } => {
            let span = Span {
                count: *count,
                of: *of,
                early_is_unknown: mode == Mode::Gate,
            };
            bench.held(inner, span, bad_when)
        }
        Condition::Compare(comparison) => {
            if comparison.has(|kind| matches!(kind, TermKind::Aggregate(Aggregate::Any, _))) {
                bench.ever(condition, bad_when)
            } else {
                bench.over_window(comparison, bad_when)
            }
        }
        Condition::Alarm(name) => alarm(name, bench.series.alarm(name)),
    }
}

fn alarm(name: &str, state: AlarmState) -> Finding {
    let (truth, word) = match state {
        AlarmState::Alarm => (Truth::Yes, "fires"),
        AlarmState::Ok => (Truth::No, "is OK"),
        AlarmState::InsufficientData => (Truth::NoData, "has insufficient data"),
        AlarmState::Unknown => (Truth::Broken, "is not known"),
    };
    Finding::unknown(truth, format!("alarm {name} {word}"))
}

fn is_diluted(bench: &Bench<'_>, condition: &Condition) -> bool {
    let mut diluted = false;
    condition.atoms(&mut |atom| {
        if let Condition::Compare(comparison) = atom {
            diluted |= bench.is_diluted(comparison);
        }
    });
    diluted
}
