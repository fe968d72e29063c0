//! A world on loopback that speaks GitHub REST, CloudWatch and Slack on the wire. Its wire types are its own on purpose.
//!
//! # Layout
//! `scenario` names what will happen. `state` holds the nouns (`repository`, `run`, `deployment`, `release`, `git`) and an event
//! queue; `engine` moves it on to an instant, `acts` are what people ask of it. `wire` words the nouns as GitHub does, `routes`
//! answers addresses, `reports` makes the artifacts, `metrics` the series. `world` puts a lock around it, `serve` a port.
//!
//! Everything is a function of scenario, seed, the acts with their times, and the clock: no background task, no chance.

mod acts;
mod ask;
mod change;
mod crowd;
mod deployment;
mod dice;
mod engine;
mod faults;
mod files;
mod gatekeeping;
mod git;
mod limits;
mod listener;
mod log;
mod metrics;
mod months;
mod packages;
mod past;
mod patches;
mod plan;
mod planted;
mod release;
mod reports;
mod repository;
mod routes;
mod run;
mod scenario;
mod serve;
mod slack;
mod socket;
mod state;
#[cfg(test)]
mod stories;
mod storm;
mod wire;
mod workspace;
mod world;

pub use ask::{Ask, Reply};
pub use log::{ActEntry, RequestEntry};
pub use scenario::*;
pub use serve::*;
pub use world::*;
