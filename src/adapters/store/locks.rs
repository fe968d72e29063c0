//! Whether another release on this machine locks the service: read from the journals that lie beside, each only when it grew.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{journals, open::read_journal};
use crate::{
    domain::{
        ReleaseKey,
        record::ServiceLock,
        release::{Locking, locking},
    },
    ports::ServiceLocks,
};

/// The journals below a root, as far as they concern one service.
#[derive(Debug)]
pub struct LocksOnDisk {
    root: PathBuf,
    own: ReleaseKey,
    service: String,
    environment: String,
    /// By journal: its length when it was read, and what it said.
    seen: Mutex<HashMap<PathBuf, (u64, Option<ServiceLock>)>>,
}

impl LocksOnDisk {
    /// For the release `own` of a service in an environment.
    pub fn new(root: PathBuf, own: ReleaseKey, service: &str, environment: &str) -> Self {
        Self {
            root,
            own,
            service: service.to_owned(),
            environment: environment.to_owned(),
            seen: Mutex::default(),
        }
    }

    fn read(&self, journal: &Path) -> Option<ServiceLock> {
        let says = locking(&read_journal(journal).ok()?)?;
        let Locking {
            repository,
            service,
            environment,
            lock,
        } = says;
        let same = repository
            .host
            .eq_ignore_ascii_case(&self.own.repository.host)
            && repository
                .slug()
                .eq_ignore_ascii_case(&self.own.repository.slug())
            && service == self.service
            && environment == self.environment;
        lock.filter(|lock| same && lock.run != self.own.run)
    }
}

impl ServiceLocks for LocksOnDisk {
    fn lock(&self) -> io::Result<Option<ServiceLock>> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest: Option<ServiceLock> = None;
        for journal in journals(&self.root) {
            let length = fs::metadata(&journal)?.len();
            let known = seen.get(&journal).filter(|(read, _)| *read == length);
            let lock = if let Some((_, lock)) = known {
                lock.clone()
            } else {
                let lock = self.read(&journal);
                seen.insert(journal, (length, lock.clone()));
                lock
            };
            newest = newest.into_iter().chain(lock).max_by_key(|lock| lock.since);
        }
        Ok(newest)
    }
}
