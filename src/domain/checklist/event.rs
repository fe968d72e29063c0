//! Events of the checklist: a person's ticks, and what the world answered for an item.

use serde::{Deserialize, Serialize};

use crate::domain::{Text, question::Answer};

/// Something happened to the checklist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChecklistEvent {
    /// A person says that an item is done.
    ItemTicked {
        /// Its id.
        item: String,
        /// What there is to say about it.
        note: Option<Text>,
    },
    /// A person takes a tick back.
    ItemUnticked {
        /// Its id.
        item: String,
        /// What there is to say about it.
        note: Option<Text>,
    },
    /// The world answers otherwise for an item that ticks itself.
    ItemChecked {
        /// Its id.
        item: String,
        /// What it answers.
        answer: Answer,
    },
}

impl ChecklistEvent {
    /// Whether it is a person's word.
    pub fn is_decision(&self) -> bool {
        match self {
            Self::ItemTicked { .. } | Self::ItemUnticked { .. } => true,
            Self::ItemChecked { .. } => false,
        }
    }
}
