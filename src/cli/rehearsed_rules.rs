//! `--set`: which of the team's rules a changed one stands for, and which of the changed ones would not count.

use super::exit::Stop;
use crate::{
    config::{Diagnostics, rule_faults},
    domain::{
        judge::{Binding, JudgeEvent, Rule, leaning},
        policy::Policy,
        release::Rehearsal,
    },
};

/// The rules with these in place of those that say the same of the same metric; and what was put in place of what.
pub(super) fn changed(
    policy: &Policy,
    set: &[String],
) -> Result<(Option<Policy>, Vec<String>), Stop> {
    if set.is_empty() {
        return Ok((None, Vec::new()));
    }
    let mut changed = policy.clone();
    let mut notes = Vec::new();
    for source in set {
        let rule = rule_faults(source, &policy.metrics).map_err(|faults| {
            let points = faults.into_iter().map(|fault| fault.point).collect();
            Stop::from(Diagnostics::new("--set", source, points))
        })?;
        notes.push(put(&mut changed, rule));
    }
    Ok((Some(changed), notes))
}

/// Puts a rule in place of the one of its kind that asks the same metrics and alarms, else beside the others of its kind:
/// what holds when things are well is a gate, what holds when they are not a trigger.
fn put(policy: &mut Policy, rule: Rule) -> String {
    let leans = leaning(&rule, &policy.metrics);
    let source = rule.source().to_owned();
    let hypercare = &mut policy.hypercare;
    let alike = |old: &&mut Rule| {
        old.metrics() == rule.metrics()
            && old.alarms() == rule.alarms()
            && (leans.is_some() || way(old.source()) == way(rule.source()))
    };
    let mut lists = match leans {
        Some(Binding::Gate) => vec![&mut hypercare.gates],
        Some(Binding::Trigger) => vec![&mut hypercare.triggers],
        None => vec![&mut hypercare.gates, &mut hypercare.triggers],
    };
    let old = lists
        .iter_mut()
        .find_map(|rules| rules.iter_mut().find(alike));
    if let Some(old) = old {
        let note = format!("`{source}` in place of `{}`", old.source());
        *old = rule;
        return note;
    }
    // Of both kinds: a gate, as a rule is that nobody calls a trigger.
    if let Some(rules) = lists.into_iter().next() {
        rules.push(rule);
    }
    let kind = match leans {
        Some(Binding::Trigger) => "trigger",
        Some(Binding::Gate) | None => "gate",
    };
    format!("`{source}` as one more {kind}")
}

/// Which way a rule compares.
fn way(source: &str) -> Option<char> {
    source.chars().find(|c| matches!(c, '<' | '>'))
}

/// The triggers that would not have counted, since they were true before the deploy.
pub(super) fn disarmed(rehearsal: &Rehearsal) -> Vec<String> {
    let told = rehearsal.told.iter();
    told.filter_map(|(_, event)| match event {
        JudgeEvent::TriggersArmed { disarmed, .. } => Some(disarmed),
        _ => None,
    })
    .flatten()
    .map(|(source, why)| format!("`{source}` is disarmed: it was already true before ({why})"))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_team;

    fn policy() -> Policy {
        let rules = include_str!("../../tests/data/config/smallest.toml");
        let mut policy = parse_team(rules.as_bytes(), "cockpit.toml").unwrap().policy;
        let alarm = Rule::parse("alarm(\"one\")").unwrap();
        policy.hypercare.triggers.push(alarm);
        policy
    }

    fn note(source: &str) -> String {
        let rule = Rule::parse(source).unwrap();
        rule.check(&policy().metrics).unwrap();
        put(&mut policy(), rule)
    }

    #[test]
    fn a_changed_rule_stands_for_the_one_of_its_own_kind() {
        for (source, words) in [
            ("error_rate < 0.5%", "in place of `error_rate < 1%`"),
            ("not (error_rate > 0.5%)", "in place of `error_rate < 1%`"),
            ("0.5% > error_rate", "in place of `error_rate < 1%`"),
            (
                "error_rate > 1% for 2m",
                "in place of `error_rate > 2% for 3m`",
            ),
            (
                "1% < error_rate for 2m",
                "in place of `error_rate > 2% for 3m`",
            ),
            ("cpu > 90% for 5m", "as one more trigger"),
            ("cpu < 90%", "as one more gate"),
            ("alarm(\"one\")", "in place of `alarm(\"one\")`"),
            ("alarm(\"two\")", "as one more trigger"),
        ] {
            assert_eq!(note(source), format!("`{source}` {words}"));
        }
    }
}
