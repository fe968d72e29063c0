//! What a rule asks, in a sentence: over which minutes, how its words bind. Knows no data.

use super::{
    expression::{Aggregate, Condition, TermKind},
    rule::Rule,
    window::{BARE_COUNT, BARE_OF},
};

/// What a rule is used as: it decides what a bare condition means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// What must hold: a bare comparison means the window's mean.
    Gate,
    /// What raises the alert: a bare condition means 3 of the 5 newest minutes.
    Trigger,
}

impl Rule {
    /// What it asks, as a sentence: `passes when the window's mean holds error_rate < 1%`.
    pub fn meaning(&self, binding: Binding) -> String {
        let verb = match binding {
            Binding::Gate => "passes when",
            Binding::Trigger => "fires when",
        };
        format!("{verb} {}", say(self.condition(), self.source(), binding))
    }
}

fn say(condition: &Condition, source: &str, binding: Binding) -> String {
    if binding == Binding::Trigger && condition.is_of_a_minute() {
        let what = plainly(condition, source);
        return format!("{what} in {BARE_COUNT} of the {BARE_OF} newest minutes");
    }
    match condition {
        Condition::Any(parts) => joined(parts, " or ", |part| say(part, source, binding)),
        Condition::All(parts) => joined(parts, " and ", |part| say(part, source, binding)),
        Condition::Not(inner) => format!("it is not so that {}", say(inner, source, binding)),
        Condition::Held { inner, count, of } => {
            let what = plainly(inner, source);
            if count == of {
                format!("{what} in each of the {of} newest minutes")
            } else {
                format!("{what} in {count} of the {of} newest minutes")
            }
        }
        Condition::Compare(comparison) => {
            let what = source.get(comparison.span.clone()).unwrap_or(source);
            let has = |wanted: fn(&TermKind) -> bool| comparison.has(wanted);
            if has(|kind| matches!(kind, TermKind::Aggregate(Aggregate::Any, _))) {
                format!("{what} in any minute of the window")
            } else if has(|kind| matches!(kind, TermKind::Metric(_))) {
                format!("{what} over the window's mean")
            } else {
                format!("{what} over the window")
            }
        }
        Condition::Alarm(name) => format!("the alarm \"{name}\" fires"),
    }
}

/// A condition of one minute, as it was written where that is one piece.
fn plainly(condition: &Condition, source: &str) -> String {
    match condition {
        Condition::Any(parts) => joined(parts, " or ", |part| plainly(part, source)),
        Condition::All(parts) => joined(parts, " and ", |part| plainly(part, source)),
        Condition::Not(inner) => format!("not {}", plainly(inner, source)),
        Condition::Held { inner, .. } => plainly(inner, source),
        Condition::Compare(comparison) => source
            .get(comparison.span.clone())
            .unwrap_or(source)
            .to_owned(),
        Condition::Alarm(name) => format!("the alarm \"{name}\" fires"),
    }
}

fn joined(parts: &[Condition], word: &str, say: impl Fn(&Condition) -> String) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| format!("({})", say(part)))
        .collect();
    parts.join(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_over_which_minutes_it_asks() {
        for (source, gate, trigger) in [
            (
                "error_rate < 1%",
                "passes when error_rate < 1% over the window's mean",
                "fires when error_rate < 1% in 3 of the 5 newest minutes",
            ),
            (
                "error_rate > 2% for 3m",
                "passes when error_rate > 2% in each of the 3 newest minutes",
                "fires when error_rate > 2% in each of the 3 newest minutes",
            ),
            (
                "not health in 2 of 4m",
                "passes when not health in 2 of the 4 newest minutes",
                "fires when not health in 2 of the 4 newest minutes",
            ),
            (
                "any(cpu) > 90% or alarm('x')",
                "passes when (any(cpu) > 90% in any minute of the window) or (the alarm \"x\" fires)",
                "fires when (any(cpu) > 90% in any minute of the window) or (the alarm \"x\" fires)",
            ),
            (
                "max(cpu) < 90% and a < baseline * 1.1",
                "passes when (max(cpu) < 90% over the window) and (a < baseline * 1.1 over the window's mean)",
                "fires when (max(cpu) < 90% over the window) and (a < baseline * 1.1 in 3 of the 5 newest minutes)",
            ),
        ] {
            let rule = Rule::parse(source).unwrap();
            assert_eq!(rule.meaning(Binding::Gate), gate);
            assert_eq!(rule.meaning(Binding::Trigger), trigger);
        }
    }
}
