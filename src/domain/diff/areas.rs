//! The areas of a repository: those that the rules name, else by folder.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::Area;
use crate::domain::{Text, observation::FileChange};

const AREAS_KEPT: usize = 24;

/// The areas of `evidence.areas`, ready to match.
#[derive(Debug, Clone, Default)]
pub struct Areas {
    named: Vec<(String, GlobSet)>,
}

impl Areas {
    /// Reads the globs of each name. What is no glob is left out: the configuration has refused it.
    pub fn new(named: &BTreeMap<String, Vec<String>>) -> Self {
        let set = |globs: &Vec<String>| {
            let mut builder = GlobSetBuilder::new();
            for glob in globs.iter().filter_map(|raw| Glob::new(raw).ok()) {
                builder.add(glob);
            }
            builder.build().ok()
        };
        let named = named.iter();
        Self {
            named: named
                .filter_map(|(name, globs)| Some((name.clone(), set(globs)?)))
                .collect(),
        }
    }

    /// The area of a path: the first by name that holds it, else its folder.
    pub fn of<'a>(&'a self, path: &'a str) -> &'a str {
        let mut named = self.named.iter();
        match named.find(|(_, set)| set.is_match(path)) {
            Some((name, _)) => name,
            None => Area::of(path),
        }
    }

    /// The areas of files with their sums, the most changed first, at most 24; the last one may hold the rest.
    pub fn sums(&self, files: &[FileChange]) -> Vec<Area> {
        let mut all: HashMap<&str, Area> = HashMap::new();
        for file in files {
            let name = self.of(file.path.as_str());
            all.entry(name)
                .or_insert_with(|| Area::named(name))
                .add(file);
        }
        let mut areas: Vec<Area> = all.into_values().collect();
        areas.sort_by(|a, b| {
            let lines = |area: &Area| Reverse(area.added.saturating_add(area.removed));
            lines(a).cmp(&lines(b)).then_with(|| a.name.cmp(&b.name))
        });
        if areas.len() > AREAS_KEPT {
            let rest = areas.split_off(AREAS_KEPT - 1);
            areas.push(Area {
                name: Text::line(&format!("{} more areas", rest.len())),
                files: rest.iter().map(|area| area.files).sum(),
                added: rest.iter().map(|area| area.added).sum(),
                removed: rest.iter().map(|area| area.removed).sum(),
            });
        }
        areas
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_area_goes_before_the_folder() {
        let named = [
            ("api", vec!["src/api/**".to_owned(), "proto/**".to_owned()]),
            ("money", vec!["**/payments/**".to_owned()]),
        ];
        let named = named
            .into_iter()
            .map(|(name, globs)| (name.to_owned(), globs));
        let areas = Areas::new(&named.collect());
        for (path, area) in [
            ("src/api/cart.rs", "api"),
            ("proto/cart.proto", "api"),
            ("src/api/payments/refund.rs", "api"),
            ("web/payments/form.ts", "money"),
            ("src/cart/mod.rs", "src/cart"),
            ("README.md", "(root)"),
        ] {
            assert_eq!(areas.of(path), area, "{path}");
        }
        assert_eq!(Areas::default().of("src/api/cart.rs"), "src/api");
    }
}
