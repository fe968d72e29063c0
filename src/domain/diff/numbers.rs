//! The diff from production in numbers and names: small enough for the journal. The lines themselves are a blob.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Dependencies, FileKind, Migration, PullRef};
use crate::domain::{Sha, Text, observation::Relation, wording};

/// The diff from production in numbers. At most 40 KiB as JSON, see [`Diff::fit`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diff {
    /// Production's commit.
    pub base: Sha,
    /// The candidate.
    pub head: Sha,
    /// How they lie to each other.
    pub relation: Relation,
    /// Commits that come.
    pub ahead_by: u32,
    /// Commits that would go.
    pub behind_by: u32,
    /// Commits that would go, newest first: short SHA and first line, at most 20, as far as they were told.
    #[serde(default)]
    pub lost: Vec<Text>,
    /// First lines of the commits that come, newest first, at most 50.
    pub titles: Vec<Text>,
    /// Files changed; of a service with `paths` its own.
    pub files: u32,
    /// Files beside them that are other services'.
    #[serde(default)]
    pub left_out: u32,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
    /// Set where files or commits were not all told: the numbers are a floor, and what is not listed may be there.
    pub truncated: bool,
    /// People in it.
    pub authors: u32,
    /// Files that are database migrations, at most 20.
    pub migrations: Vec<Migration>,
    /// How many there are in all.
    #[serde(default)]
    pub migration_count: u32,
    /// Who told.
    #[serde(default)]
    pub source: DiffSource,
    /// Set where not all files were told: GitHub stops at 300.
    #[serde(default)]
    pub files_truncated: bool,
    /// Set where not all commits were told: people and pull requests are a floor.
    #[serde(default)]
    pub commits_truncated: bool,
    /// The people by login, else by name, at most 250.
    #[serde(default)]
    pub people: Vec<Text>,
    /// Commits of which nobody was asked whose account their author is.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unlinked: u32,
    /// The pull requests that the commits name, newest first, at most 50.
    #[serde(default)]
    pub pulls: Vec<PullRef>,
    /// Where the files are, the most changed first, at most 24; the last one may hold the rest.
    #[serde(default)]
    pub areas: Vec<Area>,
    /// How many files there are of each kind, [`FileKind::Other`] included.
    #[serde(default)]
    pub kinds: BTreeMap<FileKind, u32>,
    /// Files that are hot, or that are no plain code: at most 60, hot ones first.
    #[serde(default)]
    pub marked: Vec<Marked>,
    /// How many files the hot paths hold.
    #[serde(default)]
    pub hot_count: u32,
    /// Files whose lines were not told though some changed: what they hold was not looked at.
    #[serde(default)]
    pub unseen: u32,
    /// What comes, goes, or gets another version.
    #[serde(default)]
    pub dependencies: Dependencies,
    /// The blob with every file, patch and commit: a [`crate::domain::observation::Comparison`] as JSON.
    #[serde(default)]
    pub detail: Option<String>,
}

/// Who told the diff.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiffSource {
    /// GitHub, which tells at most 300 files.
    #[default]
    Github,
    /// A clone on this machine, which tells all.
    Clone,
}

/// A part of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// Its folder, `src/checkout`; `(root)` for the files beside the folders.
    pub name: Text,
    /// Files in it.
    pub files: u32,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
}

/// A file that is worth a look whatever is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// Its path.
    pub path: Text,
    /// What it is for.
    pub kind: FileKind,
    /// The hot path that holds it, as configured.
    #[serde(default)]
    pub hot: Option<Text>,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

impl Diff {
    /// Nothing between two commits, to build on.
    pub fn between(base: Sha, head: Sha) -> Self {
        Self {
            base,
            head,
            relation: Relation::Identical,
            ahead_by: 0,
            behind_by: 0,
            lost: Vec::new(),
            titles: Vec::new(),
            files: 0,
            left_out: 0,
            added: 0,
            removed: 0,
            truncated: false,
            authors: 0,
            migrations: Vec::new(),
            migration_count: 0,
            source: DiffSource::default(),
            files_truncated: false,
            commits_truncated: false,
            people: Vec::new(),
            unlinked: 0,
            pulls: Vec::new(),
            areas: Vec::new(),
            kinds: BTreeMap::new(),
            marked: Vec::new(),
            hot_count: 0,
            unseen: 0,
            dependencies: Dependencies::default(),
            detail: None,
        }
    }

    /// `38 files`; of a service with `paths` `8 of 38 files`: the rest is other services'.
    pub fn files_in_words(&self) -> String {
        match self.left_out {
            0 => wording::count(u64::from(self.files), "file"),
            left_out => {
                let all = u64::from(self.files) + u64::from(left_out);
                format!("{} of {}", self.files, wording::count(all, "file"))
            }
        }
    }

    /// The files of a kind that are listed.
    pub fn of_kind(&self, kind: FileKind) -> impl Iterator<Item = &Marked> {
        self.marked.iter().filter(move |file| file.kind == kind)
    }

    /// The files in hot paths that are listed.
    pub fn hot(&self) -> impl Iterator<Item = &Marked> {
        self.marked.iter().filter(|file| file.hot.is_some())
    }

    /// Whether the candidate changes the rules that releases are judged by. A risk by itself.
    pub fn changes_rules(&self) -> bool {
        self.kinds.contains_key(&FileKind::Rules)
    }

    /// Files that change how and where the code runs.
    pub fn configuration(&self) -> u32 {
        let counts = self.kinds.iter();
        counts
            .filter(|(kind, _)| kind.is_configuration())
            .map(|(_, count)| count)
            .sum()
    }

    /// Whether a migration, a hot path or anything else may be there that is not listed: not all files were told.
    pub fn lacks_files(&self) -> bool {
        self.files_truncated || (self.truncated && !self.commits_truncated)
    }
}
