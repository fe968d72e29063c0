//! The ledger of past deliveries on disk: what GitHub told stays here, so that the scorecard asks for news alone.
//!
//! One file a scope, `deliveries-ENVIRONMENT-….json` in the repository's folder: a line with version, length and hash, then
//! the ledger as JSON. It holds nothing that GitHub would not tell again: what cannot be read is said, and read anew.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{StoreError, hex::hex, place, private};
use crate::domain::{
    Repository, Text,
    scorecard::{Ledger, Scope},
};

/// Of the file's form; another one is read anew.
const VERSION: u32 = 1;
const KIND: &str = "cockpit deliveries";
/// Most that is read, in bytes: some 60,000 deployments.
const MOST: u64 = 128 * 1024 * 1024;

/// Most scopes of one repository that are looked at.
const MOST_SCOPES: usize = 50;

#[derive(Serialize, Deserialize)]
struct Heading {
    kind: String,
    version: u32,
    bytes: usize,
    sha256: String,
}

/// Where one scope's ledger lies.
#[derive(Debug, Clone)]
pub struct LedgerFile {
    root: PathBuf,
    parts: [String; 3],
    name: String,
}

/// Why a ledger that is there was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}; it is read anew from GitHub", path.display())]
pub struct NotTaken {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: Text,
}

impl LedgerFile {
    /// Touches no file.
    pub fn new(root: &Path, scope: &Scope) -> Result<Self, StoreError> {
        let mut named = Sha256::new();
        for part in [&scope.environment, &scope.workflow, &scope.job] {
            named.update(part.as_bytes());
            named.update([0]);
        }
        let short: String = scope
            .environment
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .take(40)
            .collect();
        let digest = hex(&named.finalize()[..4]);
        Ok(Self {
            root: root.to_owned(),
            parts: place::repository_parts(&scope.repository)?,
            name: format!("deliveries-{short}-{digest}.json"),
        })
    }

    fn folder(&self) -> PathBuf {
        self.root.join(self.parts.iter().collect::<PathBuf>())
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        self.folder().join(&self.name)
    }

    /// What is kept; `None` where nothing is. Blocking.
    pub fn read(&self) -> Result<Option<Ledger>, NotTaken> {
        let path = self.path();
        let bytes = match private::read(&path, MOST) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(not_taken(path, &error.to_string())),
        };
        understand(&bytes)
            .map(Some)
            .map_err(|why| not_taken(path, &why))
    }

    /// Keeps it in place of what is there: whole, or not at all. Blocking.
    pub fn write(&self, ledger: &Ledger) -> Result<(), StoreError> {
        let path = self.path();
        let failed = |error: serde_json::Error| StoreError::io("write", &path)(error.into());
        let body = serde_json::to_vec(ledger).map_err(failed)?;
        let heading = Heading {
            kind: KIND.to_owned(),
            version: VERSION,
            bytes: body.len(),
            sha256: hex(&Sha256::digest(&body)),
        };
        let mut bytes = serde_json::to_vec(&heading).map_err(failed)?;
        bytes.push(b'\n');
        bytes.extend_from_slice(&body);
        let parts: Vec<&str> = self.parts.iter().map(String::as_str).collect();
        private::folders(&self.root, &parts)?;
        private::put(&self.folder(), &self.name, &bytes).map_err(StoreError::io("write", &path))
    }
}

/// Every ledger that is kept of a repository, by name. Blocking.
pub fn kept_ledgers(
    root: &Path,
    repository: &Repository,
) -> Result<Vec<Result<Ledger, NotTaken>>, StoreError> {
    let parts = place::repository_parts(repository)?;
    let folder = root.join(parts.iter().collect::<PathBuf>());
    let listed = match std::fs::read_dir(&folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::io("read", &folder)(error)),
    };
    let mut names: Vec<String> = listed
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| {
            name.strip_suffix(".json")
                .is_some_and(|stem| stem.starts_with("deliveries-"))
        })
        .take(MOST_SCOPES)
        .collect();
    names.sort();
    let read = |name: String| {
        let file = LedgerFile {
            root: root.to_owned(),
            parts: parts.clone(),
            name,
        };
        file.read().transpose()
    };
    Ok(names.into_iter().filter_map(read).collect())
}

fn not_taken(path: PathBuf, why: &str) -> NotTaken {
    NotTaken {
        path,
        why: Text::line(why),
    }
}

fn understand(bytes: &[u8]) -> Result<Ledger, String> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let end = end.ok_or("it has no heading")?;
    let heading: Heading = serde_json::from_slice(&bytes[..end])
        .ok()
        .filter(|heading: &Heading| heading.kind == KIND)
        .ok_or("its heading is none of ours")?;
    if heading.version != VERSION {
        return Err(format!(
            "it has form {}, this cockpit reads {VERSION}",
            heading.version
        ));
    }
    let body = &bytes[end + 1..];
    if body.len() != heading.bytes || hex(&Sha256::digest(body)) != heading.sha256 {
        return Err("it was cut or changed: its hash does not fit".to_owned());
    }
    serde_json::from_slice(body).map_err(|error| format!("it cannot be understood: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        Scope {
            repository: Repository::parse("github.com", "acme/shop").unwrap(),
            environment: "Prod/eu".to_owned(),
            workflow: "deploy.yml".to_owned(),
            job: "deploy".to_owned(),
            rollback: None,
        }
    }

    #[test]
    fn what_is_kept_comes_back_and_what_was_changed_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = LedgerFile::new(folder.path(), &scope()).unwrap();
        assert_eq!(file.read(), Ok(None));
        let ledger = Ledger::new(scope());
        file.write(&ledger).unwrap();
        assert_eq!(file.read(), Ok(Some(ledger)));
        let whole = std::fs::read(file.path()).unwrap();
        for at in [3, whole.len() / 2, whole.len() - 2] {
            let mut bad = whole.clone();
            bad[at] ^= 1;
            std::fs::write(file.path(), bad).unwrap();
            assert!(file.read().is_err(), "byte {at}");
        }
        std::fs::write(file.path(), &whole[..whole.len() - 9]).unwrap();
        let said = file.read().unwrap_err().to_string();
        assert!(
            said.contains("cut or changed") && said.contains("read anew"),
            "{said}"
        );
        let newer = String::from_utf8(whole)
            .unwrap()
            .replace("\"version\":1", "\"version\":7");
        std::fs::write(file.path(), newer).unwrap();
        assert!(file.read().unwrap_err().to_string().contains("form 7"));
    }

    #[test]
    fn scopes_of_one_repository_do_not_share_a_file() {
        let root = Path::new("/s");
        let one = LedgerFile::new(root, &scope()).unwrap();
        let other = Scope {
            job: "other".to_owned(),
            ..scope()
        };
        assert_ne!(one.path(), LedgerFile::new(root, &other).unwrap().path());
        assert!(one.path().starts_with("/s/github.com/acme/shop"));
    }
}
