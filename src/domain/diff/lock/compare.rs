//! Two states of a lock file, as changes of packages.

use std::collections::{BTreeMap, BTreeSet};

use super::{format::LockFormat, packages::Packages, version};
use crate::domain::{
    Text,
    diff::{DependencyChange, DependencyKind, Mark, Patch},
};

/// What a lock file's change means, and what of it could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockChange {
    /// The packages that changed.
    pub changes: Vec<DependencyChange>,
    /// Sentences.
    pub problems: Vec<Text>,
}

impl LockChange {
    /// From the whole file at both commits; `None`: it is not there.
    pub fn of_files(
        path: &str,
        format: LockFormat,
        base: Option<&[u8]>,
        head: Option<&[u8]>,
    ) -> Self {
        let mut problems = Vec::new();
        let mut read = |bytes: Option<&[u8]>, when: &str| {
            let packages = match bytes.map(|bytes| format.read(bytes)) {
                None => return Some(Packages::default()),
                Some(Ok(packages)) => packages,
                Some(Err(why)) => {
                    problems.push(Text::line(&format!("{path} {when}: {why}")));
                    return None;
                }
            };
            if packages.broken > 0 {
                let count = packages.broken;
                problems.push(Text::line(&format!(
                    "{path} {when}: {count} entries without a name or a version"
                )));
            }
            if packages.beyond > 0 {
                let count = packages.beyond;
                problems.push(Text::line(&format!(
                    "{path} {when}: {count} packages beyond the limit were not compared"
                )));
            }
            Some(packages)
        };
        let old = read(base, "in production");
        let new = read(head, "in the candidate");
        let changes = match (&old, &new) {
            (Some(old), Some(new)) => differ(path, format, old, new),
            // Half of it read would show every package as new or gone.
            _ => Vec::new(),
        };
        Self { changes, problems }
    }

    /// From the changed lines alone: a part of the truth, which is said.
    pub fn of_patch(path: &str, format: LockFormat, patch: &Patch) -> Self {
        let (mut old, mut new) = (Packages::default(), Packages::default());
        for hunk in patch.hunks() {
            let side = |without: Mark| -> String {
                let lines = hunk.lines.iter();
                let own = lines.filter(|line| line.mark != without && line.mark != Mark::Note);
                own.flat_map(|line| [line.text.as_str(), "\n"]).collect()
            };
            old.with(format.read_part(&side(Mark::Added)));
            new.with(format.read_part(&side(Mark::Removed)));
        }
        // Who asks for a package stands elsewhere in the file.
        if format != LockFormat::GoMod {
            (old.direct, new.direct) = (None, None);
        }
        Self {
            changes: differ(path, format, &old, &new),
            problems: vec![Text::line(&format!(
                "{path}: only its changed lines were seen"
            ))],
        }
    }
}

fn differ(path: &str, format: LockFormat, old: &Packages, new: &Packages) -> Vec<DependencyChange> {
    let none = BTreeSet::new();
    let names: BTreeSet<&String> = old.versions.keys().chain(new.versions.keys()).collect();
    let mut all = Vec::new();
    for name in names {
        let before = old.versions.get(name).unwrap_or(&none);
        let after = new.versions.get(name).unwrap_or(&none);
        let gone = sorted(before.difference(after));
        let come = sorted(after.difference(before));
        let direct = match (old.is_direct(name), new.is_direct(name)) {
            (None, None) => None,
            (a, b) => Some(a == Some(true) || b == Some(true)),
        };
        for at in 0..gone.len().max(come.len()) {
            let (from, to) = (gone.get(at), come.get(at));
            let text = |version: Option<&&String>| version.map(|v| Text::line(v));
            all.push(DependencyChange {
                name: Text::line(name),
                ecosystem: format.ecosystem().into(),
                kind: kind(from.map(|v| v.as_str()), to.map(|v| v.as_str())),
                from: text(from),
                to: text(to),
                direct,
                file: Text::line(path),
                advisories: Vec::new(),
            });
        }
    }
    all
}

fn kind(from: Option<&str>, to: Option<&str>) -> DependencyKind {
    match (from, to) {
        (None, _) => DependencyKind::Added,
        (_, None) => DependencyKind::Removed,
        (Some(from), Some(to)) => match version::order(from, to) {
            Some(std::cmp::Ordering::Greater) => DependencyKind::Downgraded,
            _ => DependencyKind::Bumped,
        },
    }
}

fn sorted<'a>(versions: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    let mut all: Vec<&String> = versions.collect();
    all.sort_by(|a, b| version::order(a, b).unwrap_or_else(|| a.cmp(b)));
    all
}

