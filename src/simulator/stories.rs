//! The rules of the world, told as short stories over its plain answers, without a socket.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Scenario, World, ask::Ask};
use crate::ports::Clock;

/// A clock that moves when it is told to.
#[derive(Debug)]
struct Hands(Mutex<Timestamp>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut now = self.0.lock().unwrap();
        *now = at.max(*now);
        Box::pin(std::future::ready(()))
    }
}

struct Play {
    world: World,
    hands: Arc<Hands>,
    run: u64,
}

impl Play {
    fn of(scenario: Scenario) -> Self {
        let start: Timestamp = "2026-11-20T14:00:00Z".parse().unwrap();
        let hands = Arc::new(Hands(Mutex::new(start)));
        let world = World::new(scenario, 7, hands.clone());
        let run = world.run_id();
        Self { world, hands, run }
    }

    fn wait(&self, seconds: i64) {
        *self.hands.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> super::ask::Reply {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let pair = |one: &str| {
            one.split_once('=')
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
        };
        let headers = [("host", "sim"), ("authorization", "Bearer t")];
        self.world.answer(&Ask {
            method: method.to_owned(),
            path: if path.starts_with('/') {
                path.to_owned()
            } else {
                format!("/api/v3/repos/acme/storefront/{path}")
            },
            query: query.split('&').filter_map(pair).collect(),
            headers: headers.map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
            body: if body.is_null() {
                Vec::new()
            } else {
                body.to_string().into_bytes()
            },
        })
    }

    fn get(&self, path: &str) -> Value {
        let reply = self.ask("GET", path, &Value::Null);
        assert_eq!(reply.status, 200, "{path}");
        serde_json::from_slice(&reply.body).unwrap()
    }

    fn post(&self, path: &str, body: &Value) -> u16 {
        self.ask("POST", path, body).status
    }

    fn status(&self, run: u64) -> String {
        let run = self.get(&format!("actions/runs/{run}"));
        let word = |field: &str| run[field].as_str().unwrap_or("-").to_owned();
        format!("{} {}", word("status"), word("conclusion"))
    }

    fn approve(&self, run: u64) -> u16 {
        let held = self.get(&format!("actions/runs/{run}/pending_deployments"));
        let ids: Vec<_> = held
            .as_array()
            .unwrap()
            .iter()
            .map(|p| &p["environment"]["id"])
            .collect();
        let body = json!({ "environment_ids": ids, "state": "approved", "comment": "ok" });
        self.post(&format!("actions/runs/{run}/pending_deployments"), &body)
    }

    fn serves(&self) -> String {
        self.get("/app/version")["version"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn roll_back(&self, version: &str) -> u64 {
        let inputs = json!({ "version": version, "id": "r1" });
        let body = json!({ "ref": "main", "inputs": inputs, "return_run_details": true });
        let reply = self.ask("POST", "actions/workflows/rollback.yml/dispatches", &body);
        assert_eq!(reply.status, 200);
        let told: Value = serde_json::from_slice(&reply.body).unwrap();
        told["workflow_run_id"].as_u64().unwrap()
    }
}

#[test]
fn staging_ends_after_a_minute_and_then_a_person_is_waited_for() {
    let play = Play::of(Scenario::Healthy);
    assert_eq!(play.status(play.run), "in_progress -");
    play.wait(61);
    assert_eq!(play.status(play.run), "waiting -");
    play.wait(86_400);
    assert_eq!(
        play.status(play.run),
        "waiting -",
        "nobody approves by himself"
    );
    assert_eq!(play.serves(), "v2.13.4");
}

#[test]
fn an_approval_deploys_once_and_a_second_one_is_refused() {
    let play = Play::of(Scenario::Healthy);
    play.wait(61);
    assert_eq!(play.approve(play.run), 200);
    assert_eq!(play.approve(play.run), 422, "nothing is pending any more");
    play.wait(100);
    assert_eq!(play.serves(), "v2.13.4", "the job still works");
    play.wait(30);
    assert_eq!(play.serves(), "v2.14.0");
    assert_eq!(play.status(play.run), "completed success");
    assert_eq!(play.world.acts().len(), 1);
}

#[test]
fn a_rejection_fails_the_run_and_deploys_nothing() {
    let play = Play::of(Scenario::Healthy);
    play.wait(61);
    let body = json!({ "environment_ids": [440_002], "state": "rejected", "comment": "no" });
    let path = format!("actions/runs/{}/pending_deployments", play.run);
    assert_eq!(play.post(&path, &body), 200);
    play.wait(600);
    assert_eq!(play.status(play.run), "completed failure");
    assert_eq!(play.serves(), "v2.13.4");
}

#[test]
fn a_rollback_waits_for_its_own_review_and_then_takes_a_hundred_seconds() {
    let play = Play::of(Scenario::Regression);
    play.wait(61);
    play.approve(play.run);
    play.wait(130);
    let rollback = play.roll_back("v2.13.4");
    play.wait(300);
    assert_eq!(play.status(rollback), "waiting -");
    assert_eq!(play.approve(rollback), 200);
    play.wait(110);
    assert_eq!(play.status(rollback), "completed success");
    assert_eq!(play.serves(), "v2.13.4");
}

#[test]
fn while_the_deploy_holds_the_lane_a_rollback_queues_and_a_newer_one_takes_its_place() {
    let play = Play::of(Scenario::RollbackRaces);
    play.wait(61);
    play.approve(play.run);
    play.wait(130);
    assert_eq!(
        (play.serves().as_str(), play.status(play.run).as_str()),
        ("v2.14.0", "in_progress -")
    );
    let first = play.roll_back("v2.13.4");
    assert_eq!(play.status(first), "pending -");
    let second = play.roll_back("v2.13.4");
    assert_eq!(
        play.status(first),
        "completed cancelled",
        "one run may wait"
    );
    assert_eq!(
        play.post(&format!("actions/runs/{}/cancel", play.run), &Value::Null),
        202
    );
    play.wait(30);
    assert_eq!(
        play.status(play.run),
        "in_progress -",
        "a cancelled run goes on for a while"
    );
    play.wait(30);
    assert_eq!(play.status(play.run), "completed cancelled");
    assert_eq!(play.status(second), "waiting -", "the lane is free");
    assert_eq!(
        play.post(&format!("actions/runs/{}/cancel", play.run), &Value::Null),
        409
    );
}

#[test]
fn cancelling_a_deploy_does_not_stop_the_cluster() {
    let play = Play::of(Scenario::Healthy);
    play.wait(61);
    play.approve(play.run);
    play.wait(60);
    play.post(&format!("actions/runs/{}/cancel", play.run), &Value::Null);
    play.wait(20);
    assert_eq!(play.status(play.run), "completed cancelled");
    assert_eq!(play.serves(), "v2.13.4");
    play.wait(60);
    assert_eq!(play.serves(), "v2.14.0");
}

#[test]
fn every_rollback_run_fails_where_rollbacks_fail() {
    let play = Play::of(Scenario::RollbackFails);
    play.wait(61);
    play.approve(play.run);
    play.wait(130);
    for _ in 0..2 {
        let rollback = play.roll_back("v2.13.4");
        play.wait(5);
        play.approve(rollback);
        play.wait(100);
        assert_eq!(play.status(rollback), "completed failure");
        assert_eq!(play.serves(), "v2.14.0");
    }
}

#[test]
fn someone_approves_in_the_browser_where_the_story_says_so() {
    let play = Play::of(Scenario::ApprovedElsewhere);
    play.wait(125);
    let reviews = play.get(&format!("actions/runs/{}/approvals", play.run));
    assert_eq!(reviews[0]["user"]["login"], "carol");
    play.wait(125);
    assert_eq!(play.serves(), "v2.14.0");
}

#[test]
fn a_canary_asks_three_times() {
    let play = Play::of(Scenario::Canary);
    for (held, wait) in [
        ("production-5", 61),
        ("production-25", 65),
        ("production", 65),
    ] {
        play.wait(wait);
        let path = format!("actions/runs/{}/pending_deployments", play.run);
        assert_eq!(play.get(&path)[0]["environment"]["name"], held);
        assert_eq!(play.approve(play.run), 200);
    }
    assert_eq!(play.serves(), "v2.13.4");
    play.wait(110);
    assert_eq!(play.serves(), "v2.14.0");
}

#[test]
fn a_dispatch_is_checked_against_the_workflow_file() {
    let play = Play::of(Scenario::DispatchGate);
    let path = "actions/workflows/production.yml/dispatches";
    let sha = play.get("commits/v2.14.0")["sha"]
        .as_str()
        .unwrap()
        .to_owned();
    let whole = json!({ "sha": sha, "version": "v2.14.0", "id": "r1" });
    let send = |reference: &str, inputs: &Value| {
        play.post(path, &json!({ "ref": reference, "inputs": inputs }))
    };
    assert_eq!(
        send("main", &json!({ "sha": sha })),
        422,
        "inputs are missing"
    );
    assert_eq!(
        send("main", &json!({ "what": "x" })),
        422,
        "an input is unknown"
    );
    assert_eq!(send("nowhere", &whole), 422, "the ref is unknown");
    assert_eq!(play.world.acts().len(), 0, "a refused act is none");
    assert_eq!(send("main", &whole), 204);
    play.wait(130);
    assert_eq!(play.serves(), "v2.14.0", "no review is asked for here");
    assert_eq!(
        play.post(
            "actions/workflows/deploy.yml/dispatches",
            &json!({ "ref": "main" })
        ),
        422
    );
}

#[test]
fn a_failed_run_runs_again_as_a_second_attempt() {
    let play = Play::of(Scenario::Healthy);
    play.wait(61);
    let body = json!({ "environment_ids": [440_002], "state": "rejected", "comment": "no" });
    play.post(
        &format!("actions/runs/{}/pending_deployments", play.run),
        &body,
    );
    assert_eq!(
        play.post(
            &format!("actions/runs/{}/rerun-failed-jobs", play.run),
            &Value::Null
        ),
        201
    );
    let run = play.get(&format!("actions/runs/{}", play.run));
    assert_eq!(
        (&run["run_attempt"], &run["status"]),
        (&json!(2), &json!("waiting"))
    );
}

#[test]
fn an_answer_that_did_not_change_is_304_and_free() {
    let play = Play::of(Scenario::Healthy);
    let path = format!("/api/v3/repos/acme/storefront/actions/runs/{}", play.run);
    let first = play.ask("GET", &path, &Value::Null);
    let header = |reply: &super::ask::Reply, name: &str| {
        reply
            .headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
            .unwrap()
    };
    let mut again = Ask {
        method: "GET".to_owned(),
        path,
        ..Ask::default()
    };
    let tag = header(&first, "etag");
    let all = [
        ("host", "sim"),
        ("authorization", "Bearer t"),
        ("if-none-match", tag.as_str()),
    ];
    again.headers = all.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
    let second = play.world.answer(&again);
    assert_eq!((second.status, second.body.len()), (304, 0));
    let left = "x-ratelimit-remaining";
    assert_eq!(header(&first, left), header(&second, left));
    play.wait(61);
    assert_eq!(play.world.answer(&again).status, 200, "the run changed");
}

#[test]
fn without_a_token_nothing_is_told_and_a_token_at_the_blob_store_is_noted() {
    let play = Play::of(Scenario::Healthy);
    let mut ask = Ask {
        method: "GET".to_owned(),
        path: "/api/v3/user".to_owned(),
        ..Ask::default()
    };
    assert_eq!(play.world.answer(&ask).status, 401);
    let all = play.get(&format!("actions/runs/{}/artifacts", play.run));
    let id = all["artifacts"][0]["id"].as_u64().unwrap();
    let reply = play.ask("GET", &format!("actions/artifacts/{id}/zip"), &Value::Null);
    assert_eq!(reply.status, 302);
    let to = &reply
        .headers
        .iter()
        .find(|(name, _)| name == "location")
        .unwrap()
        .1;
    let (path, query) = to
        .strip_prefix("http://sim")
        .unwrap()
        .split_once('?')
        .unwrap();
    let pair = |one: &str| {
        one.split_once('=')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
    };
    ask.path = path.to_owned();
    ask.query = query.split('&').filter_map(pair).collect();
    let zip = play.world.answer(&ask);
    assert_eq!((zip.status, &zip.body[..2]), (200, b"PK".as_slice()));
    assert!(play.world.violations().is_empty());
    ask.headers
        .insert("authorization".to_owned(), "Bearer t".to_owned());
    assert_eq!(play.world.answer(&ask).status, 400);
    assert_eq!(play.world.violations().len(), 1);
}

#[test]
fn two_worlds_of_one_seed_are_the_same_however_often_they_are_asked() {
    let (often, rarely) = (
        Play::of(Scenario::Regression),
        Play::of(Scenario::Regression),
    );
    for _ in 0..80 {
        often.wait(1);
        often.status(often.run);
    }
    rarely.wait(80);
    for path in ["actions/runs", "deployments", "actions/artifacts"] {
        assert_eq!(often.get(path), rarely.get(path), "{path}");
    }
}

#[test]
fn in_the_storm_no_look_finds_what_the_last_one_found() {
    let play = Play::of(Scenario::Storm);
    let path = format!("actions/runs/{}/jobs?per_page=100", play.run);
    let shards = || {
        let all = play.get(&path)["jobs"].as_array().unwrap().clone();
        let shards = all.into_iter().filter(|job| {
            let name = job["name"].as_str().unwrap();
            name.starts_with("shard-")
        });
        shards.collect::<Vec<_>>()
    };
    let first = shards();
    play.wait(1);
    let second = shards();
    assert_eq!((first.len(), second.len()), (40, 40));
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first["id"], second["id"]);
        assert_ne!(first["completed_at"], second["completed_at"]);
    }
}
