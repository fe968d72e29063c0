//! The team's chat around a release: which messages stand there, and the clicks that come from them. Knows no Slack: a
//! message's blocks are made by the reports, sent by an adapter.

mod click;
mod event;
mod message;
mod seen;
mod state;
mod vote;

pub use click::*;
pub use event::*;
pub use message::*;
pub use seen::*;
pub use state::*;
pub use vote::*;
