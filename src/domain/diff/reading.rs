//! A comparison as a [`Diff`]: counted, sorted by area, its files looked at. Knows no lock files: those come later.

use std::collections::{BTreeMap, BTreeSet};

use super::{Area, Areas, Diff, DiffSource, FileKind, HotPaths, Marked, Migration, PullRef};
use crate::domain::{
    Text,
    observation::{CommitSnapshot, Comparison, FileChange},
};

const TITLES_KEPT: usize = 50;
const PULLS_KEPT: usize = 50;
/// Whoever is not kept could not be kept from approving their own change.
const PEOPLE_KEPT: usize = 250;
const MARKED_KEPT: usize = 60;
const MIGRATIONS_KEPT: usize = 20;

impl Diff {
    /// What a comparison says; dependencies and the blob are put in by who has them.
    pub fn of(seen: &Comparison, hot: &HotPaths) -> Self {
        let people = people(&seen.commits);
        let mut found: Vec<_> = seen.files.iter().filter_map(Migration::of).collect();
        let migration_count = count(found.len());
        // What was looked at and does something comes first: the list is cut.
        found.sort_by_key(|one| one.worst().map_or(u8::MAX, |worst| worst.kind as u8));
        found.truncate(MIGRATIONS_KEPT);
        let mut kinds = BTreeMap::new();
        for file in &seen.files {
            *kinds.entry(FileKind::of(file.path.as_str())).or_default() += 1;
        }
        let mut marked: Vec<Marked> = seen
            .files
            .iter()
            .filter_map(|file| mark(file, hot))
            .collect();
        let hot_count = count(marked.iter().filter(|file| file.hot.is_some()).count());
        marked.sort_by_key(|file| (file.hot.is_none(), file.kind));
        marked.truncate(MARKED_KEPT);
        let sum = |of: fn(&FileChange) -> u32| seen.files.iter().map(|f| u64::from(of(f))).sum();
        let newest_first = seen.commits.iter().rev();
        let titles = newest_first.map(|c| c.title.clone()).take(TITLES_KEPT);
        Self {
            relation: seen.relation,
            ahead_by: seen.ahead_by,
            behind_by: seen.behind_by,
            titles: titles.collect(),
            files: count(seen.files.len()),
            added: sum(|file| file.added),
            removed: sum(|file| file.removed),
            truncated: seen.files_truncated || seen.commits_truncated,
            files_truncated: seen.files_truncated,
            commits_truncated: seen.commits_truncated,
            authors: count(people.len()),
            people: people.into_iter().take(PEOPLE_KEPT).collect(),
            unlinked: count(seen.commits.iter().filter(|one| one.is_unlinked).count()),
            pulls: pulls(&seen.commits),
            areas: Areas::default().sums(&seen.files),
            migrations: found,
            migration_count,
            kinds,
            marked,
            hot_count,
            unseen: count(seen.files.iter().filter(|file| file.is_unseen()).count()),
            source: if seen.is_from_clone {
                DiffSource::Clone
            } else {
                DiffSource::Github
            },
            ..Self::between(seen.base.clone(), seen.head.clone())
        }
        .fit()
    }

    /// Takes the files that the rules name beside them (strategy, smoke tests) for rules too.
    #[must_use]
    pub fn with_rules(mut self, seen: &Comparison, beside: &[String]) -> Self {
        for file in &seen.files {
            let path = file.path.as_str();
            let before = file.previous.as_ref().map(Text::as_str);
            let is_named = beside
                .iter()
                .any(|name| name == path || Some(name.as_str()) == before);
            if !is_named || FileKind::of(path) == FileKind::Rules {
                continue;
            }
            *self.kinds.entry(FileKind::Rules).or_default() += 1;
            self.marked.retain(|known| known.path != file.path);
            self.marked.insert(
                0,
                Marked {
                    path: file.path.clone(),
                    kind: FileKind::Rules,
                    hot: None,
                    added: file.added,
                    removed: file.removed,
                },
            );
        }
        self.marked.truncate(MARKED_KEPT);
        self
    }
}

fn mark(file: &FileChange, hot: &HotPaths) -> Option<Marked> {
    let path = file.path.as_str();
    // What was moved out of a hot path was there.
    let before = file.previous.as_ref().map(Text::as_str);
    let hot = hot
        .holding(path)
        .or_else(|| before.and_then(|before| hot.holding(before)));
    let kind = FileKind::of(path);
    (kind != FileKind::Other || hot.is_some()).then(|| Marked {
        path: file.path.clone(),
        kind,
        hot: hot.cloned(),
        added: file.added,
        removed: file.removed,
    })
}

