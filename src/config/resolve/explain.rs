//! `[evidence] explain`: where the explain text is looked for, and in which order.

use jiff::SignedDuration;

use super::findings::Findings;
use crate::{
    config::{
        At,
        file::{EvidenceTable, ExplainEntry},
        units,
    },
    domain::{
        Login,
        policy::{ExplainPlace, ExplainRule, Program},
    },
};

/// How long the command may take where nobody says.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(60);
/// The longest that it may take at all: a release manager waits for it.
const LONGEST: SignedDuration = SignedDuration::from_mins(10);
/// Longest command line, in characters: who trusts it must be able to read it.
const COMMAND_CHARS: usize = 300;

/// Where the explain text comes from.
pub(super) fn explain(table: &EvidenceTable, found: &mut Findings) -> ExplainRule {
    let Some(entry) = &table.explain else {
        return ExplainRule::default();
    };
    let author = entry.author.as_ref().and_then(|author| {
        found.read("evidence.explain.author", author, |raw| {
            Login::parse(raw).map_err(|wrong| wrong.to_string())
        })
    });
    let timeout = found.read_or(
        "evidence.explain.timeout",
        entry.timeout.as_ref(),
        TIMEOUT,
        |raw| {
            let read = units::duration(&raw.0)?;
            let fits = read.is_positive() && read <= LONGEST;
            fits.then_some(read)
                .ok_or_else(|| "at least 1s and at most 10m".to_owned())
        },
    );
    let command = entry.command.as_ref().map(|command| {
        let arguments = found.program("evidence.explain.command", command);
        readable("evidence.explain.command", command, found);
        Program { arguments, timeout }
    });
    ExplainRule {
        pull_request: entry.pull_request,
        author,
        command,
        sources: sources(entry, found),
    }
}

/// A command that a person trusts is one that can be read in a prompt.
pub(super) fn readable(key: &str, command: &At<Vec<String>>, found: &mut Findings) {
    let length: usize = command.iter().map(|word| word.chars().count() + 1).sum();
    if length > COMMAND_CHARS {
        let help = "put it into a script of the repository and name that: who trusts it must be able to read it";
        let message = format!("`{key}` is longer than {COMMAND_CHARS} characters");
        found.wrong(&command.span, message, help);
    }
}

/// The written order: each place once, and just those that have their key.
fn sources(entry: &ExplainEntry, found: &mut Findings) -> Vec<ExplainPlace> {
    let Some(written) = &entry.sources else {
        return Vec::new();
    };
    let has = |place: ExplainPlace| match place {
        ExplainPlace::Artifact => entry.artifact.is_some(),
        // The body is there without a key.
        ExplainPlace::PullRequest => true,
        ExplainPlace::Comment => entry.author.is_some(),
        ExplainPlace::Command => entry.command.is_some(),
    };
    let key = |place: ExplainPlace| match place {
        ExplainPlace::Comment => "author",
        ExplainPlace::Artifact | ExplainPlace::PullRequest | ExplainPlace::Command => place.word(),
    };
    let all = &written.value;
    if all.is_empty() {
        let help = "name at least one, or leave `sources` out";
        found.wrong(&written.span, "`evidence.explain.sources` is empty", help);
    }
    for (index, place) in all.iter().enumerate() {
        if all[..index].contains(place) {
            let message = format!("`{}` stands twice in `sources`", place.word());
            found.wrong(&written.span, message, "name each place once");
        }
        if !has(*place) {
            let message = format!("`sources` names `{}`, which has no key", place.word());
            let help = format!("write `{} = ...` too, or take it out", key(*place));
            found.wrong(&written.span, message, &help);
        }
    }
    for place in [
        ExplainPlace::Artifact,
        ExplainPlace::Comment,
        ExplainPlace::Command,
    ] {
        if has(place) && !all.contains(&place) {
            let message = format!("`sources` leaves out `{}`, which is written", key(place));
            let help = format!("add \"{}\" to `sources`, or take the key out", place.word());
            found.wrong(&written.span, message, &help);
        }
    }
    all.clone()
}
