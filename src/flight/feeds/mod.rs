//! The feeds: each asks one part of the world as often as the release needs it, and reports.

mod calendar;
mod crew;
mod desk;
mod diff;
mod evidence;
mod explain_sources;
mod explained;
mod gather;
mod gathered;
mod letters;
mod locks;
mod machine;
mod metrics;
mod past;
mod production;
mod pulse;
mod run;
mod smoke;

pub use crew::*;
