//! Environments, what holds a run at them, and the reviews that were given.

use serde_json::{Value, json};

use super::{Links, person, stamp};
use crate::simulator::{
    repository::PEOPLE,
    run::{Review, Run},
};

const MADE: &str = "2024-05-06T07:08:09Z";

/// Every environment of this world.
pub(in crate::simulator) const ENVIRONMENTS: [&str; 4] =
    ["staging", "production", "production-5", "production-25"];

/// The id that an approval names.
pub(in crate::simulator) fn environment_id(name: &str) -> u64 {
    let place = ENVIRONMENTS.iter().position(|known| *known == name);
    440_001 + u64::try_from(place.unwrap_or(0)).unwrap_or(0)
}

fn short(name: &str, links: &Links) -> Value {
    json!({
        "id": environment_id(name),
        "node_id": format!("EN_{}", environment_id(name)),
        "name": name,
        "url": links.repo(&format!("/environments/{name}")),
        "html_url": links.page(&format!("/deployments/activity_log?environments_filter={name}")),
    })
}

fn reviewers(links: &Links) -> Value {
    PEOPLE[..2]
        .iter()
        .map(|login| json!({ "type": "User", "reviewer": person(login, links) }))
        .collect()
}

/// `environment`, with its protection rules.
pub(in crate::simulator) fn environment(name: &str, protected: bool, links: &Links) -> Value {
    let mut all = short(name, links);
    all["created_at"] = json!(MADE);
    all["updated_at"] = json!(MADE);
    // Sent by GitHub, though the description lacks it.
    all["can_admins_bypass"] = json!(false);
    let mut rules = Vec::new();
    if protected {
        rules.push(json!({
            "id": 71,
            "node_id": "GA_71",
            "type": "required_reviewers",
            "prevent_self_review": false,
            "reviewers": reviewers(links),
        }));
    }
    all["protection_rules"] = json!(rules);
    all["deployment_branch_policy"] = Value::Null;
    all
}

/// `pending-deployment`.
pub(in crate::simulator) fn pending(name: &str, may_approve: bool, links: &Links) -> Value {
    json!({
        "environment": short(name, links),
        "wait_timer": 0,
        "wait_timer_started_at": null,
        "current_user_can_approve": may_approve,
        "reviewers": reviewers(links),
    })
}

/// `environment-approvals`.
pub(in crate::simulator) fn approval(review: &Review, run: &Run, links: &Links) -> Value {
    let environments: Vec<_> = review
        .environments
        .iter()
        .map(|name| {
            let mut all = short(name, links);
            all["created_at"] = json!(MADE);
            all["updated_at"] = json!(stamp(run.updated));
            all
        })
        .collect();
    json!({
        "environments": environments,
        "state": if review.approved { "approved" } else { "rejected" },
        "user": person(&review.by, links),
        "comment": review.comment,
    })
}
