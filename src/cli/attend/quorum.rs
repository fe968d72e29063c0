//! Clicks that approve: once as many people as the rules want have clicked, their approval is handed in, in the name of whose
//! token it is. What they may do is decided by the release alone.

use std::mem::{Discriminant, discriminant};

use crate::{
    domain::{Command, Intent, Login, Refusal, approval::NotAgreed},
    flight::Flying,
};

/// Hands in what a quorum approved.
#[derive(Debug, Default)]
pub(super) struct Quorum {
    /// Whose token it is; `None`: not known yet, and nothing is sent in nobody's name.
    viewer: Option<Login>,
    /// Why it was not approved, said once.
    told: Option<Why>,
}

/// Why clicks approve nothing.
#[derive(Debug, PartialEq)]
enum Why {
    NeedsReason,
    Refused(Discriminant<Refusal>),
}

impl Quorum {
    /// Learns whose token it is.
    pub(super) fn through(&mut self, viewer: Login) {
        self.viewer = Some(viewer);
    }

    /// Whose token it is, where that is known.
    pub(super) fn viewer(&self) -> Option<&Login> {
        self.viewer.as_ref()
    }

    /// Approves where the quorum is there; words, where there is something new to say about it.
    pub(super) fn act(&mut self, flight: &mut dyn Flying) -> Option<String> {
        let confirmed = match flight.release().quorum_approval() {
            Ok(confirmed) => confirmed,
            Err(why @ NotAgreed::NeedsReason) => {
                return self.once(Why::NeedsReason, || why.to_string());
            }
            Err(_) => {
                self.told = None;
                return None;
            }
        };
        let actor = self.viewer.clone()?;
        let intent = Intent::Approve(Box::new(confirmed));
        match flight.submit(Command { actor, intent }) {
            Ok(()) => {
                self.told = None;
                None
            }
            // A moment later there is another answer.
            Err(Refusal::InFlight(_)) => None,
            Err(refusal) => self.once(Why::Refused(discriminant(&refusal)), || {
                format!("the quorum is there, and nothing is approved: {refusal}")
            }),
        }
    }

    fn once(&mut self, why: Why, words: impl FnOnce() -> String) -> Option<String> {
        if self.told.as_ref() == Some(&why) {
            return None;
        }
        self.told = Some(why);
        Some(words())
    }
}
