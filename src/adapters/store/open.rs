//! Opening a release: take the lock or learn who has it, read the journal, prove its chain, cut a torn end.

use std::{fs::File, path::Path};

use jiff::Timestamp;

use super::{
    Follower, Holder, Journal, StoreError, Who, blobs, head, lock, lock::Lock, place, private,
};
use crate::domain::{
    ReleaseKey,
    record::{End, Reader},
};

/// Largest journal that is read, in bytes: a hundred times what a long release writes.
pub const JOURNAL_BYTES: u64 = 256 * 1024 * 1024;

/// A release, opened.
#[derive(Debug)]
pub enum Opened {
    /// This process writes it.
    Driving(Driving),
    /// Another process writes it.
    ReadOnly(ReadOnly),
}

/// A release that this process drives.
#[derive(Debug)]
pub struct Driving {
    /// Where to append.
    pub journal: Journal,
    /// The journal so far: whole lines whose chain is proven.
    pub bytes: Vec<u8>,
    /// Its end; `torn` is 0.
    pub end: End,
    /// What was cut off its end, where an append had been interrupted.
    pub cut: Option<Cut>,
}

/// A torn last line that was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// How many bytes.
    pub bytes: usize,
    /// The blob that keeps them.
    pub blob: String,
}

/// A release that another process drives, or that is only looked at.
#[derive(Debug)]
pub struct ReadOnly {
    /// Who drives; `None` where the driver has not said so yet, or nobody drives.
    pub holder: Option<Holder>,
    /// Whether anybody drives.
    pub driven: bool,
    /// The journal so far: whole lines whose chain is proven.
    pub bytes: Vec<u8>,
    /// Its end; the next line may be half written.
    pub end: End,
    /// Reads what is added.
    pub follower: Follower,
}

/// Opens the release below `root` to drive it, or read-only where another process does. Blocking.
///
/// Only the holder of the lock cuts a torn end. A broken chain is an error with its line, and nothing is changed.
pub fn open(root: &Path, key: &ReleaseKey, who: &Who) -> Result<Opened, StoreError> {
    let parts = place::parts(key)?;
    let mut below: Vec<&str> = parts.iter().map(String::as_str).collect();
    private::folders(root, &below)?;
    for inner in [place::BLOBS, place::INBOX] {
        below.push(inner);
        private::folders(root, &below)?;
        below.pop();
    }
    let folder = place::folder(root, key)?;
    match Lock::take(&folder, who)? {
        Ok(lock) => drive(&folder, lock, who.since).map(Opened::Driving),
        Err(holder) => {
            let mut seen = read_folder(&folder)?;
            seen.holder = holder;
            seen.driven = true;
            Ok(Opened::ReadOnly(seen))
        }
    }
}

/// Reads the release below `root` without asking for its lock; `None` where it was never opened here. Blocking.
pub fn look(root: &Path, key: &ReleaseKey) -> Result<Option<ReadOnly>, StoreError> {
    let folder = place::folder(root, key)?;
    if folder.join(place::JOURNAL).exists() {
        let mut seen = read_folder(&folder)?;
        (seen.driven, seen.holder) = lock::holder(&folder);
        Ok(Some(seen))
    } else {
        Ok(None)
    }
}

fn drive(folder: &Path, lock: Lock, now: Timestamp) -> Result<Driving, StoreError> {
    for inner in ["", place::BLOBS, place::INBOX, place::CLICKS] {
        private::sweep(&folder.join(inner), now);
    }
    let path = folder.join(place::JOURNAL);
    let file = private::file(&path, true)?;
    let (mut bytes, end) = load(&path)?;
    let cut = if end.torn == 0 {
        None
    } else {
        Some(cut_off(folder, &file, &bytes, end)?)
    };
    bytes.truncate(end.whole);
    Ok(Driving {
        journal: Journal::new(folder, file, end, lock),
        bytes,
        end: End { torn: 0, ..end },
        cut,
    })
}

/// Cuts the torn end off, after keeping it as a blob: what was half written may still tell someone something.
fn cut_off(folder: &Path, file: &File, bytes: &[u8], end: End) -> Result<Cut, StoreError> {
    let path = folder.join(place::JOURNAL);
    let blobs = folder.join(place::BLOBS);
    let blob = blobs::put(&blobs, &bytes[end.whole..]).map_err(StoreError::io("write", &blobs))?;
    file.set_len(end.whole as u64)
        .and_then(|()| file.sync_all())
        .map_err(StoreError::io("cut", &path))?;
    Ok(Cut {
        bytes: end.torn,
        blob,
    })
}

fn read_folder(folder: &Path) -> Result<ReadOnly, StoreError> {
    let path = folder.join(place::JOURNAL);
    let (mut bytes, end) = if path.exists() {
        load(&path)?
    } else {
        (Vec::new(), Reader::new(b"").end())
    };
    bytes.truncate(end.whole);
    Ok(ReadOnly {
        holder: None,
        driven: false,
        bytes,
        end,
        follower: Follower::new(folder, end.whole as u64),
    })
}

/// The journal's bytes and its end, proven against the head beside it. A head that cannot be read vouches for nothing.
fn load(path: &Path) -> Result<(Vec<u8>, End), StoreError> {
    // Before the journal: the driver may append meanwhile, and a head is never ahead of its journal.
    let named = head::read(path).ok().flatten();
    let bytes = read_journal(path)?;
    let end = Reader::new(&bytes)
        .verify_with(named.as_ref())
        .map_err(|source| StoreError::Broken {
            path: path.to_owned(),
            source,
        })?;
    Ok((bytes, end))
}

/// The bytes of a journal, unproven and bounded.
pub(super) fn read_journal(path: &Path) -> Result<Vec<u8>, StoreError> {
    let size = std::fs::metadata(path)
        .map_err(StoreError::io("read", path))?
        .len();
    if size > JOURNAL_BYTES {
        return Err(StoreError::TooLarge {
            path: path.to_owned(),
            bytes: size,
            limit: JOURNAL_BYTES,
        });
    }
    private::read(path, JOURNAL_BYTES).map_err(StoreError::io("read", path))
}
