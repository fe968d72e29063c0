//! The questions: where to look, and what must be found there. Knows not how anything is read.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{Text, policy::Program};

/// Most prerequisites that rules may have.
pub const MOST_PREREQUISITES: usize = 40;

/// A prerequisite of production.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrerequisiteRule {
    /// Its name: unique.
    pub name: String,
    /// Where it is looked for.
    pub ask: Ask,
}

/// Where to look, and what must be there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A value in a JSON file of the repository, at the candidate's commit.
    File {
        /// The file's path.
        path: String,
        /// JSON pointer (RFC 6901); empty: the whole.
        pointer: String,
        /// What must be there.
        wants: Wanted,
    },
    /// A value in a JSON file of an artifact of the run.
    Artifact {
        /// Glob over artifact names; the newest counts.
        artifact: String,
        /// The file's path in it.
        file: String,
        /// JSON pointer.
        pointer: String,
        /// What must be there.
        wants: Wanted,
    },
    /// A check run on the candidate's commit, by its name.
    CheckRun(String),
    /// An environment variable of the cockpit that drives. Its value is compared and never shown.
    Variable {
        /// Its name.
        name: String,
        /// What it must be.
        wants: Wanted,
    },
    /// A program: it must end well.
    Command {
        /// Which.
        program: Program,
        /// It prints a time, which must be no older.
        within: Option<SignedDuration>,
    },
    /// A tag on the candidate's commit that begins so.
    Tag(String),
    /// A file of the diff from production that this glob holds.
    Changed(String),
}

/// What must be found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// One of these plain values.
    OneOf(Vec<Value>),
    /// Everything that stands there says that it passed.
    Passed,
    /// A time that is no older.
    Within(SignedDuration),
    /// The state of an iteration: compliant, within so many rounds.
    Compliant {
        /// Rounds that it may take.
        limit: u32,
    },
}

/// What a question is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A prerequisite, by its name.
    Prerequisite(String),
    /// An item of the checklist, by its id.
    Item(String),
}

/// One question to the world.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What it is for.
    pub subject: Subject,
    /// Where to look.
    pub ask: Ask,
}

impl Ask {
    /// The program that it runs.
    pub fn program(&self) -> Option<&Program> {
        match self {
            Self::Command { program, .. } => Some(program),
            Self::File { .. }
            | Self::Artifact { .. }
            | Self::CheckRun(_)
            | Self::Variable { .. }
            | Self::Tag(_)
            | Self::Changed(_) => None,
        }
    }

    /// Where it looks, for people.
    pub fn in_words(&self) -> Text {
        Text::line(&match self {
            Self::File { path, pointer, .. } => format!("{path} {pointer}"),
            Self::Artifact {
                artifact,
                file,
                pointer,
                ..
            } => format!("artifact {artifact}: {file} {pointer}"),
            Self::CheckRun(name) => format!("check run {name}"),
            Self::Variable { name, .. } => format!("environment variable {name}"),
            Self::Command { program, .. } => format!("command {}", program.name()),
            Self::Tag(prefix) if prefix.is_empty() => "a tag".to_owned(),
            Self::Tag(prefix) => format!("a tag {prefix}..."),
            Self::Changed(glob) => format!("{glob} in the diff"),
        })
    }
}

impl Wanted {
    /// What is wanted, in words: `"aws", "gcp" or "azure"`.
    pub fn in_words(&self) -> String {
        match self {
            Self::OneOf(all) => {
                let words: Vec<String> = all.iter().map(ToString::to_string).collect();
                match words.split_last() {
                    Some((last, [])) => last.clone(),
                    Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
                    None => "nothing".to_owned(),
                }
            }
            Self::Passed => "passed".to_owned(),
            Self::Within(age) => {
                format!(
                    "a time of the last {}",
                    crate::domain::wording::duration(*age)
                )
            }
            Self::Compliant { limit } => format!("compliant within {limit} iterations"),
        }
    }
}
