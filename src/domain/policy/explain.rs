//! Where the explain text is looked for, and the programs that the rules would run by themselves.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Login, Text};

/// Where the explain text comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainRule {
    /// The body of a pull request of the candidate, where it has the headings. With no other source it is looked at too.
    pub pull_request: bool,
    /// The newest comment of this account on a pull request of the candidate that has the headings.
    pub author: Option<Login>,
    /// A program that gets the facts and answers the text.
    #[serde(default)]
    pub command: Option<Program>,
    /// The order in which they are tried; empty: artifact, pull request, comment, command, as far as they are named.
    #[serde(default)]
    pub sources: Vec<ExplainPlace>,
}

/// A place of the explain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExplainPlace {
    /// An artifact of the run.
    Artifact,
    /// The body of a pull request.
    PullRequest,
    /// A comment of the named account on a pull request.
    Comment,
    /// The answer of a program.
    Command,
}

impl ExplainPlace {
    /// As the rules spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Artifact => "artifact",
            Self::PullRequest => "pull_request",
            Self::Comment => "comment",
            Self::Command => "command",
        }
    }
}

/// A team's own program with its arguments, and how long it may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Program and arguments; never a shell line.
    pub arguments: Vec<String>,
    /// Longest time, real.
    pub timeout: SignedDuration,
}

impl Program {
    /// Its first word without the folder: `claude`.
    pub fn name(&self) -> Text {
        let first = self.arguments.first().map_or("", String::as_str);
        let name = first.rsplit(['/', '\\']).next().unwrap_or(first);
        Text::line(&name.chars().take(40).collect::<String>())
    }
}

impl ExplainRule {
    /// The places in the order in which they are tried.
    pub fn order(&self, has_artifact: bool) -> Vec<ExplainPlace> {
        if !self.sources.is_empty() {
            return self.sources.clone();
        }
        let names_nothing = !has_artifact && self.author.is_none() && self.command.is_none();
        let named = [
            (ExplainPlace::Artifact, has_artifact),
            (
                ExplainPlace::PullRequest,
                self.pull_request || names_nothing,
            ),
            (ExplainPlace::Comment, self.author.is_some()),
            (ExplainPlace::Command, self.command.is_some()),
        ];
        named
            .into_iter()
            .filter_map(|(place, is_named)| is_named.then_some(place))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_in_their_order_and_only_where_they_are_named() {
        use ExplainPlace::{Artifact, Command, Comment, PullRequest};
        let none = ExplainRule::default();
        assert_eq!(none.order(false), [PullRequest]);
        assert_eq!(none.order(true), [Artifact]);
        let all = ExplainRule {
            pull_request: true,
            author: Some(Login::parse("explain-bot").unwrap()),
            command: Some(Program {
                arguments: vec!["/opt/bin/claude".to_owned(), "-p".to_owned()],
                timeout: SignedDuration::from_secs(60),
            }),
            sources: Vec::new(),
        };
        assert_eq!(all.order(true), [Artifact, PullRequest, Comment, Command]);
        assert_eq!(all.command.as_ref().unwrap().name().as_str(), "claude");
        let turned = ExplainRule {
            sources: vec![Command, Artifact],
            ..all
        };
        assert_eq!(turned.order(true), [Command, Artifact]);
    }
}
