//! A release with every event of its journal: what replay and reports are made from.

use jiff::Timestamp;

use super::{NotAnOpening, Release};
use crate::domain::{Event, Login, Seq, Stamped, approval::ApprovalEvent};

/// A journal, read whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    release: Release,
    events: Vec<Stamped>,
}

impl Recorded {
    /// Begins with a journal's first event.
    pub fn open(first: Stamped) -> Result<Self, NotAnOpening> {
        Ok(Self {
            release: Release::open(&first)?,
            events: vec![first],
        })
    }

    /// Adds the next event.
    pub fn push(&mut self, event: Stamped) {
        self.release.apply(&event);
        self.events.push(event);
    }

    /// The release as it stands after the last event.
    pub fn release(&self) -> &Release {
        &self.release
    }

    /// Every event, oldest first; never empty.
    pub fn events(&self) -> &[Stamped] {
        &self.events
    }

    /// The release as it stood after event `seq`; before the first event that is the opening alone.
    pub fn at(&self, seq: Seq) -> Release {
        let mut events = self.events.iter();
        let opened = events.next().map(Release::open);
        // The first event opened a release when this was made.
        let Some(Ok(mut release)) = opened else {
            return self.release.clone();
        };
        for event in events.take_while(|event| event.stamp.seq <= seq) {
            release.apply(event);
        }
        release
    }

    /// The release as it stood when a person first approved or rejected it: what that decision was made on.
    pub fn at_decision(&self) -> Option<(&Stamped, Release)> {
        let decision = self.events.iter().find(|event| {
            matches!(
                event.event,
                Event::Approval(
                    ApprovalEvent::Requested { .. } | ApprovalEvent::RejectionRequested { .. }
                )
            )
        })?;
        let before = Seq(decision.stamp.seq.0.saturating_sub(1));
        Some((decision, self.at(before)))
    }

    /// Everybody who did something here, in the order in which they came.
    pub fn people(&self) -> Vec<&Login> {
        let mut people: Vec<&Login> = Vec::new();
        for login in self
            .events
            .iter()
            .filter_map(|event| event.stamp.actor.person())
        {
            if !people.iter().any(|known| known.is(login)) {
                people.push(login);
            }
        }
        people
    }

    /// When its journal began.
    pub fn opened(&self) -> Timestamp {
        self.release.opened
    }

    /// The blobs that its events name, each once.
    pub fn blobs(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .events
            .iter()
            .filter_map(|event| event.event.blob())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
