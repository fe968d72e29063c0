//! `[[prerequisite]]`: one place to look and what must be there, for each.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::json;

use super::{
    explain::readable,
    findings::Findings,
    values::{glob, json_pointer},
};
use crate::{
    config::{
        At,
        file::{DurationText, PrerequisiteEntry, PrerequisiteKind, TeamTable},
        units,
    },
    domain::{
        Text,
        policy::Program,
        question::{Ask, MOST_PREREQUISITES, PrerequisiteRule, Wanted},
    },
};

/// How long a program may take where nobody says.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(30);
/// The longest that it may take at all.
const LONGEST: SignedDuration = SignedDuration::from_mins(5);
/// Most characters of a name.
const NAME: usize = 60;

pub(super) fn prerequisites(table: &TeamTable, found: &mut Findings) -> Vec<PrerequisiteRule> {
    if let Some(more) = table.prerequisite.get(MOST_PREREQUISITES) {
        let message = format!("more than {MOST_PREREQUISITES} prerequisites");
        found.wrong(&more.span, message, "let one check run stand for several");
    }
    let mut names = BTreeSet::new();
    let all = table.prerequisite.iter().take(MOST_PREREQUISITES);
    all.filter_map(|at| {
        let name = name(at, found);
        if !names.insert(name.clone()) {
            let message = format!("there are two prerequisites called \"{name}\"");
            found.wrong(&at.span, message, "give each a `name` of its own");
        }
        let ask = ask(at, found)?;
        Some(PrerequisiteRule { name, ask })
    })
    .collect()
}

fn name(at: &At<PrerequisiteEntry>, found: &mut Findings) -> String {
    match (&at.name, at.kind.as_deref()) {
        (Some(name), _) => {
            let right = !name.trim().is_empty() && name.chars().count() <= NAME;
            if !right || !Text::is_line(name) {
                let help = format!("write one to {NAME} characters");
                found.wrong(&name.span, "no name of a prerequisite", &help);
            }
            name.value.clone()
        }
        (None, Some(PrerequisiteKind::Provider)) => "provider configured".to_owned(),
        (None, Some(PrerequisiteKind::Enabled)) => "production enabled".to_owned(),
        (None, Some(PrerequisiteKind::Passed)) => "earlier gates passed".to_owned(),
        (None, None) => {
            let help = "add `name = \"...\"`: it is what people read";
            found.wrong(&at.span, "a prerequisite without a name", help);
            String::new()
        }
    }
}

fn ask(at: &At<PrerequisiteEntry>, found: &mut Findings) -> Option<Ask> {
    let entry = &at.value;
    // In an artifact `file` is a file of it.
    let of_repository = entry.file.is_some() && entry.artifact.is_none();
    let places = [
        of_repository,
        entry.artifact.is_some(),
        entry.check_run.is_some(),
        entry.environment.is_some(),
        entry.command.is_some(),
    ];
    if places.iter().filter(|written| **written).count() != 1 {
        let message = "a prerequisite looks at exactly one place";
        let help = "keep one of `file`, `artifact`, `check_run`, `environment`, `command`";
        found.wrong(&at.span, message, help);
        return None;
    }
    misplaced(entry, found);
    if let Some(name) = &entry.check_run {
        found.filled("check_run", name);
        return Some(Ask::CheckRun(name.value.clone()));
    }
    if let Some(command) = &entry.command {
        let program = program("command", command, entry.timeout.as_ref(), found);
        let within = within(entry.within.as_ref(), found);
        return Some(Ask::Command { program, within });
    }
    let wants = wanted(at, found)?;
    if let Some(variable) = &entry.environment {
        let name = found.read("environment", variable, |raw| variable_name(raw))?;
        return Some(Ask::Variable { name, wants });
    }
    let pointer = pointer(entry.pointer.as_ref(), found);
    let Some(file) = &entry.file else {
        let help = "add `file = \"gates.json\"`, a file in the artifact";
        found.wrong(&at.span, "an artifact without a `file`", help);
        return None;
    };
    let path = found.read("file", file, |raw| relative(raw))?;
    Some(match &entry.artifact {
        Some(artifact) => Ask::Artifact {
            artifact: found.read("artifact", artifact, |raw| glob(raw))?,
            file: path,
            pointer,
            wants,
        },
        None => Ask::File {
            path,
            pointer,
            wants,
        },
    })
}

