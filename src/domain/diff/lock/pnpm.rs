//! `pnpm-lock.yaml`, lock file versions 5 to 9: the keys of its packages say all, so no YAML is read.

use super::packages::{Extent, Packages};

pub(super) fn read(text: &str, extent: Extent) -> Packages {
    let mut packages = Packages::default();
    let mut section = if extent == Extent::Part {
        "packages"
    } else {
        ""
    };
    let mut asked = false;
    // A formatter may have indented it anew: how deep a line stands is told by the lines above it.
    let mut above: Vec<usize> = Vec::new();
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let key = key_of(bare);
        if indent == 0 {
            section = key.unwrap_or("");
            asked = is_list(section);
            above.clear();
            continue;
        }
        above.retain(|outer| *outer < indent);
        above.push(indent);
        match (section, above.len()) {
            ("packages", 1) => {
                if key.is_some_and(|key| key.starts_with("file:")) {
                    // A folder of the repository.
                } else if let Some((name, version)) = key.and_then(package) {
                    packages.add(name, version);
                } else if key.is_some() && extent == Extent::Whole {
                    packages.broken += 1;
                }
            }
            ("importers", 1) => asked = false,
            ("importers", 2) => asked = key.is_some_and(is_list),
            ("importers", 3) | (_, 1) if asked => ask(&mut packages, bare),
            _ => {}
        }
    }
    packages
}

fn is_list(key: &str) -> bool {
    matches!(
        key,
        "dependencies" | "devDependencies" | "optionalDependencies"
    )
}

fn ask(packages: &mut Packages, line: &str) {
    if let Some((name, _)) = line.rsplit_once(':').map(|_| {
        line.split_once(": ")
            .unwrap_or((line.trim_end_matches(':'), ""))
    }) {
        packages.ask_for(name.trim_matches(['\'', '"']));
    }
}

fn key_of(line: &str) -> Option<&str> {
    let key = line
        .split_once(": ")
        .map(|(key, _)| key)
        .or_else(|| line.strip_suffix(':'))?;
    Some(key.trim_matches(['\'', '"']))
}

