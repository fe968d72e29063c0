//! A message on its way to the chat, where it stands once it is there, and what it is about.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{Fault, Seq, Text};

/// Where a message stands: channel and timestamp name it in every later call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChatPlace {
    /// The channel's id, as the chat answered it.
    pub channel: String,
    /// The message's timestamp, which is its name there.
    pub ts: String,
}

/// What a message is about. Each is sent once in a release's life.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The card that asks for the decision.
    Card,
    /// The card's last state, in place: nothing can be clicked any more.
    Final {
        /// Of which attempt of the run.
        attempt: u32,
    },
    /// An event, told below the card.
    Thread {
        /// Which.
        of: Seq,
    },
    /// An approval that nobody gave in time, told where the rules say.
    Escalation {
        /// The event.
        of: Seq,
    },
    /// How the release ended, told to everybody who deploys.
    Outcome {
        /// The event.
        of: Seq,
    },
}

/// A message as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Channel id.
    pub channel: String,
    /// The message that it answers to.
    pub thread: Option<String>,
    /// What a notification and a reader for the blind say.
    pub text: String,
    /// Its blocks, as the chat wants them: an array.
    pub blocks: Value,
    /// How it is recognised when it is looked up: unique in all releases.
    pub mark: String,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatFate {
    /// It stands there.
    Sent(ChatPlace),
    /// It was refused, and will be however often it is sent.
    Refused(Fault),
    /// Nobody can tell whether it stands there: it is not sent again.
    Unknown(Text),
}
