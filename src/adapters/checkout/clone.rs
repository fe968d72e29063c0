//! [`Checkout`] over a clone: compares two commits that it has, and reads files of them.

use std::path::PathBuf;

use super::{
    git::{Git, Printed},
    listing,
};
use crate::{
    domain::{
        Fault, FaultKind, Sha, Text,
        diff::{FilePatch, LOCK_BYTES},
        observation::{Comparison, Relation},
    },
    ports::{Asked, Checkout},
};

/// Bytes of patches that are taken; the files beyond keep their counts.
const PATCH_BYTES: usize = 24 << 20;
/// Bytes of every other answer.
const LIST_BYTES: usize = 16 << 20;
/// Commits that are listed.
const COMMITS: &str = "5000";
/// Largest patch of one file that is kept.
const ONE_PATCH: usize = 512 << 10;

/// The clone in a folder.
#[derive(Debug, Clone)]
pub struct LocalClone {
    git: Git,
}

impl LocalClone {
    /// The clone that holds `folder`. Looks at nothing yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            git: Git {
                folder: folder.into(),
            },
        }
    }

    /// What git prints for a question that a sound clone can answer.
    async fn answer(&self, arguments: &[&str], most: usize) -> Result<Printed, Fault> {
        self.git.run(arguments, most).await?.ok_or_else(|| {
            let what = format!("git {}", arguments.first().unwrap_or(&""));
            Fault::new(FaultKind::Local, what, "git refused: is the clone whole?")
        })
    }

    async fn has(&self, commit: &Sha) -> Result<bool, Fault> {
        let name = format!("{commit}^{{commit}}");
        let found = self.git.run(&["cat-file", "-e", &name], 1).await?;
        Ok(found.is_some())
    }

    async fn between(&self, base: &Sha, head: &Sha) -> Result<Option<Comparison>, Fault> {
        if !self.has(base).await? || !self.has(head).await? {
            return Ok(None);
        }
        let both = format!("{base}...{head}");
        let counted = self
            .answer(&["rev-list", "--left-right", "--count", &both], 100)
            .await?;
        let (behind_by, ahead_by) = two_counts(&counted.bytes);
        // Without a common commit the whole difference is the change.
        let merge_base = self
            .git
            .run(&["merge-base", base.as_str(), head.as_str()], 200)
            .await?;
        let from = merge_base
            .and_then(|printed| Sha::parse(text(&printed.bytes).trim()).ok())
            .unwrap_or_else(|| base.clone());
        let range = format!("{base}..{head}");
        let log = [
            "log",
            "--no-show-signature",
            "--no-color",
            "-n",
            COMMITS,
            listing::FORMAT,
            &range,
        ];
        let log = self.answer(&log, LIST_BYTES).await?;
        let mut commits = listing::commits(&text(&log.bytes));
        commits.reverse();
        let mut seen = Comparison {
            base: base.clone(),
            head: head.clone(),
            relation: match (ahead_by, behind_by) {
                (0, 0) => Relation::Identical,
                (_, 0) => Relation::Ahead,
                (0, _) => Relation::Behind,
                _ => Relation::Diverged,
            },
            ahead_by,
            behind_by,
            commits_truncated: commits.len() < ahead_by as usize,
            commits,
            files: Vec::new(),
            files_truncated: false,
            is_from_clone: true,
        };
        self.read_files(&from, head, &mut seen).await?;
        Ok(Some(seen))
    }

    async fn read_files(&self, from: &Sha, head: &Sha, seen: &mut Comparison) -> Result<(), Fault> {
        let plain = ["diff", "--no-ext-diff", "--no-textconv", "--no-color", "-M"];
        let ends = [from.as_str(), head.as_str(), "--"];
        let ask = |more: &[&'static str]| -> Vec<&str> {
            let all = plain.iter().chain(more).chain(&ends);
            all.copied().collect()
        };
        let names = self
            .answer(&ask(&["--name-status", "-z"]), LIST_BYTES)
            .await?;
        let counts = self.answer(&ask(&["--numstat", "-z"]), LIST_BYTES).await?;
        let patch = [
            "-U3",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--full-index",
            "--submodule=short",
        ];
        let patches = self.answer(&ask(&patch), PATCH_BYTES).await?;
        seen.files = listing::files(&text(&names.bytes));
        seen.files_truncated = names.is_cut || counts.is_cut;
        let counts = listing::counts(&text(&counts.bytes));
        let mut patches: std::collections::HashMap<Text, FilePatch> =
            FilePatch::split(&text(&patches.bytes))
                .into_iter()
                .map(|file| (Text::line(&file.path), file))
                .collect();
        for file in &mut seen.files {
            (file.added, file.removed) = counts.get(&file.path).copied().unwrap_or_default();
            file.patch = patches
                .remove(&file.path)
                .filter(|patch| !patch.is_cut)
                .and_then(|patch| patch.patch)
                .filter(|patch| patch.bytes() <= ONE_PATCH);
        }
        Ok(())
    }
}

impl Checkout for LocalClone {
    fn compare<'a>(&'a self, base: &'a Sha, head: &'a Sha) -> Asked<'a, Option<Comparison>> {
        Box::pin(self.between(base, head))
    }

    fn file<'a>(&'a self, commit: &'a Sha, path: &'a str) -> Asked<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let name = format!("{commit}:{path}");
            let found = self
                .git
                .run(&["cat-file", "blob", &name], LOCK_BYTES)
                .await?;
            match found {
                Some(printed) if printed.is_cut => {
                    let detail = format!("{path} is larger than {} MiB", LOCK_BYTES >> 20);
                    Err(Fault::new(FaultKind::TooLarge, "git cat-file", detail))
                }
                found => Ok(found.map(|printed| printed.bytes)),
            }
        })
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `2\t14`.
fn two_counts(bytes: &[u8]) -> (u32, u32) {
    let all = text(bytes);
    let mut numbers = all
        .split_whitespace()
        .map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}
