//! Check runs.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Links, stamp};

/// What a check run is at one moment.
pub(in crate::simulator) struct CheckRun<'a> {
    pub(in crate::simulator) id: u64,
    pub(in crate::simulator) name: &'a str,
    pub(in crate::simulator) sha: &'a str,
    pub(in crate::simulator) status: &'static str,
    pub(in crate::simulator) conclusion: Option<&'static str>,
    pub(in crate::simulator) started: Option<Timestamp>,
    pub(in crate::simulator) completed: Option<Timestamp>,
    /// The page that tells more.
    pub(in crate::simulator) details: String,
}

/// `check-run`.
pub(in crate::simulator) fn check_run(check: &CheckRun<'_>, links: &Links) -> Value {
    let at = links.repo(&format!("/check-runs/{}", check.id));
    json!({
        "id": check.id,
        "head_sha": check.sha,
        "node_id": format!("CR_{}", check.id),
        "external_id": "",
        "url": at,
        "html_url": check.details,
        "details_url": check.details,
        "status": check.status,
        "conclusion": check.conclusion,
        "started_at": check.started.map(stamp),
        "completed_at": check.completed.map(stamp),
        "output": {
            "title": null,
            "summary": null,
            "text": null,
            "annotations_count": 0,
            "annotations_url": format!("{at}/annotations"),
        },
        "name": check.name,
        "check_suite": { "id": check.id + 5_000_000 },
        "app": null,
        "pull_requests": [],
    })
}
