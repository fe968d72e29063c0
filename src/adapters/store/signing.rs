//! A store whose head is signed after every decision, on a thread of its own: a key in an agent may take its time, and no
//! decision waits for it.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use super::signature::sign_head;
use crate::ports::Store;

/// Between two signatures, so that many facts at once are one.
const PAUSE: Duration = Duration::from_secs(2);

/// What is to be done.
#[derive(Debug, Default)]
struct Job {
    due: bool,
    ends: bool,
}

type Bell = Arc<(Mutex<Job>, Condvar)>;

/// A store with a signer behind it. Dropping it signs once more.
pub struct Signing {
    inner: Arc<dyn Store>,
    bell: Bell,
    signer: Option<JoinHandle<()>>,
}

impl Signing {
    /// Signs the head beside `inner` with `key` whenever a decision is on the disk.
    pub fn new(inner: Arc<dyn Store>, key: PathBuf) -> io::Result<Self> {
        let bell = Bell::default();
        let (heard, folder) = (Arc::clone(&bell), inner.place().to_owned());
        let signer = std::thread::Builder::new()
            .name("signer".to_owned())
            .spawn(move || work(&heard, &folder, &key))?;
        Ok(Self {
            inner,
            bell,
            signer: Some(signer),
        })
    }

    fn ring(&self, ends: bool) {
        let mut job = locked(&self.bell.0);
        job.due = true;
        job.ends |= ends;
        self.bell.1.notify_one();
    }
}

fn locked(job: &Mutex<Job>) -> MutexGuard<'_, Job> {
    job.lock().unwrap_or_else(PoisonError::into_inner)
}

fn work(bell: &Bell, folder: &Path, key: &Path) {
    let (job, rung) = &**bell;
    let mut was_good = true;
    loop {
        let mut open = locked(job);
        while !open.due {
            open = rung.wait(open).unwrap_or_else(PoisonError::into_inner);
        }
        let ends = open.ends;
        open.due = false;
        drop(open);
        match sign_head(folder, key) {
            Ok(()) => was_good = true,
            // The journal stands without it: said once, and by `verify`.
            Err(error) if was_good => {
                was_good = false;
                tracing::warn!(%error, "the head was not signed");
            }
            Err(_) => {}
        }
        if ends {
            return;
        }
        let open = locked(job);
        if !open.ends {
            // A bell in the pause is heard after it, the last one at once.
            let waited = rung.wait_timeout_while(open, PAUSE, |job| !job.ends);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Store for Signing {
    fn append(&self, lines: &[u8], durable: bool) -> io::Result<()> {
        self.inner.append(lines, durable)?;
        if durable {
            self.ring(false);
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.inner.sync()
    }

    fn put_blob(&self, bytes: &[u8]) -> io::Result<String> {
        self.inner.put_blob(bytes)
    }

    fn blob(&self, name: &str) -> io::Result<Vec<u8>> {
        self.inner.blob(name)
    }

    fn place(&self) -> &Path {
        self.inner.place()
    }
}

impl Drop for Signing {
    fn drop(&mut self) {
        self.ring(true);
        if let Some(signer) = self.signer.take() {
            // A signer that panicked has nothing left to sign.
            let _ = signer.join();
        }
    }
}
