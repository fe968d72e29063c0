//! `gate check`: reads gates and triggers without asking anyone, says what each means, and warns of what makes no sense.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    args::GateCommand,
    exit::{Exit, Stop},
    say::{aside, print},
    surroundings::Surroundings,
};
use crate::{
    config::{Diagnostics, RuleFault, doubt_point, rule_faults},
    domain::{
        Text,
        judge::{AskedRule, Binding, Rule, RuleError, contradictions, doubts},
        policy::{Metric, Policy, StageRule, Strategy},
        wording,
    },
};

/// A rule and where it stands.
struct Placed<'r> {
    place: String,
    asked: AskedRule<'r>,
    /// What makes no sense in it.
    doubts: Vec<RuleError>,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Expressions instead of the rules' own.
    pub(super) expressions: &'a [String],
    /// What they are read as.
    pub(super) binding: Binding,
    /// A warning is a failure.
    pub(super) strict: bool,
    /// As JSON.
    pub(super) json: bool,
}

impl<'a> Asked<'a> {
    /// From the command line.
    pub(super) fn of(question: &'a GateCommand) -> Self {
        let GateCommand::Check {
            expressions,
            trigger,
            strict,
            json,
        } = question;
        let binding = if *trigger {
            Binding::Trigger
        } else {
            Binding::Gate
        };
        Self {
            expressions,
            binding,
            strict: *strict,
            json: *json,
        }
    }
}

/// Exit 0: all read, warnings among them or not; 1: a warning, where `strict`; 2: one did not, or the rules themselves
/// cannot be read.
pub(super) fn check(around: &Surroundings, asked: Asked<'_>) -> Result<Exit, Stop> {
    let team = around.local_team()?;
    let policy = &team.policy;
    if !asked.expressions.is_empty() {
        return single(asked, policy);
    }
    let rules = placed(policy);
    let page = if asked.json {
        let rows: Vec<Value> = rules.iter().map(|one| good(one, policy)).collect();
        format!(
            "{}\n",
            json!({ "ok": true, "file": team.origin, "rules": rows })
        )
    } else if rules.is_empty() {
        format!(
            "{} has no gates and no triggers\n",
            Text::line(&team.origin)
        )
    } else {
        rules.iter().map(|one| paragraph(one, policy)).collect()
    };
    print(page.as_bytes())?;
    Ok(ended(&rules, asked))
}

