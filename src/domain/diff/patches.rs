//! The output of `git diff`, cut into files. Bounded by what it is given; what does not follow the form is left out.
//!
//! Source: git's manual, git-diff, "Generating patch text with -p".

use super::Patch;

/// One file of a diff.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilePatch {
    /// Its path after the change; before it, where the file is gone.
    pub path: String,
    /// Its path before, where it was renamed or copied.
    pub previous: Option<String>,
    /// What happened to it.
    pub change: FileFate,
    /// Whether git calls it binary: it has no lines.
    pub is_binary: bool,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
    /// Its hunks; `None` where there are none.
    pub patch: Option<Patch>,
    /// Whether its last hunk ends before its head says so: the text was cut off.
    pub is_cut: bool,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FileFate {
    /// Its lines, or its mode.
    #[default]
    Modified,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another name.
    Renamed,
    /// It is a copy.
    Copied,
}

impl FileFate {
    /// GitHub's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Modified => "modified",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Copied => "copied",
        }
    }
}

impl FilePatch {
    /// Cuts a diff into its files, in its order.
    pub fn split(diff: &str) -> Vec<Self> {
        let mut all = Vec::new();
        let mut open: Option<Reader<'_>> = None;
        for line in diff.split_inclusive('\n') {
            let in_hunk = open.as_ref().is_some_and(|reader| reader.left != (0, 0));
            if !in_hunk && let Some(names) = line.strip_prefix("diff --git ") {
                all.extend(open.take().map(Reader::end));
                open = Some(Reader::new(names.trim_end_matches('\n')));
            } else if let Some(reader) = &mut open {
                reader.line(line);
            }
        }
        all.extend(open.map(Reader::end));
        all
    }
}

/// One file while it is read.
struct Reader<'a> {
    /// `a/x b/x`, for files without other names.
    names: &'a str,
    file: FilePatch,
    /// Of `---` and `+++`.
    before: Option<String>,
    after: Option<String>,
    hunks: String,
    /// Lines of the hunk that are still to come, old and new.
    left: (u32, u32),
}

impl<'a> Reader<'a> {
    fn new(names: &'a str) -> Self {
        Self {
            names,
            file: FilePatch::default(),
            before: None,
            after: None,
            hunks: String::new(),
            left: (0, 0),
        }
    }

    fn line(&mut self, raw: &str) {
        let line = raw.trim_end_matches('\n');
        if self.left != (0, 0) || line.starts_with('\\') {
            self.content(raw);
        } else if let Some(counts) = counts(line) {
            self.left = counts;
            self.hunks.push_str(raw);
        } else if self.hunks.is_empty() {
            self.header(line);
        }
    }

    fn content(&mut self, raw: &str) {
        match raw.as_bytes().first() {
            Some(b'+') => {
                self.file.added = self.file.added.saturating_add(1);
                self.left.1 = self.left.1.saturating_sub(1);
            }
            Some(b'-') => {
                self.file.removed = self.file.removed.saturating_add(1);
                self.left.0 = self.left.0.saturating_sub(1);
            }
            Some(b'\\') => {}
            _ => self.left = (self.left.0.saturating_sub(1), self.left.1.saturating_sub(1)),
        }
        self.hunks.push_str(raw);
    }

    fn header(&mut self, line: &str) {
        let file = &mut self.file;
        if line.starts_with("new file mode") {
            file.change = FileFate::Added;
        } else if line.starts_with("deleted file mode") {
            file.change = FileFate::Removed;
        } else if let Some(name) = line.strip_prefix("rename from ") {
            file.change = FileFate::Renamed;
            file.previous = Some(unquoted(name));
        } else if let Some(name) = line.strip_prefix("copy from ") {
            file.change = FileFate::Copied;
            file.previous = Some(unquoted(name));
        } else if let Some(name) = line
            .strip_prefix("rename to ")
            .or(line.strip_prefix("copy to "))
        {
            file.path = unquoted(name);
        } else if let Some(name) = line.strip_prefix("--- ") {
            self.before = side(name, "a/");
        } else if let Some(name) = line.strip_prefix("+++ ") {
            self.after = side(name, "b/");
        } else if line.starts_with("Binary files ") || line == "GIT binary patch" {
            file.is_binary = true;
        }
    }

