//! Deployments and their statuses.

use serde_json::{Value, json};

use super::{Links, person, stamp};
use crate::simulator::{
    deployment::{Deployment, Stage},
    repository::BRANCH,
};

/// `deployment`.
pub(in crate::simulator) fn deployment(d: &Deployment, links: &Links) -> Value {
    let at = links.repo(&format!("/deployments/{}", d.id));
    json!({
        "url": at,
        "id": d.id,
        "node_id": format!("DE_{}", d.id),
        "task": "deploy",
        "original_environment": d.environment,
        "environment": d.environment,
        "description": null,
        "created_at": stamp(d.created),
        "updated_at": stamp(d.updated()),
        "statuses_url": format!("{at}/statuses"),
        "repository_url": links.repo(""),
        "creator": person(&d.creator, links),
        "sha": d.sha,
        "ref": BRANCH,
        "payload": {},
        "transient_environment": false,
        "production_environment": false,
        "performed_via_github_app": null,
    })
}

/// `deployment-status`. `waiting` is sent though the description lacks it, as GitHub does.
pub(in crate::simulator) fn status(d: &Deployment, stage: &Stage, links: &Links) -> Value {
    let at = links.repo(&format!("/deployments/{}", d.id));
    let job = links.page(&format!("/actions/runs/{}/job/{}", d.run, d.job));
    json!({
        "url": format!("{at}/statuses/{}", stage.id),
        "id": stage.id,
        "node_id": format!("DES_{}", stage.id),
        "state": stage.state,
        "creator": person(&d.creator, links),
        "description": "",
        "environment": d.environment,
        "target_url": job,
        "created_at": stamp(stage.at),
        "updated_at": stamp(stage.at),
        "deployment_url": at,
        "repository_url": links.repo(""),
        "environment_url": "",
        "log_url": job,
        "performed_via_github_app": null,
    })
}
