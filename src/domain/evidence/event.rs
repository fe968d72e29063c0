//! Events of the evidence: the candidate, its artifacts, what was read from them, the diff.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EvidenceKind, Finding};
use crate::domain::{
    ArtifactId, Fault, Login, Sha, Text,
    diff::Diff,
    observation::{ArtifactSnapshot, PullSnapshot},
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
    /// Another workflow that makes evidence for this commit left these.
    ListedElsewhere {
        /// Its file name.
        workflow: String,
        /// Those that the rules name, newest first, at most 100.
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
    /// It is older than the rules allow: a fresh look is asked for.
    GrewOld {
        /// Which kinds.
        kinds: Vec<EvidenceKind>,
    },
    /// What lies between production and the candidate.
    Compared(Box<Diff>),
    /// Nobody can tell what lies between them.
    NotCompared(NotCompared),
}

/// Two commits that nobody can compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotCompared {
    /// Production's.
    pub base: Sha,
    /// The candidate.
    pub head: Sha,
    /// Why, with what to do.
    pub why: Text,
}

impl EvidenceEvent {
    /// The blob that keeps what was too large for the line: its SHA-256.
    pub fn blob(&self) -> Option<&str> {
        match self {
            Self::Read {
                finding: Finding::Explain { blob, .. },
                ..
            } => Some(blob),
            Self::Compared(diff) => diff.detail.as_deref(),
            Self::CandidateSeen(_)
            | Self::ArtifactsListed { .. }
            | Self::ListedElsewhere { .. }
            | Self::Read { .. }
            | Self::Unreadable { .. }
            | Self::NotCompared(_)
            | Self::Missing { .. }
            | Self::GrewOld { .. } => None,
        }
    }
}

/// What is about to be released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The commit.
    pub sha: Sha,
    /// The version, where one is known: from the tag, the run's title, or an artifact.
    pub version: Option<Text>,
    /// Why `version_from` of the rules names no version, where it should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unnamed: Option<Text>,
    /// The artifact that the version was read from, and the attempt that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_from: Option<(ArtifactId, u32)>,
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

    /// What was read from an artifact of this attempt of this commit, with the artifact: it stands, though that expires.
    pub fn version_read(&self, sha: &Sha, attempt: u32) -> Option<(Text, ArtifactId)> {
        let (artifact, made_by) = self.read_from?;
        let version = self.version.clone()?;
        (self.sha == *sha && made_by == attempt).then_some((version, artifact))
    }

    /// That the rules' `version_from` names no version, and why.
    pub fn unnamed_in_words(&self) -> Option<String> {
        let why = self.unnamed.as_ref()?;
        Some(format!("version_from names no version: {why}"))
    }

    /// The candidate's pull requests as observed.
    pub fn name_pulls(pulls: &[PullSnapshot]) -> Vec<(u64, Text)> {
        pulls
            .iter()
            .map(|pull| (pull.number, pull.title.clone()))
            .collect()
    }
}
