//! A changed file of a commit: its numbers, and its lines.

use super::patches;

/// A file of a commit.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) path: String,
    pub(super) added: i64,
    pub(super) removed: i64,
    pub(super) status: &'static str,
    /// The whole file before and after, where its lines matter; else they are made up.
    pub(super) texts: Option<(String, String)>,
}

impl Change {
    /// Takes in a later change of the same file.
    pub(super) fn follow(&mut self, later: &Self) {
        if let (Some((old, new)), Some((_, newest))) = (&mut self.texts, &later.texts) {
            new.clone_from(newest);
            let (_, added, removed) = patches::between(old, new);
            (self.added, self.removed) = (added, removed);
        } else {
            self.added += later.added;
            self.removed += later.removed;
        }
    }

    /// A change between two texts; its numbers are theirs.
    pub(super) fn between(path: &str, old: String, new: String) -> Self {
        let (_, added, removed) = patches::between(&old, &new);
        Self {
            path: path.to_owned(),
            added,
            removed,
            status: if old.is_empty() { "added" } else { "modified" },
            texts: Some((old, new)),
        }
    }

    /// Its hunks; `None` where it has no lines.
    pub(super) fn patch(&self) -> Option<String> {
        if self.added + self.removed == 0 {
            return None;
        }
        Some(match &self.texts {
            Some((old, new)) => patches::between(old, new).0,
            None => patches::made_up(&self.path, self.added, self.removed),
        })
    }
}
