//! What becomes of the dependencies: the dependency review first, which knows advisories, else the lock files themselves.

use std::collections::BTreeSet;

use crate::{
    domain::{
        Fault, Sha, Text,
        diff::{
            Dependencies, DependenciesFrom, DependencyChange, FileKind, LockChange, LockFormat,
        },
        observation::{Comparison, FileChange},
    },
    flight::outside::Outside,
};

/// Lock files that are read, each at two commits.
const FILES: usize = 6;

/// Asks as little as tells the whole. A fault that passes by itself is one; every other is a problem that is said.
pub(super) async fn dependencies(
    outside: &Outside,
    seen: &Comparison,
) -> Result<Dependencies, Fault> {
    let is =
        |file: &FileChange, kinds: &[FileKind]| kinds.contains(&FileKind::of(file.path.as_str()));
    let locks: Vec<&FileChange> = seen
        .files
        .iter()
        .filter(|file| is(file, &[FileKind::Lock]) || LockFormat::of(file.path.as_str()).is_some())
        .collect();
    let may_hold = |file: &FileChange| {
        is(
            file,
            &[FileKind::Lock, FileKind::Manifest, FileKind::Pipeline],
        )
    };
    if !seen.files_truncated && !seen.files.iter().any(may_hold) {
        return Ok(Dependencies::new(
            DependenciesFrom::Nothing,
            Vec::new(),
            Vec::new(),
        ));
    }
    let mut told = Told {
        changes: Vec::new(),
        from: DependenciesFrom::LockFiles,
        problems: Vec::new(),
    };
    let problems = &mut told.problems;
    match outside.history.dependencies(&seen.base, &seen.head).await {
        Ok(Some(reviewed)) if !reviewed.is_empty() || locks.is_empty() => {
            (told.changes, told.from) = (reviewed, DependenciesFrom::Review);
        }
        Ok(Some(_)) => problems.push(said(
            "GitHub's dependency review lists nothing, though a lock file changed",
        )),
        Ok(None) => problems.push(said(
            "GitHub's dependency review is not enabled: known vulnerabilities are not told",
        )),
        Err(fault) if fault.passes_by_itself() => return Err(fault),
        Err(fault) => problems.push(said(&fault.to_string())),
    }
    if seen.files_truncated && told.from != DependenciesFrom::Review {
        told.problems.push(said(
            "GitHub told 300 files: a lock file may have changed unseen",
        ));
    }
    read_files(outside, seen, &locks, &mut told).await?;
    Ok(Dependencies::new(told.from, told.changes, told.problems))
}

/// What is known of the dependencies so far.
struct Told {
    changes: Vec<DependencyChange>,
    from: DependenciesFrom,
    problems: Vec<Text>,
}

/// Reads the lock files that the review, where there was one, says nothing of.
async fn read_files(
    outside: &Outside,
    seen: &Comparison,
    locks: &[&FileChange],
    told: &mut Told,
) -> Result<(), Fault> {
    let is_reviewed = told.from == DependenciesFrom::Review;
    let reviewed: BTreeSet<Text> = told.changes.iter().map(|c| c.file.clone()).collect();
    let is_told = |path: &str| reviewed.iter().any(|file| file.as_str() == path);
    let mut read = 0;
    for file in locks {
        let path = file.path.as_str();
        // go.mod beside it says more.
        let beside = path
            .strip_suffix("go.sum")
            .map(|folder| format!("{folder}go.mod"));
        let is_beside = |beside: &str| locks.iter().any(|other| other.path.as_str() == beside);
        if is_told(path) || beside.is_some_and(|beside| is_told(&beside) || is_beside(&beside)) {
            continue;
        }
        let Some(format) = LockFormat::of(path) else {
            told.problems.push(said(&format!(
                "{path} changed; this version does not read it"
            )));
            continue;
        };
        if read == FILES {
            told.problems.push(said(&format!(
                "{path} changed; only {FILES} lock files are read"
            )));
            continue;
        }
        read += 1;
        // Where the review tells of other files, how this one was read is not how all were.
        let mut of_file = told.from;
        let change = one(outside, seen, file, format, &mut of_file).await?;
        if !is_reviewed {
            told.from = of_file;
        } else if !change.changes.is_empty() || !change.problems.is_empty() {
            told.problems.push(said(&format!(
                "GitHub's dependency review lists nothing of {path}: its known vulnerabilities are not told"
            )));
        }
        told.changes.extend(change.changes);
        told.problems.extend(change.problems);
    }
    Ok(())
}

/// One lock file at both commits, else what its patch shows.
async fn one(
    outside: &Outside,
    seen: &Comparison,
    file: &FileChange,
    format: LockFormat,
    from: &mut DependenciesFrom,
) -> Result<LockChange, Fault> {
    let path = file.path.as_str();
    let before = file.previous.as_ref().map_or(path, Text::as_str);
    let (is_new, is_gone) = (
        file.status.as_str() == "added",
        file.status.as_str() == "removed",
    );
    let whole = async {
        let base = if is_new {
            None
        } else {
            content(outside, &seen.base, before).await?
        };
        let head = if is_gone {
            None
        } else {
            content(outside, &seen.head, path).await?
        };
        Ok::<_, Fault>((base, head))
    };
    match whole.await {
        Ok((None, None)) => {
            let problems = vec![said(&format!("{path} changed, but neither commit has it"))];
            Ok(LockChange {
                problems,
                ..LockChange::default()
            })
        }
        Ok((base, head)) => {
            let (path, base, head) = (path.to_owned(), base, head);
            // Some megabytes: not on the thread that the feeds share.
            let read = tokio::task::spawn_blocking(move || {
                LockChange::of_files(&path, format, base.as_deref(), head.as_deref())
            });
            Ok(read.await.unwrap_or_default())
        }
        Err(fault) if fault.passes_by_itself() => Err(fault),
        Err(fault) => {
            *from = DependenciesFrom::Patches;
            let why = said(&fault.to_string());
            let mut change = match &file.patch {
                Some(patch) => LockChange::of_patch(path, format, patch),
                None => LockChange::default(),
            };
            change.problems.push(why);
            Ok(change)
        }
    }
}

/// A file at a commit, from the clone where it has it, else from GitHub.
async fn content(outside: &Outside, commit: &Sha, path: &str) -> Result<Option<Vec<u8>>, Fault> {
    if let Some(clone) = &outside.checkout
        && let Ok(Some(bytes)) = clone.file(commit, path).await
    {
        return Ok(Some(bytes));
    }
    outside.history.file_at(commit, path).await
}

fn said(words: &str) -> Text {
    Text::line(words)
}
