//! The world behind a lock: it moves on when it is asked, and answers. Knows no socket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

use super::{
    ask::{Ask, Reply},
    crowd, engine,
    log::{ActEntry, RequestEntry},
    past, plan, planted, routes,
    scenario::Scenario,
    slack,
    state::{Pace, State},
};
use crate::ports::Clock;

/// A simulated GitHub, CloudWatch and production that play one scenario.
///
/// It has no task of its own: at each request it plays what was due since the last one. Two worlds of the same scenario and seed
/// that begin at the same instant and get the same acts at the same instants are the same at any instant.
#[derive(Debug)]
pub struct World {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
}

impl World {
    /// A world that begins now.
    pub fn new(scenario: Scenario, seed: u64, clock: Arc<dyn Clock>) -> Self {
        let mut state = State::new(scenario, seed, clock.now());
        past::fill(&mut state);
        plan::candidate(&mut state);
        planted::plant(&mut state);
        Self {
            state: Mutex::new(state),
            clock,
        }
    }

    /// The same with so many more releases that wait at once.
    #[must_use]
    pub fn with_waiting(self, more: usize) -> Self {
        crowd::wait(&mut self.locked(), more);
        self
    }

    /// The same, telling at `/_world` how another process can run with its clock: what it showed at the real instant
    /// `started`, and how many times faster it runs.
    #[must_use]
    pub fn with_clock(self, epoch: Timestamp, started: Timestamp, speed: f64) -> Self {
        self.locked().pace = Some(Pace {
            epoch,
            started,
            speed,
        });
        self
    }

    /// The run that the scenario is about.
    pub fn run_id(&self) -> u64 {
        self.locked().release_run
    }

    /// Every act so far, oldest first.
    pub fn acts(&self) -> Vec<ActEntry> {
        self.locked().log.acts.clone()
    }

    /// Every request to GitHub or CloudWatch so far, oldest first.
    pub fn requests(&self) -> Vec<RequestEntry> {
        self.locked().log.requests.clone()
    }

    /// Rules of the protocols that were broken: a token at the blob store, a request within `retry-after`.
    pub fn violations(&self) -> Vec<String> {
        self.locked().log.violations.clone()
    }

    /// What stands in the world's Slack: messages, what single people were told, acknowledgements.
    pub fn slack(&self) -> Value {
        self.locked().slack.told()
    }

    /// Moves on to the present and answers one request.
    pub fn answer(&self, ask: &Ask) -> Reply {
        let mut state = self.locked();
        let now = self.clock.now();
        engine::advance(&mut state, now);
        let reply = routes::answer(&mut state, ask);
        if !ask.path.starts_with("/_world") {
            let entry = RequestEntry {
                at: now,
                method: ask.method.clone(),
                path: ask.path.clone(),
                query: ask.query.clone(),
                body: ask.json().unwrap_or(Value::Null),
                status: if reply.cut { 0 } else { reply.status },
                api_version: ask.header("x-github-api-version").map(str::to_owned),
            };
            state.log.request(entry);
        }
        reply
    }

    /// The frames that a socket of Slack's owes its client now; `None`: it is closed, or was never opened.
    pub(super) fn frames(&self, socket: u64) -> Option<Vec<String>> {
        let mut state = self.locked();
        engine::advance(&mut state, self.clock.now());
        slack::frames(&mut state, socket)
    }

    /// A client opens a socket by its ticket: its number.
    pub(super) fn connect(&self, ticket: &str) -> Option<u64> {
        let mut state = self.locked();
        let now = self.clock.now();
        slack::connect(&mut state, ticket, now)
    }

    /// A client sends a frame.
    pub(super) fn heard(&self, socket: u64, frame: &str) {
        let mut state = self.locked();
        let now = self.clock.now();
        slack::heard(&mut state, socket, frame, now);
    }

    /// The client of a socket is gone.
    pub(super) fn hang_up(&self, socket: u64) {
        slack::hang_up(&mut self.locked(), socket);
    }

    /// How many of the world's seconds pass in a real one.
    pub(super) fn speed(&self) -> f64 {
        self.locked().pace.map_or(1.0, |pace| pace.speed)
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        // A panic in a handler must not take the rest of the world with it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
