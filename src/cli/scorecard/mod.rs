//! `cockpit scorecard`: how deploys go, from GitHub and this machine's journals.

mod command;
mod sources;

pub(super) use command::scorecard;
pub(super) use sources::{journals_of, period};
