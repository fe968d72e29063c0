//! A comment on a pull request.

use serde_json::{Value, json};

use super::{Links, person, stamp};
use crate::simulator::repository::Commit;

/// `issue-comment`: the `place`th on a pull request, by `author`.
pub(in crate::simulator) fn comment(
    commit: &Commit,
    (place, author): (u64, &str),
    body: &str,
    links: &Links,
) -> Value {
    let id = 7_000_000 + commit.pull * 10 + place;
    let at = stamp(commit.at + jiff::SignedDuration::from_mins(1));
    json!({
        "id": id,
        "node_id": format!("IC_{id}"),
        "url": links.repo(&format!("/issues/comments/{id}")),
        "html_url": links.page(&format!("/pull/{}#issuecomment-{id}", commit.pull)),
        "issue_url": links.repo(&format!("/issues/{}", commit.pull)),
        "body": body,
        "user": person(author, links),
        "created_at": at,
        "updated_at": at,
        "author_association": "MEMBER",
        "performed_via_github_app": null,
    })
}