/// What goes and what comes of one package in one file.
type Group = (Vec<DependencyChange>, Vec<DependencyChange>);

/// Pairs what a review lists as removed and added of one package in one file, as GitHub tells a new version.
pub fn pair(all: Vec<DependencyChange>) -> Vec<DependencyChange> {
    let mut groups: BTreeMap<_, Group> = BTreeMap::new();
    for change in all {
        let key = (
            change.file.clone(),
            change.ecosystem.clone(),
            change.name.clone(),
        );
        let (gone, come) = groups.entry(key).or_default();
        if change.kind == DependencyKind::Removed {
            gone.push(change);
        } else {
            come.push(change);
        }
    }
    let mut paired = Vec::new();
    for (gone, come) in groups.into_values() {
        let (mut gone, mut come) = (gone.into_iter(), come.into_iter());
        loop {
            match (gone.next(), come.next()) {
                (None, None) => break,
                (Some(one), None) | (None, Some(one)) => paired.push(one),
                (Some(old), Some(new)) => paired.push(DependencyChange {
                    kind: kind(
                        old.from.as_ref().map(Text::as_str),
                        new.to.as_ref().map(Text::as_str),
                    ),
                    from: old.from,
                    ..new
                }),
            }
        }
    }
    paired
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(change: &LockChange) -> Vec<String> {
        change
            .changes
            .iter()
            .map(DependencyChange::in_short)
            .collect()
    }

    fn cargo(packages: &[(&str, &str)]) -> Vec<u8> {
        let mut text = "version = 4\n".to_owned();
        for (name, version) in packages {
            for part in [
                "\n[[package]]\nname = \"",
                name,
                "\"\nversion = \"",
                version,
                "\"\nsource = \"r\"\n",
            ] {
                text.push_str(part);
            }
        }
        text.into_bytes()
    }

    #[test]
    fn packages_come_go_and_get_other_versions() {
        let old = cargo(&[
            ("a", "1.0.0"),
            ("b", "2.0.0"),
            ("c", "1.9.0"),
            ("d", "0.8.0"),
            ("d", "0.9.0"),
            ("e", "1.0.0"),
        ]);
        let new = cargo(&[
            ("a", "1.1.0"),
            ("c", "1.8.0"),
            ("d", "0.9.0"),
            ("d", "0.10.0"),
            ("e", "1.0.0"),
            ("f", "3.0.0"),
        ]);
        let read = LockChange::of_files("Cargo.lock", LockFormat::Cargo, Some(&old), Some(&new));
        assert_eq!(
            shown(&read),
            [
                "a 1.0.0 -> 1.1.0",
                "b 2.0.0 (removed)",
                "c 1.9.0 -> 1.8.0 (downgraded)",
                "d 0.8.0 -> 0.10.0",
                "f 3.0.0 (new)",
            ]
        );
        assert!(read.problems.is_empty());
    }

    #[test]
    fn another_commit_of_a_repository_is_another_version() {
        let (old, new) = ("1a2b3c4d5e6f7081", "9f8e7d6c5b4a3928");
        for (path, lock, wanted) in [
            (
                "Cargo.lock",
                "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"git+https://x/a?branch=main#{}\"\n",
                "a",
            ),
            (
                "package-lock.json",
                r#"{"packages": {"node_modules/a": {"version": "1.0.0", "resolved": "git+ssh://git@x/a.git#{}"}}}"#,
                "a",
            ),
            (
                "uv.lock",
                "version = 1\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = { git = \"https://x/a?rev=main#{}\" }\n",
                "a",
            ),
            (
                "poetry.lock",
                "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[package.source]\ntype = \"git\"\nreference = \"main\"\nresolved_reference = \"{}\"\n",
                "a",
            ),
            (
                "Gemfile.lock",
                "GIT\n  remote: https://x/a.git\n  revision: {}\n  specs:\n    a (1.0.0)\n\nGEM\n  specs:\n    b (1.0.0)\n",
                "a",
            ),
            (
                "yarn.lock",
                "# yarn lockfile v1\n\n\"a@git+https://x/a.git\":\n  version \"1.0.0\"\n  resolved \"git+https://x/a.git#{}\"\n",
                "a",
            ),
        ] {
            let format = LockFormat::of(path).unwrap();
            let [old, new] = [old, new].map(|commit| lock.replace("{}", commit).into_bytes());
            let read = LockChange::of_files(path, format, Some(&old), Some(&new));
            let wanted = format!("{wanted} 1.0.0 (git 1a2b3c4) -> 1.0.0 (git 9f8e7d6)");
            assert_eq!(shown(&read), [wanted], "{path}");
            assert!(read.problems.is_empty(), "{path}: {:?}", read.problems);
        }
    }

    #[test]
    fn a_broken_file_is_a_problem_and_no_list_of_new_packages() {
        let whole = cargo(&[("a", "1.0.0")]);
        for (broken, why) in [
            (b"\xff\xfe".as_slice(), "no UTF-8"),
            (b"hello", "no package"),
            (b"version = 4\n<<<<<<< HEAD\n", "line 2: a merge conflict"),
        ] {
            let read = LockChange::of_files(
                "x/Cargo.lock",
                LockFormat::Cargo,
                Some(broken),
                Some(&whole),
            );
            assert!(read.changes.is_empty(), "{why}");
            let said = read.problems[0].as_str();
            assert!(
                said.starts_with("x/Cargo.lock in production: ") && said.contains(why),
                "{said}"
            );
        }
        let read = LockChange::of_files("package-lock.json", LockFormat::Npm, Some(b"{"), None);
        assert!(read.problems[0].as_str().contains("line 1"));
    }

    #[test]
    fn a_new_and_a_deleted_lock_file() {
        let whole = cargo(&[("a", "1.0.0")]);
        let new = LockChange::of_files("Cargo.lock", LockFormat::Cargo, None, Some(&whole));
        assert_eq!(shown(&new), ["a 1.0.0 (new)"]);
        let gone = LockChange::of_files("Cargo.lock", LockFormat::Cargo, Some(&whole), None);
        assert_eq!(shown(&gone), ["a 1.0.0 (removed)"]);
    }

    #[test]
    fn a_patch_gives_a_part_and_says_so() {
        for (path, patch, wanted) in [
            (
                "Cargo.lock",
                "@@ -1,5 +1,5 @@\n [[package]]\n name = \"a\"\n-version = \"1.0.0\"\n+version = \"1.1.0\"\n source = \"r\"",
                "a 1.0.0 -> 1.1.0",
            ),
            (
                "package-lock.json",
                "@@ -1,3 +1,3 @@\n     \"node_modules/a\": {\n-      \"version\": \"1.0.0\",\n+      \"version\": \"1.1.0\",",
                "a 1.0.0 -> 1.1.0",
            ),
            (
                "yarn.lock",
                "@@ -1,2 +1,2 @@\n a@^1:\n-  version \"1.0.0\"\n+  version \"1.1.0\"",
                "a 1.0.0 -> 1.1.0",
            ),
            (
                "go.mod",
                "@@ -1,1 +1,1 @@\n-\ta.org/b v1.0.0\n+\ta.org/b v1.1.0",
                "a.org/b v1.0.0 -> v1.1.0",
            ),
            (
                "go.sum",
                "@@ -1,1 +1,1 @@\n-a.org/b v1.0.0 h1:x=\n+a.org/b v1.1.0 h1:y=",
                "a.org/b v1.0.0 -> v1.1.0",
            ),
            (
                "Gemfile.lock",
                "@@ -1,1 +1,1 @@\n-    rails (7.0.1)\n+    rails (7.0.2)",
                "rails 7.0.1 -> 7.0.2",
            ),
            (
                "pnpm-lock.yaml",
                "@@ -1,2 +1,2 @@\n-  a@1.0.0:\n+  a@1.1.0:\n     resolution: {}",
                "a 1.0.0 -> 1.1.0",
            ),
        ] {
            let format = LockFormat::of(path).unwrap();
            let read = LockChange::of_patch(path, format, &Patch::new(patch));
            assert_eq!(shown(&read), [wanted], "{path}");
            assert!(
                read.problems[0]
                    .as_str()
                    .ends_with("only its changed lines were seen")
            );
        }
    }

    #[test]
    fn every_format_survives_rubbish() {
        let all = [
            "Cargo.lock",
            "package-lock.json",
            "pnpm-lock.yaml",
            "yarn.lock",
            "go.mod",
            "go.sum",
            "poetry.lock",
            "uv.lock",
            "Gemfile.lock",
        ];
        for path in all {
            let format = LockFormat::of(path).unwrap();
            for rubbish in [
                "",
                "\n\n",
                "@",
                "@@@:\n  version",
                "[[package]]\nname = \"",
                "    (1)",
                "{\"packages\":{\"\":null}}",
                "packages:\n  '@':\n  /a:\n",
                "require (\nx\n",
            ] {
                LockChange::of_files(
                    path,
                    format,
                    Some(rubbish.as_bytes()),
                    Some(rubbish.as_bytes()),
                );
                LockChange::of_patch(
                    path,
                    format,
                    &Patch::new(format!("@@ -1,9 +1,9 @@\n+{rubbish}")),
                );
            }
        }
    }
}
