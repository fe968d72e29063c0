//! The panes, one a file.

mod alarms;
mod any;
mod beneath;
mod beside;
mod cases;
mod explain;
mod flags;
mod gates;
mod log;
mod metrics;
mod readings;
mod sight;
mod staging;
mod strip;
mod table;
mod tests;
mod triggers;
mod watch_chart;

pub(super) use any::{badge, draw};
pub(super) use gates::{state_of, was_so};
