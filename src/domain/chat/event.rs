//! Events of the chat: messages that were asked for, what became of them, and clicks.

use serde::{Deserialize, Serialize};

use super::{CardSeen, ChatFate, ChatPlace, ClickWord, Topic};
use crate::domain::{Seq, Text};

/// Something happened in the chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatEvent {
    /// A message shall stand there; not sent yet.
    MessageRequested {
        /// About what.
        topic: Topic,
    },
    /// What became of it.
    MessageAnswered {
        /// The request.
        act: Seq,
        /// What.
        fate: ChatFate,
    },
    /// The card was deleted: another one is asked for.
    CardGone {
        /// Where it stood.
        place: ChatPlace,
    },
    /// A person whom the rules know clicked, and it counts: the event's own person.
    Clicked {
        /// The click's own name in the chat: the same one twice is one click.
        id: Text,
        /// Who it was there.
        user: Text,
        /// What the click says.
        word: ClickWord,
        /// What they had before their eyes.
        seen: CardSeen,
        /// Whether it counts towards the approval itself.
        votes: bool,
    },
}

impl ChatEvent {
    /// Whether it must be on the disk before anything goes out.
    pub fn is_decision(&self) -> bool {
        matches!(self, Self::MessageRequested { .. } | Self::Clicked { .. })
    }
}
