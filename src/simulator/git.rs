//! Git's objects and refs that people made through the API: trees, commits, and refs outside of branches and tags.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::dice;

/// A commit that somebody made.
#[derive(Debug, Clone)]
pub(super) struct GitCommit {
    pub(super) sha: String,
    pub(super) message: String,
    pub(super) tree: String,
    pub(super) parents: Vec<String>,
    pub(super) by: String,
    pub(super) at: Timestamp,
}

/// What was made.
#[derive(Debug, Default)]
pub(super) struct GitStore {
    trees: Vec<String>,
    commits: BTreeMap<String, GitCommit>,
    /// Whole names and what they point at.
    pub(super) refs: BTreeMap<String, String>,
}

/// Why something was refused: status and GitHub's words.
pub(super) type Refused = (u16, String);

fn invalid(words: &str) -> Refused {
    (422, words.to_owned())
}

/// An id like git's: 40 digits that hang on the content alone.
fn id_of(kind: &str, content: &str, at: Timestamp) -> String {
    let part = |n: i64| dice::roll(7, &format!("{kind}\0{content}\0{at}"), n);
    format!("{:016x}{:016x}{:08x}", part(0), part(1), part(2) >> 32)
}

/// Who may write refs: all but the last of the people, whose token reads contents only.
pub(super) fn may_write(login: &str) -> bool {
    login != "emil"
}

impl GitStore {
    /// Makes a tree.
    pub(super) fn tree(&mut self, content: &str) -> String {
        let sha = id_of("tree", content, Timestamp::UNIX_EPOCH);
        if !self.trees.contains(&sha) {
            self.trees.push(sha.clone());
        }
        sha
    }

    /// Makes a commit; the tree and the parents must be there.
    pub(super) fn commit(
        &mut self,
        message: &str,
        tree: &str,
        parents: Vec<String>,
        by: &str,
        at: Timestamp,
    ) -> Result<GitCommit, Refused> {
        if !self.trees.iter().any(|known| known == tree) {
            return Err(invalid("Tree SHA does not exist"));
        }
        if !parents.iter().all(|one| self.commits.contains_key(one)) {
            return Err(invalid(
                "Parent SHA does not exist or is not a commit object",
            ));
        }
        let commit = GitCommit {
            sha: id_of("commit", &format!("{message}{tree}{parents:?}{by}"), at),
            message: message.to_owned(),
            tree: tree.to_owned(),
            parents,
            by: by.to_owned(),
            at,
        };
        self.commits.insert(commit.sha.clone(), commit.clone());
        Ok(commit)
    }

    /// A commit that was made here.
    pub(super) fn find(&self, sha: &str) -> Option<&GitCommit> {
        self.commits.get(sha)
    }

    /// Creates a ref; atomic, as the whole world is.
    pub(super) fn create(&mut self, name: &str, sha: &str) -> Result<(), Refused> {
        if !name.starts_with("refs/") || name.matches('/').count() < 2 || !is_sound(name) {
            return Err(invalid("Reference name is invalid"));
        }
        if !self.commits.contains_key(sha) {
            return Err(invalid("Object does not exist"));
        }
        if self.refs.contains_key(name) {
            return Err(invalid("Reference already exists"));
        }
        let below = format!("{name}/");
        let lies_below = self
            .refs
            .keys()
            .any(|known| known.starts_with(&below) || name.starts_with(&format!("{known}/")));
        if lies_below {
            return Err(invalid(
                "Reference cannot be created: a directory is in the way",
            ));
        }
        self.refs.insert(name.to_owned(), sha.to_owned());
        Ok(())
    }

    /// Moves a ref; without force only forward.
    pub(super) fn update(&mut self, name: &str, sha: &str, force: bool) -> Result<(), Refused> {
        let Some(before) = self.refs.get(name).cloned() else {
            return Err(invalid("Reference does not exist"));
        };
        if !self.commits.contains_key(sha) {
            return Err(invalid("Object does not exist"));
        }
        if !force && !self.descends(sha, &before) {
            return Err(invalid("Update is not a fast forward"));
        }
        self.refs.insert(name.to_owned(), sha.to_owned());
        Ok(())
    }

    /// Removes a ref.
    pub(super) fn remove(&mut self, name: &str) -> Result<(), Refused> {
        match self.refs.remove(name) {
            Some(_) => Ok(()),
            None => Err(invalid("Reference does not exist")),
        }
    }

    fn descends(&self, sha: &str, from: &str) -> bool {
        let mut open = vec![sha.to_owned()];
        while let Some(one) = open.pop() {
            if one == from {
                return true;
            }
            if let Some(commit) = self.commits.get(&one) {
                open.extend(commit.parents.iter().cloned());
            }
        }
        false
    }
}

/// As git-check-ref-format(1) has it, for what can come here.
fn is_sound(name: &str) -> bool {
    name.split('/').all(|part| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.strip_suffix(".lock").is_none()
            && !part.ends_with('.')
    }) && !name.contains("..")
        && !name.contains(|c: char| c.is_control() || " ~^:?*[\\".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(store: &mut GitStore, message: &str, parents: &[&str]) -> String {
        let tree = store.tree("x");
        let parents = parents.iter().map(|one| (*one).to_owned()).collect();
        let commit = store.commit(message, &tree, parents, "ana", Timestamp::UNIX_EPOCH);
        commit.unwrap().sha
    }

    #[test]
    fn a_ref_is_made_once_moves_forward_and_goes() {
        let mut store = GitStore::default();
        let (one, other) = (made(&mut store, "1", &[]), made(&mut store, "2", &[]));
        let next = made(&mut store, "3", &[&one]);
        let name = "refs/cockpit/a/b/lock";
        assert_eq!(store.create(name, &one), Ok(()));
        assert_eq!(store.create(name, &other).unwrap_err().0, 422);
        assert_eq!(
            store.update(name, &other, false).unwrap_err().1,
            "Update is not a fast forward"
        );
        assert_eq!(store.update(name, &next, false), Ok(()));
        assert_eq!(store.update(name, &next, false), Ok(()));
        assert!(
            store.create("refs/cockpit/a/b/lock/x", &one).is_err(),
            "a ref is no folder"
        );
        assert_eq!(store.remove(name), Ok(()));
        assert!(store.remove(name).is_err());
        assert!(store.create("refs/cockpit/a..b/x", &one).is_err());
        assert!(store.create("cockpit/x", &one).is_err());
    }
}
