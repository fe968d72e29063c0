//! What people do to the world: review, dispatch, cancel, run again. Each changes it exactly once, or says why not.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    engine, files,
    log::ActEntry,
    plan, repository,
    run::{End, Review, Run, Status},
    scenario::Scenario,
    state::{Happening, State},
};

/// Why an act was refused: status and GitHub's words.
pub(super) type Refused = (u16, String);

/// A review through the API.
pub(super) struct ReviewAct<'a> {
    pub(super) run: u64,
    pub(super) environments: &'a [&'static str],
    pub(super) approved: bool,
    pub(super) comment: &'a str,
    pub(super) by: &'a str,
    pub(super) body: Value,
}

/// Lets the named environments of a run through, or fails the run. Answers with their deployments' ids.
pub(super) fn review(state: &mut State, act: ReviewAct<'_>) -> Result<Vec<u64>, Refused> {
    let at = state.now;
    if !may_review(act.by) {
        return Err((
            403,
            "You are not a required reviewer of this environment".to_owned(),
        ));
    }
    let held = state.run(act.run).map(Run::held_by).unwrap_or_default();
    if act.environments.is_empty() || !act.environments.iter().all(|e| held.contains(e)) {
        let words = "No pending deployment requests to approve or reject";
        return Err((422, words.to_owned()));
    }
    state.log.act(ActEntry {
        at,
        act: if act.approved { "approve" } else { "reject" },
        actor: act.by.to_owned(),
        via: "api",
        run: act.run,
        body: act.body,
    });
    Ok(engine::reviewed(
        state,
        act.run,
        Review {
            by: act.by.to_owned(),
            approved: act.approved,
            comment: act.comment.to_owned(),
            environments: act.environments.to_vec(),
        },
        at,
    ))
}

/// Who may review production: the first two people.
pub(super) fn may_review(login: &str) -> bool {
    repository::PEOPLE[..2].contains(&login)
}

/// Starts a run by `workflow_dispatch` and answers with its id.
pub(super) fn dispatch(
    state: &mut State,
    workflow: &'static str,
    reference: &str,
    inputs: &BTreeMap<String, String>,
    by: &str,
    body: Value,
) -> Result<u64, Refused> {
    let declared = files::inputs(workflow, state.scenario).ok_or_else(|| {
        (
            422,
            "Workflow does not have 'workflow_dispatch' trigger".to_owned(),
        )
    })?;
    let Some(at) = state.repository.find(reference) else {
        return Err((422, format!("No ref found for: {reference}")));
    };
    let unknown: Vec<_> = inputs
        .keys()
        .filter(|k| !declared.contains(&k.as_str()))
        .collect();
    if !unknown.is_empty() {
        return Err((
            422,
            format!("Unexpected inputs provided: {}", json!(unknown)),
        ));
    }
    if let Some(missing) = declared.iter().find(|name| !inputs.contains_key(**name)) {
        return Err((422, format!("Required input '{missing}' not provided")));
    }
    let now = state.now;
    let sha = state.repository.commits[at].sha.clone();
    let id = plan::dispatched(state, workflow, sha, inputs, by);
    state.log.act(ActEntry {
        at: now,
        act: "dispatch",
        actor: by.to_owned(),
        via: "api",
        run: id,
        body,
    });
    engine::begin(state, id, now);
    Ok(id)
}

/// Asks a run to stop. It goes on for a while.
pub(super) fn cancel(state: &mut State, run: u64, by: &str) -> Result<(), Refused> {
    let now = state.now;
    let Some(r) = state.run(run).filter(|r| r.is_open()) else {
        return Err((
            409,
            "Cannot cancel a workflow run that is completed.".to_owned(),
        ));
    };
    let works = r.status == Status::InProgress;
    let seconds = match (works, state.scenario) {
        (false, _) => 2,
        (true, Scenario::RollbackRaces) => 50,
        (true, _) => 12,
    };
    state.log.act(ActEntry {
        at: now,
        act: "cancel",
        actor: by.to_owned(),
        via: "api",
        run,
        body: Value::Null,
    });
    state.plan(now, seconds, Happening::RunStops { run });
    Ok(())
}

/// Runs what failed again, as a new attempt.
pub(super) fn rerun_failed(state: &mut State, run: u64, by: &str) -> Result<(), Refused> {
    let now = state.now;
    let Some(r) = state.run_mut(run) else {
        return Err((404, "Not Found".to_owned()));
    };
    if r.is_open() || r.conclusion == Some(End::Success) {
        let words = "This workflow run cannot be retried";
        return Err((403, words.to_owned()));
    }
    r.attempt += 1;
    by.clone_into(&mut r.triggering_actor);
    r.conclusion = None;
    let attempt = r.attempt;
    for job in &mut r.jobs {
        job.attempt = attempt;
        if job.planned == End::Failure && job.environment.is_some() {
            // What hindered the deploy is over.
            job.planned = End::Success;
        }
        if job.conclusion != Some(End::Success) {
            job.status = Status::Pending;
            job.conclusion = None;
            (job.started, job.completed) = (None, None);
            job.created = now;
            job.approved = false;
            job.deployment = None;
        }
    }
    // A job that runs again is another job to GitHub.
    for index in 0..state.run(run).map_or(0, |r| r.jobs.len()) {
        let id = state.mint();
        if let Some(job) = state.run_mut(run).map(|r| &mut r.jobs[index])
            && job.is_open()
        {
            job.id = id;
        }
    }
    state.log.act(ActEntry {
        at: now,
        act: "rerun",
        actor: by.to_owned(),
        via: "api",
        run,
        body: Value::Null,
    });
    engine::begin(state, run, now);
    Ok(())
}
