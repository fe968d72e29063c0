//! What can go wrong with the state folder, each with what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::domain::record::Broken;

/// Why a release's folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused.
    #[error("cannot {doing} {}: {source}; {}", path.display(), advice(source.kind()))]
    Io {
        /// What was tried: `create`, `read`.
        doing: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// The journal does not follow from its beginning. Nothing was changed.
    #[error(
        "{}: {source}; nothing was changed: keep a copy, and look at that line with someone who was there",
        path.display()
    )]
    Broken {
        /// The journal.
        path: PathBuf,
        /// Where and how.
        source: Broken,
    },
    /// The head beside a journal is not one.
    #[error(
        "{}: {why}; it was damaged or changed, so nothing vouches for the journal's last line",
        path.display()
    )]
    Head {
        /// The head.
        path: PathBuf,
        /// What is wrong with it.
        why: crate::domain::Text,
    },
    /// The journal is larger than cockpit reads.
    #[error("{} has {bytes} bytes, more than cockpit reads ({limit}); move it away to start anew", path.display())]
    TooLarge {
        /// The journal.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A part of the release's name cannot be a folder.
    #[error("{name:?} cannot be the name of a folder; check the repository's host in cockpit.toml")]
    Name {
        /// The part.
        name: crate::domain::Text,
    },
    /// The system does not say where state belongs.
    #[error("no home folder is known; set HOME, or name a folder with --state-dir")]
    NoHome,
}

impl StoreError {
    /// Wraps what the system answered; for `map_err`.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            doing,
            path: path.to_owned(),
            source,
        }
    }
}

/// The system's answer with place and advice, for callers that speak `io::Error`.
pub(super) fn explained(doing: &'static str, path: &Path, source: io::Error) -> io::Error {
    io::Error::new(source.kind(), StoreError::io(doing, path)(source))
}

fn advice(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space there",
        io::ErrorKind::PermissionDenied => {
            "it must belong to you and be writable; cockpit keeps its state 0700"
        }
        io::ErrorKind::ReadOnlyFilesystem => "name a writable folder with --state-dir",
        io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory
        | io::ErrorKind::AlreadyExists => "something else lies at that place; move it away",
        _ => "check that disk and its rights",
    }
}
