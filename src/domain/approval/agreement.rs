//! What an approver agreed to in advance, word for word as it was shown.

use super::shown::Shown;
use crate::domain::{Login, Seq};

/// That the next stages go on by themselves, in the words of the prompt.
pub const ADVANCE_PROMISE: &str = "next stages, when every gate passes";

/// That this trigger may roll back, in the words of the prompt.
pub fn rollback_promise(trigger: &str) -> String {
    format!("roll back when {trigger}")
}

/// An approval of ours that GitHub let go, and what a person agreed to with it. Only the fold makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    approval: Seq,
    by: Login,
    promises: Vec<String>,
}

impl Agreement {
    /// Of a person's approval; `None` where it agreed to nothing in advance.
    pub(super) fn of(approval: Seq, by: &Login, shown: &Shown) -> Option<Self> {
        (!shown.pre_authorised.is_empty()).then(|| Self {
            approval,
            by: by.clone(),
            promises: shown.pre_authorised.clone(),
        })
    }

    /// The approval's event.
    pub fn approval(&self) -> Seq {
        self.approval
    }

    /// Who agreed.
    pub fn by(&self) -> &Login {
        &self.by
    }

    /// Whether this trigger may roll back.
    pub fn lets_roll_back(&self, trigger: &str) -> bool {
        self.promises.contains(&rollback_promise(trigger))
    }

    /// Whether the next stages may go on by themselves.
    pub fn lets_advance(&self) -> bool {
        self.promises.iter().any(|one| one == ADVANCE_PROMISE)
    }
}
