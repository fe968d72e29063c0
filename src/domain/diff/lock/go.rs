//! `go.mod` and `go.sum`.
//!
//! `go.mod` names the versions that are built; `go.sum` also those that were only looked at, so of it the highest counts.

use std::{cmp::Ordering, collections::BTreeSet};

use super::{
    packages::{Extent, Packages},
    version,
};

/// Lines in whose place a patch may not show the block around them.
const OTHERS: [&str; 7] = [
    "require ",
    "exclude ",
    "retract ",
    "module ",
    "go ",
    "toolchain ",
    "tool ",
];

/// `require` lines and what `replace` lines put in their place; those without `// indirect` are the project's own.
pub(super) fn read_mod(text: &str, extent: Extent) -> Packages {
    let mut packages = Packages {
        direct: Some(BTreeSet::new()),
        ..Packages::default()
    };
    let mut within = extent == Extent::Part;
    for line in text.lines() {
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let code = code.trim();
        let one = match code {
            "require (" => {
                within = true;
                continue;
            }
            ")" => {
                within = extent == Extent::Part;
                continue;
            }
            _ if code.ends_with('(') => {
                within = false;
                continue;
            }
            // What stands in another's place is what is built.
            _ if code.contains("=>") => code.split_once("=>").map(|(_, by)| by),
            _ if !within || OTHERS.iter().any(|word| code.starts_with(word)) => {
                code.strip_prefix("require ")
            }
            _ => Some(code),
        };
        let Some((name, version)) = one.and_then(|one| one.trim().split_once(' ')) else {
            continue;
        };
        if !version.starts_with('v') || version.contains(' ') {
            continue;
        }
        packages.add(name, version);
        if comment.trim() != "indirect" {
            packages.ask_for(name);
        }
    }
    packages
}

pub(super) fn read_sum(text: &str) -> Packages {
    let mut packages = Packages::default();
    for line in text.lines() {
        let mut words = line.split(' ');
        let (Some(name), Some(version), Some(hash)) = (words.next(), words.next(), words.next())
        else {
            if !line.trim().is_empty() {
                packages.broken += 1;
            }
            continue;
        };
        if !version.ends_with("/go.mod") && hash.starts_with("h1:") {
            packages.add(name, version);
        }
    }
    for versions in packages.versions.values_mut() {
        let highest = versions
            .iter()
            .max_by(|a, b| version::order(a, b).unwrap_or(Ordering::Equal));
        if let Some(highest) = highest.cloned() {
            versions.retain(|version| *version == highest);
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_mod() {
        let text = "module example.org/app\n\ngo 1.22\n\nrequire (\n\tgithub.com/a/b v1.2.3\n\tgolang.org/x/c v0.1.0 // indirect\n)\n\nrequire example.org/d/v2 v2.0.0+incompatible\n\nreplace example.org/e => ../e\n\nexclude (\n\texample.org/f v1.0.0\n)\n";
        let read = read_mod(text, Extent::Whole);
        assert_eq!(read.versions.len(), 3);
        assert_eq!(read.is_direct("github.com/a/b"), Some(true));
        assert_eq!(read.is_direct("golang.org/x/c"), Some(false));
        let replaced = read_mod(
            "require a.org/b v1.0.0\nreplace a.org/b => github.com/fork/b v1.0.1\n",
            Extent::Whole,
        );
        assert!(replaced.versions["github.com/fork/b"].contains("v1.0.1"));
        let others = "retract v1.0.0 // broken\nexclude a.org/b v1.1.0\ngo 1.22\n";
        assert!(read_mod(others, Extent::Part).versions.is_empty());
        assert_eq!(
            read_mod("\tgithub.com/a/b v1.2.3\n", Extent::Part)
                .versions
                .len(),
            1
        );
    }

    #[test]
    fn of_go_sum_the_highest_counts() {
        let text = "a.org/b v1.9.0 h1:x=\na.org/b v1.9.0/go.mod h1:y=\na.org/b v1.10.0 h1:z=\na.org/c v1.0.0/go.mod h1:w=\nrubbish\n";
        let read = read_sum(text);
        assert_eq!(
            read.versions["a.org/b"].iter().collect::<Vec<_>>(),
            ["v1.10.0"]
        );
        assert_eq!((read.versions.len(), read.broken), (1, 1));
    }
}
