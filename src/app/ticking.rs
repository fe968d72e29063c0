//! An item of the checklist that a prompt is about.

use crate::domain::{Intent, Text};

/// An item that is about to be ticked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticking {
    /// Its id.
    pub item: String,
    /// What it says.
    pub text: String,
    /// To tick it; else to take its tick back.
    pub on: bool,
}

impl Ticking {
    /// What the prompt asks for, with its note.
    pub(super) fn intent(&self, note: Text) -> Intent {
        let (item, note) = (self.item.clone(), Some(note));
        if self.on {
            Intent::Tick { item, note }
        } else {
            Intent::Untick { item, note }
        }
    }
}
