//! The releases that lie on this machine: finding their journals, and taking one away for good.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    StoreError, Who,
    lock::{Holder, Lock},
    place,
};

/// Most journals that one look finds; more would be years of releases.
const MOST: usize = 20_000;

/// Every journal below `root`, by path; empty where the folder is not there. Blocking.
///
/// What cannot be listed is skipped: another user's folder is none of ours.
pub fn journals(root: &Path) -> Vec<PathBuf> {
    let mut level = vec![root.to_owned()];
    // Host, owner, repository, run.
    for _ in 0..4 {
        let inside = level.iter().flat_map(|folder| folders(folder));
        level = inside.take(MOST).collect();
    }
    let mut found: Vec<PathBuf> = level
        .into_iter()
        .map(|folder| folder.join(place::JOURNAL))
        .filter(|journal| journal.is_file())
        .collect();
    found.sort();
    found
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let Ok(listed) = fs::read_dir(folder) else {
        return Vec::new();
    };
    listed
        .filter_map(Result::ok)
        // `file_type` does not follow links: nothing outside the root is ever taken for a release.
        .filter(|found| found.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|found| found.path())
        .collect()
}

/// Why a release was not taken away.
#[derive(Debug)]
pub enum NotRemoved {
    /// Another process drives it.
    Held(Option<Holder>),
    /// The system refused.
    Failed(StoreError),
}

/// Removes a release's folder with everything in it, unless another process drives it. Blocking.
pub fn remove(folder: &Path, who: &Who) -> Result<(), NotRemoved> {
    let lock = Lock::take(folder, who)
        .map_err(NotRemoved::Failed)?
        .map_err(NotRemoved::Held)?;
    // The journal goes first: a folder without one is no release, however far the rest gets.
    let journal = folder.join(place::JOURNAL);
    fs::remove_file(&journal)
        .map_err(StoreError::io("remove", &journal))
        .map_err(NotRemoved::Failed)?;
    let removed = fs::remove_dir_all(folder).map_err(StoreError::io("remove", folder));
    drop(lock);
    removed.map_err(NotRemoved::Failed)
}