fn ended(rules: &[Placed<'_>], asked: Asked<'_>) -> Exit {
    let doubted = rules.iter().filter(|one| !one.doubts.is_empty()).count();
    if doubted > 0 && !asked.json {
        let count = wording::count(u64::try_from(doubted).unwrap_or(u64::MAX), "rule");
        aside(format_args!("{count} with warnings"));
    }
    if doubted > 0 && asked.strict {
        Exit::Failed
    } else {
        Exit::Ok
    }
}

fn single(asked: Asked<'_>, policy: &Policy) -> Result<Exit, Stop> {
    let place = match asked.binding {
        Binding::Gate => "as a gate",
        Binding::Trigger => "as a trigger",
    };
    let read: Vec<(&String, Result<Rule, Vec<RuleFault>>)> = asked
        .expressions
        .iter()
        .map(|source| (source, rule_faults(source, &policy.metrics)))
        .collect();
    let (mut page, mut rows, mut rules) = (String::new(), Vec::new(), Vec::new());
    for (source, read) in &read {
        match read {
            Ok(rule) => {
                let rule = AskedRule {
                    rule,
                    binding: asked.binding,
                    minutes: watch_minutes(policy),
                };
                let one = Placed::new(place, rule, policy);
                page.push_str(&paragraph(&one, policy));
                rows.push(good(&one, policy));
                rules.push(one);
            }
            Err(faults) => {
                rows.push(bad(source, faults));
                let points = faults.iter().map(|fault| fault.point.clone()).collect();
                page.push_str(&Diagnostics::new("the expression", source, points).render());
                page.push('\n');
            }
        }
    }
    let all = rules.len() == read.len();
    if asked.json {
        page = format!("{}\n", json!({ "ok": all, "rules": rows }));
    }
    print(page.as_bytes())?;
    Ok(if all {
        ended(&rules, asked)
    } else {
        Exit::Usage
    })
}

impl<'r> Placed<'r> {
    fn new(place: impl Into<String>, asked: AskedRule<'r>, policy: &Policy) -> Self {
        Self {
            place: place.into(),
            doubts: doubts(asked, &policy.metrics),
            asked,
        }
    }
}

/// Minutes of the watch: of a blue-green deploy at least as long as both fleets stand.
fn watch_minutes(policy: &Policy) -> i64 {
    let window = policy.hypercare.window.as_mins();
    match &policy.strategy {
        Strategy::BlueGreen {
            validation: Some(both),
        } => window.max(both.as_mins()),
        Strategy::BlueGreen { validation: None }
        | Strategy::Canary { .. }
        | Strategy::Rolling { .. }
        | Strategy::Recreate => window,
    }
}

/// Every rule of a policy, in the order in which they bind.
fn placed(policy: &Policy) -> Vec<Placed<'_>> {
    let stages: &[StageRule] = match &policy.strategy {
        Strategy::Canary { stages, .. } => stages,
        Strategy::Recreate | Strategy::Rolling { .. } | Strategy::BlueGreen { .. } => &[],
    };
    let (hypercare, minutes) = (&policy.hypercare, watch_minutes(policy));
    let gate = Binding::Gate;
    let staged = stages.iter().flat_map(|stage| {
        let rules = stage.gates.iter();
        rules.map(move |rule| {
            (
                format!("stage {} gate", stage.weight),
                gate,
                rule,
                stage.duration.as_mins(),
            )
        })
    });
    let gates = hypercare.gates.iter();
    let gates = gates.map(|rule| ("hypercare gate".to_owned(), gate, rule, minutes));
    let triggers = hypercare.triggers.iter();
    let triggers = triggers.map(|rule| ("trigger".to_owned(), Binding::Trigger, rule, minutes));
    let mut found: Vec<Placed<'_>> = staged
        .chain(gates)
        .chain(triggers)
        .map(|(place, binding, rule, minutes)| {
            let asked = AskedRule {
                rule,
                binding,
                minutes,
            };
            Placed::new(place, asked, policy)
        })
        .collect();
    let gates: Vec<&Rule> = hypercare.gates.iter().collect();
    for one in &mut found {
        if one.asked.binding == Binding::Trigger {
            one.doubts
                .extend(contradictions(one.asked.rule, &gates, &policy.metrics));
        }
    }
    found
}

fn paragraph(one: &Placed<'_>, policy: &Policy) -> String {
    let rule = one.asked.rule;
    let mut text = format!(
        "{}   ({})\n  {}\n",
        rule.source(),
        one.place,
        rule.meaning(one.asked.binding)
    );
    for metric in measured(rule, policy) {
        let (name, unit) = (&metric.name, metric.unit.words());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {name:<20} {unit}, {}", metric.label);
    }
    let mut text = Text::block(&text).as_str().to_owned();
    if !one.doubts.is_empty() {
        let points = one.doubts.iter();
        let points = points.map(|doubt| doubt_point(rule.source(), doubt));
        let warnings = Diagnostics::new(&one.place, rule.source(), points.collect());
        text.push_str(&warnings.render_warnings());
        text.push_str("\n\n");
    }
    text
}

/// The metrics that a rule names, one row a name: the sides of a canary share name and unit.
fn measured<'p>(rule: &Rule, policy: &'p Policy) -> Vec<&'p Metric> {
    let names = rule.metrics();
    let of = |name| policy.metrics.iter().find(|metric| metric.name == name);
    names.into_iter().filter_map(of).collect()
}

fn good(one: &Placed<'_>, policy: &Policy) -> Value {
    let rule = one.asked.rule;
    let place = match one.place.as_str() {
        "as a gate" | "as a trigger" => "",
        place => place,
    };
    let warnings = one.doubts.iter().map(|doubt| {
        json!({
            "message": doubt.message,
            "start": doubt.span.start,
            "end": doubt.span.end,
            "mend": doubt.mend,
        })
    });
    let metrics = measured(rule, policy)
        .into_iter()
        .map(|metric| json!({ "name": metric.name, "unit": metric.unit, "label": metric.label }));
    json!({
        "place": place,
        "expression": rule.source(),
        "ok": true,
        "means": rule.meaning(one.asked.binding),
        "warnings": warnings.collect::<Vec<_>>(),
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
