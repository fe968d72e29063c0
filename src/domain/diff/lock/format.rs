//! Which lock file a path is, and how it is read.

use super::{
    bundler, go, npm,
    packages::{Extent, Packages},
    pnpm,
    tables::{self, Tool},
    yarn,
};

/// Largest lock file that is read, in bytes.
pub const LOCK_BYTES: usize = 16 << 20;

/// A lock file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockFormat {
    /// `Cargo.lock`.
    Cargo,
    /// `package-lock.json`, `npm-shrinkwrap.json`.
    Npm,
    /// `pnpm-lock.yaml`.
    Pnpm,
    /// `yarn.lock`.
    Yarn,
    /// `go.mod`, which tells more than `go.sum`.
    GoMod,
    /// `go.sum`.
    GoSum,
    /// `poetry.lock`.
    Poetry,
    /// `uv.lock`.
    Uv,
    /// `Gemfile.lock`.
    Bundler,
}

impl LockFormat {
    /// By the file's name.
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit('/').next().unwrap_or_default() {
            "Cargo.lock" => Some(Self::Cargo),
            "package-lock.json" | "npm-shrinkwrap.json" => Some(Self::Npm),
            "pnpm-lock.yaml" => Some(Self::Pnpm),
            "yarn.lock" => Some(Self::Yarn),
            "go.mod" => Some(Self::GoMod),
            "go.sum" => Some(Self::GoSum),
            "poetry.lock" => Some(Self::Poetry),
            "uv.lock" => Some(Self::Uv),
            "Gemfile.lock" | "gems.locked" => Some(Self::Bundler),
            _ => None,
        }
    }

    /// The ecosystem by GitHub's word.
    pub fn ecosystem(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm | Self::Pnpm | Self::Yarn => "npm",
            Self::GoMod | Self::GoSum => "gomod",
            Self::Poetry | Self::Uv => "pip",
            Self::Bundler => "rubygems",
        }
    }

    /// Reads a whole file; the error is a fragment that says what is wrong with it.
    pub(super) fn read(self, bytes: &[u8]) -> Result<Packages, String> {
        if bytes.len() > LOCK_BYTES {
            return Err(format!("it is larger than {} MiB", LOCK_BYTES >> 20));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Some(line) = text.lines().position(|line| line.starts_with("<<<<<<< ")) {
            return Err(format!("line {}: a merge conflict stands in it", line + 1));
        }
        let packages = match self {
            Self::Npm => npm::read(text)?,
            _ => self.scan(text, Extent::Whole),
        };
        let is_empty = packages.versions.is_empty() && packages.direct.is_none();
        if is_empty && packages.broken == 0 && !self.may_be_empty(text) {
            return Err("no package was found in it".to_owned());
        }
        Ok(packages)
    }

    /// Reads the lines around a change.
    pub(super) fn read_part(self, text: &str) -> Packages {
        self.scan(text, Extent::Part)
    }

    fn scan(self, text: &str, extent: Extent) -> Packages {
        match self {
            Self::Cargo => tables::read(text, Tool::Cargo, extent),
            Self::Poetry => tables::read(text, Tool::Poetry, extent),
            Self::Uv => tables::read(text, Tool::Uv, extent),
            Self::Npm => npm::read_part(text),
            Self::Pnpm => pnpm::read(text, extent),
            Self::Yarn => yarn::read(text, extent),
            Self::GoMod => go::read_mod(text, extent),
            Self::GoSum => go::read_sum(text),
            Self::Bundler => bundler::read(text, extent),
        }
    }

    /// A project without dependencies has a lock file too: it still has its heading.
    fn may_be_empty(self, text: &str) -> bool {
        match self {
            Self::Cargo => text.contains("[[package]]") || text.contains("version = "),
            Self::Poetry => text.contains("[metadata]"),
            Self::Uv => text.contains("version = "),
            Self::Npm => true,
            Self::Pnpm => text.contains("lockfileVersion"),
            Self::Yarn => text.contains("yarn lockfile") || text.contains("__metadata"),
            Self::GoMod => text.contains("module "),
            Self::GoSum => text.trim().is_empty(),
            Self::Bundler => text.contains("BUNDLED WITH") || text.contains("PLATFORMS"),
        }
    }
}
