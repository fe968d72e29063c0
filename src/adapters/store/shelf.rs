//! The releases that lie on this machine: finding their journals, and taking one away for good.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    StoreError, Who,
    lock::{Holder, Lock},
    place,
};

/// Most journals that one look finds; more would be years of releases.
const MOST: usize = 20_000;

/// What lies below a root.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Every journal, by path.
    pub journals: Vec<PathBuf>,
    /// Folders that could not be listed, and why.
    pub closed: Vec<(PathBuf, StoreError)>,
}

/// Whether the releases below `root` can be listed; a folder that is not there yet holds none. Blocking.
pub fn listable(root: &Path) -> Result<(), StoreError> {
    match fs::read_dir(root) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreError::io("list", root)(error)),
    }
}

/// Every journal below `root`, by path; empty where the folder is not there. Blocking.
///
/// What cannot be listed is skipped: another user's folder is none of ours.
pub fn journals(root: &Path) -> Vec<PathBuf> {
    shelf(root).journals
}

/// The same with what could not be listed. Blocking.
pub fn shelf(root: &Path) -> Shelf {
    let mut level = vec![root.to_owned()];
    let mut closed = Vec::new();
    // Host, owner, repository, run.
    for _ in 0..4 {
        let inside = level.iter().flat_map(|folder| {
            folders(folder).unwrap_or_else(|error| {
                closed.push((folder.clone(), StoreError::io("list", folder)(error)));
                Vec::new()
            })
        });
        level = inside.take(MOST).collect();
    }
    closed.retain(|(_, error)| !is_absent(error));
    let mut found: Vec<PathBuf> = level
        .into_iter()
        .map(|folder| folder.join(place::JOURNAL))
        .filter(|journal| journal.is_file())
        .collect();
    found.sort();
    Shelf {
        journals: found,
        closed,
    }
}

fn is_absent(error: &StoreError) -> bool {
    matches!(error, StoreError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let inside = fs::read_dir(folder)?
        .filter_map(Result::ok)
        // `file_type` does not follow links: nothing outside the root is ever taken for a release.
        .filter(|found| found.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|found| found.path())
        .collect();
    Ok(inside)
}

/// Why a release was not taken away.
#[derive(Debug)]
pub enum NotRemoved {
    /// Another process drives it.
    Held(Option<Holder>),
    /// It is not what was looked at any more.
    Changed,
    /// The system refused.
    Failed(StoreError),
}

/// Removes a release's folder with everything in it, unless another process drives it, or the journal is no longer one that
/// `may_go`: it is asked again under the lock, since somebody may have gone on with it meanwhile. Blocking.
pub fn remove(
    folder: &Path,
    who: &Who,
    may_go: impl FnOnce(&Path) -> bool,
) -> Result<(), NotRemoved> {
    let lock = Lock::take(folder, who)
        .map_err(NotRemoved::Failed)?
        .map_err(NotRemoved::Held)?;
    if !may_go(&folder.join(place::JOURNAL)) {
        return Err(NotRemoved::Changed);
    }
    // The journal goes first: a folder without one is no release, however far the rest gets.
    let journal = folder.join(place::JOURNAL);
    fs::remove_file(&journal)
        .map_err(StoreError::io("remove", &journal))
        .map_err(NotRemoved::Failed)?;
    let removed = fs::remove_dir_all(folder).map_err(StoreError::io("remove", folder));
    drop(lock);
    removed.map_err(NotRemoved::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_went_on_with_is_not_taken_away() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("host/owner/repo/81");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(place::JOURNAL), b"{}\n").unwrap();
        let who = Who {
            host: "here".into(),
            login: None,
            since: jiff::Timestamp::UNIX_EPOCH,
        };
        let kept = remove(&folder, &who, |journal| !journal.is_file());
        assert!(matches!(kept, Err(NotRemoved::Changed)), "{kept:?}");
        assert_eq!(journals(root.path()).len(), 1);
        remove(&folder, &who, Path::is_file).unwrap();
        assert!(!folder.exists());
    }
}
