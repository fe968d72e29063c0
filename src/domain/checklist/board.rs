//! Ticks and answers as they stand.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Checklist, ChecklistEvent, When};
use crate::domain::{Login, Stamp, Text, question::Answer};

/// A tick of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// Who.
    pub by: Login,
    /// When.
    pub at: Timestamp,
    /// What they said about it.
    pub note: Option<Text>,
}

/// The checklist as far as it is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChecklistBoard {
    /// Ticks by the item's id.
    pub ticks: BTreeMap<String, Tick>,
    /// What the world answered, by the item's id.
    pub answers: BTreeMap<String, Answer>,
}

impl ChecklistBoard {
    pub(in crate::domain) fn apply(&mut self, stamp: &Stamp, event: &ChecklistEvent) {
        match event {
            ChecklistEvent::ItemTicked { item, note } => {
                if let Some(by) = stamp.actor.person() {
                    let tick = Tick {
                        by: by.clone(),
                        at: stamp.at,
                        note: note.clone(),
                    };
                    self.ticks.insert(item.clone(), tick);
                }
            }
            ChecklistEvent::ItemUnticked { item, .. } => {
                self.ticks.remove(item);
            }
            ChecklistEvent::ItemChecked { item, answer } => {
                self.answers.insert(item.clone(), answer.clone());
            }
        }
    }

    /// The run began again: of the same commit, so what was ticked before the approval stands; the rest is done anew.
    pub(in crate::domain) fn begin_again(&mut self, checklist: Option<&Checklist>) {
        self.answers.clear();
        self.ticks.retain(|id, _| {
            let item = checklist.and_then(|checklist| checklist.item(id));
            item.is_some_and(|item| item.when == When::Before)
        });
    }
}
