//! What changes a run: reviews, dispatch, cancel, re-run; and the pending deployments that a review is about.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::caller::{Caller, invalid, number};
use crate::simulator::{
    acts,
    ask::Reply,
    files,
    run::Run,
    state::State,
    wire::{self, ENVIRONMENTS},
};

/// Answers paths below `actions`, where they are this file's.
pub(super) fn answer(state: &mut State, caller: &Caller<'_>, parts: &[&str]) -> Option<Reply> {
    match (caller.ask.method.as_str(), parts) {
        ("GET", ["runs", id, "pending_deployments"]) => pending(state, caller, number(id)?),
        ("POST", ["runs", id, "pending_deployments"]) => Some(review(state, caller, number(id)?)),
        ("GET", ["runs", id, "approvals"]) => approvals(state, caller, number(id)?),
        ("POST", ["runs", id, "cancel" | "force-cancel"]) => {
            let run = known(state, id)?;
            Some(done(202, acts::cancel(state, run, &caller.login)))
        }
        ("POST", ["runs", id, "rerun-failed-jobs"]) => {
            let run = known(state, id)?;
            Some(done(201, acts::rerun_failed(state, run, &caller.login)))
        }
        ("POST", ["workflows", name, "dispatches"]) => dispatch(state, caller, name),
        _ => None,
    }
}

fn known(state: &State, id: &str) -> Option<u64> {
    state.run(number(id)?).map(|run| run.id)
}

fn done(status: u16, result: Result<(), acts::Refused>) -> Reply {
    match result {
        Ok(()) => Reply::json(status, &json!({})),
        Err((status, words)) => Reply::refusal(status, &words),
    }
}

fn pending(state: &State, caller: &Caller<'_>, id: u64) -> Option<Reply> {
    let may = acts::may_review(&caller.login);
    let held = state.run(id)?.held_by();
    let all: Vec<_> = held
        .into_iter()
        .map(|name| wire::pending(name, may, &caller.links))
        .collect();
    Some(Reply::json(200, &json!(all)))
}

fn approvals(state: &State, caller: &Caller<'_>, id: u64) -> Option<Reply> {
    let run = state.run(id)?;
    let all: Vec<_> = run
        .reviews
        .iter()
        .map(|review| wire::approval(review, run, &caller.links))
        .collect();
    Some(Reply::json(200, &json!(all)))
}

fn review(state: &mut State, caller: &Caller<'_>, run: u64) -> Reply {
    let Ok(body) = caller.ask.json() else {
        return Reply::refusal(400, "Problems parsing JSON");
    };
    if state.run(run).is_none() {
        return Reply::refusal(404, "Not Found");
    }
    for field in ["environment_ids", "state", "comment"] {
        if body.get(field).is_none() {
            return invalid(&format!("\"{field}\" wasn't supplied."));
        }
    }
    let ids: Option<Vec<u64>> = body["environment_ids"]
        .as_array()
        .and_then(|list| list.iter().map(Value::as_u64).collect());
    let (Some(ids), Some(comment)) = (ids, body["comment"].as_str()) else {
        return invalid("For 'properties/environment_ids', not an array of integers.");
    };
    let approved = match body["state"].as_str() {
        Some("approved") => true,
        Some("rejected") => false,
        _ => return invalid("\"state\" is not one of approved, rejected."),
    };
    let names: Option<Vec<&'static str>> = ids
        .iter()
        .map(|id| {
            ENVIRONMENTS
                .into_iter()
                .find(|name| wire::environment_id(name) == *id)
        })
        .collect();
    let act = acts::ReviewAct {
        run,
        environments: &names.unwrap_or_default(),
        approved,
        comment,
        by: &caller.login,
        body: body.clone(),
    };
    match acts::review(state, act) {
        Ok(ids) => {
            let of = |id: &u64| state.deployments.iter().find(|d| d.id == *id);
            let all: Vec<_> = ids
                .iter()
                .filter_map(of)
                .map(|d| wire::deployment(d, &caller.links))
                .collect();
            Reply::json(200, &json!(all))
        }
        Err((status, words)) => Reply::refusal(status, &words),
    }
}

fn dispatch(state: &mut State, caller: &Caller<'_>, name: &str) -> Option<Reply> {
    let workflow = workflow_file(state, name)?;
    let Ok(body) = caller.ask.json() else {
        return Some(Reply::refusal(400, "Problems parsing JSON"));
    };
    let Some(reference) = body.get("ref").and_then(Value::as_str) else {
        return Some(invalid("\"ref\" wasn't supplied."));
    };
    let mut inputs = BTreeMap::new();
    for (key, value) in body
        .get("inputs")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        inputs.insert(key.clone(), text);
    }
    if inputs.len() > 25 {
        return Some(invalid(
            "For 'properties/inputs', no more than 25 properties are allowed.",
        ));
    }
    let started = acts::dispatch(
        state,
        workflow,
        reference,
        &inputs,
        &caller.login,
        body.clone(),
    );
    let id = match started {
        Ok(id) => id,
        Err((status, words)) => return Some(Reply::refusal(status, &words)),
    };
    let told = caller.version != "2022-11-28" || body["return_run_details"] == json!(true);
    Some(if told {
        let links = &caller.links;
        let body = json!({
            "workflow_run_id": id,
            "run_url": links.repo(&format!("/actions/runs/{id}")),
            "html_url": links.page(&format!("/actions/runs/{id}")),
        });
        Reply::json(200, &body)
    } else {
        Reply::empty(204)
    })
}

/// The file of a workflow that is named by file or id.
pub(super) fn workflow_file(state: &State, name: &str) -> Option<&'static str> {
    files::workflows(state.scenario)
        .into_iter()
        .map(|(file, _)| file)
        .find(|file| *file == name || wire::workflow_id(file).to_string() == name)
}

/// Who stands in a lane, by their places: who holds it, then who waits, the older first.
pub(super) fn members<'s>(state: &'s State, group: &str) -> Vec<(u32, &'s Run)> {
    let open = |run: &&Run| run.group.eq_ignore_ascii_case(group) && run.is_open();
    let (holds, waits): (Vec<&Run>, Vec<&Run>) = state
        .runs
        .iter()
        .filter(open)
        .partition(|run| run.holds_lane());
    let holds = holds.into_iter().map(|run| (0, run));
    holds.chain((1..).zip(waits)).collect()
}

/// The place of a run in its lane; none where it has ended.
pub(super) fn position(state: &State, run: &Run) -> Option<u32> {
    let all = members(state, run.group);
    let own = all.into_iter().find(|(_, member)| member.id == run.id);
    own.map(|(position, _)| position)
}
