//! `release-notes`: what is in the release, for those who use it.

use super::{
    facts::{ROWS, before, title},
    page::{Page, stamp},
};
use crate::domain::{
    Login,
    diff::Diff,
    evidence::Explain,
    release::{Recorded, Release},
    wording,
};

pub(super) fn page(recorded: &Recorded) -> Page {
    let release = recorded.release();
    let mut page = Page::new(title("Release notes", release));
    page.words(status(release));
    let explain = release.evidence.explain();
    let explain = explain.map(|text| Explain::parse(text.as_str()));
    page.heading("What changed");
    match explain
        .as_ref()
        .filter(|explain| !explain.changed.is_empty())
    {
        Some(explain) => page.bullets(lines(&explain.changed)),
        None => page.words("Nobody has put the change into words."),
    }
    let candidate = release.evidence.candidate.as_ref();
    let pulls = candidate.map_or(&[][..], |candidate| &candidate.pulls[..]);
    page.heading("Pull requests");
    page.table(
        &[">number", "title"],
        pulls
            .iter()
            .take(ROWS)
            .map(|(number, title)| vec![number.to_string(), title.to_string()])
            .collect(),
        "No pull request is known.",
    );
    let authors = candidate.map_or(&[][..], |candidate| &candidate.authors[..]);
    if !authors.is_empty() {
        let authors: Vec<&str> = authors.iter().map(Login::as_str).collect();
        page.words(format!("By {}.", wording::list(&authors)));
    }
    if let Some(diff) = &release.evidence.diff {
        page.heading("Good to know");
        page.bullets(good_to_know(diff));
    }
    if let Some(explain) = explain.filter(|explain| !explain.risks.is_empty()) {
        page.heading("Risks, in the words of the one who explained it");
        page.bullets(lines(&explain.risks));
    }
    page
}

fn status(release: &Release) -> String {
    let from = before(release);
    match release.rollout.deployed {
        _ if !release.rollback.attempts.is_empty() => {
            format!("Rolled back, or being rolled back; before it ran {from}.")
        }
        Some(at) => format!("In production since {}; before it ran {from}.", stamp(at)),
        None => format!("Not in production; {from} runs there."),
    }
}

fn lines(lines: &[crate::domain::Text]) -> Vec<String> {
    lines.iter().take(ROWS).map(ToString::to_string).collect()
}

fn good_to_know(diff: &Diff) -> Vec<String> {
    let floor = if diff.truncated { "at least " } else { "" };
    let mut points = vec![format!(
        "{floor}{}, {}, +{} −{} lines",
        wording::count(u64::from(diff.ahead_by), "commit"),
        diff.files_in_words(),
        diff.added,
        diff.removed
    )];
    if diff.behind_by > 0 {
        points.push(format!(
            "{} of the version before are not in it",
            wording::count(u64::from(diff.behind_by), "commit")
        ));
    }
    let migrations = diff.migrations.iter().take(ROWS);
    points.extend(migrations.map(|migration| format!("migration: {}", migration.in_short())));
    let dependencies = &diff.dependencies;
    let changes = dependencies.changes.iter().take(ROWS);
    points.extend(changes.map(|change| format!("dependency: {}", change.in_short())));
    if dependencies.is_partial() {
        points.push("the dependencies are not told whole".to_owned());
    }
    points
}
