//! Where an explain text comes from.

use serde::{Deserialize, Serialize};

use crate::domain::{Login, Text};

/// Where an explain text comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExplainSource {
    /// Journals of earlier versions do not tell: an artifact where one is named, else a pull request's body.
    #[default]
    Untold,
    /// An artifact of the run.
    Artifact,
    /// The body of a pull request.
    Pull {
        /// Its number.
        number: u64,
    },
    /// A comment on a pull request.
    Comment {
        /// The pull request's number.
        number: u64,
        /// Who wrote it.
        author: Login,
    },
    /// The answer of a program that the rules name.
    Command {
        /// Its name.
        program: Text,
    },
}

impl ExplainSource {
    /// Whether nothing was told.
    pub fn is_untold(&self) -> bool {
        *self == Self::Untold
    }

    /// `comment by explain-bot`; `is_artifact` stands in where nothing was told.
    pub fn in_words(&self, is_artifact: bool) -> String {
        match self {
            Self::Artifact => "from the run".to_owned(),
            Self::Untold if is_artifact => "from the run".to_owned(),
            Self::Untold => "from the pull request".to_owned(),
            Self::Pull { number } => format!("from pull request {number}"),
            Self::Comment { author, .. } => format!("comment by {author}"),
            Self::Command { program } => format!("written by {program}"),
        }
    }
}
