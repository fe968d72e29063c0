//! `cockpit evidence`: reports read offline.

mod account;
mod command;
mod page;

pub(super) use command::evidence;
