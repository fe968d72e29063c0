//! `approval.checklist`: the template that cockpit brings, or a team's own file, with each binding checked against the rules.

use std::collections::BTreeSet;

use serde::Deserialize as _;
use toml::de::DeTable;

use super::{
    findings::Findings,
    gates::GATES,
    prerequisites::{pointer, program, relative, within},
    values::glob,
};
use crate::{
    config::{
        At,
        diagnostic::Diagnostic,
        file::{AutoEntry, ChecklistFile, ItemEntry, SectionEntry, TagWord, TeamTable},
        nearest::nearest,
        schema, shape,
        strategy::is_below,
        units,
    },
    domain::{
        Text,
        checklist::{
            Binding, Checklist, Item, LONGEST_ITEM, MOST_ITEMS, MOST_SECTIONS, Section, SmokeTime,
            When,
        },
        policy::Policy,
        question::{Ask, Wanted},
    },
};

/// The template that cockpit brings.
pub(in crate::config) const BUILT_IN: &str = "production-gate";
/// The endings of a team's own.
pub(in crate::config) const ENDINGS: [&str; 1] = ["toml"];
const PRODUCTION_GATE: &str = include_str!("../checklist/production-gate.toml");
/// Iterations of compliance where nobody says.
const ITERATIONS: u32 = 5;
/// Gates that `[gates]` does not name, and items may be bound to.
const OTHER_GATES: [&str; 3] = ["staging", "candidate", "alarms"];

/// The checklist of the rules, and what is wrong with their key and with the file. `own` is the team's file.
pub(in crate::config) fn checklist(
    table: &TeamTable,
    own: Option<&str>,
    policy: &Policy,
) -> (Option<Checklist>, Vec<Diagnostic>, Vec<Diagnostic>) {
    let mut found = Findings::default();
    let compliance = compliance(table, &mut found);
    let Some(named) = &table.approval.checklist else {
        if let Some(at) = &table.approval.compliance {
            let help = "add `checklist = \"production-gate\"`, or remove it";
            found.wrong(&at.file.span, "`compliance` without a checklist", help);
        }
        return (None, found.list, Vec::new());
    };
    let is_own = is_below(named, &ENDINGS);
    if !is_own && named.value != BUILT_IN {
        let near = nearest(named, [BUILT_IN]);
        let help = near.map_or_else(
            || format!("write \"{BUILT_IN}\", or a TOML file beside this one: \"checklist.toml\""),
            |near| format!("did you mean \"{near}\"?"),
        );
        let message = format!("there is no checklist \"{}\"", named.value);
        found.wrong(&named.span, message, &help);
        return (None, found.list, Vec::new());
    }
    let text = if is_own { own } else { Some(PRODUCTION_GATE) };
    let Some(text) = text else {
        return (None, found.list, Vec::new());
    };
    let mut reading = Reading {
        policy,
        compliance,
        lenient: !is_own,
        found: Findings::default(),
        ids: BTreeSet::new(),
    };
    let name = named.trim_end_matches(".toml");
    let checklist = reading.file(text, name);
    (checklist, found.list, reading.found.list)
}

fn compliance(table: &TeamTable, found: &mut Findings) -> Option<Ask> {
    let at = table.approval.compliance.as_ref()?;
    let limit = at.limit.as_ref().map_or(ITERATIONS, |limit| {
        if !(1..=100).contains(&limit.value) {
            found.wrong(&limit.span, "no number of iterations", "write 1 to 100");
        }
        limit.value
    });
    let pointer = pointer(at.pointer.as_ref(), found);
    let path = found.read("compliance.file", &at.file, |raw| relative(raw))?;
    Some(Ask::File {
        path,
        pointer,
        wants: Wanted::Compliant { limit },
    })
}

struct Reading<'p> {
    policy: &'p Policy,
    compliance: Option<Ask>,
    /// What the rules do not let cockpit see is ticked by hand, not refused.
    lenient: bool,
    found: Findings,
    ids: BTreeSet<String>,
}

