//! What the network's side tells while a flight is being prepared.

use crate::{
    domain::{observation::RunSnapshot, scorecard::Card},
    flight::Flying,
};

/// One step of the preparation.
pub enum BootStep {
    /// Something is being done.
    Doing(String),
    /// Several releases wait: which?
    Pick(Vec<RunSnapshot>),
    /// The flight is ready; what its rules hold that this version does not use.
    Ready(Box<dyn Flying>, Vec<String>),
    /// No flight: the scorecard is shown, with what a person should know of how it was read.
    Card(Box<Card>, Vec<String>),
    /// It cannot be made ready.
    Failed {
        /// The block for people.
        message: String,
        /// The exit code.
        exit: u8,
    },
}
