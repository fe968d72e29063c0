//! What is no longer as a prompt showed it.

use crate::domain::{Text, approval::Change, rollback::RollbackShown};

pub(super) fn changed(what: &str, was: &str, now: &str) -> Change {
    Change {
        what: Text::line(what),
        was: Text::line(was),
        now: Text::line(now),
    }
}

pub(super) fn rollback_changes(was: &RollbackShown, now: &RollbackShown) -> Vec<Change> {
    let known = |text: &Option<Text>| {
        text.as_ref()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string)
    };
    let facts = [
        (
            "target",
            was.target.name().to_owned(),
            now.target.name().to_owned(),
        ),
        (
            "target commit",
            was.target.sha.to_string(),
            now.target.sha.to_string(),
        ),
        ("production", known(&was.from), known(&now.from)),
        ("attempt", was.attempt.to_string(), now.attempt.to_string()),
    ];
    facts
        .iter()
        .filter(|(_, was, now)| was != now)
        .map(|(what, was, now)| changed(what, was, now))
        .collect()
}
