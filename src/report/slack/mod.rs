//! What the team's Slack says of a release: the card, the thread, the questions. Pure: a message is a function of the
//! release, holds no time of its making, and is sent by somebody else.
//!
//! # Layout
//! `card` says what stands on it, in words and lines that a terminal can show too; `line` and `mrkdwn` make Slack's text of
//! them, `blocks` Slack's JSON within its limits; `messages` are the whole messages, each for its topic.

mod blocks;
mod card;
mod facts;
mod line;
mod messages;
mod mrkdwn;

pub use card::*;
pub use line::*;
pub use messages::*;
