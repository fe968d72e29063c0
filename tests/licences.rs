//! Every package that is built into cockpit carries a licence that its users can live with.

use std::{collections::BTreeSet, process::Command};

const ALLOWED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Unicode-3.0",
    "Zlib",
    "MPL-2.0",
    "BlueOak-1.0.0",
    "CDLA-Permissive-2.0",
];

/// Whether an SPDX expression can be met with the allowed licences: one side of an `OR`, both of an `AND`.
fn is_met(expression: &str) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest) && rest.is_empty()
}

fn any(words: &mut &[&str]) -> bool {
    let mut met = all(words);
    while let ["OR", rest @ ..] = words {
        *words = rest;
        met |= all(words);
    }
    met
}

fn all(words: &mut &[&str]) -> bool {
    let mut met = one(words);
    while let ["AND", rest @ ..] = words {
        *words = rest;
        met &= one(words);
    }
    met
}

fn one(words: &mut &[&str]) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let met = any(words);
            match *words {
                [")", rest @ ..] => {
                    *words = rest;
                    met
                }
                _ => false,
            }
        }
        // An exception only grants more.
        [name, "WITH", _, rest @ ..] | [name, rest @ ..] => {
            *words = rest;
            ALLOWED.contains(name)
        }
        [] => false,
    }
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    for good in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0 OR MIT",
        "Apache-2.0 WITH LLVM-exception",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
    ] {
        assert!(is_met(good), "{good}");
    }
    for bad in ["", "AGPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT Apache-2.0"] {
        assert!(!is_met(bad), "{bad}");
    }
}

#[test]
fn every_package_has_an_allowed_licence() {
    // `cargo tree` rather than `cargo metadata`, which also lists optional packages that no feature turns on.
    let told = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges=normal,build"])
        .args(["--prefix=none", "--format={l}|{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{complaint}");
    let told = String::from_utf8(told.stdout).unwrap();
    let packages: BTreeSet<(&str, &str)> = told
        .lines()
        .filter_map(|line| line.split_once('|'))
        .collect();
    assert!(packages.len() > 100, "the whole tree was read");
    let refused: Vec<_> = packages
        .iter()
        .filter(|(licence, _)| !is_met(licence))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}
