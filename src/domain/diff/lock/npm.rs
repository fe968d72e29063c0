//! `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3.
//!
//! Source: npm's documents, "package-lock.json".

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::packages::Packages;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    packages: Option<BTreeMap<String, Entry>>,
    #[serde(default)]
    dependencies: Option<BTreeMap<String, Old>>,
}

/// Names and the versions asked for, which do not matter here: what is locked does.
type Names = Option<BTreeMap<String, Value>>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    resolved: Option<Value>,
    #[serde(default)]
    link: bool,
    #[serde(default)]
    dependencies: Names,
    #[serde(default)]
    dev_dependencies: Names,
    #[serde(default)]
    optional_dependencies: Names,
}

#[derive(Deserialize)]
struct Old {
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    dependencies: Option<BTreeMap<String, Old>>,
}

/// Reads a whole file; the error says where it breaks.
pub(super) fn read(text: &str) -> Result<Packages, String> {
    let file: File = serde_json::from_str(text)
        .map_err(|error| format!("line {}: no JSON as npm writes it", error.line()))?;
    let mut packages = Packages::default();
    match (file.packages, file.dependencies) {
        (Some(all), _) => {
            for (path, entry) in &all {
                add(&mut packages, path, entry);
            }
        }
        (None, Some(all)) => old(&mut packages, &all),
        (None, None) => {}
    }
    Ok(packages)
}

fn add(packages: &mut Packages, path: &str, entry: &Entry) {
    match path.rsplit_once("node_modules/") {
        Some((_, name)) if !entry.link => {
            // One that stands under another name says its own.
            let name = entry.name.as_deref().unwrap_or(name);
            let source = entry.resolved.as_ref().and_then(Value::as_str);
            packages.add_from(name, entry.version.as_deref().unwrap_or_default(), source);
        }
        Some(_) => {}
        // The project itself and its workspaces.
        None => {
            for names in [
                &entry.dependencies,
                &entry.dev_dependencies,
                &entry.optional_dependencies,
            ] {
                for name in names.iter().flat_map(BTreeMap::keys) {
                    packages.ask_for(name);
                }
            }
        }
    }
}

/// Version 1 nests; `serde_json` bounds how deep.
fn old(packages: &mut Packages, all: &BTreeMap<String, Old>) {
    for (name, entry) in all {
        let (name, version) = of_old(name, entry.version.as_deref().unwrap_or_default());
        packages.add(name, version);
        if let Some(inner) = &entry.dependencies {
            old(packages, inner);
        }
    }
}

/// What version 1 says of a package that stands under another name: `npm:lodash@4.17.21`.
fn of_old<'t>(name: &'t str, version: &'t str) -> (&'t str, &'t str) {
    let aliased = version.strip_prefix("npm:");
    aliased
        .and_then(|aliased| aliased.rsplit_once('@'))
        .filter(|(name, _)| !name.is_empty())
        .unwrap_or((name, version))
}

/// Reads the lines around a change: a package's line and its version's.
pub(super) fn read_part(text: &str) -> Packages {
    let mut packages = Packages::default();
    let mut open: Option<&str> = None;
    for line in text.lines() {
        let bare = line.trim();
        if let Some(key) = bare.strip_suffix(": {") {
            let key = key.trim_matches('"');
            let name = key
                .rsplit_once("node_modules/")
                .map_or(key, |(_, name)| name);
            let words = [
                "dependencies",
                "requires",
                "engines",
                "devDependencies",
                "peerDependencies",
                "packages",
                "bin",
                "optionalDependencies",
                "funding",
                "peerDependenciesMeta",
            ];
            open = (!name.is_empty() && !words.contains(&name)).then_some(name);
        } else if let Some(value) = bare.strip_prefix("\"version\": \"")
            && let Some(name) = open.take()
        {
            let version = value.trim_end_matches(',').trim_end_matches('"');
            let (name, version) = of_old(name, version);
            packages.add(name, version);
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_3_and_version_1() {
        let new = r#"{"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"^1"},"devDependencies":{"c":"*"}},
            "node_modules/a":{"version":"1.2.0"},"node_modules/a/node_modules/@x/b":{"version":"2.0.0"},
            "node_modules/c":{"version":"3.0.0","dev":true},"node_modules/w":{"link":true},"packages/w":{"dependencies":{"d":"1"}}}}"#;
        let read_new = read(new).unwrap();
        let names: Vec<_> = read_new.versions.keys().map(String::as_str).collect();
        assert_eq!(names, ["@x/b", "a", "c"]);
        assert_eq!(
            (read_new.is_direct("a"), read_new.is_direct("@x/b")),
            (Some(true), Some(false))
        );
        let old = r#"{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0"}}},
            "my":{"version":"npm:@x/real@5.5.2"}}}"#;
        let read_old = read(old).unwrap();
        let names: Vec<_> = read_old.versions.keys().map(String::as_str).collect();
        assert_eq!(names, ["@x/real", "a", "b"]);
        assert!(read_old.versions["@x/real"].contains("5.5.2"));
        assert_eq!(read_old.is_direct("a"), None);
    }

    #[test]
    fn what_is_broken_is_said_with_its_line() {
        assert_eq!(
            read("{\n\"packages\": [").unwrap_err(),
            "line 2: no JSON as npm writes it"
        );
        let deep = "{\"dependencies\":{\"a\":".repeat(500);
        assert!(read(&deep).is_err());
        assert!(read("").is_err());
    }

    #[test]
    fn a_part_gives_versions_by_the_line_above() {
        let part = "    },\n    \"node_modules/lodash\": {\n      \"version\": \"4.17.20\",\n      \"resolved\": \"x\",\n      \"engines\": {\n        \"version\": \"9\"";
        let read = read_part(part);
        assert_eq!(read.versions.len(), 1);
        assert!(read.versions["lodash"].contains("4.17.20"));
    }
}
