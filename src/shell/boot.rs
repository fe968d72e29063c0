//! What the network's side tells while a flight is being prepared.

use std::time::Duration;

use crate::{domain::observation::RunSnapshot, flight::Flying};

/// One step of the preparation.
pub enum BootStep {
    /// Something is being done.
    Doing(String),
    /// Several releases wait: which?
    Pick(Vec<RunSnapshot>),
    /// The flight is ready; what its rules hold that this version does not use.
    Ready(Box<dyn Flying>, Vec<String>),
    /// It cannot be made ready.
    Failed {
        /// The block for people.
        message: String,
        /// The exit code.
        exit: u8,
    },
}

/// How often the screen looks at the clock and at the feeds.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two frames that feeds cause.
    pub frame: Duration,
    /// Between two looks at the clock.
    pub clock: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            frame: Duration::from_millis(33),
            clock: Duration::from_secs(1),
        }
    }
}