/// `/lodash/4.17.20`, `/lodash@4.17.20(peer@1)`, `@babel/core@7.0.0`.
fn package(key: &str) -> Option<(&str, &str)> {
    let is_old = key.starts_with('/');
    let key = key.trim_start_matches('/');
    let key = key.split('(').next().unwrap_or(key);
    // A scope's own mark and slash are a part of the name.
    let scope = match key.strip_prefix('@') {
        Some(scoped) => scoped.find('/')? + 2,
        None => 0,
    };
    let own = &key[scope..];
    let end = match (own.find('@'), own.find('/')) {
        // Version 5 has a slash before the version, and its peers after a `_`.
        (at, Some(slash)) if is_old && at.is_none_or(|at| slash < at) => slash,
        (Some(at), _) => at,
        // `github.com/x/y/1a2b3c4...`
        (None, _) if key.contains(".com/") || key.contains(".org/") => return key.rsplit_once('/'),
        (None, _) => return None,
    };
    let (name, version) = (&key[..scope + end], &own[end + 1..]);
    let is_fifth = own[end..].starts_with('/');
    let version = match version.split_once('_') {
        Some((version, _)) if is_fifth => version,
        _ => version,
    };
    (!own[..end].is_empty() && !version.is_empty()).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(packages: &Packages) -> Vec<String> {
        let one = |(name, v): (&String, &std::collections::BTreeSet<String>)| {
            format!("{name} {}", v.iter().cloned().collect::<Vec<_>>().join("+"))
        };
        packages.versions.iter().map(one).collect()
    }

    #[test]
    fn every_version_of_the_form() {
        let nine = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      lodash:\n        specifier: ^4\n        version: 4.17.21\n    devDependencies:\n      '@babel/core':\n        specifier: 7\n\npackages:\n\n  '@babel/core@7.0.0':\n    resolution: {integrity: x}\n\n  lodash@4.17.21:\n    resolution: {integrity: y}\n\nsnapshots:\n\n  lodash@9.9.9: {}\n";
        let read_nine = read(nine, Extent::Whole);
        assert_eq!(names(&read_nine), ["@babel/core 7.0.0", "lodash 4.17.21"]);
        assert_eq!(read_nine.is_direct("@babel/core"), Some(true));
        let six = "packages:\n\n  /lodash@4.17.20:\n    dev: true\n  /@a/b@1.0.0(react@18.0.0):\n    dev: false\n";
        assert_eq!(
            names(&read(six, Extent::Whole)),
            ["@a/b 1.0.0", "lodash 4.17.20"]
        );
        let five = "dependencies:\n  lodash: 4.17.20\n\npackages:\n\n  /lodash/4.17.20:\n    dev: true\n  /@a/b/1.0.0_react@18.0.0:\n    dev: false\n";
        let read_five = read(five, Extent::Whole);
        assert_eq!(names(&read_five), ["@a/b 1.0.0", "lodash 4.17.20"]);
        assert_eq!(read_five.is_direct("lodash"), Some(true));
    }

    #[test]
    fn any_width_of_indent_is_read_whole() {
        let two = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      lodash:\n        specifier: ^4\n        version: 4.17.21\n\npackages:\n\n  '@babel/core@7.0.0':\n    resolution: {integrity: x}\n    engines: {node: '>=6'}\n\n  # kept\n  lodash@4.17.21:\n    resolution: {integrity: y}\n    deprecated: |-\n      take\n      other@1.0.0: instead\n";
        for width in [1, 3, 4, 8] {
            let wide: Vec<String> = two
                .lines()
                .map(|line| {
                    let bare = line.trim_start();
                    " ".repeat((line.len() - bare.len()) / 2 * width) + bare
                })
                .collect();
            let whole = read(&wide.join("\n"), Extent::Whole);
            assert_eq!(names(&whole), ["@babel/core 7.0.0", "lodash 4.17.21"]);
            assert_eq!((whole.is_direct("lodash"), whole.broken), (Some(true), 0));
            assert_eq!(whole.is_direct("@babel/core"), Some(false));
        }
        let part = "            integrity: x\n    a@1.0.0:\n        resolution: y\n    b@2.0.0:\n";
        assert_eq!(names(&read(part, Extent::Part)), ["a 1.0.0", "b 2.0.0"]);
    }

    #[test]
    fn a_folder_of_the_workspace_is_no_package() {
        let text = "importers:\n\n  .:\n    devDependencies:\n      lodash:\n        version: 4.17.21\n\n  web:\n    dependencies:\n      web-vitals:\n        version: 4.0.0\n\npackages:\n\n  web@1.0.0:\n    resolution: {integrity: x}\n";
        let read = read(text, Extent::Whole);
        assert_eq!(read.is_direct("web"), Some(false));
        assert_eq!(read.is_direct("web-vitals"), Some(true));
    }

    #[test]
    fn an_underscore_in_a_name_is_no_peer() {
        for (key, wanted) in [
            ("/string_decoder/1.3.0", ("string_decoder", "1.3.0")),
            ("/string_decoder@1.3.0", ("string_decoder", "1.3.0")),
            ("/@a_b/c_d/1.0.0_react@18.0.0", ("@a_b/c_d", "1.0.0")),
            ("/@a_b/c_d@1.0.0(e_f@2.0.0)", ("@a_b/c_d", "1.0.0")),
            ("string_decoder@1.3.0", ("string_decoder", "1.3.0")),
            ("/ts-node/10.9.1_abc_def", ("ts-node", "10.9.1")),
        ] {
            assert_eq!(package(key), Some(wanted), "{key}");
        }
    }

    #[test]
    fn rubbish_gives_nothing() {
        assert_eq!(
            names(&read("packages:\n  x:\n  '':\n  @:\n  /:\n", Extent::Whole)),
            Vec::<String>::new()
        );
        assert_eq!(
            names(&read("  a@1.0.0:\n    x: y\n", Extent::Part)),
            ["a 1.0.0"]
        );
    }
}
