//! Reads of the repository: deployments, comparisons, pull requests, refs, environments, files.

use serde_json::{Value, json};

use super::{
    caller::{Caller, number},
    checks,
    page::Page,
};
use crate::simulator::{
    ask::Reply,
    engine, files, packages,
    scenario::Scenario,
    state::State,
    wire::{self, ENVIRONMENTS},
};

/// Answers paths below the repository, where they are this file's.
pub(super) fn answer(state: &State, caller: &Caller<'_>, parts: &[&str]) -> Option<Reply> {
    let links = &caller.links;
    let repository = &state.repository;
    match parts {
        ["deployments", below @ ..] => deployments(state, caller, below),
        ["compare", basehead] => compare(state, caller, basehead),
        ["pulls", id] => {
            let commit = repository.pull(number(id)?)?;
            Some(Reply::json(200, &wire::pull(commit, links)))
        }
        ["commits", name, "check-runs"] => checks::answer(state, caller, name),
        ["commits", name, "pulls"] => {
            let at = repository.find(name)?;
            let pull = wire::pull_simple(&repository.commits[at], links);
            Some(cut(&[pull], caller))
        }
        ["commits", name @ ..] if !name.is_empty() => {
            let name = name.join("/");
            Some(match repository.find(&name) {
                Some(at) => Reply::json(200, &wire::commit(repository, at, true, links)),
                None => Reply::refusal(422, &format!("No commit found for SHA: {name}")),
            })
        }
        ["git", "matching-refs", name @ ..] => {
            let prefix = format!("refs/{}", name.join("/"));
            let found = refs(state, caller)
                .into_iter()
                .filter(|(name, _)| name.starts_with(&prefix));
            Some(cut(
                &found.map(|(_, value)| value).collect::<Vec<_>>(),
                caller,
            ))
        }
        ["git", "ref", name @ ..] => {
            let whole = format!("refs/{}", name.join("/"));
            let found = refs(state, caller)
                .into_iter()
                .find(|(name, _)| *name == whole)?;
            Some(Reply::json(200, &found.1))
        }
        ["tags"] => {
            let one =
                |(name, at): &(String, usize)| wire::tag(name, &repository.commits[*at].sha, links);
            let all: Vec<_> = repository.tags.iter().rev().map(one).collect();
            Some(cut(&all, caller))
        }
        ["environments", below @ ..] => environment(state, caller, below),
        ["contents", path @ ..] => contents(state, caller, &path.join("/")),
        ["dependency-graph", "compare", basehead] => dependencies(state, basehead),
        _ => None,
    }
}

/// A file at a ref; its own bytes where they are asked for.
fn contents(state: &State, caller: &Caller<'_>, path: &str) -> Option<Reply> {
    let links = &caller.links;
    let name = caller.ask.parameter("ref").unwrap_or("HEAD");
    let at = state.repository.find(name)?;
    let text = match path {
        "package.json" => packages::manifest(at, state.scenario),
        "package-lock.json" => packages::lock(at, state.scenario),
        _ => files::read(path, state.scenario, &links.web, state.epoch)?,
    };
    let accept = caller.ask.header("accept").unwrap_or_default();
    if !accept.contains(".raw") {
        return Some(Reply::json(200, &wire::content(path, &text, links)));
    }
    Some(Reply {
        body: text.into_bytes(),
        ..Reply::empty(200).with(
            "content-type",
            "application/vnd.github.raw+json; charset=utf-8",
        )
    })
}

/// The dependency review. Where production has no required reviewers the plan has no review of dependencies either.
fn dependencies(state: &State, basehead: &str) -> Option<Reply> {
    let (base, head) = basehead.split_once("...")?;
    let (base, head) = (state.repository.find(base)?, state.repository.find(head)?);
    if state.scenario == Scenario::DispatchGate {
        let message = "Dependency review is not supported on this repository. Please ensure that Dependency graph is enabled.";
        return Some(Reply::refusal(403, message));
    }
    Some(Reply::json(
        200,
        &packages::review(base, head, state.scenario),
    ))
}

