//! Releases that lie on this machine, named as people name them: run id, version, tag, SHA, or the journal's path.

use std::path::{Path, PathBuf};

use super::{exit::Stop, surroundings::Surroundings};
use crate::{
    adapters::store::{Proven, journal_at, journals, listable, prove},
    config::Machine,
    domain::{
        Text,
        release::{Recorded, Release},
    },
    flight::read,
    wiring,
};

/// Releases of one name that an error lists.
const LISTED: usize = 10;

/// The folder that holds all releases.
pub(super) fn root(around: &Surroundings) -> Result<PathBuf, Stop> {
    root_of(&around.machine(None)?)
}

/// The same as the configuration names it. What is no folder, or not ours to list, is a wrong configuration: nothing that
/// was read there would be true.
pub(super) fn root_of(machine: &Machine) -> Result<PathBuf, Stop> {
    let root = wiring::state_folder(machine).map_err(|error| Stop::failed(error.to_string()))?;
    listable(&root).map_err(|error| {
        Stop::usage(error.to_string())
            .with_help("name a folder of your own with --state-dir or COCKPIT_STATE_DIR")
    })?;
    Ok(root)
}

/// Reads and proves the journal at `journal`.
pub(super) fn open(journal: &Path) -> Result<Recorded, Stop> {
    let proven = prove(journal).map_err(|error| Stop::failed(error.to_string()))?;
    read_proven(journal, &proven)
}

/// Reads a journal whose chain is proven.
pub(super) fn read_proven(journal: &Path, proven: &Proven) -> Result<Recorded, Stop> {
    let recorded = read(&proven.bytes).map_err(|error| {
        Stop::failed(format!(
            "{}: {}\n  = help: `cockpit verify` tells whether it was changed; a newer cockpit may read it",
            journal.display(),
            super::beside::chain_of(&error)
        ))
    })?;
    recorded.ok_or_else(|| Stop::failed(format!("{} holds no release yet", journal.display())))
}

/// The journal of the release that is meant, where it lies on this machine.
///
/// # Errors
/// Several releases have that name.
pub(super) fn find(around: &Surroundings, release: &str) -> Result<Option<PathBuf>, Stop> {
    let journal = journal_at(Path::new(release));
    if journal.is_file() {
        return Ok(Some(journal));
    }
    // A folder of that name is no release; what can only be a path is none that lies elsewhere.
    if release.contains(['/', '\\']) && Path::new(release).exists() {
        return Err(no_journal(&journal));
    }
    let root = root(around)?;
    let all = journals(&root);
    let run = release
        .trim_end_matches('/')
        .rsplit_once("/actions/runs/")
        .map_or(release, |(_, rest)| rest.split('/').next().unwrap_or(rest));
    let by_run: Vec<PathBuf> = all
        .iter()
        .filter(|journal| run_of(journal) == Some(run))
        .cloned()
        .collect();
    if !by_run.is_empty() {
        return one(release, by_run);
    }
    let by_name = all
        .into_iter()
        .filter(|journal| open(journal).is_ok_and(|past| is_called(past.release(), release)));
    one(release, by_name.collect())
}

/// The journal of the release that is meant.
///
/// # Errors
/// None or several have that name.
pub(super) fn named(around: &Surroundings, release: &str) -> Result<PathBuf, Stop> {
    match find(around, release)? {
        Some(journal) => Ok(journal),
        None => Err(unknown(around, release)?),
    }
}

/// What was named is there, and is no journal.
fn no_journal(journal: &Path) -> Stop {
    Stop::usage(format!(
        "{} is no journal\n  = help: name a release, its folder, or its journal.jsonl",
        Text::line(&journal.display().to_string())
    ))
}

/// No release of that name lies here: says which do.
pub(super) fn unknown(around: &Surroundings, release: &str) -> Result<Stop, Stop> {
    let here = here(around)?;
    Ok(Stop::usage(format!(
        "no release on this machine is called {}: {here}\n  = help: `cockpit list` shows them; a run id, a version, a tag, a SHA or the path of a journal will do",
        Text::line(release)
    )))
}

/// The releases that lie here, in words, the newest first.
pub(super) fn here(around: &Surroundings) -> Result<String, Stop> {
    let mut here: Vec<Recorded> = journals(&root(around)?)
        .iter()
        .filter_map(|journal| open(journal).ok())
        .collect();
    here.sort_by_key(|past| std::cmp::Reverse(past.opened()));
    let more = here.len().saturating_sub(LISTED);
    let mut names: Vec<String> = here
        .iter()
        .take(LISTED)
        .map(|past| {
            let release = past.release();
            let service = Text::line(&release.policy.service);
            format!("{service} {} (run {})", release.name(), release.key.run)
        })
        .collect();
    if more > 0 {
        names.push(format!("{more} more: `cockpit list`"));
    }
    Ok(if names.is_empty() {
        "none lies here yet".to_owned()
    } else {
        format!("here lie {}", names.join(", "))
    })
}

fn run_of(journal: &Path) -> Option<&str> {
    journal.parent()?.file_name()?.to_str()
}

fn one(release: &str, mut found: Vec<PathBuf>) -> Result<Option<PathBuf>, Stop> {
    if found.len() < 2 {
        return Ok(found.pop());
    }
    let mut message = format!(
        "{} releases on this machine are called {}: name one by its path",
        found.len(),
        Text::line(release)
    );
    for journal in found.iter().take(LISTED) {
        message.push_str("\n  ");
        message.push_str(&journal.display().to_string());
    }
    Err(Stop::usage(message))
}

/// Whether people call a release so: its version, with or without the tag's prefix, or the beginning of its commit.
fn is_called(release: &Release, name: &str) -> bool {
    let candidate = release.evidence.candidate.as_ref();
    let version = candidate.and_then(|candidate| candidate.version.as_ref());
    let by_version = version.is_some_and(|version| {
        let prefix = &release.policy.target.tag_prefix;
        let version = version.as_str();
        let bare = |name: &str| {
            name.strip_prefix(prefix.as_str())
                .unwrap_or(name)
                .to_owned()
        };
        let name = name.strip_prefix("refs/tags/").unwrap_or(name);
        version == name || bare(version) == bare(name)
    });
    let sha = candidate
        .map(|candidate| &candidate.sha)
        .or_else(|| release.rollout.sha());
    by_version || sha.is_some_and(|sha| sha.starts_with(name))
}
