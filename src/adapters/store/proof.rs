//! Proving a journal where it lies: its chain, the head beside it, and the blobs that it names. Changes nothing.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{StoreError, blobs, head, open::read_journal, place};
use crate::domain::{
    Text,
    record::{End, Head, Reader},
};

/// A journal whose chain holds.
#[derive(Debug)]
pub struct Proven {
    /// Its whole lines.
    pub bytes: Vec<u8>,
    /// Its end; `torn` bytes behind it are the beginning of a line that was never acknowledged.
    pub end: End,
    /// What vouches for the last line.
    pub head: Vouched,
}

/// What the head beside a journal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouched {
    /// It names this line, which stands there as it was written.
    Through(Head),
    /// There is none: nothing vouches for the last line.
    Nothing,
}

/// A blob that is not what the journal names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobFault {
    /// The SHA-256 that the journal names.
    pub name: String,
    /// What is wrong.
    pub why: Text,
}

/// Where the journal of `place` lies: a release's folder, or the journal itself.
pub fn journal_at(place: &Path) -> PathBuf {
    if place.is_dir() {
        place.join(place::JOURNAL)
    } else {
        place.to_owned()
    }
}

/// Proves chain and head of a journal. Blocking.
///
/// # Errors
/// The first line that does not follow ([`StoreError::Broken`]), a damaged head, a file that cannot be read.
pub fn prove(journal: &Path) -> Result<Proven, StoreError> {
    let named = head::read(journal).map_err(|source| StoreError::Head {
        path: journal.with_file_name(place::HEAD),
        why: Text::line(&source.to_string()),
    })?;
    let mut bytes = read_journal(journal)?;
    let end = Reader::new(&bytes)
        .verify_with(named.as_ref())
        .map_err(|source| StoreError::Broken {
            path: journal.to_owned(),
            source,
        })?;
    bytes.truncate(end.whole);
    Ok(Proven {
        bytes,
        end,
        head: named.map_or(Vouched::Nothing, Vouched::Through),
    })
}

/// A blob that the journal at `journal` names, read back and proven by its name.
pub fn blob_of(journal: &Path, name: &str) -> io::Result<Vec<u8>> {
    blobs::get(&journal.with_file_name(place::BLOBS), name)
}

/// Those of `names` that are missing beside the journal, or changed.
pub fn blob_faults<'n>(journal: &Path, names: impl IntoIterator<Item = &'n str>) -> Vec<BlobFault> {
    let fault = |name: &str| {
        let error = blob_of(journal, name).err()?;
        Some(BlobFault {
            name: name.to_owned(),
            why: match error.kind() {
                io::ErrorKind::NotFound => "it is not there".into(),
                io::ErrorKind::InvalidData => "its bytes have another hash: it was changed".into(),
                _ => Text::line(&error.to_string()),
            },
        })
    };
    names.into_iter().filter_map(fault).collect()
}
