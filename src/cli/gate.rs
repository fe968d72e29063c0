//! `gate check`: reads gates and triggers without asking anyone, and says what each means.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    exit::{Exit, Stop},
    manual::print,
    surroundings::Surroundings,
};
use crate::{
    config::{Diagnostics, RuleFault, rule_faults},
    domain::{
        Text,
        judge::{Binding, Rule},
        policy::{Metric, Policy, StageRule, Strategy},
    },
};

/// A rule and where it stands.
struct Placed<'r> {
    place: String,
    binding: Binding,
    rule: &'r Rule,
}

/// Exit 0: all read; 2: one did not, or the rules themselves cannot be read.
pub(super) fn check(
    around: &Surroundings,
    expressions: &[String],
    json: bool,
) -> Result<Exit, Stop> {
    let team = around.local_team()?;
    let policy = &team.policy;
    if expressions.is_empty() {
        let rules = placed(policy);
        let page = if json {
            let rules = rules
                .iter()
                .map(|one| good(&one.place, one.binding, one.rule, policy));
            let rules: Vec<Value> = rules.collect();
            format!(
                "{}\n",
                json!({ "ok": true, "file": team.origin, "rules": rules })
            )
        } else if rules.is_empty() {
            format!(
                "{} has no gates and no triggers\n",
                Text::line(&team.origin)
            )
        } else {
            rules
                .iter()
                .map(|one| paragraph(&one.place, one.binding, one.rule, policy))
                .collect()
        };
        return print(page.as_bytes());
    }
    single(expressions, policy, json)
}

fn single(expressions: &[String], policy: &Policy, json: bool) -> Result<Exit, Stop> {
    let mut page = String::new();
    let mut rows = Vec::new();
    let mut all = true;
    for source in expressions {
        match rule_faults(source, &policy.metrics) {
            Ok(rule) => {
                page.push_str(&paragraph("as a gate", Binding::Gate, &rule, policy));
                rows.push(good("", Binding::Gate, &rule, policy));
            }
            Err(faults) => {
                all = false;
                rows.push(bad(source, &faults));
                let points = faults.into_iter().map(|fault| fault.point).collect();
                page.push_str(&Diagnostics::new("the expression", source, points).render());
                page.push('\n');
            }
        }
    }
    if json {
        page = format!("{}\n", json!({ "ok": all, "rules": rows }));
    }
    print(page.as_bytes())?;
    Ok(if all { Exit::Ok } else { Exit::Usage })
}

/// Every rule of a policy, in the order in which they bind.
fn placed(policy: &Policy) -> Vec<Placed<'_>> {
    let stages: &[StageRule] = match &policy.strategy {
        Strategy::Canary { stages, .. } => stages,
        Strategy::Recreate | Strategy::Rolling { .. } | Strategy::BlueGreen { .. } => &[],
    };
    let mut found = Vec::new();
    for stage in stages {
        found.extend(stage.gates.iter().map(|rule| Placed {
            place: format!("stage {} gate", stage.weight),
            binding: Binding::Gate,
            rule,
        }));
    }
    found.extend(policy.hypercare.gates.iter().map(|rule| Placed {
        place: "hypercare gate".to_owned(),
        binding: Binding::Gate,
        rule,
    }));
    found.extend(policy.hypercare.triggers.iter().map(|rule| Placed {
        place: "trigger".to_owned(),
        binding: Binding::Trigger,
        rule,
    }));
    found
}

fn paragraph(place: &str, binding: Binding, rule: &Rule, policy: &Policy) -> String {
    let mut text = format!(
        "{}   ({place})\n  {}\n",
        rule.source(),
        rule.meaning(binding)
    );
    for metric in measured(rule, policy) {
        let (name, unit) = (&metric.name, metric.unit.words());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {name:<20} {unit}, {}", metric.label);
    }
    Text::block(&text).as_str().to_owned()
}

/// The metrics that a rule names, one row a name: the sides of a canary share name and unit.
fn measured<'p>(rule: &Rule, policy: &'p Policy) -> Vec<&'p Metric> {
    let names = rule.metrics();
    let of = |name| policy.metrics.iter().find(|metric| metric.name == name);
    names.into_iter().filter_map(of).collect()
}

fn good(place: &str, binding: Binding, rule: &Rule, policy: &Policy) -> Value {
    let metrics = measured(rule, policy)
        .into_iter()
        .map(|metric| json!({ "name": metric.name, "unit": metric.unit, "label": metric.label }));
    json!({
        "place": place,
        "expression": rule.source(),
        "ok": true,
        "means": rule.meaning(binding),
        "metrics": metrics.collect::<Vec<_>>(),
        "alarms": rule.alarms(),
    })
}

fn bad(source: &str, faults: &[RuleFault]) -> Value {
    let faults = faults.iter().map(|fault| {
        json!({
            "message": fault.error.message,
            "start": fault.error.span.start,
            "end": fault.error.span.end,
            "nearest": fault.error.nearest,
            "mend": fault.error.mend,
        })
    });
    json!({ "expression": source, "ok": false, "faults": faults.collect::<Vec<_>>() })
}