/// The people behind commits: by login where GitHub links one, else by the name in the commit.
fn people(commits: &[CommitSnapshot]) -> BTreeSet<Text> {
    let first = commits.iter().filter_map(|commit| match &commit.author {
        Some(login) => Some(Text::line(login.as_str())),
        None => (!commit.name.is_empty()).then(|| commit.name.clone()),
    });
    let others = commits.iter().flat_map(|commit| &commit.with);
    first
        .chain(others.map(|login| Text::line(login.as_str())))
        .collect()
}

fn pulls(commits: &[CommitSnapshot]) -> Vec<PullRef> {
    let mut seen = BTreeSet::new();
    let named = commits
        .iter()
        .rev()
        .filter_map(|commit| commit.pull.clone());
    named
        .filter(|pull| seen.insert(pull.number))
        .take(PULLS_KEPT)
        .collect()
}

impl Area {
    /// One without files.
    pub fn named(name: &str) -> Self {
        Self {
            name: Text::line(name),
            files: 0,
            added: 0,
            removed: 0,
        }
    }

    /// Counts a file.
    pub fn add(&mut self, file: &FileChange) {
        self.files = self.files.saturating_add(1);
        self.added = self.added.saturating_add(u64::from(file.added));
        self.removed = self.removed.saturating_add(u64::from(file.removed));
    }

    /// The area of a path: its first folder, and the second where the first only gathers.
    pub fn of(path: &str) -> &str {
        const GATHERS: [&str; 13] = [
            "src", "app", "apps", "lib", "libs", "packages", "services", "crates", "modules",
            "internal", "cmd", "pkg", "projects",
        ];
        let Some((first, rest)) = path.split_once('/') else {
            return "(root)";
        };
        match rest.split_once('/') {
            Some((second, _)) if GATHERS.contains(&first) => &path[..=first.len() + second.len()],
            _ => first,
        }
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Login, Sha, observation::Relation};

    #[test]
    fn everybody_who_wrote_it_is_kept_by_account_where_there_is_one() {
        let sha = Sha::parse(&"a".repeat(40)).unwrap();
        let commits = (0..60).map(|n| CommitSnapshot {
            sha: sha.clone(),
            title: "x".into(),
            author: (n > 0).then(|| Login::parse(&format!("dev{n}")).unwrap()),
            name: format!("Dev {n}").into(),
            with: (n == 7)
                .then(|| Login::parse("pair").unwrap())
                .into_iter()
                .collect(),
            is_unlinked: n == 0,
            pull: None,
            at: None,
        });
        let seen = Comparison {
            base: sha.clone(),
            head: sha.clone(),
            relation: Relation::Ahead,
            ahead_by: 60,
            behind_by: 0,
            commits: commits.collect(),
            files: Vec::new(),
            files_truncated: false,
            commits_truncated: false,
            is_from_clone: true,
        };
        let diff = Diff::of(&seen, &HotPaths::default());
        assert_eq!(
            (diff.people.len(), diff.authors, diff.unlinked),
            (61, 61, 1)
        );
        for name in ["Dev 0", "dev59", "pair"] {
            assert!(diff.people.iter().any(|one| one.as_str() == name), "{name}");
        }
        // GitHub knows the same commits: whoever it links to none has no account.
        let mut whole = seen.clone();
        let told = Comparison {
            commits: seen
                .commits
                .iter()
                .map(|one| CommitSnapshot {
                    is_unlinked: false,
                    ..one.clone()
                })
                .collect(),
            ..seen
        };
        whole.name_authors(&told);
        assert_eq!(Diff::of(&whole, &HotPaths::default()).unlinked, 0);
    }

    #[test]
    fn files_that_the_rules_name_are_rules_wherever_they_lie() {
        let file = |path: &str, previous: Option<&str>| FileChange {
            path: path.into(),
            added: 1,
            removed: 0,
            status: "modified".into(),
            previous: previous.map(Text::from),
            patch: None,
        };
        let sha = Sha::parse(&"a".repeat(40)).unwrap();
        let seen = Comparison {
            base: sha.clone(),
            head: sha,
            relation: Relation::Ahead,
            ahead_by: 1,
            behind_by: 0,
            commits: Vec::new(),
            files: vec![
                file("ops/smoke.toml", None),
                file("ops/old.toml", Some("ops/strategy.yaml")),
                file("src/main.rs", None),
            ],
            files_truncated: false,
            commits_truncated: false,
            is_from_clone: true,
        };
        let plain = Diff::of(&seen, &HotPaths::default());
        assert!(!plain.changes_rules());
        let names = ["ops/smoke.toml", "ops/strategy.yaml"].map(str::to_owned);
        let diff = plain.with_rules(&seen, &names);
        assert!(diff.changes_rules());
        assert_eq!(diff.kinds[&FileKind::Rules], 2);
        let marked = diff.marked.iter().filter(|one| one.kind == FileKind::Rules);
        assert_eq!(marked.count(), 2);
    }
}
