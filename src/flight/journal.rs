//! The typed journal: events become sealed lines, lines become a release again.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    domain::{
        Actor, Event, Malformed, Stamp, Stamped, Text,
        record::{Body, Broken, Head, Header, Reader, SealError, seal},
        release::{NotAnOpening, Recorded, Release},
    },
    ports::Store,
};

/// Why a journal does not become a release.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// The chain of hashes is broken.
    #[error("the journal is broken: {0}; nothing was changed")]
    Broken(#[from] Broken),
    /// A line's event cannot be read, though its hash is right.
    #[error("line {line} of the journal is a {kind} that this version cannot read")]
    Unreadable {
        /// Which, from 1.
        line: u64,
        /// Its kind.
        kind: Text,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A line names nobody who can act.
    #[error("line {line} of the journal names no actor")]
    Nobody {
        /// Which, from 1.
        line: u64,
        /// What it names.
        #[source]
        source: Malformed,
    },
    /// It begins with something else.
    #[error(transparent)]
    NotAnOpening(#[from] NotAnOpening),
}

/// Folds a journal's bytes; `None` where they hold no entry yet.
pub fn resume(bytes: &[u8]) -> Result<Option<(Release, Head)>, ResumeError> {
    let mut reader = Reader::new(bytes);
    let mut release: Option<Release> = None;
    for entry in reader.by_ref() {
        let stamped = stamped(&entry?)?;
        match &mut release {
            Some(release) => release.apply(&stamped),
            None => release = Some(Release::open(&stamped)?),
        }
    }
    let head = reader.end().head;
    Ok(release.map(|release| (release, head)))
}

/// Reads a journal's bytes with every event; `None` where they hold no entry yet.
pub fn read(bytes: &[u8]) -> Result<Option<Recorded>, ResumeError> {
    let mut recorded: Option<Recorded> = None;
    for entry in Reader::new(bytes) {
        let stamped = stamped(&entry?)?;
        match &mut recorded {
            Some(recorded) => recorded.push(stamped),
            None => recorded = Some(Recorded::open(stamped)?),
        }
    }
    Ok(recorded)
}

/// One entry as an event.
pub fn stamped(entry: &crate::domain::record::Entry<'_>) -> Result<Stamped, ResumeError> {
    let line = entry.seq.0;
    let event =
        Event::decode(entry.kind, entry.payload).map_err(|source| ResumeError::Unreadable {
            line,
            kind: Text::line(entry.kind),
            source,
        })?;
    let actor = Actor::try_from(entry.actor.to_string())
        .map_err(|source| ResumeError::Nobody { line, source })?;
    Ok(Stamped {
        stamp: Stamp {
            seq: entry.seq,
            at: entry.at,
            occurred: entry.occurred,
            actor,
        },
        event,
    })
}

/// Lines that are sealed and not yet on the disk.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    /// The events, stamped.
    pub(super) stamped: Vec<Stamped>,
    /// Their lines.
    pub(super) bytes: Vec<u8>,
    /// The head once they are written.
    pub(super) head: Head,
}

/// The end of a journal, and where it is written.
#[derive(Clone)]
pub struct Journal {
    store: Arc<dyn Store>,
    head: Head,
}

impl Journal {
    /// Continues at `head`.
    pub fn new(store: Arc<dyn Store>, head: Head) -> Self {
        Self { store, head }
    }

    /// Where it is written.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Writes one event durably, before the flight begins.
    pub fn write_first(
        &mut self,
        event: Event,
        actor: &Actor,
        at: Timestamp,
    ) -> std::io::Result<Stamped> {
        let mut batch = self
            .seal(vec![event], actor, at)
            .map_err(std::io::Error::other)?;
        self.store.append(&batch.bytes, true)?;
        self.head = batch.head;
        batch
            .stamped
            .pop()
            .ok_or_else(|| std::io::Error::other("nothing was sealed"))
    }

    /// Seals events at the journal's end. Nothing is written yet.
    pub(super) fn seal(
        &self,
        events: Vec<Event>,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<Batch, SealError> {
        let mut batch = Batch {
            stamped: Vec::with_capacity(events.len()),
            bytes: Vec::new(),
            head: self.head,
        };
        for event in events {
            let (kind, payload) = event.encode().map_err(SealError::NotAnEntry)?;
            let header = Header {
                at,
                occurred: event.occurred(),
                actor: actor.to_string(),
            };
            let body = Body {
                kind: &kind,
                payload: &payload,
            };
            let sealed = seal(&batch.head, &header, &body)?;
            batch.bytes.extend_from_slice(&sealed.bytes);
            batch.head = sealed.head;
            batch.stamped.push(Stamped {
                stamp: Stamp {
                    seq: sealed.head.seq(),
                    at,
                    occurred: header.occurred,
                    actor: actor.clone(),
                },
                event,
            });
        }
        Ok(batch)
    }

    /// The batch is written: the journal ends with it.
    pub(super) fn advance(&mut self, head: Head) {
        self.head = head;
    }
}
