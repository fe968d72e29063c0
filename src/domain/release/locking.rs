//! What a release means for the next one of its service, from the fold or from a journal's bytes: whether it locks it, and
//! what it came to.

use super::Release;
use crate::domain::{
    Actor, End, Event, Phase, Repository, Stamp, Stamped, Text,
    record::{EarlierEnd, EarlierRelease, Entry, Reader, ServiceLock},
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

    /// What it came to; `None` where it neither reached production nor waited in vain.
    fn came_to(&self) -> Option<EarlierRelease> {
        let issue = self.rollout.issues.first();
        let closed = self.record.closed.as_ref();
        let end = if let Some(attempt) = self.rollback.newest() {
            EarlierEnd::RolledBack(Text::line(attempt.reason.first_line()))
        } else if matches!(self.phase(), Phase::Ended(End::Expired)) {
            EarlierEnd::Expired
        } else if self.rollout.first_traffic.is_none() {
            return None;
        } else if let Some(issue) = issue {
            EarlierEnd::Issue(issue.clone())
        } else if let Some(closed) = closed {
            EarlierEnd::Issue(Text::line(&format!(
                "closed by hand: {}",
                closed.text.first_line()
            )))
        } else {
            EarlierEnd::Well
        };
        Some(EarlierRelease {
            run: self.key.run,
            version: self.name(),
            began: self.rollout.run.as_ref()?.started,
            end,
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
    /// What the release came to; `None` also where the journal does not hold: then nobody knows.
    pub came_to: Option<EarlierRelease>,
}

/// Reads as much of a journal as this needs; `None` where it is no journal. One that does not hold locks as far as its
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
        came_to: release.came_to().filter(|_| is_whole),
    })
}

/// The event that says why a service may go on.
const UNLOCKED: &str = "record.unlocked";

fn matters(kind: &str) -> bool {
    ["rollback.", "record.", "rollout.", "approval."]
        .iter()
        .any(|group| kind.starts_with(group))
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
