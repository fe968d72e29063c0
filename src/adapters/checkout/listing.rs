//! What git prints, read: commits, names and counts. Knows no processes.

use std::collections::HashMap;

use crate::domain::{
    Sha, Text,
    diff::{PullRef, co_authors},
    observation::{CommitSnapshot, FileChange},
};

/// Fields of a commit, apart by 0x1f, commits by 0x1e: neither can stand in a name, and a message that holds them loses
/// only itself.
pub(super) const FORMAT: &str = "--format=tformat:%H%x1f%an%x1f%aI%x1f%B%x1e";

/// Commits as `git log` with [`FORMAT`] prints them, in its order.
pub(super) fn commits(printed: &str) -> Vec<CommitSnapshot> {
    printed.split('\u{1e}').filter_map(commit).collect()
}

fn commit(raw: &str) -> Option<CommitSnapshot> {
    let mut fields = raw.trim_start_matches('\n').splitn(4, '\u{1f}');
    let (sha, name, at, message) = (
        fields.next()?,
        fields.next()?,
        fields.next()?,
        fields.next()?,
    );
    Some(CommitSnapshot {
        sha: Sha::parse(sha).ok()?,
        title: Text::line(message.lines().next().unwrap_or_default()),
        author: None,
        name: Text::line(name),
        with: co_authors(message),
        is_unlinked: true,
        pull: PullRef::of_message(message),
        at: at.parse().ok(),
    })
}

/// Files as `git diff --name-status -z -M` prints them, without counts.
pub(super) fn files(printed: &str) -> Vec<FileChange> {
    let mut parts = printed.split('\0').filter(|part| !part.is_empty());
    let mut all = Vec::new();
    while let Some(status) = parts.next() {
        let Some(first) = parts.next() else { break };
        let (word, has_two) = match status.as_bytes().first() {
            Some(b'A') => ("added", false),
            Some(b'D') => ("removed", false),
            Some(b'R') => ("renamed", true),
            Some(b'C') => ("copied", true),
            _ => ("modified", false),
        };
        let second = if has_two { parts.next() } else { None };
        all.push(FileChange {
            path: Text::line(second.unwrap_or(first)),
            added: 0,
            removed: 0,
            status: word.into(),
            previous: second.map(|_| Text::line(first)),
            patch: None,
        });
    }
    all
}

/// Lines added and removed by path, as `git diff --numstat -z -M` prints them; binary files have none.
pub(super) fn counts(printed: &str) -> HashMap<Text, (u32, u32)> {
    let mut parts = printed.split('\0');
    let mut all = HashMap::new();
    while let Some(part) = parts.next() {
        let mut fields = part.trim_start_matches('\n').splitn(3, '\t');
        let (Some(added), Some(removed), Some(path)) =
            (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        // A renamed file's two paths stand after it.
        let path = if path.is_empty() {
            parts.next();
            parts.next().unwrap_or_default()
        } else {
            path
        };
        let number = |raw: &str| raw.parse().unwrap_or(0);
        all.insert(Text::line(path), (number(added), number(removed)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_counts_and_commits() {
        let all = files("M\0a b\0R087\0old\0new\0A\0x\0D\0y\0");
        let shown: Vec<_> = all
            .iter()
            .map(|f| format!("{} {}", f.status, f.path))
            .collect();
        assert_eq!(
            shown,
            ["modified a b", "renamed new", "added x", "removed y"]
        );
        assert_eq!(all[1].previous.as_ref().unwrap().as_str(), "old");
        let all = counts("3\t1\ta b\0-\t-\ti.png\0".to_owned().as_str());
        assert_eq!(all[&Text::line("a b")], (3, 1));
        assert_eq!(all[&Text::line("i.png")], (0, 0));
        assert_eq!(counts("7\t0\t\0old\0new\0")[&Text::line("new")], (7, 0));
        let sha = "d".repeat(40);
        let all = commits(&format!(
            "{sha}\u{1f}Ana\u{1f}2026-11-19T10:00:00+01:00\u{1f}Fix it (#7)\n\nbody\n\u{1e}\nbroken\u{1e}"
        ));
        assert_eq!((all.len(), all[0].pull.as_ref().unwrap().number), (1, 7));
        assert!(all[0].at.is_some());
    }

    #[test]
    fn what_is_cut_off_gives_what_is_whole() {
        assert!(files("R100\0old").len() <= 1);
        assert!(files("M").is_empty());
        assert!(counts("1\t2").is_empty());
        assert!(commits("x\u{1f}y").is_empty());
    }
}
