//! Whether a rolled-back release still locks its service: from the fold, or from a journal's bytes.

use super::Release;
use crate::domain::{
    Actor, Event, Repository, Stamp, Stamped, Text,
    record::{Entry, Reader, ServiceLock},
};

impl Release {
    /// The lock that this release puts on its service: from the moment a rollback is asked for until a person says why
    /// the service may go on.
    pub fn service_lock(&self) -> Option<ServiceLock> {
        let newest = self.rollback.newest()?;
        let unlocked = self.record.unlocked.as_ref();
        if unlocked.is_some_and(|note| note.at >= newest.at) {
            return None;
        }
        Some(ServiceLock {
            run: self.key.run,
            version: self.name(),
            since: newest.at,
            reason: Text::line(newest.reason.first_line()),
            machine: None,
        })
    }
}

/// What a journal says of its service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locking {
    /// Where the service lives.
    pub repository: Repository,
    /// Its name.
    pub service: String,
    /// The production environment.
    pub environment: String,
    /// The lock, while it holds.
    pub lock: Option<ServiceLock>,
}

/// Reads as much of a journal as the lock needs; `None` where it is no journal. One that does not hold locks as far as its
/// lines can be read, and nothing in it unlocks: a changed byte must not let the service go on.
pub fn locking(bytes: &[u8]) -> Option<Locking> {
    let is_whole = Reader::new(bytes).verify().is_ok();
    let lines = bytes.split(|byte| *byte == b'\n');
    let mut release: Option<Release> = None;
    for entry in lines.filter_map(|line| Entry::parse(line).ok()) {
        match &mut release {
            None => release = Some(Release::open(&stamped(&entry)?).ok()?),
            Some(release) if matters(entry.kind) && (is_whole || entry.kind != UNLOCKED) => {
                release.apply(&stamped(&entry)?);
            }
            Some(_) => {}
        }
    }
    let release = release?;
    Some(Locking {
        repository: release.key.repository.clone(),
        service: release.policy.service.clone(),
        environment: release.policy.target.environment.clone(),
        lock: release.service_lock(),
    })
}

/// The event that says why a service may go on.
const UNLOCKED: &str = "record.unlocked";

fn matters(kind: &str) -> bool {
    kind.starts_with("rollback.")
        || kind.starts_with("record.")
        || kind == "evidence.candidate_seen"
}

fn stamped(entry: &Entry<'_>) -> Option<Stamped> {
    Some(Stamped {
        stamp: Stamp {
            seq: entry.seq,
            at: entry.at,
            occurred: entry.occurred,
            actor: Actor::try_from(entry.actor.to_string()).ok()?,
        },
        event: Event::decode(entry.kind, entry.payload).ok()?,
    })
}
