//! Walking a made diff.

use super::*;
use crate::domain::{Sha, diff::Patch, observation::Relation};

fn file(path: &str, added: u32) -> FileChange {
    FileChange {
        path: path.into(),
        added,
        removed: 0,
        status: "modified".into(),
        previous: None,
        patch: Some(Patch::new("@@ -1 +1,2 @@ fn f\n a\n+b")),
    }
}

fn walk() -> Walk {
    let sha = Sha::parse(&"a".repeat(40)).unwrap();
    let commit = |title: &str| CommitSnapshot {
        sha: sha.clone(),
        title: title.into(),
        author: None,
        name: "Ana".into(),
        with: Vec::new(),
        is_unlinked: false,
        pull: None,
        at: None,
    };
    let files = vec![
        file("src/a/x.rs", 1),
        file("src/b/y.rs", 9),
        file("Dockerfile", 2),
        file("src/b/Cargo.lock", 1),
    ];
    let marks = files.iter().map(|file| FileMarks {
        area: Area::of(file.path.as_str()).into(),
        kind: FileKind::of(file.path.as_str()),
        is_hot: false,
        migration: None,
    });
    let mut walk = Walk {
        marks: marks.collect(),
        seen: Some(Arc::new(Comparison {
            base: sha.clone(),
            head: sha.clone(),
            relation: Relation::Ahead,
            ahead_by: 2,
            behind_by: 0,
            commits: vec![commit("old"), commit("new")],
            files,
            files_truncated: false,
            commits_truncated: false,
            is_from_clone: false,
        })),
        ..Walk::default()
    };
    walk.search();
    walk
}

fn shown(walk: &Walk) -> Vec<String> {
    let name = |row: &Row| match row {
        Row::Area(area) => format!("[{} {}]", area.name, area.files),
        Row::File(index) => walk.file(*index).unwrap().0.path.to_string(),
        Row::Commit(index) => walk.commit(*index).unwrap().title.to_string(),
        Row::Lost(index) => format!("- {}", walk.lost(*index).unwrap()),
        Row::Dependency(index) => walk.dependency(*index).unwrap().in_short(),
    };
    walk.rows().iter().map(name).collect()
}

#[test]
fn files_stand_below_their_areas_and_what_is_marked_first() {
    let walk = walk();
    assert_eq!(
        shown(&walk),
        [
            "[src/b 2]",
            "src/b/Cargo.lock",
            "src/b/y.rs",
            "[(root) 1]",
            "Dockerfile",
            "[src/a 1]",
            "src/a/x.rs"
        ]
    );
    assert_eq!(walk.selected().unwrap().0.path.as_str(), "src/b/Cargo.lock");
}

#[test]
fn headings_are_passed_over_in_both_directions() {
    let mut walk = walk();
    let mut seen = Vec::new();
    for by in [1, 1, 1, 1, -1, -1, -1, -1, -1] {
        walk.step(by, (5, 7));
        seen.push(walk.place.at);
    }
    assert_eq!(seen, [2, 4, 6, 6, 4, 2, 1, 1, 1]);
}

#[test]
fn the_filter_narrows_and_layers_close_one_by_one() {
    let mut walk = walk();
    "DOCK".chars().for_each(|c| walk.push(c));
    assert_eq!(shown(&walk), ["[(root) 1]", "Dockerfile"]);
    walk.open();
    walk.step(1, (1, 3));
    assert_eq!(walk.opened, Some(1));
    assert!(walk.back() && walk.opened.is_none());
    assert!(walk.back() && walk.filter().is_empty());
    assert!(!walk.back());
    walk.turn(true);
    assert_eq!(shown(&walk), ["new", "old"]);
    assert!(walk.selected().is_none());
    walk.open();
    assert_eq!(walk.opened, None, "a commit has no lines here");
    "zzz".chars().for_each(|c| walk.push(c));
    walk.step(1, (5, 0));
    assert!(walk.rows().is_empty());
}

#[test]
fn lines_carry_their_numbers() {
    let walk = walk();
    let (_, _, lines) = walk.selected().unwrap();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], Line::Head(1, "fn f".into()));
    assert_eq!(lines[2], Line::Code(Mark::Added, None, Some(2), "b".into()));
}

#[test]
fn what_production_would_lose_stands_before_the_commits_and_packages_have_a_list() {
    use crate::domain::diff::{DependenciesFrom, DependencyKind};
    let mut walk = walk();
    walk.lost = vec!["aaaaaaa the hotfix".into()];
    let change = |name: &str, kind: DependencyKind| DependencyChange {
        name: name.into(),
        ecosystem: "npm".into(),
        kind,
        from: (kind != DependencyKind::Added).then(|| "1.0.0".into()),
        to: (kind != DependencyKind::Removed).then(|| "2.0.0".into()),
        direct: None,
        file: "package-lock.json".into(),
        advisories: Vec::new(),
    };
    let changes = vec![
        change("left-pad", DependencyKind::Removed),
        change("lodash", DependencyKind::Bumped),
        change("ulid", DependencyKind::Added),
    ];
    walk.dependencies = Dependencies::new(DependenciesFrom::LockFiles, changes, Vec::new());
    walk.turn(true);
    assert_eq!(shown(&walk), ["- aaaaaaa the hotfix", "new", "old"]);
    walk.turn(true);
    assert_eq!(
        shown(&walk),
        [
            "left-pad 1.0.0 (removed)",
            "lodash 1.0.0 -> 2.0.0",
            "ulid 2.0.0 (new)"
        ]
    );
    walk.open();
    assert_eq!(walk.opened, None, "a package has no lines here");
    "ulid".chars().for_each(|c| walk.push(c));
    assert_eq!(shown(&walk), ["ulid 2.0.0 (new)"]);
    walk.clear();
    walk.turn(true);
    assert_eq!(walk.shows, Shows::Files);
    walk.turn(false);
    assert_eq!(walk.shows, Shows::Dependencies);
}
