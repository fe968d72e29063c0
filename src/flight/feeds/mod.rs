//! The feeds: each asks one part of the world as often as the release needs it, and reports.

mod calendar;
mod claims;
mod clicks;
mod courier;
mod crew;
mod desk;
mod diff;
mod download;
mod elsewhere;
mod evidence;
mod explain;
mod explain_command;
mod explain_sources;
mod flags;
mod gather;
mod gathered;
mod lane;
mod letters;
mod locks;
mod machine;
mod metrics;
mod named;
mod past;
mod production;
mod programs;
mod pulse;
mod questions;
mod run;
mod smoke;
mod told;
mod trust;
mod version;

pub use crew::*;
