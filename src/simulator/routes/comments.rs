//! Comments on pull requests: a person's word on each, and where no artifact holds it, the explain text of the team's bot.

use serde_json::{Value, json};

use super::{
    caller::{Caller, number},
    page::Page,
};
use crate::simulator::{
    ask::Reply,
    reports::{self, Facts},
    repository::EXPLAINER,
    scenario::Scenario,
    state::State,
    wire,
};

/// Answers paths below `issues`.
pub(super) fn answer(state: &State, caller: &Caller<'_>, parts: &[&str]) -> Option<Reply> {
    let [id, "comments"] = parts else {
        return None;
    };
    let commit = state.repository.pull(number(id)?)?;
    let links = &caller.links;
    let mut all: Vec<Value> = vec![wire::comment(
        commit,
        (0, "cleo"),
        "Looks good on staging.",
        links,
    )];
    if state.scenario == Scenario::DispatchGate {
        let facts = Facts {
            times: 1,
            seed: state.seed,
            version: state.repository.version,
            sha: &state.repository.candidate().sha,
            failed: false,
            earlier: false,
            risky: false,
            late: false,
        };
        let text = reports::explain_text(&facts);
        all.push(wire::comment(commit, (1, EXPLAINER), &text, links));
    }
    let page = Page::of(caller.ask, all.len(), 30, 100);
    Some(page.link(
        Reply::json(200, &json!(all[page.range.clone()])),
        caller.ask,
    ))
}