impl Reading<'_> {
    fn file(&mut self, text: &str, name: &str) -> Option<Checklist> {
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            self.found.list.extend(errors.iter().map(Diagnostic::from));
            return None;
        }
        let shape = shape::check(schema::checklist().as_value(), &document);
        let file = ChecklistFile::deserialize(toml::Deserializer::from(document));
        self.found.list.extend(shape);
        let file = match file {
            Ok(file) => file,
            Err(error) => {
                // The shape's own points say it better.
                if self.found.list.is_empty() {
                    self.found.add(Diagnostic::from(&error));
                }
                return None;
            }
        };
        let items: usize = file.section.iter().map(|section| section.items.len()).sum();
        if items == 0 || items > MOST_ITEMS || file.section.len() > MOST_SECTIONS {
            let message = format!("{items} items in {} sections", file.section.len());
            let help = format!("write 1 to {MOST_ITEMS} items in at most {MOST_SECTIONS} sections");
            self.found.add(Diagnostic::whole(message).help(help));
            return None;
        }
        let own = file.name.as_ref().map(|at| self.words("name", at));
        let sections = file.section.iter().map(|at| self.section(at)).collect();
        Some(Checklist {
            name: own.unwrap_or_else(|| name.to_owned()),
            sections,
        })
    }

    fn section(&mut self, at: &At<SectionEntry>) -> Section {
        Section {
            title: self.words("title", &at.title),
            items: at.items.iter().map(|item| self.item(item)).collect(),
        }
    }

    /// One line that fits a row.
    fn words(&mut self, key: &str, at: &At<String>) -> String {
        let is_line = !at.trim().is_empty() && Text::is_line(at);
        if !is_line || at.chars().count() > LONGEST_ITEM {
            let message = format!("`{key}` is no line of 1 to {LONGEST_ITEM} characters");
            self.found
                .wrong(&at.span, message, "say it in one short sentence");
        }
        at.value.clone()
    }

    fn item(&mut self, at: &At<ItemEntry>) -> Item {
        let id = &at.id;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > 40 || !id.chars().all(plain) {
            let help = "small letters, digits and `-`, at most 40: \"on-call\"";
            self.found.wrong(&id.span, "no id of an item", help);
        }
        if !self.ids.insert(id.value.clone()) {
            let message = format!("there are two items `{}`", id.value);
            self.found.wrong(&id.span, message, "give it another `id`");
        }
        let auto = at.auto.as_ref().and_then(|auto| {
            let mut found = Findings::default();
            let binding = self.binding(auto, &mut found);
            if self.lenient {
                return binding.filter(|_| found.list.is_empty());
            }
            self.found.list.extend(found.list);
            binding
        });
        Item {
            id: id.value.clone(),
            text: self.words("text", &at.text),
            when: at.when.as_deref().copied().unwrap_or(When::Before),
            required: at.required.unwrap_or(true),
            auto,
        }
    }

    fn binding(&self, at: &At<AutoEntry>, found: &mut Findings) -> Option<Binding> {
        let mut all = Vec::new();
        all.extend(self.known(&at.value, found));
        all.extend(self.outside(&at.value, found));
        if found.list.is_empty() && all.len() != 1 {
            let help = "keep one of evidence, gate, prerequisite, smoke, alarm, file, check_run, tag, metric, step, rollback_exercised, compliance, command";
            found.wrong(&at.span, "`auto` names exactly one thing", help);
        }
        for (key, span) in [
            ("timeout", at.timeout.as_ref().map(|at| &at.span)),
            ("within", at.within.as_ref().map(|at| &at.span)),
        ] {
            if let (Some(span), None) = (span, &at.command) {
                let message = format!("`{key}` without `command`");
                found.wrong(span, message, "remove it, or name the program");
            }
        }
        all.into_iter().next()
    }

    /// Bindings to what the release knows.
    fn known(&self, at: &AutoEntry, found: &mut Findings) -> Vec<Binding> {
        let policy = self.policy;
        let mut all = Vec::new();
        if let Some(kind) = &at.evidence {
            let kinds = policy.evidence.iter().map(|rule| rule.kind.word());
            if among("evidence", kind, kinds, found) {
                let rule = policy.evidence.iter();
                let mut rule = rule.filter(|rule| rule.kind.word() == kind.value);
                all.extend(rule.next().map(|rule| Binding::Evidence(rule.kind)));
            }
        }
        if let Some(gate) = &at.gate {
            let names = GATES.iter().map(|gate| gate.name).chain(OTHER_GATES);
            let is_asked = self.is_asked(gate);
            if among(
                "gate",
                gate,
                names.filter(|name| *name != "checklist"),
                found,
            ) {
                if !is_asked {
                    let message = format!("the rules ask nothing of the gate `{}`", gate.value);
                    found.wrong(
                        &gate.span,
                        message,
                        "write its rules into cockpit.toml first",
                    );
                }
                all.push(Binding::Gate(gate.value.clone()));
            }
        }
        if let Some(name) = &at.prerequisite {
            let names = policy.prerequisites.iter().map(|rule| rule.name.as_str());
            if among("prerequisite", name, names, found) {
                all.push(Binding::Prerequisite(name.value.clone()));
            }
        }
        if let Some(time) = &at.smoke {
            let rule = match time.value {
                SmokeTime::Before => &policy.smoke.before,
                SmokeTime::After => &policy.smoke.after,
            };
            if rule.is_none() {
                let help = "name a file of tests in [smoke] first";
                found.wrong(&time.span, "the rules run no such smoke tests", help);
            }
            all.push(Binding::Smoke(time.value));
        }
        if let Some(name) = &at.alarm {
            all.push(Binding::Alarm(found.filled("alarm", name)));
        }
        if let Some(metric) = &at.metric {
            let names = policy.metrics.iter().map(|metric| metric.name.0.as_str());
            if among("metric", metric, names, found) {
                all.push(Binding::Metric(metric.value.clone()));
            }
        }
        all.extend(at.step.as_ref().map(|step| Binding::Step(step.value)));
        if let Some(age) = &at.rollback_exercised {
            let dispatch = policy
                .rollback
                .as_ref()
                .and_then(|rule| rule.dispatch.as_ref());
            if dispatch.is_none() {
                let help = "name its workflow in [rollback] first";
                found.wrong(&age.span, "the rules have no rollback workflow", help);
            }
            let age = found.read("rollback_exercised", age, |raw| units::duration(&raw.0));
            all.extend(age.map(Binding::RollbackExercised));
        }
        all
    }

    /// Bindings to the world outside.
    fn outside(&self, at: &AutoEntry, found: &mut Findings) -> Vec<Binding> {
        let mut all = Vec::new();
        if let Some(file) = &at.file {
            let glob = found.read("file", file, |raw| glob(raw));
            all.extend(glob.map(Ask::Changed));
        }
        if let Some(name) = &at.check_run {
            all.push(Ask::CheckRun(found.filled("check_run", name)));
        }
        if let Some(tag) = &at.tag {
            match &tag.value {
                TagWord::Usual(true) => all.push(Ask::Tag(self.policy.target.tag_prefix.clone())),
                TagWord::Prefix(prefix) => all.push(Ask::Tag(prefix.clone())),
                TagWord::Usual(false) => {
                    found.wrong(
                        &tag.span,
                        "`tag = false` asks nothing",
                        "write true, or remove it",
                    );
                }
            }
        }
        if let Some(wanted) = &at.compliance {
            match (&self.compliance, wanted.value) {
                (Some(ask), true) => all.push(ask.clone()),
                (None, true) => {
                    let help = "add `approval.compliance = { file = \"compliance.json\" }` to cockpit.toml";
                    found.wrong(&wanted.span, "no state file of compliance is named", help);
                }
                (_, false) => {
                    let help = "write true, or remove it";
                    found.wrong(&wanted.span, "`compliance = false` asks nothing", help);
                }
            }
        }
        if let Some(command) = &at.command {
            let program = program("command", command, at.timeout.as_ref(), found);
            let within = within(at.within.as_ref(), found);
            all.push(Ask::Command { program, within });
        }
        all.into_iter().map(Binding::Outside).collect()
    }

    /// Whether the rules ever ask that gate: a binding to one that is never there would be open for ever.
    fn is_asked(&self, gate: &str) -> bool {
        let policy = self.policy;
        let has_evidence = || {
            policy
                .evidence
                .iter()
                .any(|rule| rule.kind.word() == gate && !rule.required)
        };
        match gate {
            "prerequisites" => !policy.prerequisites.is_empty(),
            "signoffs" => !policy.approval.signoffs.is_empty(),
            "blackout" => !policy.calendar.is_empty(),
            "smoke" => policy.smoke.before.is_some() || policy.smoke.after.is_some(),
            "metrics" => !policy.hypercare.gates.is_empty(),
            "alarms" => {
                let rules = policy
                    .hypercare
                    .gates
                    .iter()
                    .chain(&policy.hypercare.triggers);
                let mut named = rules.flat_map(crate::domain::judge::Rule::alarms);
                !policy.hypercare.alarms.is_empty() || named.next().is_some()
            }
            "tests" | "load" | "security" | "coverage" | "explain" => has_evidence(),
            _ => true,
        }
    }
}

/// Whether a name is one of those that the rules know.
fn among<'n>(
    key: &str,
    at: &At<String>,
    names: impl Iterator<Item = &'n str>,
    found: &mut Findings,
) -> bool {
    let names: Vec<&str> = names.collect();
    if names.contains(&at.as_str()) {
        return true;
    }
    let help = match nearest(at, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "cockpit.toml names none".to_owned(),
        None => format!("there are {}", names.join(", ")),
    };
    let message = format!("the rules have no {key} `{}`", at.value);
    found.wrong(&at.span, message, &help);
    false
}

#[cfg(test)]
#[path = "checklist_tests.rs"]
mod tests;
