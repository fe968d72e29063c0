//! What GitHub says of the past: deployments, comparisons, pull requests, refs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    DeploymentId, Login, RunId, Sha, Text,
    diff::{Patch, PullRef},
};

/// A deployment with its newest status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentSnapshot {
    /// The deployment.
    pub id: DeploymentId,
    /// The head of the ref that was dispatched.
    pub sha: Sha,
    /// The ref, as given.
    pub reference: Text,
    /// The environment.
    pub environment: Text,
    /// Its newest state.
    pub state: DeploymentState,
    /// The run behind it, read from the status' log address.
    pub run: Option<RunId>,
    /// The job behind it, where told.
    pub job: Option<Text>,
    /// Creation.
    pub created: Timestamp,
    /// Time of the newest status.
    pub updated: Timestamp,
    /// When its job last began to work, where told.
    #[serde(default)]
    pub began: Option<Timestamp>,
    /// When it succeeded, also where it was replaced since.
    #[serde(default)]
    pub succeeded: Option<Timestamp>,
    /// It was held at a gate and ended there, rejected or not approved in time: nothing was deployed.
    #[serde(default)]
    pub ended_at_gate: bool,
    /// Who.
    pub creator: Option<Login>,
}

/// `state` of a deployment status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentState {
    /// Serves.
    Success,
    /// Failed.
    Failure,
    /// Broke.
    Error,
    /// Replaced.
    Inactive,
    /// Works.
    InProgress,
    /// Waits for a runner.
    Queued,
    /// Not begun.
    Pending,
    /// Held by a protection rule (real, though the description lacks it).
    Waiting,
    /// A word that this version does not know.
    Unknown,
}

impl DeploymentState {
    /// Whether no other state follows, short of somebody setting one by hand.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Failure | Self::Error | Self::Inactive)
    }
}

/// `base...head`, all pages of commits, and what of the files GitHub tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// From: what production runs.
    pub base: Sha,
    /// To: the candidate.
    pub head: Sha,
    /// How they lie to each other.
    pub relation: Relation,
    /// Commits that head has and base lacks.
    pub ahead_by: u32,
    /// Commits that base has and head lacks.
    pub behind_by: u32,
    /// The commits ahead, oldest first, as far as told.
    pub commits: Vec<CommitSnapshot>,
    /// Files, as far as told.
    pub files: Vec<FileChange>,
    /// Set where GitHub stopped counting (300 files): the totals are a floor.
    pub files_truncated: bool,
    /// Set where not all commits were told.
    pub commits_truncated: bool,
    /// Set where a clone on this machine told it, not GitHub.
    #[serde(default)]
    pub is_from_clone: bool,
}

impl Comparison {
    /// Takes over the logins that another answer for the same commits knows: git itself knows names only.
    pub fn name_authors(&mut self, other: &Self) {
        for commit in &mut self.commits {
            if commit.author.is_none() {
                let same = other.commits.iter().find(|known| known.sha == commit.sha);
                commit.is_unlinked &= same.is_none_or(|known| known.is_unlinked);
                commit.author = same.and_then(|known| known.author.clone());
            }
        }
    }
}

/// `status` of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The candidate is what runs.
    Identical,
    /// The candidate is newer.
    Ahead,
    /// The candidate is older.
    Behind,
    /// Each has what the other lacks.
    Diverged,
}

/// A commit in a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitSnapshot {
    /// The commit.
    pub sha: Sha,
    /// First line of the message.
    pub title: Text,
    /// Its GitHub author, where the mail address is linked.
    pub author: Option<Login>,
    /// Its author's name as the commit has it; may be empty.
    #[serde(default)]
    pub name: Text,
    /// Others who wrote it, as its message names them by GitHub's own addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Login>,
    /// Set where nobody was asked whose account its author is: git knows names only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_unlinked: bool,
    /// The pull request that its message names.
    #[serde(default)]
    pub pull: Option<PullRef>,
    /// Author date.
    pub at: Option<Timestamp>,
}

/// A file in a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Path from the root.
    pub path: Text,
    /// Added lines.
    pub added: u32,
    /// Removed lines.
    pub removed: u32,
    /// `added`, `removed`, `modified`, `renamed` ...
    pub status: Text,
    /// Its path before, where it was renamed or copied.
    #[serde(default)]
    pub previous: Option<Text>,
    /// Its lines; `None` where they were not told: too many, binary, or only renamed.
    #[serde(default)]
    pub patch: Option<Patch>,
}

impl FileChange {
    /// Whether lines changed that were not told.
    pub fn is_unseen(&self) -> bool {
        self.patch.is_none() && (self.added > 0 || self.removed > 0)
    }
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullSnapshot {
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: Text,
    /// Its text: an explain source. Untrusted.
    pub body: Text,
    /// Its author.
    pub author: Option<Login>,
    /// Head commit.
    pub head: Sha,
    /// Merge commit, once merged.
    pub merged_as: Option<Sha>,
    /// The page for people.
    pub url: Text,
}

/// A comment on a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentSnapshot {
    /// Who wrote it, by GitHub's word.
    pub author: Login,
    /// Its text: an explain source. Untrusted.
    pub body: Text,
    /// When it was last written.
    pub at: Timestamp,
}

/// How an environment is protected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentSnapshot {
    /// Its name.
    pub name: Text,
    /// Whether a review is required at all.
    pub required_reviewers: bool,
    /// Whether who triggered the run may not approve.
    pub prevent_self_review: bool,
    /// Whether admins may pass the rules by.
    pub admins_may_bypass: bool,
    /// Minutes of the wait timer; 0 for none.
    pub wait_timer_minutes: u32,
    /// Names of custom protection rules.
    pub custom_rules: Vec<Text>,
}
