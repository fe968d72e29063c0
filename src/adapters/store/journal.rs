//! The journal of a release that this process drives: append, sync, blobs. One writer, which holds the lock.

use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{blobs, error::explained, head::HeadFile, lock::Lock, place};
use crate::{
    domain::{
        Login, Seq,
        record::{End, Head},
    },
    ports::Store,
};

/// The files of a release, held by the lock until it is dropped.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    path: PathBuf,
    tail: Mutex<Tail>,
    head: HeadFile,
    lock: Mutex<Lock>,
}

#[derive(Debug)]
struct Tail {
    file: Arc<File>,
    /// Bytes of whole, accepted lines; what lies behind them must not stay.
    length: u64,
    /// The last of these lines.
    head: Head,
    /// Set when the disk's state is unknown: nothing more is accepted.
    lost: bool,
}

impl Journal {
    pub(super) fn new(folder: &Path, file: File, end: End, lock: Lock) -> Self {
        Self {
            folder: folder.to_owned(),
            path: folder.join(place::JOURNAL),
            tail: Mutex::new(Tail {
                file: Arc::new(file),
                length: end.whole as u64,
                head: end.head,
                lost: false,
            }),
            head: HeadFile::new(folder),
            lock: Mutex::new(lock),
        }
    }

    /// Says in the lock whose token this cockpit uses, once that is known.
    pub fn name_holder(&self, login: Login) -> io::Result<()> {
        self.lock
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .name(login)
            .map_err(|e| explained("write", &self.folder.join(place::LOCK), e))
    }
}

impl Journal {
    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tail {
    fn is_known(&self) -> io::Result<()> {
        if self.lost {
            return Err(io::Error::other(
                "an earlier write failed in a way that leaves the disk's state unknown; start cockpit again",
            ));
        }
        Ok(())
    }

    fn check(&self) -> io::Result<()> {
        self.is_known()?;
        let found = self.file.metadata()?.len();
        if found == self.length {
            Ok(())
        } else {
            Err(io::Error::other(format!(
                "it has {found} bytes, not {}: something else wrote to it",
                self.length
            )))
        }
    }

    fn append(&mut self, lines: &[u8], durable: bool) -> io::Result<()> {
        self.check()?;
        let grown = self.length + lines.len() as u64;
        if let Err(error) = (&*self.file).write_all(lines) {
            // Half a line in the middle would break the chain for good.
            self.lost = self.file.set_len(self.length).is_err();
            return Err(error);
        }
        if durable && let Err(error) = self.file.sync_data() {
            // The system may have dropped the pages: what a later sync says proves nothing.
            self.lost = true;
            // A caller that hears "no" must not find the line after a restart.
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.length = grown;
        self.head = after(self.head, lines);
        Ok(())
    }
}

/// The head once whole lines are appended to it.
fn after(head: Head, lines: &[u8]) -> Head {
    let whole = lines.strip_suffix(b"\n").unwrap_or(lines);
    let (mut count, mut last) = (0, whole);
    for line in whole.split(|b| *b == b'\n') {
        (count, last) = (count + 1, line);
    }
    Head::after(Seq(head.seq().0 + count), last)
}

impl Store for Journal {
    fn append(&self, lines: &[u8], durable: bool) -> io::Result<()> {
        if lines.last() != Some(&b'\n') {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "only whole lines are appended",
            ));
        }
        let mut tail = self.tail();
        tail.append(lines, durable)
            .map_err(|e| explained("write", &self.path, e))?;
        let head = tail.head;
        drop(tail);
        if durable {
            self.head.name(&head);
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        // A slow disk must not hold up who appends meanwhile: the lock is not held while it is waited for.
        let (file, head) = {
            let tail = self.tail();
            tail.is_known()
                .map_err(|e| explained("write", &self.path, e))?;
            (Arc::clone(&tail.file), tail.head)
        };
        let done = file.sync_data();
        // After a failed sync the system may drop the pages and report success to the next one, so nothing is tried again.
        self.tail().lost |= done.is_err();
        if done.is_ok() {
            self.head.name(&head);
        }
        done.map_err(|e| explained("write", &self.path, e))
    }

    fn put_blob(&self, bytes: &[u8]) -> io::Result<String> {
        blobs::put(&self.folder.join(place::BLOBS), bytes)
    }

    fn blob(&self, name: &str) -> io::Result<Vec<u8>> {
        blobs::get(&self.folder.join(place::BLOBS), name)
    }

    fn place(&self) -> &Path {
        &self.folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{adapters::store::Who, domain::record::Reader};

    #[test]
    fn the_head_after_several_lines_is_that_of_the_last() {
        let one = after(Head::START, b"a\nb\nc\n");
        assert_eq!(one, Head::after(Seq(3), b"c"));
        assert_eq!(after(one, b"d\n"), Head::after(Seq(4), b"d"));
    }

    #[test]
    fn after_a_write_that_left_the_disk_unknown_no_sync_vouches_for_it() {
        let root = tempfile::tempdir().unwrap();
        let file = File::create(root.path().join(place::JOURNAL)).unwrap();
        let end = Reader::new(b"").end();
        let who = Who {
            host: "mac-of-ana".into(),
            login: None,
            since: jiff::Timestamp::UNIX_EPOCH,
        };
        let lock = Lock::take(root.path(), &who).unwrap().unwrap();
        let journal = Journal::new(root.path(), file, end, lock);
        journal.append(b"line\n", false).unwrap();
        journal.tail().lost = true;
        let told = journal.sync().unwrap_err().to_string();
        assert!(told.contains("start cockpit again"), "{told}");
        assert!(!root.path().join(place::HEAD).exists());
    }

    /// `/dev/full` answers every write with "no space left".
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_and_where_it_cannot_be_undone_nothing_more_is_taken() {
        let full = std::fs::OpenOptions::new().append(true).open("/dev/full");
        let mut tail = Tail {
            file: Arc::new(full.unwrap()),
            length: 0,
            head: Head::START,
            lost: false,
        };
        let error = tail.append(b"line\n", true).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        let told = explained("write", Path::new("/s/journal.jsonl"), error).to_string();
        assert!(told.contains("/s/journal.jsonl"), "{told}");
        assert!(told.contains("free some space"), "{told}");
        // A device cannot be cut back, so the half line may stand there.
        let again = tail.append(b"line\n", false).unwrap_err().to_string();
        assert!(again.contains("start cockpit again"), "{again}");
    }
}
