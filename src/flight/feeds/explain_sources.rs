//! The explain text where no artifact holds it: the body of a pull request of the candidate, then a comment on one.

use jiff::Timestamp;

use crate::{
    domain::{
        Fault, FaultKind, Login, Text,
        evidence::{Explain, ExplainSource},
        observation::{CommentSnapshot, PullSnapshot},
        policy::ExplainRule,
    },
    ports::History,
};

/// Pull requests whose comments are read: a train may hold many more.
const MOST_PULLS: usize = 10;

/// A text with the headings, and where it was found.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) text: Text,
    pub(super) source: ExplainSource,
    /// When it was written, where that is told.
    pub(super) made: Option<Timestamp>,
}

/// The first that the rules name and that has the text. Rules that name nothing mean the pull request's body.
pub(super) async fn elsewhere(
    history: &dyn History,
    pulls: &[PullSnapshot],
    rule: &ExplainRule,
    has_artifact: bool,
) -> Result<Option<Told>, Fault> {
    let names_nothing = !has_artifact && rule.author.is_none();
    if rule.pull_request || names_nothing {
        let has_it = |pull: &&PullSnapshot| has_headings(&pull.body);
        if let Some(pull) = pulls.iter().find(has_it) {
            return Ok(Some(Told {
                text: pull.body.clone(),
                source: ExplainSource::Pull {
                    number: pull.number,
                },
                made: None,
            }));
        }
    }
    let Some(author) = &rule.author else {
        return Ok(None);
    };
    let found = newest(history, pulls, author).await?;
    Ok(found.map(|(number, comment)| Told {
        text: comment.body,
        source: ExplainSource::Comment {
            number,
            author: comment.author,
        },
        made: Some(comment.at),
    }))
}

fn has_headings(text: &Text) -> bool {
    !text.is_empty() && !Explain::parse(text.as_str()).is_unstructured()
}

/// The newest comment by `author` that has the headings, with its pull request's number.
async fn newest(
    history: &dyn History,
    pulls: &[PullSnapshot],
    author: &Login,
) -> Result<Option<(u64, CommentSnapshot)>, Fault> {
    let mut found: Option<(u64, CommentSnapshot)> = None;
    for pull in pulls.iter().take(MOST_PULLS) {
        let comments = match history.comments(pull.number).await {
            Ok(comments) => comments,
            // What this token may not see, or what is gone, holds no text for it.
            Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Forbidden) => {
                continue;
            }
            Err(fault) => return Err(fault),
        };
        if let Some(comment) = pick(comments, author)
            && found
                .as_ref()
                .is_none_or(|(_, known)| known.at < comment.at)
        {
            found = Some((pull.number, comment));
        }
    }
    Ok(found)
}

fn pick(comments: Vec<CommentSnapshot>, author: &Login) -> Option<CommentSnapshot> {
    comments
        .into_iter()
        .filter(|comment| comment.author.is(author))
        .filter(|comment| has_headings(&comment.body))
        .max_by_key(|comment| comment.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(author: &str, body: &str, second: i64) -> CommentSnapshot {
        CommentSnapshot {
            author: Login::parse(author).unwrap(),
            body: body.into(),
            at: Timestamp::from_second(second).unwrap(),
        }
    }

    #[test]
    fn only_the_named_authors_newest_text_counts() {
        let text = "## What changed\n- it";
        let all = vec![
            comment("explain-bot", text, 10),
            comment("Explain-Bot", "## What changed\n- newer", 20),
            comment("explain-bot", "thanks!", 30),
            comment("mallory", text, 40),
            comment("explain-bot[bot]", text, 50),
        ];
        let author = Login::parse("explain-bot").unwrap();
        let picked = pick(all, &author).unwrap();
        assert!(picked.body.as_str().contains("newer"));
        assert_eq!(pick(vec![comment("mallory", text, 1)], &author), None);
    }
}
