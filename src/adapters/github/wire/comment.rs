//! Wire type of a comment on a pull request.

use serde::Deserialize;

use super::field::{Person, login, or_default, time};
use crate::domain::{Text, observation::CommentSnapshot};

/// `issue-comment`: pull requests are issues to GitHub.
#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Comment {
    #[serde(default, deserialize_with = "or_default")]
    body: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    user: Option<Person>,
    #[serde(default, deserialize_with = "or_default")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    updated_at: Option<String>,
}

impl Comment {
    /// `None` without an author or a time: nobody can tell whose it is, or whether it is the newest.
    pub(in crate::adapters::github) fn read(self) -> Option<CommentSnapshot> {
        let created = time(self.created_at.as_deref());
        Some(CommentSnapshot {
            author: login(self.user.as_ref())?,
            body: Text::block(self.body.as_deref().unwrap_or_default()),
            at: time(self.updated_at.as_deref()).or(created)?,
        })
    }
}
