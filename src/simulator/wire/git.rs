//! Git's commits and trees as GitHub words them.

use serde_json::{Value, json};

use super::{Links, stamp};
use crate::simulator::{dice, git::GitCommit};

/// `git-commit`.
pub(in crate::simulator) fn git_commit(commit: &GitCommit, links: &Links) -> Value {
    let sha = &commit.sha;
    let person = json!({
        "name": commit.by,
        "email": format!("{}@users.noreply.localhost", commit.by),
        "date": stamp(commit.at),
    });
    let parents: Vec<Value> = commit
        .parents
        .iter()
        .map(|parent| {
            json!({
                "sha": parent,
                "url": links.repo(&format!("/git/commits/{parent}")),
                "html_url": links.page(&format!("/commit/{parent}")),
            })
        })
        .collect();
    json!({
        "sha": sha,
        "node_id": format!("C_{:x}", dice::roll(0, sha, 0)),
        "url": links.repo(&format!("/git/commits/{sha}")),
        "html_url": links.page(&format!("/commit/{sha}")),
        "author": person,
        "committer": person,
        "tree": { "sha": commit.tree, "url": links.repo(&format!("/git/trees/{}", commit.tree)) },
        "message": commit.message.trim_end(),
        "parents": parents,
        "verification": {
            "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null,
        },
    })
}

/// `git-tree`, of entries that were sent with their content.
pub(in crate::simulator) fn git_tree(sha: &str, entries: &[Value], links: &Links) -> Value {
    let all: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let content = entry["content"].as_str().unwrap_or_default();
            let blob = format!("{:040x}", dice::roll(0, content, 0));
            json!({
                "path": entry["path"], "mode": entry["mode"], "type": entry["type"],
                "sha": blob, "size": content.len(), "url": links.repo(&format!("/git/blobs/{blob}")),
            })
        })
        .collect();
    json!({
        "sha": sha,
        "url": links.repo(&format!("/git/trees/{sha}")),
        "tree": all,
        "truncated": false,
    })
}
