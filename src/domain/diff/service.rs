//! A service's own part of a repository that many share: which files of a comparison count as its change.

use std::borrow::Cow;

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::{FileKind, HotPaths};
use crate::domain::{
    Text,
    observation::{Comparison, FileChange},
};

/// The globs of `paths`, ready to match.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// `None`: the whole repository is the service's.
    own: Option<GlobSet>,
    hot: HotPaths,
}

impl Service {
    /// Reads the globs. Hot paths count wherever they lie. What is no glob is left out: the configuration has refused it;
    /// without one that is any, everything counts.
    pub fn new(paths: &[String], hot: &HotPaths) -> Self {
        let mut builder = GlobSetBuilder::new();
        for glob in paths.iter().filter_map(|raw| Glob::new(raw).ok()) {
            builder.add(glob);
        }
        let own = builder.build().ok().filter(|set| !set.is_empty());
        let hot = hot.clone();
        Self { own, hot }
    }

    /// Whether a file's change is one of the service: it lies in its paths or did before it was moved, it is hot, or it
    /// changes how all services of the repository are built and released.
    pub fn holds(&self, file: &FileChange) -> bool {
        let Some(own) = &self.own else {
            return true;
        };
        let before = file.previous.as_ref().map(Text::as_str);
        let mut paths = [Some(file.path.as_str()), before].into_iter().flatten();
        paths.any(|path| {
            let shared = matches!(
                FileKind::of(path),
                FileKind::Rules | FileKind::Pipeline | FileKind::Lock
            );
            shared || own.is_match(path) || self.hot.holding(path).is_some()
        })
    }

    /// The comparison with the service's files alone, and how many were left out. Its commits are the repository's: which of
    /// them touched the service is not told.
    pub fn part<'c>(&self, seen: &'c Comparison) -> (Cow<'c, Comparison>, u32) {
        if self.own.is_none() {
            return (Cow::Borrowed(seen), 0);
        }
        let mut part = seen.clone();
        part.files.retain(|file| self.holds(file));
        let left_out = seen.files.len() - part.files.len();
        (
            Cow::Owned(part),
            u32::try_from(left_out).unwrap_or(u32::MAX),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, previous: Option<&str>) -> FileChange {
        FileChange {
            path: path.into(),
            added: 1,
            removed: 0,
            status: "modified".into(),
            previous: previous.map(Text::from),
            patch: None,
        }
    }

    #[test]
    fn a_file_counts_by_its_path_what_it_was_and_what_all_share() {
        let hot = HotPaths::new(&["libs/money/**".to_owned()]);
        let paths = ["services/checkout/**".to_owned()];
        let service = Service::new(&paths, &hot);
        for (path, previous, is_own) in [
            ("services/checkout/src/main.rs", None, true),
            ("services/checkout-web/src/main.rs", None, false),
            ("services/search/src/main.rs", None, false),
            ("libs/money/round.rs", None, true),
            ("libs/log/lib.rs", None, false),
            ("attic/cart.rs", Some("services/checkout/src/cart.rs"), true),
            (".github/workflows/release.yml", None, true),
            ("cockpit.toml", None, true),
            ("Cargo.lock", None, true),
            ("README.md", None, false),
        ] {
            assert_eq!(service.holds(&file(path, previous)), is_own, "{path}");
        }
        let whole = Service::new(&[], &hot);
        assert!(whole.holds(&file("README.md", None)));
    }
}
