//! What happens to what was seen while the journal cannot be written: it is kept, in order, until it can.

use super::{
    driving::{Flight, Work},
    flying::Turn,
};
use crate::domain::observation::Observation;

/// Observations that wait for a journal that can be written again.
const HELD: usize = 64;

impl Flight {
    /// Keeps what was seen until it can be written. Where there is too much, what a feed sees again goes first.
    pub(super) fn hold(&mut self, seen: Box<Observation>) {
        if self.held.len() >= HELD {
            let at = self
                .held
                .iter()
                .position(|seen| !matches!(**seen, Observation::Answered { .. }))
                .unwrap_or(0);
            self.held.remove(at);
        }
        self.held.push_back(seen);
    }

    /// Nothing is folded that is not written: what was seen is kept, what follows by itself follows again.
    pub(super) fn unwritten(&mut self, why: &str, then: Work) -> Option<Turn> {
        if let Work::Seen(seen, _) = then {
            self.hold(seen);
        }
        // What was seen after it stays behind it.
        while let Some(work) = self.work.pop_front() {
            if let Work::Seen(seen, _) = work {
                self.hold(seen);
            }
        }
        let is_new = !self.is_broken;
        self.is_broken = true;
        is_new.then(|| {
            tracing::error!(why, "the journal cannot be written");
            Turn::Trouble(why.to_owned())
        })
    }
}
