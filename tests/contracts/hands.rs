//! A clock that moves only when it is told to, or when someone sleeps by it.

use std::{pin::Pin, sync::Mutex};

use cockpit::ports::Clock;
use jiff::{SignedDuration, Timestamp};

/// The clock.
#[derive(Debug)]
pub(crate) struct Hands(Mutex<Timestamp>);

impl Hands {
    /// Shows a Friday afternoon.
    pub(crate) fn new() -> Self {
        Self(Mutex::new("2026-11-20T14:00:00Z".parse().unwrap()))
    }

    pub(crate) fn wait(&self, seconds: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }
}

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
