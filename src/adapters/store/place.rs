//! Where a release's folder lies. Arithmetic on paths; touches no file.

use std::path::{Path, PathBuf};

use super::StoreError;
use crate::domain::{ReleaseKey, Repository, Text};

/// Name of the journal in a release's folder.
pub const JOURNAL: &str = "journal.jsonl";
/// Beside it: which line was the last one that reached the disk, and its hash.
pub(super) const HEAD: &str = "head";
pub(super) const LOCK: &str = "lock";
pub(super) const BLOBS: &str = "blobs";
pub(super) const INBOX: &str = "inbox";
pub(super) const CLICKS: &str = "clicks";

/// The folder that holds all releases of this user: XDG's state folder where the system has one.
pub fn state_root() -> Result<PathBuf, StoreError> {
    let dirs = directories::ProjectDirs::from("", "", "cockpit").ok_or(StoreError::NoHome)?;
    let root = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
    Ok(root.join("releases"))
}

/// The parts of a release's path below the root.
///
/// GitHub ignores the case of hosts, owners and names, so the folder does too: two spellings must meet at one lock.
pub(super) fn parts(key: &ReleaseKey) -> Result<[String; 4], StoreError> {
    let [host, owner, name] = repository_parts(&key.repository)?;
    Ok([host, owner, name, key.run.to_string()])
}

/// The folder of one repository below `root`, and its parts.
pub(super) fn repository_parts(repository: &Repository) -> Result<[String; 3], StoreError> {
    Ok([
        component(&repository.host)?,
        component(&repository.owner)?,
        component(&repository.name)?,
    ])
}

/// The folder of one release below `root`.
pub fn folder(root: &Path, key: &ReleaseKey) -> Result<PathBuf, StoreError> {
    Ok(root.join(parts(key)?.iter().collect::<PathBuf>()))
}

/// A host may carry a port (`127.0.0.1:4010`); `:` becomes `+`, which no host holds.
fn component(name: &str) -> Result<String, StoreError> {
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':'));
    if plain && !name.is_empty() && name.len() <= 200 && name != "." && name != ".." {
        Ok(name.to_ascii_lowercase().replace(':', "+"))
    } else {
        let head: String = name.chars().take(80).collect();
        Err(StoreError::Name {
            name: Text::line(&head),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RunId;

    fn key(host: &str, slug: &str) -> ReleaseKey {
        ReleaseKey {
            repository: Repository::parse(host, slug).unwrap(),
            run: RunId(81),
        }
    }

    #[test]
    fn two_spellings_of_a_repository_share_a_folder() {
        let root = Path::new("/s");
        let one = folder(root, &key("github.com", "Acme/Shop")).unwrap();
        assert_eq!(one, Path::new("/s/github.com/acme/shop/81"));
        assert_eq!(one, folder(root, &key("GitHub.com", "acme/shop")).unwrap());
    }

    #[test]
    fn a_port_is_kept_and_a_host_cannot_climb() {
        let served = folder(Path::new("/s"), &key("127.0.0.1:4010", "a/b")).unwrap();
        assert_eq!(served, Path::new("/s/127.0.0.1+4010/a/b/81"));
        for bad in ["", "..", "a/b", "a\\b", "x\u{1b}"] {
            assert!(
                folder(Path::new("/s"), &key(bad, "a/b")).is_err(),
                "{bad:?}"
            );
        }
    }
}
