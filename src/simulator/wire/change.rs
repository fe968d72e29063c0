//! Commits, comparisons and pull requests.

use serde_json::{Value, json};

use super::{Links, full_repository, merge, organisation, person, stamp};
use crate::simulator::{
    change::Change,
    dice,
    repository::{BRANCH, Commit, OWNER, Repository},
};

/// `commit`; its files where `whole`.
pub(in crate::simulator) fn commit(
    repository: &Repository,
    at: usize,
    whole: bool,
    links: &Links,
) -> Value {
    let c = &repository.commits[at];
    let sha = &c.sha;
    let url = links.repo(&format!("/commits/{sha}"));
    let email = format!("{}@acme.example", c.author);
    let signature = json!({ "name": c.author, "email": email, "date": stamp(c.at) });
    let parents: Vec<_> = at
        .checked_sub(1)
        .map(|n| {
            let sha = &repository.commits[n].sha;
            json!({
                "sha": sha,
                "url": links.repo(&format!("/commits/{sha}")),
                "html_url": links.page(&format!("/commit/{sha}")),
            })
        })
        .into_iter()
        .collect();
    let mut all = json!({
        "url": url,
        "sha": sha,
        "node_id": format!("C_{}", &sha[..12]),
        "html_url": links.page(&format!("/commit/{sha}")),
        "comments_url": format!("{url}/comments"),
        "commit": {
            "url": links.repo(&format!("/git/commits/{sha}")),
            "author": signature,
            "committer": signature,
            "message": format!("{} (#{})", c.title, c.pull),
            "comment_count": 0,
            "tree": { "sha": sha, "url": links.repo(&format!("/git/trees/{sha}")) },
            "verification": { "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null },
        },
        "author": person(c.author, links),
        "committer": person(c.author, links),
        "parents": parents,
    });
    if whole {
        let (added, removed) = lines(&c.changes);
        all["stats"] =
            json!({ "additions": added, "deletions": removed, "total": added + removed });
        all["files"] = files(&c.changes, sha, links);
    }
    all
}

fn lines(changes: &[Change]) -> (i64, i64) {
    let sum = |of: fn(&Change) -> i64| changes.iter().map(of).sum();
    (sum(|c| c.added), sum(|c| c.removed))
}

/// `diff-entry` for each.
pub(in crate::simulator) fn files(changes: &[Change], sha: &str, links: &Links) -> Value {
    let one = |change: &Change| {
        let path = &change.path;
        let blob = format!("{:040x}", dice::roll(0, path, change.added));
        let mut entry = json!({
            "sha": blob,
            "filename": path,
            "status": change.status,
            "additions": change.added,
            "deletions": change.removed,
            "changes": change.added + change.removed,
            "blob_url": links.page(&format!("/blob/{sha}/{path}")),
            "raw_url": links.page(&format!("/raw/{sha}/{path}")),
            "contents_url": links.repo(&format!("/contents/{path}?ref={sha}")),
        });
        if let Some(patch) = change.patch() {
            entry["patch"] = patch.into();
        }
        entry
    };
    changes.iter().map(one).collect()
}

/// `commit-comparison`; `page` are the positions of the commits on this page, files come with the first page only.
pub(in crate::simulator) fn comparison(
    repository: &Repository,
    base: usize,
    head: usize,
    page: (&[usize], bool),
    links: &Links,
) -> Value {
    let name = |n: usize| repository.commits[n].sha.as_str();
    let basehead = format!("{}...{}", name(base), name(head));
    let ahead = head.saturating_sub(base);
    let behind = base.saturating_sub(head);
    let status = match (ahead, behind) {
        (0, 0) => "identical",
        (0, _) => "behind",
        _ => "ahead",
    };
    let web = links.page(&format!("/compare/{basehead}"));
    let (positions, first) = page;
    let commits: Vec<_> = positions
        .iter()
        .map(|n| commit(repository, *n, false, links))
        .collect();
    let mut all = json!({
        "url": links.repo(&format!("/compare/{basehead}")),
        "html_url": web,
        "permalink_url": web,
        "diff_url": format!("{web}.diff"),
        "patch_url": format!("{web}.patch"),
        "base_commit": commit(repository, base, false, links),
        "merge_base_commit": commit(repository, base.min(head), false, links),
        "status": status,
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": commits,
    });
    let changes = if first && ahead > 0 {
        repository.changes(base, head)
    } else {
        Vec::new()
    };
    all["files"] = files(&changes, name(head), links);
    all
}

/// `pull-request-simple`: merged into the branch by squashing.
pub(in crate::simulator) fn pull_simple(c: &Commit, links: &Links) -> Value {
    let n = c.pull;
    let at = links.repo(&format!("/pulls/{n}"));
    let issue = links.repo(&format!("/issues/{n}"));
    let web = links.page(&format!("/pull/{n}"));
    let statuses = links.repo(&format!("/statuses/{}", c.sha));
    let branch = format!("change-{n}");
    let head = format!("{:040x}", dice::roll(0, &c.sha, 1));
    let link = |href: &str| json!({ "href": href });
    let side = |name: &str, sha: &str, user: Value| json!({ "label": format!("{OWNER}:{name}"), "ref": name, "sha": sha, "user": user, "repo": full_repository(links) });
    let mut all = json!({
        "url": at, "id": n + 1_000_000, "node_id": format!("PR_{n}"), "html_url": web,
        "diff_url": format!("{web}.diff"), "patch_url": format!("{web}.patch"), "issue_url": issue,
        "commits_url": format!("{at}/commits"), "review_comments_url": format!("{at}/comments"),
        "review_comment_url": links.repo("/pulls/comments{/number}"),
        "comments_url": format!("{issue}/comments"), "statuses_url": statuses,
        "number": n, "state": "closed", "locked": false, "title": c.title, "user": person(c.author, links),
        "body": format!("{}.\n\nReviewed and tested on staging.", c.title),
        "labels": [], "milestone": null, "active_lock_reason": null,
        "created_at": stamp(c.at - jiff::SignedDuration::from_hours(20)), "updated_at": stamp(c.at),
        "closed_at": stamp(c.at), "merged_at": stamp(c.at), "merge_commit_sha": c.sha,
        "assignee": null, "assignees": [], "requested_reviewers": [], "requested_teams": [],
    });
    let more = json!({
        "head": side(&branch, &head, person(c.author, links)),
        "base": side(BRANCH, &c.sha, organisation(links)),
        "_links": {
            "self": link(&at), "html": link(&web), "issue": link(&issue),
            "comments": link(&format!("{issue}/comments")), "review_comments": link(&format!("{at}/comments")),
            "review_comment": link(&links.repo("/pulls/comments{/number}")),
            "commits": link(&format!("{at}/commits")), "statuses": link(&statuses),
        },
        "author_association": "MEMBER", "auto_merge": null, "draft": false,
    });
    merge(&mut all, more);
    all
}

/// `pull-request`.
pub(in crate::simulator) fn pull(c: &Commit, links: &Links) -> Value {
    let (added, removed) = lines(&c.changes);
    let mut all = pull_simple(c, links);
    let more = json!({
        "merged": true, "mergeable": null, "rebaseable": null, "mergeable_state": "unknown",
        "merged_by": person(c.author, links), "comments": 1, "review_comments": 2, "maintainer_can_modify": false,
        "commits": 3, "additions": added, "deletions": removed, "changed_files": c.changes.len(),
    });
    merge(&mut all, more);
    all
}
