//! The repository itself, files, refs, workflows and the rate limit.

use base64::Engine as _;
use serde_json::{Value, json};

use super::{Links, merge, organisation};
use crate::simulator::{
    dice,
    repository::{BRANCH, NAME, OWNER},
};

/// The id of the repository.
pub(in crate::simulator) const REPOSITORY: u64 = 7_700_412;

/// Address templates of `minimal-repository`: field, and what follows the repository's address.
const ADDRESSES: [(&str, &str); 37] = [
    ("archive", "/{archive_format}{/ref}"),
    ("assignees", "/assignees{/user}"),
    ("blobs", "/git/blobs{/sha}"),
    ("branches", "/branches{/branch}"),
    ("collaborators", "/collaborators{/collaborator}"),
    ("comments", "/comments{/number}"),
    ("commits", "/commits{/sha}"),
    ("compare", "/compare/{base}...{head}"),
    ("contents", "/contents/{+path}"),
    ("contributors", "/contributors"),
    ("deployments", "/deployments"),
    ("downloads", "/downloads"),
    ("events", "/events"),
    ("forks", "/forks"),
    ("git_commits", "/git/commits{/sha}"),
    ("git_refs", "/git/refs{/sha}"),
    ("git_tags", "/git/tags{/sha}"),
    ("hooks", "/hooks"),
    ("issue_comment", "/issues/comments{/number}"),
    ("issue_events", "/issues/events{/number}"),
    ("issues", "/issues{/number}"),
    ("keys", "/keys{/key_id}"),
    ("labels", "/labels{/name}"),
    ("languages", "/languages"),
    ("merges", "/merges"),
    ("milestones", "/milestones{/number}"),
    ("notifications", "/notifications{?since,all,participating}"),
    ("pulls", "/pulls{/number}"),
    ("releases", "/releases{/id}"),
    ("stargazers", "/stargazers"),
    ("statuses", "/statuses/{sha}"),
    ("subscribers", "/subscribers"),
    ("subscription", "/subscription"),
    ("tags", "/tags"),
    ("teams", "/teams"),
    ("trees", "/git/trees{/sha}"),
    ("svn", ""),
];

/// `minimal-repository`, as runs carry it.
pub(in crate::simulator) fn minimal_repository(links: &Links) -> Value {
    let mut all = json!({
        "id": REPOSITORY,
        "node_id": "R_7700412",
        "name": NAME,
        "full_name": format!("{OWNER}/{NAME}"),
        "owner": organisation(links),
        "private": true,
        "html_url": links.page(""),
        "description": "The shop window",
        "fork": false,
        "url": links.repo(""),
    });
    for (field, rest) in ADDRESSES {
        all[format!("{field}_url")] = json!(links.repo(rest));
    }
    all
}

/// `full-repository`.
pub(in crate::simulator) fn full_repository(links: &Links) -> Value {
    let mut all = minimal_repository(links);
    let clone = format!("{}.git", links.page(""));
    let more = json!({
        "git_url": clone, "ssh_url": format!("git@localhost:{OWNER}/{NAME}.git"), "clone_url": clone, "mirror_url": null,
        "svn_url": links.page(""), "homepage": null, "language": "TypeScript",
        "forks_count": 0, "stargazers_count": 4, "watchers_count": 4, "size": 18_204, "default_branch": BRANCH,
        "open_issues_count": 7, "is_template": false, "topics": [], "has_issues": true, "has_projects": false,
        "has_wiki": false, "has_pages": false, "has_downloads": true, "has_discussions": false,
        "archived": false, "disabled": false, "visibility": "private",
        "pushed_at": "2026-11-20T08:00:00Z", "created_at": "2021-02-01T09:00:00Z", "updated_at": "2026-11-20T08:00:00Z",
        "permissions": { "admin": false, "maintain": true, "push": true, "triage": true, "pull": true },
        "subscribers_count": 9, "network_count": 0, "license": null,
        "forks": 0, "open_issues": 7, "watchers": 4,
    });
    merge(&mut all, more);
    all
}

/// `content-file`, base64 in lines of sixty, as GitHub breaks them.
pub(in crate::simulator) fn content(path: &str, text: &str, links: &Links) -> Value {
    let mut encoded = String::new();
    let whole = base64::engine::general_purpose::STANDARD.encode(text);
    for line in whole.as_bytes().chunks(60) {
        encoded.push_str(&String::from_utf8_lossy(line));
        encoded.push('\n');
    }
    let sha = format!("{:040x}", dice::roll(0, text, 0));
    let at = links.repo(&format!("/contents/{path}?ref={BRANCH}"));
    let blob = links.repo(&format!("/git/blobs/{sha}"));
    let page = links.page(&format!("/blob/{BRANCH}/{path}"));
    json!({
        "type": "file",
        "encoding": "base64",
        "size": text.len(),
        "name": path.rsplit('/').next().unwrap_or(path),
        "path": path,
        "content": encoded,
        "sha": sha,
        "url": at,
        "git_url": blob,
        "html_url": page,
        "download_url": links.page(&format!("/raw/{BRANCH}/{path}")),
        "_links": { "self": at, "git": blob, "html": page },
    })
}

/// `git-ref`.
pub(in crate::simulator) fn git_ref(name: &str, sha: &str, links: &Links) -> Value {
    json!({
        "ref": name,
        "node_id": format!("REF_{:x}", dice::roll(0, name, 0)),
        "url": links.repo(&format!("/git/{name}")),
        "object": { "type": "commit", "sha": sha, "url": links.repo(&format!("/git/commits/{sha}")) },
    })
}

/// `tag`.
pub(in crate::simulator) fn tag(name: &str, sha: &str, links: &Links) -> Value {
    json!({
        "name": name,
        "commit": { "sha": sha, "url": links.repo(&format!("/commits/{sha}")) },
        "zipball_url": links.repo(&format!("/zipball/refs/tags/{name}")),
        "tarball_url": links.repo(&format!("/tarball/refs/tags/{name}")),
        "node_id": format!("REF_{:x}", dice::roll(0, name, 1)),
    })
}

/// The id of a workflow file.
pub(in crate::simulator) fn workflow_id(file: &str) -> u64 {
    match file {
        "deploy.yml" => 5_101,
        "rollback.yml" => 5_102,
        _ => 5_103,
    }
}

/// `workflow`.
pub(in crate::simulator) fn workflow(file: &str, name: &str, links: &Links) -> Value {
    let id = workflow_id(file);
    json!({
        "id": id,
        "node_id": format!("W_{id}"),
        "name": name,
        "path": format!(".github/workflows/{file}"),
        "state": "active",
        "created_at": "2024-05-06T07:08:09Z",
        "updated_at": "2026-09-01T10:00:00Z",
        "url": links.repo(&format!("/actions/workflows/{id}")),
        "html_url": links.page(&format!("/blob/{BRANCH}/.github/workflows/{file}")),
        "badge_url": links.page(&format!("/workflows/{file}/badge.svg")),
    })
}
