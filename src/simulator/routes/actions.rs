//! Reads below `actions`: runs, jobs, artifacts, workflows, lanes.

use serde_json::{Value, json};

use super::{
    app,
    caller::{Caller, number},
    page::Page,
    reviews::{members, position, workflow_file},
};
use crate::simulator::{
    ask::{Ask, Reply},
    files,
    run::{Artifact, Job, Run, Status},
    state::State,
    storm, wire,
};

/// Answers paths below `actions`, where they are this file's.
pub(super) fn answer(state: &State, caller: &Caller<'_>, parts: &[&str]) -> Option<Reply> {
    if caller.ask.method != "GET" {
        return None;
    }
    let links = &caller.links;
    match parts {
        ["runs"] => Some(runs(state, caller, None)),
        ["runs", id] => {
            let run = storm::told(state, state.run(number(id)?)?);
            Some(Reply::json(200, &wire::run(&run, &state.repository, links)))
        }
        ["runs", id, "attempts", attempt] => {
            let run = state
                .run(number(id)?)
                .filter(|r| number(attempt) == Some(r.attempt))?;
            Some(Reply::json(200, &wire::run(run, &state.repository, links)))
        }
        ["runs", id, "jobs"] => Some(jobs(&storm::told(state, state.run(number(id)?)?), caller)),
        ["runs", id, "attempts", attempt, "jobs"] => {
            let run = state
                .run(number(id)?)
                .filter(|r| number(attempt) == Some(r.attempt))?;
            Some(jobs(&storm::told(state, run), caller))
        }
        ["runs", id, "artifacts"] => {
            let run = state.run(number(id)?)?;
            Some(artifacts(
                run.artifacts.iter().map(|a| (a, run)).collect(),
                caller,
            ))
        }
        ["runs", id, "concurrency_groups"] => {
            let run = state.run(number(id)?)?;
            Some(Reply::json(
                200,
                &wire::lanes(run, position(state, run), links),
            ))
        }
        ["concurrency_groups", name] => {
            let members = members(state, name);
            // A group that nobody stands in is not there.
            (!members.is_empty()).then(|| Reply::json(200, &wire::group(name, &members, links)))
        }
        ["jobs", id] => {
            let id: u64 = number(id)?;
            let find = |run: &Run| run.jobs.iter().position(|job| job.id == id);
            let (run, at) = state.runs.iter().find_map(|run| Some((run, find(run)?)))?;
            Some(Reply::json(200, &wire::job(&run.jobs[at], run, links)))
        }
        ["artifacts"] => {
            let each = |run| every(run);
            Some(artifacts(
                state.runs.iter().rev().flat_map(each).collect(),
                caller,
            ))
        }
        ["artifacts", id] => {
            let (artifact, run) = find_artifact(state, id)?;
            Some(Reply::json(200, &wire::artifact(artifact, run, links)))
        }
        ["artifacts", id, "zip"] => {
            let (artifact, _) = find_artifact(state, id)?;
            let to = app::blob_address(state, artifact.id, &links.web);
            Some(Reply::empty(302).with("location", to))
        }
        ["workflows"] => Some(workflows(state, caller)),
        ["workflows", name] => {
            let file = workflow_file(state, name)?;
            Some(Reply::json(
                200,
                &wire::workflow(file, wire::workflow_name(file), links),
            ))
        }
        ["workflows", name, "runs"] => Some(runs(state, caller, Some(workflow_file(state, name)?))),
        _ => None,
    }
}

fn every(run: &Run) -> Vec<(&Artifact, &Run)> {
    run.artifacts
        .iter()
        .map(|artifact| (artifact, run))
        .collect()
}

fn find_artifact<'a>(state: &'a State, id: &str) -> Option<(&'a Artifact, &'a Run)> {
    let id: u64 = number(id)?;
    state
        .runs
        .iter()
        .flat_map(every)
        .find(|(artifact, _)| artifact.id == id)
}