/// Keys that mean nothing at this place.
fn misplaced(entry: &PrerequisiteEntry, found: &mut Findings) {
    let is_read = entry.file.is_some() || entry.artifact.is_some();
    let is_compared = is_read || entry.environment.is_some();
    let span = |at: Option<&At<DurationText>>| at.map(|at| at.span.clone());
    let keys = [
        (
            "pointer",
            entry.pointer.as_ref().map(|at| at.span.clone()),
            is_read,
        ),
        (
            "kind",
            entry.kind.as_ref().map(|at| at.span.clone()),
            is_compared,
        ),
        (
            "equals",
            entry.equals.as_ref().map(|at| at.span.clone()),
            is_compared,
        ),
        (
            "timeout",
            span(entry.timeout.as_ref()),
            entry.command.is_some(),
        ),
        (
            "within",
            span(entry.within.as_ref()),
            entry.check_run.is_none(),
        ),
    ];
    for (key, span, fits) in keys {
        if let (Some(span), false) = (span, fits) {
            let message = format!("`{key}` has no meaning here");
            found.wrong(&span, message, "remove it, or look at another place");
        }
    }
}

fn wanted(at: &At<PrerequisiteEntry>, found: &mut Findings) -> Option<Wanted> {
    let age = within(at.within.as_ref(), found);
    let equals = at.equals.as_ref().map(|equals| {
        if equals.0.is_empty() || equals.0.len() > 20 {
            found.wrong(
                &equals.span,
                "`equals` names no value",
                "write one to twenty",
            );
        }
        Wanted::OneOf(equals.0.clone())
    });
    let kind = at.kind.as_deref().map(|kind| match kind {
        PrerequisiteKind::Provider => {
            Wanted::OneOf(vec![json!("aws"), json!("gcp"), json!("azure")])
        }
        PrerequisiteKind::Enabled => Wanted::OneOf(vec![json!(true)]),
        PrerequisiteKind::Passed => Wanted::Passed,
    });
    match (equals, age.map(Wanted::Within), kind) {
        (Some(one), None, None) | (None, Some(one), None) | (None, None, Some(one)) => Some(one),
        (None, None, None) => {
            let help =
                "add `equals = ...`, `within = \"24h\"`, or a `kind`: provider, enabled, passed";
            found.wrong(&at.span, "nothing says what must be there", help);
            None
        }
        _ => {
            let help = "keep one of `equals`, `within`, `kind`";
            found.wrong(&at.span, "several things say what must be there", help);
            None
        }
    }
}

/// A program with its time limit, short enough to be read before it is trusted.
pub(super) fn program(
    key: &str,
    command: &At<Vec<String>>,
    timeout: Option<&At<DurationText>>,
    found: &mut Findings,
) -> Program {
    let arguments = found.program(key, command);
    readable(key, command, found);
    let timeout = found.read_or("timeout", timeout, TIMEOUT, |raw| {
        let read = units::duration(&raw.0)?;
        let fits = read.is_positive() && read <= LONGEST;
        fits.then_some(read)
            .ok_or_else(|| "at least 1s and at most 5m".to_owned())
    });
    Program { arguments, timeout }
}

/// An age.
pub(super) fn within(
    at: Option<&At<DurationText>>,
    found: &mut Findings,
) -> Option<SignedDuration> {
    found.read("within", at?, |raw| {
        let read = units::duration(&raw.0)?;
        read.is_positive()
            .then_some(read)
            .ok_or_else(|| "longer than nothing".to_owned())
    })
}

/// A JSON pointer; the whole where none is written.
pub(super) fn pointer(at: Option<&At<String>>, found: &mut Findings) -> String {
    let read = at.and_then(|at| found.read("pointer", at, |raw| json_pointer(raw)));
    read.unwrap_or_default()
}

/// A path below a root, with plain slashes.
pub(super) fn relative(raw: &str) -> Result<String, String> {
    let parts = raw.split('/');
    let is_plain = !raw.contains('\\') && !raw.chars().any(char::is_control) && raw.len() <= 300;
    let mut parts = parts.map(|part| !matches!(part, "" | "." | ".."));
    (is_plain && parts.all(|part| part))
        .then(|| raw.to_owned())
        .ok_or_else(|| "no path below the root: write deploy/production.json".to_owned())
}

