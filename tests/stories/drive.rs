//! A release driven as the flight drives it, without a journal on a disk: the four functions and the fold.
//!
//! Knows nothing of stories: the laws drive releases by it too.

use cockpit::domain::{
    Actor, Command, Deed, Event, Refusal, ReleaseKey, Repository, RunId, Seq, Stamp, Stamped,
    observation::Observation,
    policy::Policy,
    record::RecordEvent,
    release::{Release, decide, elapse, judge, observe, seen_by},
};
use jiff::Timestamp;

/// Layers of differences that one observation may have.
const LAYERS: usize = 16;
/// Consequences in a row.
const CONSEQUENCES: usize = 64;
/// The run of every story.
pub(crate) const RUN: u64 = 8123;

/// A release with everything that was journalled.
#[derive(Clone)]
pub(crate) struct Drive {
    /// As it stands.
    pub(crate) release: Release,
    /// From the opening on.
    pub(crate) journal: Vec<Stamped>,
    /// The newest time that was told.
    pub(crate) now: Timestamp,
}

impl Drive {
    /// A release that begins with these rules.
    pub(crate) fn open(policy: Policy, at: Timestamp) -> Self {
        let key = ReleaseKey {
            repository: Repository::parse("github.com", "acme/storefront").unwrap(),
            run: RunId(RUN),
        };
        let opened = RecordEvent::Opened {
            key,
            policy: Box::new(policy),
            zone: "UTC".into(),
            version: "0.1.0".into(),
        };
        let stamp = Stamp {
            seq: Seq(1),
            at,
            occurred: None,
            actor: Actor::Cockpit,
        };
        let first = Stamped {
            stamp,
            event: opened.into(),
        };
        Self {
            release: Release::open(&first).unwrap(),
            journal: vec![first],
            now: at,
        }
    }

    /// Takes an observation in, layer by layer, with all that follows.
    pub(crate) fn see(&mut self, seen: &Observation, at: Timestamp) {
        self.now = self.now.max(at);
        for layer in 0..=LAYERS {
            let events = observe(&self.release, seen, at);
            if events.is_empty() {
                break;
            }
            assert!(
                layer < LAYERS,
                "no end of news in {}: {events:?}",
                seen.word()
            );
            self.commit(events, &Actor::Feed(seen_by(&self.release, seen)), at);
        }
        self.follow(at);
    }

    /// Decides about a command, with all that follows.
    pub(crate) fn command(&mut self, command: &Command, at: Timestamp) -> Result<(), Refusal> {
        self.now = self.now.max(at);
        let events = decide(&self.release, command, at)?;
        self.commit(events, &Actor::Person(command.actor.clone()), at);
        self.follow(at);
        Ok(())
    }

    /// Lets time pass: every deadline on the way, then `at` itself.
    pub(crate) fn wait(&mut self, at: Timestamp) {
        for _ in 0..CONSEQUENCES {
            match self.release.next_deadline() {
                Some(due) if due > self.now && due < at => {
                    self.now = due;
                    self.follow(due);
                }
                Some(_) | None => break,
            }
        }
        self.now = self.now.max(at);
        self.follow(at);
    }

    /// What the loop around the core writes by itself.
    pub(crate) fn tell(&mut self, event: RecordEvent, at: Timestamp) {
        self.now = self.now.max(at);
        self.commit(vec![event.into()], &Actor::Cockpit, at);
        self.follow(at);
    }

    /// What follows by itself.
    pub(crate) fn follow(&mut self, at: Timestamp) {
        for round in 0..=CONSEQUENCES {
            let mut events = judge(&self.release);
            if events.is_empty() {
                events = elapse(&self.release, at);
            }
            if events.is_empty() {
                break;
            }
            assert!(round < CONSEQUENCES, "no end of consequences: {events:?}");
            self.commit(events, &Actor::Cockpit, at);
        }
    }

    fn commit(&mut self, events: Vec<Event>, actor: &Actor, at: Timestamp) {
        for event in events {
            let stamp = Stamp {
                seq: Seq(self.release.seq().0 + 1),
                at: at.max(self.release.newest()),
                occurred: event.occurred(),
                actor: actor.clone(),
            };
            let stamped = Stamped { stamp, event };
            self.release.apply(&stamped);
            self.journal.push(stamped);
        }
    }

    /// The comment of the newest review that was asked for.
    pub(crate) fn own_comment(&self) -> Option<String> {
        use cockpit::domain::{approval::ApprovalEvent, rollback::RollbackEvent};
        self.journal.iter().rev().find_map(|stamped| {
            let (Event::Approval(
                ApprovalEvent::Requested { deed, .. }
                | ApprovalEvent::RejectionRequested {
                    deed: Some(deed), ..
                },
            )
            | Event::Rollback(RollbackEvent::ReviewRequested { deed })) = &stamped.event
            else {
                return None;
            };
            match deed {
                Deed::Review { comment, .. } => Some(comment.to_string()),
                _ => None,
            }
        })
    }
}
