//! `yarn.lock` of Yarn 1 and of Berry: a heading of names, its version below it.

use super::packages::{Extent, Packages};

pub(super) fn read(text: &str, extent: Extent) -> Packages {
    let mut packages = Packages::default();
    let mut name: Option<&str> = None;
    let (mut is_own, mut asks, mut has_version) = (false, false, true);
    for line in text.lines() {
        let bare = line.trim();
        let indent = line.len() - line.trim_start().len();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if indent == 0 {
            if !has_version && !is_own && extent == Extent::Whole {
                packages.broken += 1;
            }
            let heading = bare.trim_end_matches(':').trim_matches('"');
            name = name_of(heading).filter(|_| bare.ends_with(':'));
            is_own = heading.contains("@workspace:");
            (asks, has_version) = (false, name.is_none() || heading == "__metadata");
        } else if indent == 2 {
            asks = matches!(bare, "dependencies:" | "devDependencies:");
            let version = bare
                .strip_prefix("version ")
                .or_else(|| bare.strip_prefix("version: "));
            if let Some(version) = version
                && let Some(name) = name
            {
                has_version = true;
                if !is_own {
                    packages.add(name, version.trim_matches('"'));
                }
            }
        } else if indent == 4 && asks && is_own {
            let asked = bare.split(": ").next().unwrap_or(bare);
            packages.ask_for(asked.trim_matches('"'));
        }
    }
    if !has_version && !is_own && extent == Extent::Whole {
        packages.broken += 1;
    }
    packages
}

/// The name in `"@babel/core@^7.0.0", "@babel/core@^7.1.0"`.
fn name_of(heading: &str) -> Option<&str> {
    let first = heading.split(',').next()?.trim().trim_matches('"');
    let after_scope = usize::from(first.starts_with('@'));
    let at = first[after_scope..].find('@')? + after_scope;
    Some(&first[..at]).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yarn_1() {
        let text = "# yarn lockfile v1\n\n\n\"@babel/core@^7.0.0\", \"@babel/core@^7.1.0\":\n  version \"7.2.0\"\n  resolved \"x\"\n  dependencies:\n    lodash \"^4\"\n\nlodash@^4.17.20:\n  version \"4.17.21\"\n\nbroken@1:\n  resolved \"y\"\n";
        let read = read(text, Extent::Whole);
        assert!(read.versions["@babel/core"].contains("7.2.0"));
        assert!(read.versions["lodash"].contains("4.17.21"));
        assert_eq!(
            (read.versions.len(), read.broken, read.is_direct("lodash")),
            (2, 1, None)
        );
    }

    #[test]
    fn berry() {
        let text = "__metadata:\n  version: 8\n\n\"app@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"app@workspace:.\"\n  dependencies:\n    lodash: \"npm:^4\"\n  languageName: unknown\n\n\"lodash@npm:^4.17.20\":\n  version: 4.17.21\n  resolution: \"lodash@npm:4.17.21\"\n";
        let read = read(text, Extent::Whole);
        assert_eq!(read.versions.keys().collect::<Vec<_>>(), ["lodash"]);
        assert_eq!((read.is_direct("lodash"), read.broken), (Some(true), 0));
    }
}
