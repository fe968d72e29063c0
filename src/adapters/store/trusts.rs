//! Who trusted the programs of which rules, on this machine: one small file for each version of the rules.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{error::explained, private};
use crate::{
    domain::record::{Trust, TrustWay},
    ports::Trusts,
};

/// The folder in the state folder; the dot keeps it apart from hosts.
const FOLDER: &str = ".trusted";
/// Largest file, in bytes.
const BYTES: u64 = 4 * 1024;

/// Trust kept in files.
#[derive(Debug, Clone)]
pub struct TrustFiles {
    root: PathBuf,
    given: Option<Trust>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    hash: String,
    trust: Trust,
}

impl TrustFiles {
    /// In a state folder.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            given: None,
        }
    }

    /// The same, with a trust that counts for whatever rules there are: that of the flag.
    #[must_use]
    pub fn given(mut self, trust: Option<Trust>) -> Self {
        self.given = trust;
        self
    }

    /// A hash is hexadecimal: nothing else becomes a file's name.
    fn name(hash: &str) -> io::Result<String> {
        let fits = !hash.is_empty() && hash.len() <= 128;
        if fits && hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(format!("{}.json", hash.to_ascii_lowercase()));
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the rules' hash is not hexadecimal",
        ))
    }
}

impl Trusts for TrustFiles {
    fn recall(&self, hash: &str) -> io::Result<Option<Trust>> {
        if self.given.is_some() {
            return Ok(self.given.clone());
        }
        let path = self.root.join(FOLDER).join(Self::name(hash)?);
        let bytes = match private::read(&path, BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(explained("read", &path, error)),
        };
        let kept: Kept = serde_json::from_slice(&bytes)
            .map_err(|error| explained("read", &path, io::Error::other(error)))?;
        let is_same = kept.hash == hash;
        Ok(is_same.then_some(Trust {
            way: TrustWay::Remembered,
            ..kept.trust
        }))
    }

    fn remember(&self, hash: &str, trust: &Trust) -> io::Result<()> {
        let name = Self::name(hash)?;
        let kept = Kept {
            hash: hash.to_owned(),
            trust: trust.clone(),
        };
        let bytes = serde_json::to_vec(&kept).map_err(io::Error::other)?;
        private::folders(&self.root, &[FOLDER]).map_err(io::Error::other)?;
        private::put(&self.root.join(FOLDER), &name, &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Login;

    fn trust(way: TrustWay) -> Trust {
        Trust {
            by: Login::parse("ana").unwrap(),
            at: "2026-11-20T14:00:00Z".parse().unwrap(),
            way,
        }
    }

    #[test]
    fn trust_is_kept_for_these_rules_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let files = TrustFiles::new(folder.path());
        assert_eq!(files.recall("0f0f").unwrap(), None);
        files.remember("0f0f", &trust(TrustWay::Confirmed)).unwrap();
        let again = TrustFiles::new(folder.path());
        assert_eq!(
            again.recall("0f0f").unwrap(),
            Some(trust(TrustWay::Remembered))
        );
        assert_eq!(again.recall("0f10").unwrap(), None, "other rules");
    }

    #[test]
    fn a_file_that_was_bent_is_no_trust_and_no_name_climbs() {
        let folder = tempfile::tempdir().unwrap();
        let files = TrustFiles::new(folder.path());
        files.remember("0f0f", &trust(TrustWay::Confirmed)).unwrap();
        let kept = folder.path().join(".trusted");
        // Of other rules, under this name.
        std::fs::copy(kept.join("0f0f.json"), kept.join("aaaa.json")).unwrap();
        assert_eq!(files.recall("aaaa").unwrap(), None);
        std::fs::write(kept.join("0f0f.json"), "yes").unwrap();
        assert!(files.recall("0f0f").is_err());
        for bad in ["", "..", "../../x", "0f/0f"] {
            assert!(files.recall(bad).is_err(), "{bad:?}");
            assert!(files.remember(bad, &trust(TrustWay::Confirmed)).is_err());
        }
    }

    #[test]
    fn the_flag_counts_for_whatever_rules_there_are() {
        let folder = tempfile::tempdir().unwrap();
        let given = Some(trust(TrustWay::Flag));
        let files = TrustFiles::new(folder.path()).given(given.clone());
        assert_eq!(files.recall("0f0f").unwrap(), given);
        let without = TrustFiles::new(folder.path());
        assert_eq!(
            without.recall("0f0f").unwrap(),
            None,
            "and for this flight alone"
        );
    }
}
