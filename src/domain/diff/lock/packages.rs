//! What a lock file holds, whoever wrote it.

use std::collections::{BTreeMap, BTreeSet};

/// Packages that are read of one file.
const MOST: usize = 50_000;
/// Bytes of a name or a version.
const LONGEST: usize = 300;

/// Packages by name, with every version that is locked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Packages {
    pub(super) versions: BTreeMap<String, BTreeSet<String>>,
    /// Names that the project asks for itself; `None`: the file does not tell.
    pub(super) direct: Option<BTreeSet<String>>,
    /// Entries without a name or a version.
    pub(super) broken: usize,
}

impl Packages {
    pub(super) fn add(&mut self, name: &str, version: &str) {
        let (name, version) = (name.trim(), version.trim());
        if name.is_empty() || version.is_empty() || name.len() > LONGEST || version.len() > LONGEST
        {
            self.broken += 1;
        } else if self.versions.len() < MOST {
            let versions = self.versions.entry(name.to_owned()).or_default();
            versions.insert(version.to_owned());
        }
    }

    pub(super) fn ask_for(&mut self, name: &str) {
        let direct = self.direct.get_or_insert_default();
        if direct.len() < MOST && name.len() <= LONGEST {
            direct.insert(name.to_owned());
        }
    }

    /// Takes in what another part of the same file holds.
    pub(super) fn with(&mut self, other: Self) {
        for (name, versions) in other.versions {
            self.versions.entry(name).or_default().extend(versions);
        }
        for name in other.direct.into_iter().flatten() {
            self.ask_for(&name);
        }
        self.broken += other.broken;
    }

    pub(super) fn is_direct(&self, name: &str) -> Option<bool> {
        Some(self.direct.as_ref()?.contains(name))
    }
}

/// Whether a reader has the whole file or the lines around a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    Part,
}
