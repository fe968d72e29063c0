//! The lock of a release: one process drives, and the others learn who.
//!
//! The system's lock decides, and it ends with the process that holds it, however that ends. The file's content only
//! tells people who it is; it stays behind and is never believed without the lock.

use std::{
    fs::{File, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::Path,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{StoreError, place, private};
use crate::domain::{Login, Text};

/// Most that is read of a lock's content, in bytes.
const CONTENT_BYTES: u64 = 4 * 1024;

/// Who opens a release.
#[derive(Debug, Clone)]
pub struct Who {
    /// This machine's name, for people.
    pub host: Text,
    /// Whose token it is, where that is known yet.
    pub login: Option<Login>,
    /// Now.
    pub since: Timestamp,
}

/// Who drives a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// Its machine.
    pub host: Text,
    /// The person whose token it uses.
    pub login: Option<Login>,
    /// Since when.
    pub since: Timestamp,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(login) = &self.login {
            write!(f, "{login} ")?;
        }
        write!(f, "on {} (process {})", self.host, self.pid)
    }
}

/// The held lock; dropping it lets go.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    holder: Holder,
}

impl Lock {
    /// Takes the lock of the release in `folder`, or tells who has it (`None` where the holder has not said so yet).
    pub(super) fn take(
        folder: &Path,
        who: &Who,
    ) -> Result<Result<Self, Option<Holder>>, StoreError> {
        let path = folder.join(place::LOCK);
        let file = private::file(&path, false)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Err(read_holder(file))),
            Err(TryLockError::Error(source)) => return Err(StoreError::io("lock", &path)(source)),
        }
        let holder = Holder {
            pid: std::process::id(),
            host: who.host.clone(),
            login: who.login.clone(),
            since: who.since,
        };
        let mut lock = Self { file, holder };
        lock.write().map_err(StoreError::io("write", &path))?;
        Ok(Ok(lock))
    }

    /// Says whose token it is, once that is known.
    pub(super) fn name(&mut self, login: Login) -> std::io::Result<()> {
        self.holder.login = Some(login);
        self.write()
    }

    fn write(&mut self) -> std::io::Result<()> {
        let content = serde_json::to_vec(&self.holder)?;
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(&content)
    }
}

/// Whether anybody drives the release in `folder`, and who as far as that was said.
pub(super) fn holder(folder: &Path) -> (bool, Option<Holder>) {
    let path = folder.join(place::LOCK);
    // Opening a pipe would wait for whoever writes to it.
    let is_plain = std::fs::metadata(&path).is_ok_and(|found| found.is_file());
    let Some(file) = is_plain.then(|| File::open(path).ok()).flatten() else {
        return (false, None);
    };
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => (true, read_holder(file)),
        // Let go at once, with the file.
        Ok(()) | Err(TryLockError::Error(_)) => (false, None),
    }
}

/// Who holds the lock of the release in `folder` as far as its content says; not a proof that anyone does.
fn read_holder(file: File) -> Option<Holder> {
    let mut content = Vec::new();
    file.take(CONTENT_BYTES).read_to_end(&mut content).ok()?;
    serde_json::from_slice(&content).ok()
}