    fn end(self) -> FilePatch {
        let mut file = self.file;
        if file.path.is_empty() {
            file.path = self
                .after
                .or(self.before)
                .or_else(|| both(self.names))
                .unwrap_or_else(|| self.names.to_owned());
        }
        file.is_cut = self.left != (0, 0);
        file.patch = (!self.hunks.is_empty()).then(|| Patch::new(self.hunks));
        file
    }
}

/// The counts of `@@ -a,b +c,d @@`.
fn counts(line: &str) -> Option<(u32, u32)> {
    let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let count = |raw: &str| {
        raw.split_once(',')
            .map_or(Some(1), |(_, count)| count.parse().ok())
    };
    Some((count(old)?, count(new)?))
}

/// A name of `---` or `+++`; git ends one that has blanks with a tab.
fn side(raw: &str, prefix: &str) -> Option<String> {
    let name = unquoted(raw.trim_end_matches('\t'));
    if name == "/dev/null" {
        return None;
    }
    Some(name.strip_prefix(prefix).unwrap_or(&name).to_owned())
}

/// The name in `a/NAME b/NAME`.
fn both(names: &str) -> Option<String> {
    if names.starts_with('"') {
        let quoted = names.split("\" ").next()?;
        return side(&format!("{quoted}\""), "a/");
    }
    let half = names.len() / 2;
    let (old, new) = (names.get(..half)?, names.get(half + 1..)?);
    let (old, new) = (old.strip_prefix("a/")?, new.strip_prefix("b/")?);
    (old == new).then(|| new.to_owned())
}

