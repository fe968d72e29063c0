//! The import rule: which folder may know which, no circles, no wildcard shortcuts, a heading in every file.
//!
//! Reads `src/` as text and follows re-exports to the file that defines a name. What a macro generates it cannot see;
//! such a name counts as defined where the search ended. Code under `#[cfg(test)]` may look upward.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "architecture/imports.rs"]
mod imports;
#[path = "architecture/rules.rs"]
mod rules;

use std::{collections::BTreeMap, fs, path::Path};

use rules::violations;

/// The sources below `src/`, by path (`domain/text.rs`).
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut found, mut open) = (BTreeMap::new(), vec![root.clone()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                found.insert(name.replace('\\', "/"), fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_sources_follow_the_rule() {
    let sources = sources();
    assert!(sources.len() > 30, "src was read");
    let found = violations(&sources);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// A small tree that breaks nothing, with `changed` files put in or replaced.
fn tree(changed: &[(&str, &str)]) -> BTreeMap<String, String> {
    let fine = [
        (
            "lib.rs",
            "//! L.\npub mod domain;\npub mod ports;\npub mod app;\npub mod ui;",
        ),
        (
            "domain/mod.rs",
            "//! D.\nmod text;\npub mod plot;\npub use text::*;",
        ),
        ("domain/text.rs", "//! T.\npub struct Text;"),
        (
            "domain/plot.rs",
            "//! P.\nuse crate::domain::Text;\npub struct Plot(pub Text);",
        ),
        (
            "ports.rs",
            "//! P.\nuse crate::domain::Text;\npub trait Clock { fn t(&self) -> Text; }",
        ),
        ("app/mod.rs", "//! A.\npub mod prompt;\npub mod model;"),
        (
            "app/model.rs",
            "//! M.\nuse crate::domain::plot::Plot;\npub struct Model(pub Plot);",
        ),
        (
            "app/prompt.rs",
            "//! P.\nuse tui_textarea::TextArea;\npub struct Prompt(TextArea<'static>);",
        ),
        ("ui/mod.rs", "//! U.\npub mod pane;"),
        (
            "ui/pane.rs",
            "//! P.\nuse crate::app::model::Model;\npub fn draw(_: &Model) {}\n#[cfg(test)]\nmod tests { use super::*; }",
        ),
    ];
    fine.iter()
        .chain(changed)
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

#[track_caller]
fn finds(changed: &[(&str, &str)], wanted: &str) {
    let found = violations(&tree(changed));
    assert!(found.iter().any(|v| v.contains(wanted)), "{found:#?}");
}

#[test]
fn a_tree_that_follows_the_rule_has_no_violation() {
    let found = violations(&tree(&[]));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn looking_upward_is_found_in_imports_and_in_paths() {
    let up = (
        "domain/plot.rs",
        "//! P.\nuse crate::ports::Clock;\npub fn f(_: &dyn Clock) {}",
    );
    finds(&[up], "domain/plot.rs: may not know ports.rs");
    let inline = (
        "app/model.rs",
        "//! M.\npub fn f() { crate::ui::pane::draw(); }",
    );
    finds(&[inline], "app/model.rs: may not know ui/pane.rs");
}

#[test]
fn a_name_is_followed_through_its_re_export() {
    let through = (
        "app/mod.rs",
        "//! A.\npub mod prompt;\npub mod model;\npub use crate::ui::pane;",
    );
    let user = (
        "app/model.rs",
        "//! M.\npub fn f() { super::pane::draw(); }",
    );
    finds(&[through, user], "app/model.rs: may not know ui/pane.rs");
}

#[test]
fn a_circle_is_found() {
    let back = (
        "domain/text.rs",
        "//! T.\nuse super::plot::Plot;\npub struct Text;\npub fn f(_: Plot) {}",
    );
    finds(
        &[back],
        "circle: domain/plot.rs -> domain/text.rs -> domain/plot.rs",
    );
}

#[test]
fn shortcuts_are_found_outside_tests() {
    finds(
        &[("ui/pane.rs", "//! P.\nuse super::*;")],
        "ui/pane.rs: `super::*`",
    );
    finds(
        &[("ui/pane.rs", "//! P.\nuse crate::*;")],
        "ui/pane.rs: `crate::*`",
    );
    let tested = (
        "ui/pane.rs",
        "//! P.\n#[cfg(test)]\nmod tests { use crate::*; }",
    );
    finds(&[tested], "ui/pane.rs: `crate::*`");
}

#[test]
fn crates_with_side_effects_are_found_in_the_domain() {
    for name in [
        "tokio",
        "reqwest",
        "ratatui",
        "crossterm",
        "axum",
        "rand",
        "aws_config",
    ] {
        let user = format!("//! P.\npub fn f() {{ {name}::x::y(); }}");
        finds(
            &[("domain/plot.rs", &user)],
            &format!("domain/plot.rs: may not use {name}"),
        );
    }
    for name in ["std::fs", "std::env", "std::net", "std::process"] {
        let user = format!("//! P.\nuse {name}::x;");
        finds(
            &[("domain/plot.rs", &user)],
            &format!("domain/plot.rs: may not use {name}"),
        );
    }
}

#[test]
fn the_text_widget_is_for_prompts_only() {
    let user = ("ui/pane.rs", "//! P.\nuse tui_textarea::TextArea;");
    finds(&[user], "ui/pane.rs: may not use tui_textarea");
}

#[test]
fn names_without_meaning_are_found() {
    for name in ["utils", "helpers", "common", "manager", "handler"] {
        let path = format!("app/{name}.rs");
        finds(
            &[(&path, "//! N.")],
            &format!("{path}: a file is named after its noun"),
        );
    }
}

#[test]
fn a_missing_heading_is_found() {
    finds(
        &[("ui/pane.rs", "pub fn draw() {}")],
        "ui/pane.rs: opens without",
    );
}

#[test]
fn items_in_a_mod_file_are_found() {
    finds(
        &[("ui/mod.rs", "//! U.\npub mod pane;\npub fn f() {}")],
        "ui/mod.rs: holds more than",
    );
}

#[test]
fn what_does_not_parse_is_found() {
    finds(
        &[("ui/pane.rs", "//! P.\nfn (")],
        "ui/pane.rs: does not parse",
    );
}
