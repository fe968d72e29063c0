//! Git's objects: refs, commits and trees that a token may make.

use serde_json::Value;

use super::caller::{Caller, invalid};
use crate::simulator::{
    ask::Reply,
    git::{Refused, may_write},
    state::State,
    wire,
};

/// Answers paths below `git` that make or change something, and commits.
pub(super) fn answer(state: &mut State, caller: &Caller<'_>, parts: &[&str]) -> Option<Reply> {
    let links = &caller.links;
    let method = caller.ask.method.as_str();
    if let ("GET", ["commits", sha]) = (method, parts) {
        let commit = state.git.find(sha)?;
        return Some(Reply::json(200, &wire::git_commit(commit, links)));
    }
    if method == "GET" {
        return None;
    }
    // GitHub looks at the rights before it looks at the body.
    if !may_write(&caller.login) {
        let words = "Resource not accessible by personal access token";
        let refused = Reply::refusal(403, words);
        return Some(refused.with("x-accepted-github-permissions", "contents=write"));
    }
    let Ok(body) = caller.ask.json() else {
        return Some(Reply::refusal(400, "Problems parsing JSON"));
    };
    let text = |field: &str| body[field].as_str().map(str::to_owned);
    match (method, parts) {
        ("POST", ["trees"]) => {
            let Some(entries) = body["tree"].as_array() else {
                return Some(invalid("\"tree\" wasn't supplied."));
            };
            let content = Value::from(entries.clone()).to_string();
            let sha = state.git.tree(&content);
            Some(Reply::json(201, &wire::git_tree(&sha, entries, links)))
        }
        ("POST", ["commits"]) => {
            let (Some(message), Some(tree)) = (text("message"), text("tree")) else {
                return Some(invalid("\"message\", \"tree\" weren't supplied."));
            };
            let parents = body["parents"].as_array().into_iter().flatten();
            let parents = parents.filter_map(|one| one.as_str().map(str::to_owned));
            let (by, now) = (caller.login.clone(), state.now);
            let made = state
                .git
                .commit(&message, &tree, parents.collect(), &by, now);
            Some(match made {
                Ok(commit) => Reply::json(201, &wire::git_commit(&commit, links)),
                Err(refused) => refusal(&refused),
            })
        }
        ("POST", ["refs"]) => {
            let (Some(name), Some(sha)) = (text("ref"), text("sha")) else {
                return Some(invalid("\"ref\", \"sha\" weren't supplied."));
            };
            Some(match state.git.create(&name, &sha) {
                Ok(()) => Reply::json(201, &wire::git_ref(&name, &sha, links)),
                Err(refused) => refusal(&refused),
            })
        }
        ("PATCH", ["refs", name @ ..]) => {
            let name = format!("refs/{}", name.join("/"));
            let Some(sha) = text("sha") else {
                return Some(invalid("\"sha\" wasn't supplied."));
            };
            let force = body["force"].as_bool().unwrap_or(false);
            Some(match state.git.update(&name, &sha, force) {
                Ok(()) => Reply::json(200, &wire::git_ref(&name, &sha, links)),
                Err(refused) => refusal(&refused),
            })
        }
        ("DELETE", ["refs", name @ ..]) => {
            let name = format!("refs/{}", name.join("/"));
            Some(match state.git.remove(&name) {
                Ok(()) => Reply::empty(204),
                Err(refused) => refusal(&refused),
            })
        }
        _ => None,
    }
}

fn refusal(refused: &Refused) -> Reply {
    Reply::refusal(refused.0, &refused.1)
}