fn runs(state: &State, caller: &Caller<'_>, workflow: Option<&str>) -> Reply {
    let ask = caller.ask;
    let mut all: Vec<_> = state
        .runs
        .iter()
        .filter(|run| workflow.is_none_or(|file| run.workflow == file))
        .filter(|run| wanted(run, ask))
        .collect();
    all.sort_by_key(|run| std::cmp::Reverse((run.created, run.id)));
    let page = Page::of(ask, all.len(), 30, 100);
    let shown: Vec<_> = all[page.range.clone()]
        .iter()
        .map(|run| wire::run(run, &state.repository, &caller.links))
        .collect();
    let body = json!({ "total_count": all.len(), "workflow_runs": shown });
    page.link(Reply::json(200, &body), ask)
}

fn wanted(run: &Run, ask: &Ask) -> bool {
    let same = |name: &str, value: &str| ask.parameter(name).is_none_or(|asked| asked == value);
    let status = ask.parameter("status").is_none_or(|asked| {
        run.status.word() == asked || run.conclusion.is_some_and(|end| end.word() == asked)
    });
    status
        && same("head_sha", &run.sha)
        && same("event", run.event)
        && same("branch", crate::simulator::repository::BRANCH)
        && same("actor", &run.actor)
        && ask
            .parameter("created")
            .is_none_or(|asked| within(run, asked))
}

/// GitHub's date search: `>=T`, `>T`, `<=T`, `<T`, `A..B`, `A..*`, or a moment.
fn within(run: &Run, asked: &str) -> bool {
    let made = wire::stamp(run.created);
    // Both are UTC in the same form, so they order as text; a bare day is a prefix of its moments.
    let at = |limit: &str| limit.replace("+00:00", "Z");
    if let Some((from, to)) = asked.split_once("..") {
        return (from == "*" || made >= at(from)) && (to == "*" || made <= at(to));
    }
    match asked.strip_prefix(">=") {
        Some(limit) => return made >= at(limit),
        None if asked.starts_with("<=") => return made <= at(&asked[2..]),
        None => {}
    }
    match asked.split_at_checked(1) {
        Some((">", limit)) => made > at(limit),
        Some(("<", limit)) => made < at(limit),
        _ => made.starts_with(asked),
    }
}

/// The jobs that exist: GitHub makes a job when its needs are met. Those of earlier attempts are told with `filter=all`.
fn jobs(run: &Run, caller: &Caller<'_>) -> Reply {
    let is_all = caller.ask.parameter("filter") == Some("all");
    let is_newest = |job: &Job| {
        !run.jobs
            .iter()
            .any(|other| other.name == job.name && other.attempt > job.attempt)
    };
    let all: Vec<_> = run
        .jobs
        .iter()
        .filter(|job| job.status != Status::Pending && (is_all || is_newest(job)))
        .collect();
    let page = Page::of(caller.ask, all.len(), 30, 100);
    let shown: Vec<_> = all[page.range.clone()]
        .iter()
        .map(|job| wire::job(job, run, &caller.links))
        .collect();
    let body = json!({ "total_count": all.len(), "jobs": shown });
    page.link(Reply::json(200, &body), caller.ask)
}

fn artifacts(mut all: Vec<(&Artifact, &Run)>, caller: &Caller<'_>) -> Reply {
    if let Some(name) = caller.ask.parameter("name") {
        all.retain(|(artifact, _)| artifact.name == name);
    }
    all.sort_by_key(|(artifact, _)| std::cmp::Reverse((artifact.created, artifact.id)));
    let page = Page::of(caller.ask, all.len(), 30, 100);
    let shown: Vec<Value> = all[page.range.clone()]
        .iter()
        .map(|(artifact, run)| wire::artifact(artifact, run, &caller.links))
        .collect();
    let body = json!({ "total_count": all.len(), "artifacts": shown });
    page.link(Reply::json(200, &body), caller.ask)
}

fn workflows(state: &State, caller: &Caller<'_>) -> Reply {
    let all = files::workflows(state.scenario);
    let page = Page::of(caller.ask, all.len(), 30, 100);
    let shown: Vec<_> = all[page.range.clone()]
        .iter()
        .map(|(file, name)| wire::workflow(file, name, &caller.links))
        .collect();
    let body = json!({ "total_count": all.len(), "workflows": shown });
    page.link(Reply::json(200, &body), caller.ask)
}
