//! Whether another release on this machine locks the service, and what the one before came to: read from the journals that
//! lie beside, each only when it grew.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::SignedDuration;

use super::{
    journals,
    open::read_journal,
    place::{JOURNAL, folder},
};
use crate::{
    adapters::clock::Stopwatch,
    domain::{
        ReleaseKey,
        record::{EarlierEnd, EarlierRelease, ServiceLock},
        release::{Locking, locking},
    },
    ports::ServiceLocks,
};

/// A look at the journals that several releases share is at most so old, in the machine's own time.
const SHARED: SignedDuration = SignedDuration::from_secs(5);

/// The journals below a root, as far as they concern one service.
#[derive(Debug)]
pub struct LocksOnDisk {
    root: PathBuf,
    own: ReleaseKey,
    service: String,
    environment: String,
    /// Whether several releases look through the same eyes.
    is_shared: bool,
    seen: Arc<Mutex<Seen>>,
}

/// What the journals said when they were last looked at.
#[derive(Debug, Default)]
struct Seen {
    /// By journal: its length when it was read, and what it said.
    journals: HashMap<PathBuf, (u64, Says)>,
    looked: Option<Stopwatch>,
}

/// What one journal says of the service; nothing where it is another's.
#[derive(Debug, Default)]
struct Says {
    lock: Option<ServiceLock>,
    came_to: Option<EarlierRelease>,
}

impl LocksOnDisk {
    /// For the release `own` of a service in an environment.
    pub fn new(root: PathBuf, own: ReleaseKey, service: &str, environment: &str) -> Self {
        Self {
            root,
            own,
            service: service.to_owned(),
            environment: environment.to_owned(),
            is_shared: false,
            seen: Arc::default(),
        }
    }

    /// The same for another release of the service; both share what was read.
    #[must_use]
    pub fn beside(&self, own: ReleaseKey) -> Self {
        Self {
            root: self.root.clone(),
            own,
            service: self.service.clone(),
            environment: self.environment.clone(),
            is_shared: true,
            seen: Arc::clone(&self.seen),
        }
    }

    fn read(&self, journal: &Path) -> Option<Says> {
        let says = locking(&read_journal(journal).ok()?)?;
        let Locking {
            repository,
            service,
            environment,
            lock,
            came_to,
        } = says;
        let same = repository
            .host
            .eq_ignore_ascii_case(&self.own.repository.host)
            && repository
                .slug()
                .eq_ignore_ascii_case(&self.own.repository.slug())
            && service == self.service
            && environment == self.environment;
        same.then_some(Says { lock, came_to })
    }

    fn look(&self, seen: &mut Seen) -> io::Result<()> {
        let is_fresh = |watch: &Stopwatch| watch.elapsed() < SHARED;
        if self.is_shared && seen.looked.as_ref().is_some_and(is_fresh) {
            return Ok(());
        }
        let mut found = journals(&self.root);
        if !self.is_shared {
            // A release says nothing to itself, and its own journal grows all the time.
            let own = folder(&self.root, &self.own).map(|folder| folder.join(JOURNAL));
            found.retain(|journal| own.as_ref().ok() != Some(journal));
        }
        seen.journals
            .retain(|journal, _| found.binary_search(journal).is_ok());
        for journal in found {
            let length = fs::metadata(&journal)?.len();
            let known = seen.journals.get(&journal);
            if known.is_none_or(|(read, _)| *read != length) {
                let says = self.read(&journal).unwrap_or_default();
                seen.journals.insert(journal, (length, says));
            }
        }
        seen.looked = Some(Stopwatch::start());
        Ok(())
    }
}

impl ServiceLocks for LocksOnDisk {
    fn lock(&self) -> io::Result<Option<ServiceLock>> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        self.look(&mut seen)?;
        let journals = seen.journals.values();
        let locks = journals.filter_map(|(_, says)| says.lock.as_ref());
        let others = locks.filter(|lock| lock.run != self.own.run);
        Ok(others.max_by_key(|lock| lock.since).cloned())
    }

    fn earlier(&self) -> Option<EarlierRelease> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let journals = seen.journals.values();
        let mut before: Vec<&EarlierRelease> = journals
            .filter_map(|(_, says)| says.came_to.as_ref())
            .filter(|one| one.run < self.own.run)
            .collect();
        before.sort_by_key(|one| std::cmp::Reverse(one.run));
        // One that waited in vain changed nothing: what serves is the one below it.
        let serves = before.iter().find(|one| one.end != EarlierEnd::Expired);
        let is_well = serves.is_none_or(|one| one.end == EarlierEnd::Well);
        let newest = before.first().filter(|_| is_well);
        newest.or(serves).map(|one| (*one).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Repository, RunId};

    #[test]
    fn a_release_does_not_read_its_own_journal() {
        let root = tempfile::tempdir().unwrap();
        let key = |run: u64| ReleaseKey {
            repository: Repository::parse("github.com", "acme/storefront").unwrap(),
            run: RunId(run),
        };
        let lay = |run: u64| {
            let folder = folder(root.path(), &key(run)).unwrap();
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(JOURNAL), "{}\n").unwrap();
        };
        lay(7);
        lay(8);
        let read = |locks: &LocksOnDisk| {
            locks.lock().unwrap();
            let seen = locks.seen.lock().unwrap();
            let names = seen.journals.keys().map(|journal| {
                let folder = journal.parent().unwrap().file_name().unwrap();
                folder.to_str().unwrap().to_owned()
            });
            names.collect::<Vec<_>>()
        };
        let locks = || LocksOnDisk::new(root.path().to_owned(), key(8), "storefront", "production");
        assert_eq!(read(&locks()), ["7"]);
        // Who looks through shared eyes is one of several: each is another's earlier release.
        let mut both = read(&locks().beside(key(7)));
        both.sort();
        assert_eq!(both, ["7", "8"]);
    }
}
