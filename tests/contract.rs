//! The simulated GitHub against GitHub's own description: every answer of every scenario, and every request that cockpit makes.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "contracts/claims.rs"]
mod claims;
#[path = "contracts/cockpit_side.rs"]
mod cockpit_side;
#[path = "contracts/description.rs"]
mod description;
#[path = "contracts/hands.rs"]
mod hands;

use std::{collections::BTreeSet, sync::Arc};

use cockpit::simulator::{Ask, Reply, Scenario, World};
use description::Description;
use hands::Hands;
use serde_json::{Value, json};

/// A world, the judge, and what was found wrong.
struct Trial<'a> {
    judge: &'a Description,
    world: World,
    hands: Arc<Hands>,
    run: u64,
    version: &'static str,
    wrong: BTreeSet<String>,
    judged: usize,
}

impl<'a> Trial<'a> {
    fn of(scenario: Scenario, judge: &'a Description) -> Self {
        let hands = Arc::new(Hands::new());
        let world = World::new(scenario, 3, hands.clone());
        let run = world.run_id();
        Self {
            judge,
            world,
            hands,
            run,
            version: "2026-03-10",
            wrong: BTreeSet::new(),
            judged: 0,
        }
    }

    fn wait(&self, seconds: i64) {
        self.hands.wait(seconds);
    }

    /// Asks until the network lets the answer through, and judges it.
    fn ask(&mut self, method: &str, path: &str, body: &Value) -> Reply {
        let whole = match path.strip_prefix('/') {
            Some(_) => format!("/api/v3{path}"),
            None => format!("/api/v3/repos/acme/storefront/{path}"),
        };
        let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
        let headers = [
            ("host", "localhost:1"),
            ("authorization", "Bearer t"),
            ("x-github-api-version", self.version),
        ];
        let pair = |one: &str| {
            one.split_once('=')
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
        };
        let ask = Ask {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.split('&').filter_map(pair).collect(),
            headers: headers.map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
            body: if body.is_null() {
                Vec::new()
            } else {
                body.to_string().into_bytes()
            },
        };
        for _ in 0..8 {
            let reply = self.world.answer(&ask);
            if !reply.cut {
                let found = self.judge.answer(method, path, reply.status, &reply.body);
                self.wrong.extend(found);
                self.judged += 1;
                if !matches!(reply.status, 429 | 502) {
                    return reply;
                }
            }
            self.wait(20);
        }
        panic!("{method} {path}: no answer in eight tries");
    }

    fn status(&mut self, method: &str, path: &str, body: &Value) -> u16 {
        self.ask(method, path, body).status
    }

    /// The id of what was made.
    fn made(&mut self, path: &str, body: &Value) -> String {
        let reply = self.ask("POST", path, body);
        assert_eq!(reply.status, 201, "{path}");
        let made: Value = serde_json::from_slice(&reply.body).unwrap();
        made["sha"].as_str().unwrap().to_owned()
    }

    fn get(&mut self, path: &str) -> Value {
        let reply = self.ask("GET", path, &Value::Null);
        serde_json::from_slice(&reply.body).unwrap_or(Value::Null)
    }

    /// Every read that there is.
    fn read_all(&mut self) {
        let run = self.run;
        for path in [
            "/user",
            "/rate_limit",
            "/repos/acme/storefront",
            "actions/runs?per_page=3&page=2",
            "actions/runs?status=waiting",
            "actions/workflows",
            "actions/workflows/deploy.yml",
            "actions/workflows/deploy.yml/runs?status=waiting",
            "actions/artifacts",
            "environments",
            "environments/production",
            "environments/production/deployment_protection_rules",
            "contents/cockpit.toml",
            "contents/.github/workflows/rollback.yml",
            "contents/nothing",
            "contents/package-lock.json?ref=v2.13.4",
            "commits/main",
            "commits/nothing",
            "commits/main/pulls",
            "commits/main/check-runs?filter=latest&per_page=2&page=2",
            "commits/v2.13.4/check-runs?check_name=deploy",
            "git/matching-refs/tags/v",
            "git/ref/heads/main",
            "git/ref/tags/nothing",
            "actions/concurrency_groups/production",
            "actions/concurrency_groups/nobody",
            "tags",
            "pulls/1",
        ] {
            self.get(path);
        }
        for rest in [
            "",
            "/jobs",
            "/artifacts",
            "/pending_deployments",
            "/approvals",
            "/concurrency_groups",
            "/attempts/1",
            "/attempts/1/jobs",
        ] {
            self.get(&format!("actions/runs/{run}{rest}"));
        }
        let jobs = self.get(&format!("actions/runs/{run}/jobs"));
        self.get(&format!("actions/jobs/{}", jobs["jobs"][0]["id"]));
        let artifacts = self.get("actions/artifacts?name=explain");
        let id = &artifacts["artifacts"][0]["id"];
        self.get(&format!("actions/artifacts/{id}"));
        assert_eq!(
            self.ask("GET", &format!("actions/artifacts/{id}/zip"), &Value::Null)
                .status,
            302
        );
        let deployments = self.get("deployments?environment=production");
        for deployment in deployments.as_array().into_iter().flatten() {
            self.get(&format!("deployments/{}", deployment["id"]));
            self.get(&format!("deployments/{}/statuses", deployment["id"]));
        }
        let sha = self.get("commits/main")["sha"].as_str().unwrap().to_owned();
        let old = self.get("tags")[0]["commit"]["sha"]
            .as_str()
            .unwrap()
            .to_owned();
        for basehead in [
            format!("{old}...{sha}"),
            format!("{sha}...{old}"),
            format!("{sha}...{sha}"),
        ] {
            self.get(&format!("compare/{basehead}"));
            self.get(&format!("dependency-graph/compare/{basehead}"));
        }
        let pull = self.get(&format!("commits/{sha}/pulls"))[0]["number"].clone();
        self.get(&format!("pulls/{pull}"));
        let comments = self.get(&format!("issues/{pull}/comments"));
        assert!(!comments.as_array().unwrap().is_empty());
    }

