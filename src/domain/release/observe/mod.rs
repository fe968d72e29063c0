//! Feeds observe: an observation against what is known gives the difference as events.

mod artifacts;
mod claims;
mod dispatch;
mod flags;
mod jobs;
mod lane;
mod minutes;
mod rollback;
mod run;
mod stages;

pub use dispatch::{observe, seen_by};
