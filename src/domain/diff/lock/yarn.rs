//! `yarn.lock` of Yarn 1 and of Berry: a heading of names, its version below it.

use super::packages::{Extent, Packages};

pub(super) fn read(text: &str, extent: Extent) -> Packages {
    let mut reader = Reader {
        packages: Packages::default(),
        extent,
        entry: Entry::default(),
    };
    for line in text.lines() {
        reader.line(line);
    }
    reader.close();
    reader.packages
}

/// What stands under one heading.
#[derive(Default)]
struct Entry<'t> {
    /// `None`: no package's heading.
    name: Option<&'t str>,
    version: Option<&'t str>,
    source: Option<&'t str>,
    is_own: bool,
    asks: bool,
}

struct Reader<'t> {
    packages: Packages,
    extent: Extent,
    entry: Entry<'t>,
}

impl<'t> Reader<'t> {
    fn line(&mut self, line: &'t str) {
        let bare = line.trim();
        let indent = line.len() - line.trim_start().len();
        // Berry writes a very long heading as a key of its own, and `:` alone below it.
        let is_rest = bare.is_empty() || bare.starts_with('#') || bare == ":";
        if is_rest {
            return;
        }
        if indent == 0 {
            self.close();
            let (heading, is_heading) = match bare.strip_prefix("? ") {
                Some(long) => (long, true),
                None => (bare.trim_end_matches(':'), bare.ends_with(':')),
            };
            let heading = heading.trim_matches('"');
            self.entry = Entry {
                name: name_of(heading).filter(|_| is_heading),
                is_own: heading.contains("@workspace:"),
                ..Entry::default()
            };
        } else if indent == 2 {
            let entry = &mut self.entry;
            entry.asks = matches!(bare, "dependencies:" | "devDependencies:");
            let of = |key: &str| {
                let value = bare.strip_prefix(key)?.strip_prefix([' ', ':'])?;
                Some(value.trim().trim_matches('"'))
            };
            entry.version = of("version").or(entry.version);
            entry.source = of("resolved").or(of("resolution")).or(entry.source);
        } else if indent == 4 && self.entry.asks && self.entry.is_own {
            let (asked, range) = bare.split_once(": ").unwrap_or((bare, ""));
            let asked = aliased(range.trim_matches('"')).unwrap_or(asked.trim_matches('"'));
            self.packages.ask_for(asked);
        }
    }

    /// Takes the package whose lines are over.
    fn close(&mut self) {
        let entry = std::mem::take(&mut self.entry);
        let Some(name) = entry.name.filter(|_| !entry.is_own) else {
            return;
        };
        match entry.version {
            Some(version) => self.packages.add_from(name, version, entry.source),
            None if self.extent == Extent::Whole => self.packages.broken += 1,
            None => {}
        }
    }
}

/// The name in `"@babel/core@^7.0.0", "@babel/core@^7.1.0"`.
fn name_of(heading: &str) -> Option<&str> {
    let first = heading.split(',').next()?.trim().trim_matches('"');
    let after_scope = usize::from(first.starts_with('@'));
    let at = first[after_scope..].find('@')? + after_scope;
    let name = aliased(&first[at + 1..]).unwrap_or(&first[..at]);
    Some(name).filter(|name| !name.is_empty())
}

/// The package that stands under another name: `lodash` of `npm:lodash@^4`.
fn aliased(range: &str) -> Option<&str> {
    let range = range.strip_prefix("npm:")?;
    let after_scope = usize::from(range.starts_with('@'));
    let at = range[after_scope..].find('@')? + after_scope;
    Some(&range[..at]).filter(|name| !name.is_empty())
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

    #[test]
    fn a_package_under_another_name_is_called_by_its_own() {
        let old = "my-lodash@npm:lodash@^4.0.0:\n  version \"4.17.21\"\n\n\"t@npm:@types/t@1\":\n  version \"1.0.0\"\n";
        let read_old = read(old, Extent::Whole);
        let names: Vec<_> = read_old.versions.keys().map(String::as_str).collect();
        assert_eq!(names, ["@types/t", "lodash"]);
        let berry = "\"app@workspace:.\":\n  version: 0.0.0-use.local\n  dependencies:\n    my: \"npm:lodash@^4\"\n\n\"my@npm:lodash@^4\":\n  version: 4.17.21\n  resolution: \"lodash@npm:4.17.21\"\n";
        let read = read(berry, Extent::Whole);
        assert_eq!(read.versions.keys().collect::<Vec<_>>(), ["lodash"]);
        assert_eq!(read.is_direct("lodash"), Some(true));
    }

    #[test]
    fn a_very_long_heading_and_a_repository() {
        let text = "? \"a@npm:^1, a@npm:^1.1, a@npm:^1.2\"\n:\n  version: 1.3.0\n  resolution: \"a@npm:1.3.0\"\n\n\"b@https://github.com/x/b.git\":\n  version: 2.0.0\n  resolution: \"b@https://github.com/x/b.git#commit=1a2b3c4d5e6f\"\n";
        let read = read(text, Extent::Whole);
        assert!(read.versions["a"].contains("1.3.0"));
        assert!(read.versions["b"].contains("2.0.0 (git 1a2b3c4)"));
        assert_eq!((read.versions.len(), read.broken), (2, 0));
    }
}
