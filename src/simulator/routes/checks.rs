//! Check runs of a commit: the jobs of its runs, and one of another app.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{caller::Caller, page::Page};
use crate::simulator::{
    ask::Reply,
    run::{End, Status},
    state::State,
    wire::{self, CheckRun},
};

/// The check of another app: it looks at policies, and takes until staging has ended and a little longer.
const POLICY: &str = "policy";
const POLICY_SECONDS: i64 = 75;
/// Its id lies apart from those that the world mints.
const POLICY_ID: u64 = 90_000_001;

/// Answers `commits/{ref}/check-runs`.
pub(super) fn answer(state: &State, caller: &Caller<'_>, name: &str) -> Option<Reply> {
    let commit = &state.repository.commits[state.repository.find(name)?];
    let wanted = caller.ask.parameter("check_name");
    let fits = |name: &str| wanted.is_none_or(|wanted| wanted == name);
    let mut all: Vec<Value> = Vec::new();
    for run in state.runs.iter().filter(|run| run.sha == commit.sha) {
        for job in run.jobs.iter().filter(|job| fits(job.name)) {
            let page = format!("/actions/runs/{}/job/{}", run.id, job.id);
            let check = CheckRun {
                id: job.id,
                name: job.name,
                sha: &run.sha,
                status: match job.status {
                    // A job whose needs are not met has no check run of another word.
                    Status::Pending => Status::Queued.word(),
                    status => status.word(),
                },
                conclusion: job.conclusion.map(End::word),
                started: job.started,
                completed: job.completed,
                details: caller.links.page(&page),
            };
            all.push(wire::check_run(&check, &caller.links));
        }
    }
    if fits(POLICY) && commit.sha == state.repository.candidate().sha {
        let ends = state.epoch + SignedDuration::from_secs(POLICY_SECONDS);
        let is_done = state.now >= ends;
        let check = CheckRun {
            id: POLICY_ID,
            name: POLICY,
            sha: &commit.sha,
            status: if is_done { "completed" } else { "in_progress" },
            conclusion: is_done.then_some("success"),
            started: Some(state.epoch),
            completed: is_done.then_some(ends),
            details: caller.links.page("/runs/90000001"),
        };
        all.push(wire::check_run(&check, &caller.links));
    }
    let page = Page::of(caller.ask, all.len(), 30, 100);
    let shown = &all[page.range.clone()];
    let body = json!({ "total_count": all.len(), "check_runs": shown });
    Some(page.link(Reply::json(200, &body), caller.ask))
}
