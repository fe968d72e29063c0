//! Git's own objects: refs, commits, trees.

use jiff::Timestamp;
use serde::Deserialize;

use super::field::{or_default, sha, time};
use crate::domain::Sha;

/// `git-ref`.
#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct GitRef {
    /// Whole, with `refs/`.
    #[serde(rename = "ref")]
    pub(in crate::adapters::github) name: String,
    #[serde(default, deserialize_with = "or_default")]
    object: Pointed,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Pointed {
    sha: Option<String>,
}

impl GitRef {
    /// What it points at.
    pub(in crate::adapters::github) fn target(&self) -> Option<Sha> {
        sha(self.object.sha.as_deref())
    }
}

/// `git-commit`.
#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct GitCommit {
    #[serde(default, deserialize_with = "or_default")]
    sha: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::adapters::github) message: String,
    #[serde(default, deserialize_with = "or_default")]
    committer: Committed,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Committed {
    date: Option<String>,
}

impl GitCommit {
    /// Its id, and when GitHub made it: nobody else's clock is asked.
    pub(in crate::adapters::github) fn read(&self) -> Option<(Sha, Timestamp)> {
        Some((
            sha(self.sha.as_deref())?,
            time(self.committer.date.as_deref())?,
        ))
    }
}

/// `git-tree`, as far as cockpit cares.
#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct GitTree {
    pub(in crate::adapters::github) sha: String,
}
