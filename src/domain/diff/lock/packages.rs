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
    /// Entries beyond the limit: of them nobody knows whether they changed.
    pub(super) beyond: usize,
}

impl Packages {
    pub(super) fn add(&mut self, name: &str, version: &str) {
        let (name, version) = (name.trim(), version.trim());
        if name.is_empty() || version.is_empty() || name.len() > LONGEST || version.len() > LONGEST
        {
            self.broken += 1;
        } else if self.versions.len() < MOST || self.versions.contains_key(name) {
            let versions = self.versions.entry(name.to_owned()).or_default();
            versions.insert(version.to_owned());
        } else {
            self.beyond += 1;
        }
    }

    /// Adds a package that may come from a repository: there the commit is what changes, the version mostly stays.
    pub(super) fn add_from(&mut self, name: &str, version: &str, source: Option<&str>) {
        match source.and_then(commit_of) {
            Some(commit) => self.add(name, &format!("{} (git {commit})", version.trim())),
            None => self.add(name, version),
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
        self.beyond += other.beyond;
    }

    pub(super) fn is_direct(&self, name: &str) -> Option<bool> {
        Some(self.direct.as_ref()?.contains(name))
    }
}

/// The commit in the address of a repository, in short: `git+https://x/y?branch=main#1a2b3c4...`, `x.git#commit=1a2b...`,
/// `https://codeload.github.com/x/y/tar.gz/1a2b...`. What follows the `#` of a registry's address is a checksum.
pub(super) fn commit_of(source: &str) -> Option<&str> {
    let source = source.trim_matches([' ', '"', '\'', '{', '}', ',']);
    let commit = match source.split_once('#') {
        Some((address, commit)) => {
            let kinds = ["git+", "git:", "git@", "git =", "ssh:"];
            let is_git = kinds.iter().any(|kind| address.contains(kind))
                || address.strip_suffix(".git").is_some()
                || commit.starts_with("commit=");
            let commit = commit.trim_start_matches("commit=");
            commit.split('&').next().filter(|_| is_git)?
        }
        None => source
            .contains("codeload.")
            .then(|| source.rsplit('/').next())??,
    };
    let is_commit = commit.len() >= 7 && commit.bytes().all(|b| b.is_ascii_hexdigit());
    is_commit.then(|| &commit[..7])
}

/// Whether a reader has the whole file or the lines around a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    Part,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_told_from_a_checksum() {
        let sha = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
        for address in [
            "git+https://github.com/x/y?branch=main#",
            "git+ssh://git@github.com/x/y.git#",
            "{ git = \"https://github.com/x/y?rev=main#",
            "y@https://github.com/x/y.git#commit=",
            "https://codeload.github.com/x/y/tar.gz/",
        ] {
            assert_eq!(commit_of(&format!("{address}{sha}\"")), Some("1a2b3c4"));
        }
        for address in [
            format!("https://registry.yarnpkg.com/y/-/y-1.0.0.tgz#{sha}"),
            "registry+https://github.com/rust-lang/crates.io-index".to_owned(),
            "git+https://github.com/x/y#main".to_owned(),
            String::new(),
        ] {
            assert_eq!(commit_of(&address), None, "{address}");
        }
    }
}