    fn approve(&mut self, run: u64) -> u16 {
        let path = format!("actions/runs/{run}/pending_deployments");
        let held = self.get(&path);
        let ids: Vec<_> = held
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["environment"]["id"].clone())
            .collect();
        let body = json!({ "environment_ids": ids, "state": "approved", "comment": "ok" });
        self.ask("POST", &path, &body).status
    }

    fn dispatch(&mut self, body: &Value) -> u16 {
        self.ask("POST", "actions/workflows/rollback.yml/dispatches", body)
            .status
    }
}

#[test]
fn every_answer_of_every_scenario_is_as_described() {
    let judge = Description::load();
    for scenario in Scenario::all() {
        let mut trial = Trial::of(scenario, &judge);
        trial.read_all();
        trial.wait(65);
        trial.read_all();
        let run = trial.run;
        trial.approve(run);
        trial.wait(60);
        trial.read_all();
        let body = json!({ "environment_ids": [1], "state": "approved" });
        let refused = trial.ask(
            "POST",
            &format!("actions/runs/{run}/pending_deployments"),
            &body,
        );
        assert_eq!(refused.status, 422);
        trial.wait(80);
        let inputs = json!({ "version": "v2.13.4", "id": "r1" });
        let body = json!({ "ref": "main", "inputs": inputs });
        let first = trial.dispatch(&body);
        trial.version = "2022-11-28";
        let second = trial.dispatch(&body);
        // A POST may be done and its answer lost; what comes back is an honest answer to the next one.
        assert_eq!((first, second), (200, 204), "{scenario}: by version");
        assert_eq!(
            trial.dispatch(&json!({ "ref": "main", "inputs": { "x": "y" } })),
            422
        );
        trial.ask("POST", &format!("actions/runs/{run}/cancel"), &Value::Null);
        trial.wait(70);
        trial.ask("POST", &format!("actions/runs/{run}/cancel"), &Value::Null);
        trial.ask(
            "POST",
            &format!("actions/runs/{run}/rerun-failed-jobs"),
            &Value::Null,
        );
        trial.read_all();
        assert!(trial.judged > 150, "{scenario}: {}", trial.judged);
        assert!(trial.wrong.is_empty(), "{scenario}: {:#?}", trial.wrong);
    }
}

#[test]
fn the_judge_finds_what_is_wrong() {
    let judge = Description::load();
    let path = "/api/v3/repos/acme/storefront/actions/runs/1";
    assert!(
        !judge.answer("GET", path, 200, b"{\"id\": 1}").is_empty(),
        "fields are missing"
    );
    assert!(
        !judge
            .answer("GET", "/api/v3/nothing", 200, b"{}")
            .is_empty()
    );
    assert!(
        !judge.answer("GET", path, 204, b"").is_empty(),
        "the status is not described"
    );
    let entry = |method: &str, rest: &str, query: &Value, body: &Value| {
        let path = format!("/api/v3/repos/acme/storefront{rest}");
        judge.request(&json!({ "method": method, "path": path, "query": query, "body": body }))
    };
    let none = json!([]);
    let review = json!({ "environment_ids": [1], "state": "approved", "comment": "x" });
    let held = "/actions/runs/1/pending_deployments";
    assert_eq!(entry("POST", held, &none, &review), [""; 0]);
    assert_eq!(
        entry(
            "GET",
            "/actions/runs",
            &json!([["status", "waiting"], ["per_page", "100"]]),
            &Value::Null
        ),
        [""; 0]
    );
    assert!(!entry("POST", held, &none, &json!({ "state": "approved" })).is_empty());
    assert!(
        !entry("POST", held, &none, &Value::Null).is_empty(),
        "the body is required"
    );
    assert!(
        !entry(
            "GET",
            "/actions/runs",
            &json!([["status", "waits"]]),
            &Value::Null
        )
        .is_empty()
    );
    assert!(
        !entry(
            "GET",
            "/actions/runs",
            &json!([["pages", "1"]]),
            &Value::Null
        )
        .is_empty()
    );
    assert!(!entry("PATCH", "/actions/runs", &none, &Value::Null).is_empty());
}
