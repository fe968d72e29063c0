//! Hot paths: the places where a team wants every change looked at.

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::domain::Text;

/// The globs of `evidence.hot_paths`, ready to match.
#[derive(Debug, Clone, Default)]
pub struct HotPaths {
    set: GlobSet,
    names: Vec<Text>,
}

impl HotPaths {
    /// Reads the globs. What is no glob is left out: the configuration has refused it.
    pub fn new(globs: &[String]) -> Self {
        let mut builder = GlobSetBuilder::new();
        let mut names = Vec::new();
        for raw in globs {
            if let Ok(glob) = Glob::new(raw) {
                builder.add(glob);
                names.push(Text::line(raw));
            }
        }
        match builder.build() {
            Ok(set) => Self { set, names },
            Err(_) => Self::default(),
        }
    }

    /// The first glob that holds a path.
    pub fn holding(&self, path: &str) -> Option<&Text> {
        let first = self.set.matches(path).into_iter().min()?;
        self.names.get(first)
    }
}
