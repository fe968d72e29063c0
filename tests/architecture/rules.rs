//! The rules, each a function from the sources to what breaks it.

use std::collections::{BTreeMap, BTreeSet};

use syn::Item;

use crate::imports::{Mention, Source, Sources, module_of};

/// What each folder may know beside itself; folders that are not listed may know everything.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("ports", &["domain"]),
    ("report", &["domain"]),
    ("app", &["report", "domain"]),
    ("config", &["app", "domain"]),
    ("adapters", &["ports", "domain"]),
    ("ui", &["app", "config", "report", "domain"]),
    ("flight", &["ports", "report", "domain"]),
    (
        "shell",
        &["flight", "ui", "app", "config", "ports", "report", "domain"],
    ),
    ("simulator", &["ports", "domain"]),
];

/// What the domain may not use: whatever reaches outside, keeps time, or differs from run to run.
const IMPURE: &[&str] = &[
    "tokio",
    "ratatui",
    "reqwest",
    "aws",
    "crossterm",
    "axum",
    "rand",
    "tempfile",
    "tracing",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
];

const EMPTY_NAMES: &[&str] = &["utils", "helpers", "common", "manager", "handler"];

/// Everything that breaks a rule, one line each.
pub(crate) fn violations(files: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut parsed = Vec::new();
    for (file, text) in files {
        if !text.starts_with("//!") {
            found.push(format!("{file}: opens without a `//!` heading"));
        }
        let named = |part: &str| EMPTY_NAMES.contains(&part.trim_end_matches(".rs"));
        if file.split('/').any(named) {
            found.push(format!("{file}: a file is named after its noun"));
        }
        match syn::parse_file(text) {
            Ok(syntax) => parsed.push((file, syntax)),
            Err(e) => found.push(format!("{file}: does not parse: {e}")),
        }
    }
    let tests: BTreeSet<Vec<String>> = parsed
        .iter()
        .flat_map(|(file, syntax)| {
            let module = module_of(file);
            Source::test_modules(syntax).map(move |name| [&module[..], &[name]].concat())
        })
        .collect();
    let sources = parsed.into_iter().map(|(file, syntax)| {
        let module = module_of(file);
        let in_test = (1..=module.len()).any(|n| tests.contains(&module[..n]));
        // `main.rs` shares the root with `lib.rs` and nothing may name it.
        let key = if file == "main.rs" {
            vec!["main".to_owned()]
        } else {
            module
        };
        (key, Source::read(file, syntax, in_test))
    });
    let sources = Sources(sources.collect());
    for source in sources.0.values() {
        mod_file(source, &mut found);
        shortcuts(source, &mut found);
        crates(source, &mut found);
    }
    layers(&sources, &mut found);
    circle(&sources, &mut found);
    found
}

/// A `mod.rs` holds a heading, module lines and re-exports.
fn mod_file(source: &Source, found: &mut Vec<String>) {
    let is_bare = |item: &Item| match item {
        Item::Mod(m) => m.content.is_none(),
        Item::Use(_) => true,
        _ => false,
    };
    if source.file.ends_with("/mod.rs") && !source.syntax.items.iter().all(is_bare) {
        found.push(format!(
            "{}: holds more than modules and re-exports",
            source.file
        ));
    }
}

fn shortcuts(source: &Source, found: &mut Vec<String>) {
    for mention in source.mentions.iter().filter(|m| m.is_use) {
        match mention.path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["super", .., "*"] if mention.path.len() == 2 && !mention.in_test => {
                found.push(format!("{}: `super::*` outside tests", source.file));
            }
            ["crate", "*"] => found.push(format!("{}: `crate::*`", source.file)),
            _ => {}
        }
    }
}

fn crates(source: &Source, found: &mut Vec<String>) {
    let is_prompt = source.file == "app/prompt.rs" || source.file.starts_with("app/prompt/");
    let mut told = BTreeSet::new();
    for mention in source.mentions.iter().filter(|m| !m.in_test) {
        let first = &mention.path[0];
        let whole = mention.path.join("::");
        let is_impure = IMPURE.iter().any(|name| {
            *name == first
                || whole.starts_with(&format!("{name}::"))
                || whole == *name
                || (*name == "aws" && first.starts_with("aws_"))
        });
        if source.file.starts_with("domain/") && is_impure {
            let name = if first == "std" {
                mention.path[..2].join("::")
            } else {
                first.clone()
            };
            told.insert(name);
        }
        if first == "tui_textarea" && !is_prompt {
            told.insert(first.clone());
        }
    }
    found.extend(
        told.iter()
            .map(|name| format!("{}: may not use {name}", source.file)),
    );
}

/// The files outside tests that a file names, by module.
fn known<'a>(
    sources: &'a Sources,
    source: &'a Source,
) -> impl Iterator<Item = (&'a Mention, &'a Source)> {
    source
        .mentions
        .iter()
        .filter(|m| !m.in_test)
        .filter_map(|mention| {
            let target = sources.resolve(&mention.path, &mention.module, 8)?;
            Some((mention, sources.0.get(&target)?))
        })
}

fn top(file: &str) -> &str {
    file.split('/')
        .next()
        .unwrap_or(file)
        .trim_end_matches(".rs")
}

fn layers(sources: &Sources, found: &mut Vec<String>) {
    for source in sources.0.values() {
        let own = top(&source.file);
        let Some((_, allowed)) = MAY_KNOW.iter().find(|(folder, _)| *folder == own) else {
            continue;
        };
        let mut told = BTreeSet::new();
        for (mention, target) in known(sources, source) {
            let folder = top(&target.file);
            let is_only_the_clock = own != "simulator"
                || folder != "ports"
                || mention.path.last().is_some_and(|name| name == "Clock");
            if folder != own && !(allowed.contains(&folder) && is_only_the_clock) {
                told.insert(&target.file);
            }
        }
        found.extend(
            told.iter()
                .map(|file| format!("{}: may not know {file}", source.file)),
        );
    }
}

/// The first circle of files, where there is one. A `mod.rs` only passes names on, so it is no station.
fn circle(sources: &Sources, found: &mut Vec<String>) {
    let is_station = |file: &str| !file.ends_with("mod.rs") && file != "lib.rs";
    let edges: BTreeMap<&str, BTreeSet<&str>> = sources
        .0
        .values()
        .filter(|source| is_station(&source.file))
        .map(|source| {
            let targets = known(sources, source)
                .map(|(_, target)| target.file.as_str())
                .filter(|file| is_station(file) && *file != source.file);
            (source.file.as_str(), targets.collect())
        })
        .collect();
    let mut done = BTreeSet::new();
    for start in edges.keys() {
        let mut trail = Vec::new();
        if let Some(path) = search(start, &edges, &mut trail, &mut done) {
            found.push(format!("circle: {}", path.join(" -> ")));
            return;
        }
    }
}

fn search<'a>(
    file: &'a str,
    edges: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    trail: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<Vec<&'a str>> {
    if let Some(begin) = trail.iter().position(|seen| *seen == file) {
        return Some([&trail[begin..], &[file]].concat());
    }
    if done.contains(file) {
        return None;
    }
    trail.push(file);
    for next in edges.get(file).into_iter().flatten() {
        if let Some(path) = search(next, edges, trail, done) {
            return Some(path);
        }
    }
    trail.pop();
    done.insert(file);
    None
}