fn variable_name(raw: &str) -> Result<String, String> {
    let begins = raw.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let plain = raw.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (begins && plain && raw.len() <= 100)
        .then(|| raw.to_owned())
        .ok_or_else(|| "no variable's name: write PRODUCTION_ENABLED".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::{
        config::parse_team,
        domain::{
            policy::Policy,
            question::{Ask, Wanted},
        },
    };

    const SMALLEST: &str = include_str!("../../../tests/data/config/smallest.toml");

    fn with(entry: &str) -> Result<Policy, String> {
        let text = format!("{SMALLEST}\n[[prerequisite]]\n{entry}\n");
        parse_team(text.as_bytes(), "cockpit.toml")
            .map(|team| team.policy)
            .map_err(|wrong| wrong.render())
    }

    #[test]
    fn each_place_is_read_and_kinds_bring_their_name_and_want() {
        let rule = |entry: &str| with(entry).unwrap().prerequisites.remove(0);
        let provider =
            rule("kind = \"provider\"\nfile = \"deploy/target.json\"\npointer = \"/provider\"");
        assert_eq!(provider.name, "provider configured");
        let Ask::File {
            path,
            pointer,
            wants,
        } = provider.ask
        else {
            panic!("a file")
        };
        assert_eq!(
            (path.as_str(), pointer.as_str()),
            ("deploy/target.json", "/provider")
        );
        assert_eq!(wants.in_words(), "\"aws\", \"gcp\" or \"azure\"");
        let gates = rule("kind = \"passed\"\nartifact = \"gates\"\nfile = \"state.json\"");
        assert!(matches!(
            gates.ask,
            Ask::Artifact {
                wants: Wanted::Passed,
                ..
            }
        ));
        let check = rule("name = \"policy\"\ncheck_run = \"compliance\"");
        assert_eq!(check.ask, Ask::CheckRun("compliance".into()));
        let variable =
            rule("name = \"on\"\nenvironment = \"DEPLOYS\"\nequals = [true, 1, \"yes\"]");
        assert!(
            matches!(variable.ask, Ask::Variable { wants: Wanted::OneOf(all), .. } if all.len() == 3)
        );
        let text = "name = \"budget\"\ncommand = [\"./ops/budget.sh\"]\ntimeout = \"5s\"";
        let policy = with(text).unwrap();
        let program = policy.prerequisites[0].ask.program().unwrap();
        assert_eq!(program.timeout.as_secs(), 5);
        assert_eq!(policy.own_programs()[0].as_str(), "./ops/budget.sh");
    }

    #[test]
    fn mistakes_are_refused_at_their_place_with_what_to_do() {
        for (entry, words) in [
            ("name = \"a\"", "exactly one place"),
            (
                "name = \"a\"\nfile = \"a.json\"\ncheck_run = \"b\"\nequals = 1",
                "exactly one place",
            ),
            ("file = \"a.json\"\nequals = 1", "without a name"),
            ("name = \"a\"\nfile = \"a.json\"", "what must be there"),
            (
                "name = \"a\"\nkind = \"provider\"\nfile = \"a.json\"\nequals = 1",
                "several things",
            ),
            (
                "name = \"a\"\nfile = \"../a.json\"\nequals = 1",
                "no path below the root",
            ),
            (
                "name = \"a\"\nfile = \"/etc/a\"\nequals = 1",
                "no path below the root",
            ),
            (
                "name = \"a\"\nfile = \"a.json\"\npointer = \"b\"\nequals = 1",
                "begins with a slash",
            ),
            (
                "name = \"a\"\nfile = \"a.json\"\nequals = []",
                "names no value",
            ),
            ("name = \"a\"\nfile = \"a.json\"\nequals = 1.5", "must be"),
            (
                "name = \"a\"\nartifact = \"x\"\nequals = 1",
                "without a `file`",
            ),
            (
                "name = \"a\"\ncheck_run = \"x\"\nequals = 1",
                "`equals` has no meaning here",
            ),
            (
                "name = \"a\"\ncheck_run = \"x\"\ntimeout = \"5s\"",
                "`timeout` has no meaning",
            ),
            (
                "name = \"a\"\nenvironment = \"A B\"\nequals = 1",
                "no variable's name",
            ),
            ("name = \"a\"\ncommand = []", "names no program"),
            (
                "name = \"a\\u202Eb\"\ncheck_run = \"x\"",
                "no name of a prerequisite",
            ),
            (
                "name = \"a\"\ncommand = [\"x\"]\ntimeout = \"1h\"",
                "at most 5m",
            ),
            (
                "name = \"a\"\nchek_run = \"x\"",
                "did you mean `check_run`?",
            ),
            (
                "kind = \"providr\"\nfile = \"a.json\"",
                "did you mean \"provider\"?",
            ),
            (
                "name = \"a\"\ncheck_run = \"x\"\n[[prerequisite]]\nname = \"a\"\ncheck_run = \"y\"",
                "two prerequisites called",
            ),
        ] {
            let told = with(entry).unwrap_err();
            assert!(told.contains(words), "{words} in\n{told}");
            assert!(told.contains("cockpit.toml:"), "a place in\n{told}");
        }
    }

    #[test]
    fn more_than_fit_are_refused() {
        use std::fmt::Write as _;
        let mut text = "name = \"p\"\ncheck_run = \"p\"\n".to_owned();
        for at in 0..50 {
            let _ = write!(
                text,
                "[[prerequisite]]\nname = \"p{at}\"\ncheck_run = \"p\"\n"
            );
        }
        assert!(with(&text).unwrap_err().contains("more than 40"));
    }
}
