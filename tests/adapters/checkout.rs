//! The clone against real git: a repository made here, with what its configuration must not be able to do.

use std::{fs, path::Path, process::Command};

use cockpit::{
    adapters::checkout::LocalClone,
    domain::{
        Sha,
        diff::{Diff, EffectKind, HotPaths},
        observation::Relation,
    },
    ports::Checkout,
};

fn git(folder: &Path, arguments: &[&str]) -> String {
    let out = Command::new("git")
        .args(["-c", "user.name=Ana", "-c", "user.email=ana@example.org"])
        .args([
            "-c",
            "commit.gpgsign=false",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

fn commit(folder: &Path, message: &str) -> Sha {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "--allow-empty", "-m", message]);
    Sha::parse(&git(folder, &["rev-parse", "HEAD"])).unwrap()
}

/// What a repository's own configuration and attributes name must never run: the file that would be there if it did.
fn set_trap(folder: &Path) -> std::path::PathBuf {
    let trap = folder.join("trap");
    for key in [
        "diff.external",
        "core.fsmonitor",
        "diff.evil.command",
        "diff.evil.textconv",
        "core.pager",
    ] {
        git(
            folder,
            &["config", key, &format!("touch {}", trap.display())],
        );
    }
    git(folder, &["config", "diff.noprefix", "true"]);
    fs::create_dir_all(folder.join(".git/info")).unwrap();
    fs::write(folder.join(".git/info/attributes"), "* diff=evil\n").unwrap();
    trap
}

#[tokio::test]
async fn a_clone_tells_everything_between_two_commits() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    git(folder, &["init", "-q"]);
    fs::write(folder.join("a b.rs"), "one\ntwo\nthree\nfour\nfive\n").unwrap();
    fs::write(folder.join("gone.rs"), "nothing like it\n").unwrap();
    fs::write(folder.join("image.bin"), [0, 1, 2]).unwrap();
    let base = commit(folder, "first");
    fs::create_dir_all(folder.join("db/migrations")).unwrap();
    fs::rename(folder.join("a b.rs"), folder.join("ä.rs")).unwrap();
    fs::write(folder.join("ä.rs"), "one\ntwo\nTHREE\nfour\nfive\n").unwrap();
    fs::remove_file(folder.join("gone.rs")).unwrap();
    fs::write(folder.join("image.bin"), [0, 1, 3]).unwrap();
    commit(folder, "Move it (#7)");
    fs::write(
        folder.join("db/migrations/0001_a.sql"),
        "ALTER TABLE orders\n  ADD r text NOT NULL;\n",
    )
    .unwrap();
    for n in 0..320 {
        fs::write(folder.join(format!("many{n}.txt")), "x\n").unwrap();
    }
    let head = commit(folder, "Merge pull request #9 from ben/x\n\nMany files\n");

    let trap = set_trap(folder);
    let clone = LocalClone::new(folder);
    let seen = clone.compare(&base, &head).await.unwrap().unwrap();
    assert!(!trap.exists(), "the configuration's program ran");
    assert_eq!(
        (seen.relation, seen.ahead_by, seen.behind_by),
        (Relation::Ahead, 2, 0)
    );
    assert!(!seen.files_truncated && !seen.commits_truncated && seen.is_from_clone);
    let titles: Vec<_> = seen.commits.iter().map(|c| c.title.as_str()).collect();
    assert_eq!(
        titles,
        ["Move it (#7)", "Merge pull request #9 from ben/x"],
        "oldest first"
    );
    assert_eq!(seen.files.len(), 324);
    let file = |path: &str| seen.files.iter().find(|f| f.path.as_str() == path).unwrap();
    let moved = file("ä.rs");
    assert_eq!(
        (moved.added, moved.removed, moved.status.as_str()),
        (1, 1, "renamed")
    );
    assert_eq!(moved.previous.as_ref().unwrap().as_str(), "a b.rs");
    assert_eq!(moved.patch.as_ref().unwrap().added()[0].1.as_str(), "THREE");
    assert_eq!(file("gone.rs").status.as_str(), "removed");
    assert!(file("image.bin").patch.is_none());
    let diff = Diff::of(&seen, &HotPaths::new(&["many1*.txt".to_owned()]));
    assert_eq!(diff.migrations[0].effects[0].kind, EffectKind::AddsNotNull);
    assert_eq!((diff.files, diff.authors, diff.hot_count), (324, 1, 111));
    assert_eq!(
        diff.pulls.iter().map(|p| p.number).collect::<Vec<_>>(),
        [9, 7]
    );

    let back = clone.compare(&head, &base).await.unwrap().unwrap();
    assert_eq!(
        (back.relation, back.behind_by, back.files.len()),
        (Relation::Behind, 2, 0)
    );
    assert_eq!(
        clone.file(&base, "gone.rs").await.unwrap().unwrap(),
        b"nothing like it\n"
    );
    for none in ["nothing", "--help", "../x"] {
        assert_eq!(clone.file(&head, none).await.unwrap(), None, "{none}");
    }
}

#[tokio::test]
async fn a_clone_without_the_commits_and_no_clone_at_all_say_so() {
    let place = tempfile::tempdir().unwrap();
    let unknown = Sha::parse(&"d".repeat(40)).unwrap();
    let bare = LocalClone::new(place.path());
    assert_eq!(bare.compare(&unknown, &unknown).await.unwrap(), None);
    git(place.path(), &["init", "-q"]);
    let head = commit(place.path(), "first");
    assert_eq!(bare.compare(&unknown, &head).await.unwrap(), None);
    let same = bare.compare(&head, &head).await.unwrap().unwrap();
    assert_eq!((same.relation, same.files.len()), (Relation::Identical, 0));
    let gone = LocalClone::new(place.path().join("nowhere"));
    assert!(gone.compare(&head, &head).await.is_err());
}
