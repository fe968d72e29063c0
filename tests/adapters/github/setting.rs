//! What each test needs: a clock that moves only when asked to, a client on a scripted server, recorded shapes.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use cockpit::{
    adapters::github::{Bounds, Client, ReadEvidence, Settings, TokenSource},
    domain::{Repository, Sha, Text, evidence::Evidence},
    ports::Clock,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The token that must show nowhere.
pub(super) const TOKEN: &str = "ghp_PlantedTokenThatMustNotShow";
pub(super) const SHA: &str = "3f9c2ab00000000000000000000000000000abcd";
pub(super) const BASE_SHA: &str = "d01e77c00000000000000000000000000000abcd";

/// Time that stands still; a sleep jumps to its end and is remembered.
#[derive(Debug)]
pub(super) struct Still {
    now: Mutex<Timestamp>,
    slept: Mutex<Vec<Timestamp>>,
}

impl Still {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new("2026-11-20T14:00:00Z".parse().unwrap()),
            slept: Mutex::default(),
        })
    }

    pub(super) fn pass(&self, seconds: i64) {
        let mut now = self.now.lock().unwrap();
        *now += SignedDuration::from_secs(seconds);
    }

    pub(super) fn slept(&self) -> Vec<Timestamp> {
        self.slept.lock().unwrap().clone()
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.slept.lock().unwrap().push(at);
        let mut now = self.now.lock().unwrap();
        *now = at.max(*now);
        Box::pin(std::future::ready(()))
    }
}

/// A client on `origin`, with a still clock.
pub(super) fn client(origin: &str) -> Client {
    client_at(origin, Still::new())
}

pub(super) fn client_at(origin: &str, clock: Arc<Still>) -> Client {
    let token = TokenSource::Value(TOKEN.to_owned().into());
    client_with(origin, clock, token, |_| {})
}

/// A client with its settings changed.
pub(super) fn client_with(
    origin: &str,
    clock: Arc<Still>,
    token: TokenSource,
    change: impl FnOnce(&mut Bounds),
) -> Client {
    let repository = Repository::parse("git.acme.dev", "acme/storefront").unwrap();
    let mut settings = Settings::new(repository, token, "deploy.yml", "production");
    settings.base = format!("{origin}/api/v3");
    settings.bounds.answer = Duration::from_secs(4);
    change(&mut settings.bounds);
    Client::new(settings, clock, reader()).unwrap()
}

/// A reader that answers with the bytes that it got, as text.
pub(super) fn reader() -> ReadEvidence {
    Arc::new(|_, zip| Ok(Evidence::Explain(Text::line_from_bytes(&zip))))
}

pub(super) fn sha(raw: &str) -> Sha {
    Sha::parse(raw).unwrap()
}

/// A run as GitHub tells it, `changes` laid over.
pub(super) fn run(id: u64, changes: Value) -> Value {
    let mut run = json!({
        "id": id, "name": "Deploy", "head_branch": "main", "head_sha": SHA,
        "path": ".github/workflows/deploy.yml", "display_title": "v2.14.0", "run_number": 7,
        "event": "push", "status": "waiting", "conclusion": null, "run_attempt": 1,
        "html_url": "https://git.acme.dev/acme/storefront/actions/runs/1", "pull_requests": [{"number": 12}],
        "created_at": "2026-11-20T13:00:00Z", "updated_at": "2026-11-20T13:10:00Z",
        "run_started_at": "2026-11-20T13:00:00Z",
        "actor": {"login": "ana"}, "triggering_actor": {"login": "ben"},
    });
    if let Value::Object(changes) = changes {
        for (key, value) in changes {
            run[key] = value;
        }
    }
    run
}
