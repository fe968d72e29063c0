//! Events of the evidence: the candidate, its artifacts, what was read from them, the diff.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EvidenceKind, Finding};
use crate::domain::{
    ArtifactId, Fault, Login, Sha, Text,
    observation::{ArtifactSnapshot, Comparison, PullSnapshot},
};

/// Something happened to the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceEvent {
    /// The candidate is known, or known better.
    CandidateSeen(Candidate),
    /// The run's artifacts are these.
    ArtifactsListed {
        /// Newest first, at most 100.
        artifacts: Vec<ArtifactSnapshot>,
    },
    /// A piece of evidence was read.
    Read {
        /// The artifact; `None` for a pull request's text.
        artifact: Option<ArtifactId>,
        /// What it says.
        finding: Finding,
        /// When the source made it.
        made: Option<Timestamp>,
        /// Whether it is of another commit than the candidate (a squashed pull request).
        other_commit: bool,
    },
    /// It is there and cannot be read.
    Unreadable {
        /// Which kind.
        kind: EvidenceKind,
        /// Why.
        fault: Fault,
    },
    /// Nothing of this kind exists, though the run has got past making it.
    Missing {
        /// Which kind.
        kind: EvidenceKind,
    },
    /// What lies between production and the candidate.
    Compared(Diff),
}

/// What is about to be released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The commit.
    pub sha: Sha,
    /// The version, where one is known: from the tag, the run's title, or an artifact.
    pub version: Option<Text>,
    /// Who wrote it.
    pub authors: Vec<Login>,
    /// The pull requests in it: number and title.
    pub pulls: Vec<(u64, Text)>,
}

impl Candidate {
    /// What people call it: the version, else the short SHA.
    pub fn name(&self) -> &str {
        self.version
            .as_ref()
            .map_or(self.sha.short(), |version| version.as_str())
    }

    /// The candidate's pull requests as observed.
    pub fn name_pulls(pulls: &[PullSnapshot]) -> Vec<(u64, Text)> {
        pulls
            .iter()
            .map(|pull| (pull.number, pull.title.clone()))
            .collect()
    }
}

/// The diff from production in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diff {
    /// Production's commit.
    pub base: Sha,
    /// The candidate.
    pub head: Sha,
    /// How they lie to each other.
    pub relation: crate::domain::observation::Relation,
    /// Commits that come.
    pub ahead_by: u32,
    /// Commits that would go.
    pub behind_by: u32,
    /// First lines of the commits that come, newest first, at most 50.
    pub titles: Vec<Text>,
    /// Files changed.
    pub files: u32,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
    /// Set where GitHub stopped counting: the numbers are a floor.
    pub truncated: bool,
    /// People in it.
    pub authors: u32,
    /// Paths that look like database migrations.
    pub migrations: Vec<Text>,
}

impl From<&Comparison> for Diff {
    fn from(seen: &Comparison) -> Self {
        let mut authors: Vec<_> = seen
            .commits
            .iter()
            .filter_map(|c| c.author.as_ref())
            .collect();
        authors.sort();
        authors.dedup();
        Self {
            base: seen.base.clone(),
            head: seen.head.clone(),
            relation: seen.relation,
            ahead_by: seen.ahead_by,
            behind_by: seen.behind_by,
            titles: seen
                .commits
                .iter()
                .rev()
                .take(50)
                .map(|c| c.title.clone())
                .collect(),
            files: u32::try_from(seen.files.len()).unwrap_or(u32::MAX),
            added: seen.files.iter().map(|f| u64::from(f.added)).sum(),
            removed: seen.files.iter().map(|f| u64::from(f.removed)).sum(),
            truncated: seen.files_truncated || seen.commits_truncated,
            authors: u32::try_from(authors.len()).unwrap_or(u32::MAX),
            migrations: seen
                .files
                .iter()
                .filter(|f| is_migration(f.path.as_str()))
                .take(20)
                .map(|f| f.path.clone())
                .collect(),
        }
    }
}

/// Whether a path is a database migration by the folders that frameworks use.
fn is_migration(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let folder = [
        "migrations/",
        "migrate/",
        "db/changelog/",
        "alembic/versions/",
    ];
    folder
        .iter()
        .any(|name| lower.starts_with(name) || lower.contains(&format!("/{name}")))
}