fn deployments(state: &State, caller: &Caller<'_>, parts: &[&str]) -> Option<Reply> {
    let links = &caller.links;
    match parts {
        [] => Some(all_deployments(state, caller)),
        [id] => {
            let id: u64 = number(id)?;
            let d = state.deployments.iter().find(|d| d.id == id)?;
            Some(Reply::json(200, &wire::deployment(d, links)))
        }
        [id, "statuses"] => {
            let id: u64 = number(id)?;
            let d = state.deployments.iter().find(|d| d.id == id)?;
            let all: Vec<_> = d
                .stages
                .iter()
                .rev()
                .map(|stage| wire::status(d, stage, links))
                .collect();
            Some(cut(&all, caller))
        }
        _ => None,
    }
}

fn environment(state: &State, caller: &Caller<'_>, parts: &[&str]) -> Option<Reply> {
    let links = &caller.links;
    match parts {
        [] => {
            let all: Vec<_> = environments(state)
                .map(|name| {
                    wire::environment(name, engine::is_protected(state.scenario, name), links)
                })
                .collect();
            let page = Page::of(caller.ask, all.len(), 30, 100);
            let shown = &all[page.range.clone()];
            let body = json!({ "total_count": all.len(), "environments": shown });
            Some(page.link(Reply::json(200, &body), caller.ask))
        }
        [name] => {
            let name = environments(state).find(|known| known == name)?;
            let protected = engine::is_protected(state.scenario, name);
            Some(Reply::json(200, &wire::environment(name, protected, links)))
        }
        [name, "deployment_protection_rules"] => {
            environments(state).find(|known| known == name)?;
            let body = json!({ "total_count": 0, "custom_deployment_protection_rules": [] });
            Some(Reply::json(200, &body))
        }
        _ => None,
    }
}

fn environments(state: &State) -> impl Iterator<Item = &'static str> + use<> {
    let canary = state.scenario.is_canary();
    ENVIRONMENTS
        .into_iter()
        .filter(move |name| canary || !name.starts_with("production-"))
}

fn cut(all: &[Value], caller: &Caller<'_>) -> Reply {
    let page = Page::of(caller.ask, all.len(), 30, 100);
    page.link(
        Reply::json(200, &json!(all[page.range.clone()])),
        caller.ask,
    )
}

fn all_deployments(state: &State, caller: &Caller<'_>) -> Reply {
    let ask = caller.ask;
    let same = |name: &str, value: &str| ask.parameter(name).is_none_or(|asked| asked == value);
    let all: Vec<_> = state
        .deployments
        .iter()
        .rev()
        .filter(|d| {
            same("environment", d.environment) && same("sha", &d.sha) && same("task", "deploy")
        })
        .filter(|_| same("ref", crate::simulator::repository::BRANCH))
        .map(|d| wire::deployment(d, &caller.links))
        .collect();
    cut(&all, caller)
}

fn refs(state: &State, caller: &Caller<'_>) -> Vec<(String, Value)> {
    let repository = &state.repository;
    let branch = format!("refs/heads/{}", crate::simulator::repository::BRANCH);
    let tags = repository
        .tags
        .iter()
        .map(|(name, at)| (format!("refs/tags/{name}"), *at));
    std::iter::once((branch, repository.commits.len() - 1))
        .chain(tags)
        .map(|(name, at)| (name, repository.commits[at].sha.clone()))
        .chain(
            state
                .git
                .refs
                .iter()
                .map(|(name, sha)| (name.clone(), sha.clone())),
        )
        .map(|(name, sha)| {
            let value = wire::git_ref(&name, &sha, &caller.links);
            (name, value)
        })
        .collect()
}

/// `base...head`; 250 commits a page, the files on the first page only.
fn compare(state: &State, caller: &Caller<'_>, basehead: &str) -> Option<Reply> {
    let (base, head) = basehead.split_once("...")?;
    let repository = &state.repository;
    let (base, head) = (repository.find(base)?, repository.find(head)?);
    let ahead: Vec<usize> = (base + 1..=head).collect();
    let page = Page::of(caller.ask, ahead.len(), 250, 250);
    let shown = (&ahead[page.range.clone()], page.is_first());
    let body = wire::comparison(repository, base, head, shown, &caller.links);
    Some(page.link(Reply::json(200, &body), caller.ask))
}
