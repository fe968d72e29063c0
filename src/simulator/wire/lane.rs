//! Concurrency groups.

use serde_json::{Value, json};

use super::Links;
use crate::simulator::run::Run;

fn member(run: &Run, position: u32, group: &str, links: &Links) -> Value {
    json!({
        "run_id": run.id,
        "run_name": run.title,
        "run_url": links.repo(&format!("/actions/runs/{}", run.id)),
        "run_html_url": links.page(&format!("/actions/runs/{}", run.id)),
        "status": if position == 0 { "in_progress" } else { "pending" },
        "position": position,
        "position_url": format!("{group}?ahead_of_run={}", run.id),
    })
}

/// `concurrency-group-run-list` of a run, which names that run alone; `position` as counted by the caller, none where it
/// left its lane.
pub(in crate::simulator) fn lanes(run: &Run, position: Option<u32>, links: &Links) -> Value {
    if run.group.is_empty() {
        return json!({ "total_count": 0, "concurrency_groups": [] });
    }
    let group = links.repo(&format!("/actions/concurrency_groups/{}", run.group));
    let own = position.map(|position| member(run, position, &group, links));
    let members: Vec<_> = own.into_iter().collect();
    json!({
        "total_count": 1,
        "concurrency_groups": [{ "group_name": run.group, "group_url": group, "group_members": members }],
    })
}

/// A group with all who stand in it, by their places.
pub(in crate::simulator) fn group(name: &str, members: &[(u32, &Run)], links: &Links) -> Value {
    let group = links.repo(&format!("/actions/concurrency_groups/{name}"));
    let all: Vec<_> = members
        .iter()
        .map(|(position, run)| member(run, *position, &group, links))
        .collect();
    json!({
        "group_name": name,
        "group_url": group,
        "total_count": all.len(),
        "group_members": all,
    })
}
