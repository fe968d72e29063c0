//! A deploy that failed is run again in the browser: cockpit follows the second attempt, and takes nothing over from the first.

use cockpit::simulator::{Ask, Scenario};
use serde_json::{Value, json};

use crate::place::{Place, events, of_kind};

const SPEED: f64 = 330.0;

/// What carol asks of GitHub in her browser.
fn ask(place: &Place, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let run = place.world.run_id();
    let headers = [("host", "sim"), ("authorization", "Bearer sim-carol")];
    let reply = place.world.answer(&Ask {
        method: method.to_owned(),
        path: format!("/api/v3/repos/acme/storefront/actions/runs/{run}{path}"),
        headers: headers.map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
        body: match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        },
        ..Ask::default()
    });
    let answer = serde_json::from_slice(&reply.body).unwrap_or_default();
    (reply.status, answer)
}

/// The events of the journal so far, of one kind.
fn written(place: &Place, kind: &str) -> Vec<Value> {
    let journal = place.journal();
    let whole = journal.iter().rposition(|b| *b == b'\n').unwrap_or(0);
    let all = events(&journal[..whole]);
    of_kind(&all, kind).into_iter().cloned().collect()
}

/// Once cockpit has seen that so many decisions are waited for, carol lets the stage go, and cockpit sees that.
fn let_go(place: &Place, environment: &str, waits: usize) {
    place.wait_until("waits for a decision", |place| {
        written(place, "approval.waiting").len() == waits
    });
    let (_, held) = ask(place, "GET", "/pending_deployments", &Value::Null);
    assert_eq!(held[0]["environment"]["name"], environment, "{held}");
    let ids = [&held[0]["environment"]["id"]];
    let body = json!({ "environment_ids": ids, "state": "approved", "comment": "ok" });
    let (status, said) = ask(place, "POST", "/pending_deployments", &body);
    assert_eq!(status, 200, "{said}");
    place.wait_until("saw the grant", |place| {
        written(place, "approval.granted").len() == waits
    });
}

/// The states that a stage went through, in order.
fn states(place: &Place, stage: u64) -> Vec<Value> {
    let changed = written(place, "rollout.stage_changed");
    let changed = changed
        .iter()
        .map(|event| &event["payload"]["stage_changed"]);
    let of_stage = changed.filter(|changed| changed["stage"] == stage);
    of_stage.map(|changed| changed["state"].clone()).collect()
}

#[test]
fn an_attempt_that_was_made_in_the_browser_is_followed_and_asked_about_anew() {
    let place = Place::of(Scenario::StageFails, 11, SPEED);
    let flight = place.start(place.unpiloted());
    let_go(&place, "production-5", 1);
    let_go(&place, "production-25", 2);
    place.wait_until("said that it failed", |place| {
        written(place, "rollout.issue_detected").len() == 1
    });
    assert!(states(&place, 1).contains(&json!("failed")));
    let (status, said) = ask(&place, "POST", "/rerun-failed-jobs", &Value::Null);
    assert_eq!(status, 201, "{said}");
    // The review of the first attempt still stands in GitHub's list: it lets nothing go in the second.
    place.wait_until("waits again", |place| {
        written(place, "approval.waiting").len() == 3
    });
    let (_, reviews) = ask(&place, "GET", "/approvals", &Value::Null);
    assert_eq!(reviews.as_array().unwrap().len(), 2, "{reviews}");
    assert_eq!(written(&place, "approval.granted").len(), 2);
    let attempts: Vec<Value> = written(&place, "rollout.run_changed")
        .iter()
        .map(|event| event["payload"]["run_changed"]["attempt"].clone())
        .collect();
    assert_eq!(attempts.last(), Some(&json!(2)), "{attempts:?}");
    assert_eq!(written(&place, "approval.reopened").len(), 1);
    let_go(&place, "production-25", 3);
    let_go(&place, "production", 4);
    place.wait_until("runs the candidate everywhere", |place| {
        written(place, "rollout.production_deployed").len() == 1
    });
    for stage in 0..3 {
        assert_eq!(states(&place, stage).last(), Some(&json!("deployed")));
    }
    // Production was asked again for what it runs since.
    place.wait_until("was told so by production", |place| {
        let answers = written(place, "rollout.production_answered");
        let newest = answers.last().map(Value::to_string);
        newest.is_some_and(|newest| newest.contains("v2.14.0"))
    });
    assert_eq!(written(&place, "rollout.issue_detected").len(), 1);
    assert!(flight.kill(), "it watches on");
    assert_eq!(place.acts("dispatch").len(), 0);
    assert_eq!(place.world.violations(), [""; 0]);
}
