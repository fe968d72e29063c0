//! The explain text on GitHub: the body of a pull request of the candidate, or a comment on one.

use super::told::{Given, Told};
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

/// The first body of a pull request that has the headings.
pub(super) fn body(pulls: &[PullSnapshot]) -> Given {
    match pulls.iter().find(|pull| has_headings(&pull.body)) {
        Some(pull) => Given::Told(Box::new(Told {
            text: pull.body.clone(),
            source: ExplainSource::Pull {
                number: pull.number,
            },
            made: None,
            artifact: None,
        })),
        None => Given::Nothing,
    }
}

/// The newest comment of the account that the rules name.
pub(super) async fn comment(
    history: &dyn History,
    pulls: &[PullSnapshot],
    rule: &ExplainRule,
) -> Result<Given, Fault> {
    let Some(author) = &rule.author else {
        return Ok(Given::Nothing);
    };
    Ok(match newest(history, pulls, author).await? {
        Some((number, comment)) => Given::Told(Box::new(Told {
            text: comment.body,
            source: ExplainSource::Comment {
                number,
                author: comment.author,
            },
            made: Some(comment.at),
            artifact: None,
        })),
        None => Given::Nothing,
    })
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
    use jiff::Timestamp;

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
