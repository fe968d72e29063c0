//! The feeds: each asks one part of the world as often as the release needs it, and reports.

mod crew;
mod diff;
mod evidence;
mod locks;
mod metrics;
mod past;
mod production;
mod pulse;
mod run;

pub use crew::*;
