//! What each gate's states do to the approval: the defaults in one table, and `[gates]` over them.

use std::collections::BTreeMap;

use super::{evidence, findings::Findings};
use crate::{
    config::{At, diagnostic::Diagnostic, file::TeamTable, nearest::nearest},
    domain::policy::{Effect, GateRule},
};

/// A gate by name, what it asks, and what its states do where the file says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateDefault {
    /// Its name in `[gates]`.
    pub name: &'static str,
    /// What it asks.
    pub asks: &'static str,
    /// What its states do.
    pub rule: GateRule,
}

const fn gate(name: &'static str, asks: &'static str, rule: GateRule) -> GateDefault {
    GateDefault { name, asks, rule }
}

const WARN: GateRule = GateRule::all(Effect::Warn);
const REASON: GateRule = GateRule::all(Effect::Reason);
const BLOCK: GateRule = GateRule::all(Effect::Block);

/// Every gate. Source of the effects: the product's rules, "Gates" (block: required tests, sign-offs, blackouts;
/// reason: rollback readiness, old evidence, metrics, missing security, smoke tests before the deploy; warn: the rest). Prerequisites
/// refuse production, so they block. `tests` is for required ones; tests that nothing requires warn.
pub const GATES: [GateDefault; 14] = [
    gate("prerequisites", "may production be deployed at all?", BLOCK),
    gate("tests", "did the required tests pass?", BLOCK),
    gate("load", "did the load test hold its thresholds?", WARN),
    gate(
        "security",
        "are there new findings?",
        GateRule {
            no_data: Effect::Reason,
            ..WARN
        },
    ),
    gate("coverage", "did coverage hold?", WARN),
    gate(
        "explain",
        "is there a summary, and do the facts agree?",
        WARN,
    ),
    gate("freshness", "is the evidence young enough?", REASON),
    gate(
        "production",
        "is it known what production runs, and is the candidate ahead of it?",
        REASON,
    ),
    gate(
        "rollback",
        "is there a way back, ready?",
        GateRule {
            ambiguous: Effect::Warn,
            ..REASON
        },
    ),
    gate(
        "metrics",
        "can production be watched, and is it well now?",
        REASON,
    ),
    gate(
        "smoke",
        "did the smoke tests before the deploy pass?",
        REASON,
    ),
    gate("checklist", "are the required items ticked?", WARN),
    gate("signoffs", "has every role signed?", BLOCK),
    gate(
        "blackout",
        "is now a time to deploy?",
        GateRule {
            ambiguous: Effect::Warn,
            ..BLOCK
        },
    ),
];

pub(super) fn gates(table: &TeamTable, found: &mut Findings) -> BTreeMap<String, GateRule> {
    let mut rules: BTreeMap<String, GateRule> = GATES
        .iter()
        .map(|gate| (gate.name.to_owned(), gate.rule))
        .collect();
    let sources = evidence::sources(&table.evidence);
    let tests_required = sources
        .iter()
        .any(|source| source.kind.word() == "tests" && source.required);
    if !tests_required {
        rules.insert("tests".to_owned(), WARN);
    }
    for source in &sources {
        let name = source.kind.word();
        if source.required {
            // Staging failed: nothing to approve.
            rules.insert(name.to_owned(), BLOCK);
        }
        let Some(missing) = source.on_missing else {
            continue;
        };
        if source.required && missing.value != Effect::Block {
            let help = "drop `required = true`, or write on_missing = \"block\"";
            found.wrong(
                &missing.span,
                "required evidence that is missing always blocks",
                help,
            );
        }
        let written = table.gates.get(name).and_then(|gate| gate.no_data);
        if written.is_some_and(|effect| effect != missing.value) {
            let message = format!("`on_missing` and `gates.{name}.no_data` disagree");
            found.wrong(&missing.span, message, "keep one of them");
        }
        if let Some(rule) = rules.get_mut(name) {
            rule.no_data = missing.value;
        }
    }
    for (name, at) in &table.gates {
        match rules.get_mut(name) {
            Some(rule) => {
                rule.fail = at.fail.unwrap_or(rule.fail);
                rule.ambiguous = at.ambiguous.unwrap_or(rule.ambiguous);
                rule.no_data = at.no_data.unwrap_or(rule.no_data);
                rule.broken = at.broken.unwrap_or(rule.broken);
            }
            None => found.add(unknown(name, at)),
        }
    }
    rules
}

fn unknown<T>(name: &str, at: &At<T>) -> Diagnostic {
    let names = GATES.iter().map(|gate| gate.name);
    let point = Diagnostic::at(at.span.clone(), format!("there is no gate `{name}`"));
    point.help(match nearest(name, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the gates are {}", names.collect::<Vec<_>>().join(", ")),
    })
}