/// A name without git's C-style quotes.
fn unquoted(raw: &str) -> String {
    let Some(inside) = raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return raw.to_owned();
    };
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(first @ b'0'..=b'3') => {
                let mut value = first - b'0';
                for _ in 0..2 {
                    if let Some(digit) = rest.next_if(|digit| matches!(digit, b'0'..=b'7')) {
                        value = value.wrapping_mul(8).wrapping_add(digit - b'0');
                    }
                }
                bytes.push(value);
            }
            Some(b'n') => bytes.push(b'\n'),
            Some(b't') => bytes.push(b'\t'),
            Some(other) => bytes.push(other),
            None => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Sha,
        diff::{Diff, FileKind, Framework, HotPaths, Seen},
        observation::{Comparison, FileChange, Relation},
    };

    fn one(diff: &str) -> FilePatch {
        let mut all = FilePatch::split(diff);
        assert_eq!(all.len(), 1, "{diff}");
        all.remove(0)
    }

    #[test]
    fn every_sort_of_file_has_its_name_and_its_fate() {
        for (diff, path, fate) in [
            (
                "diff --git a/x y b/x y\nindex 1..2 100644\n--- a/x y\t\n+++ b/x y\t\n@@ -1 +1 @@\n-a\n+b\n",
                "x y",
                FileFate::Modified,
            ),
            (
                "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+b\n",
                "n",
                FileFate::Added,
            ),
            (
                "diff --git a/g b/g\ndeleted file mode 100644\n--- a/g\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n",
                "g",
                FileFate::Removed,
            ),
            (
                "diff --git a/o b/p\nsimilarity index 100%\nrename from o\nrename to p\n",
                "p",
                FileFate::Renamed,
            ),
            (
                "diff --git a/i.png b/i.png\nindex 1..2\nBinary files a/i.png and b/i.png differ\n",
                "i.png",
                FileFate::Modified,
            ),
            (
                "diff --git a/s b/s\nold mode 100644\nnew mode 100755\n",
                "s",
                FileFate::Modified,
            ),
            (
                "diff --git \"a/\\303\\244\\t\" \"b/\\303\\244\\t\"\nnew file mode 100644\n",
                "ä\t",
                FileFate::Added,
            ),
        ] {
            let file = one(diff);
            assert_eq!((file.path.as_str(), file.change), (path, fate), "{diff}");
            assert!(!file.is_cut);
        }
    }

    #[test]
    fn lines_that_look_like_heads_are_counted_as_lines() {
        let file = one(
            "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/y\n+++ b/y\n-diff --git a/z b/z\n+x\n",
        );
        assert_eq!((file.added, file.removed, file.path.as_str()), (2, 2, "x"));
    }

    #[test]
    fn what_is_cut_off_says_so() {
        let file = one("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n a\n+b");
        assert!(file.is_cut);
        assert!(FilePatch::split("").is_empty());
        assert!(FilePatch::split("no diff\n+++ b/x\n@@ -1 +1 @@\n").is_empty());
        assert_eq!(one("diff --git ").path, "");
    }

    /// Real diffs, counted by git itself; the second part reads them as cockpit does.
    #[test]
    fn real_diffs_are_counted_as_git_counts_them() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/diffs");
        let truth = std::fs::read_to_string(folder.join("expected.json")).unwrap();
        let truth: Vec<serde_json::Value> = serde_json::from_str(&truth).unwrap();
        assert!(truth.len() >= 9);
        for one in &truth {
            let name = one["file"].as_str().unwrap();
            let raw = std::fs::read(folder.join(name)).unwrap();
            let files = FilePatch::split(&String::from_utf8_lossy(&raw));
            let count =
                |fits: &dyn Fn(&FilePatch) -> bool| files.iter().filter(|f| fits(f)).count() as u64;
            let sum =
                |of: fn(&FilePatch) -> u32| files.iter().map(|f| u64::from(of(f))).sum::<u64>();
            let changes: Vec<FileChange> = files.iter().map(change).collect();
            let diff = diff_of(changes);
            for (what, found) in [
                ("files", files.len() as u64),
                ("additions", sum(|f| f.added)),
                ("deletions", sum(|f| f.removed)),
                ("binary", count(&|f| f.is_binary)),
                ("renamed", count(&|f| f.change == FileFate::Renamed)),
                ("deleted", count(&|f| f.change == FileFate::Removed)),
                ("added", count(&|f| f.change == FileFate::Added)),
                ("migration_files", u64::from(diff.migration_count)),
                (
                    "lockfiles",
                    u64::from(diff.kinds.get(&FileKind::Lock).copied().unwrap_or(0)),
                ),
                (
                    "ci_files",
                    u64::from(diff.kinds.get(&FileKind::Pipeline).copied().unwrap_or(0)),
                ),
            ] {
                assert_eq!(Some(found), one[what].as_u64(), "{name}: {what}");
            }
            assert!(files.iter().all(|file| !file.is_cut), "{name}");
            for migration in &diff.migrations {
                assert_eq!(
                    (migration.framework, migration.seen),
                    (Framework::Rails, Seen::Whole)
                );
            }
        }
    }

    fn change(file: &FilePatch) -> FileChange {
        FileChange {
            path: file.path.as_str().into(),
            added: file.added,
            removed: file.removed,
            status: file.change.word().into(),
            previous: None,
            patch: file.patch.clone(),
        }
    }

    fn diff_of(files: Vec<FileChange>) -> Diff {
        let sha = Sha::parse(&"a".repeat(40)).unwrap();
        let seen = Comparison {
            base: sha.clone(),
            head: sha,
            relation: Relation::Ahead,
            ahead_by: 1,
            behind_by: 0,
            commits: Vec::new(),
            files,
            files_truncated: false,
            commits_truncated: false,
            is_from_clone: true,
        };
        Diff::of(&seen, &HotPaths::default())
    }
}
