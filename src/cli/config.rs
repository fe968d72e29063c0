//! `config show` and `config schema`: offline, from this checkout.

use std::fmt::Write as _;

use serde_json::json;

use super::{
    exit::{Exit, Stop},
    say::print,
    settled,
    surroundings::Surroundings,
    theme::theme,
};
use crate::{
    adapters::clock::WallClock,
    config::{GATES, Machine, Resolved, Settled, Token, remarks, schema as schemas},
    domain::{Text, policy::Effect},
    ports::Clock as _,
};

/// `config show`.
pub(super) fn show(around: &Surroundings, json: bool) -> Result<Exit, Stop> {
    let resolved = around.resolve(around.local_team()?)?;
    // Whether the screen can use it is told here too.
    theme(around, &resolved.machine.screen.theme)?;
    let page = if json {
        as_json(&resolved)
    } else {
        as_text(&resolved)
    };
    print(page.as_bytes())
}

/// `config schema`.
pub(super) fn schema(checklist: bool) -> Result<Exit, Stop> {
    let schema = if checklist {
        schemas::checklist()
    } else {
        schemas::team()
    };
    let page = serde_json::to_string_pretty(&schema)
        .map_err(|error| Stop::failed(format!("the schema cannot be written: {error}")))?;
    print(format!("{page}\n").as_bytes())
}

fn as_json(resolved: &Resolved) -> String {
    let machine = &resolved.machine;
    let page = json!({
        "file": resolved.team.origin,
        "policy": resolved.team.policy,
        "github": {
            "api": machine.place.api.value,
            "repository": machine.place.repository.as_ref().map(|at| at.value.slug()),
            "token": token(machine),
        },
        "theme": machine.screen.theme.value,
    });
    format!("{page:#}\n")
}

fn as_text(resolved: &Resolved) -> String {
    let (machine, team) = (&resolved.machine, &resolved.team);
    let policy = &team.policy;
    let mut page = Page::default();
    page.head("Rules");
    page.row("file", &team.origin, "");
    page.row("hash", &policy.hash, "");
    page.row("service", &policy.service, "");
    page.row("workflow", &policy.target.workflow, "");
    page.row("job", &policy.target.job, "");
    page.row("environment", &policy.target.environment, "");
    page.row("metrics", &policy.metrics.len().to_string(), "");
    for (at, rule) in policy.hypercare.gates.iter().enumerate() {
        page.row("gate", rule.source(), &team.gate_from(at).to_string());
    }
    for (at, rule) in policy.hypercare.triggers.iter().enumerate() {
        page.row("trigger", rule.source(), &team.trigger_from(at).to_string());
    }
    let back = policy
        .rollback
        .as_ref()
        .and_then(|rule| rule.dispatch.as_ref());
    page.row(
        "rollback",
        back.map_or("none", |rule| rule.workflow.as_str()),
        "",
    );
    for at in settled::values(team) {
        page.row(at.key, &at.value, &at.from.to_string());
    }
    page.head("What a gate's state does");
    page.row("gate", "fail, ambiguous, no data, broken", "");
    for gate in &GATES {
        if let Some(rule) = policy.gates.get(gate.name) {
            let words = [rule.fail, rule.ambiguous, rule.no_data, rule.broken].map(effect);
            page.row(gate.name, &words.join(", "), gate.asks);
        }
    }
    page.head("This machine");
    page.settled("github", &machine.place.api);
    match &machine.place.repository {
        Some(at) => page.row("repository", &at.value.slug(), &at.from.to_string()),
        None => page.row("repository", "not known", "name it with --repo"),
    }
    page.row("token", &token(machine), "");
    page.settled("theme", &machine.screen.theme);
    page.row(
        "glyphs",
        &format!("{:?}", machine.screen.glyphs.value),
        &machine.screen.glyphs.from.to_string(),
    );
    page.row(
        "colours",
        &format!("{:?}", machine.screen.depth.value),
        &machine.screen.depth.from.to_string(),
    );
    match &machine.state_dir {
        Some(at) => page.row("state", &at.value.to_string_lossy(), &at.from.to_string()),
        None => page.row("state", "the platform's folder for it", "default"),
    }
    page.settled("log", &machine.log);
    let remarks = remarks(&team.policy, WallClock.now());
    if !remarks.is_empty() {
        page.head("Look at");
        for one in &remarks {
            page.row(one.place, &format!("{}; {}", one.says, one.mend), "");
        }
    }
    page.text
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Warn => "warn",
        Effect::Reason => "reason",
        Effect::Block => "block",
    }
}

fn token(machine: &Machine) -> String {
    match &machine.place.token {
        Token::Environment { name, .. } => format!("${name}"),
        Token::Gh => "gh auth token".to_owned(),
        Token::Missing => "none: set GH_TOKEN".to_owned(),
    }
}

/// Aligned lines.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn head(&mut self, title: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{gap}{title}");
    }

    fn row(&mut self, name: &str, value: &str, note: &str) {
        // Values come from a file that anyone may have written.
        let value = Text::line(value);
        let line = format!("  {name:<26} {value:<40} {note}");
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    fn settled(&mut self, name: &str, at: &Settled<String>) {
        self.row(name, &at.value, &at.from.to_string());
    }
}
