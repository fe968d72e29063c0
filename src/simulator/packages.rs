//! The dependencies of the storefront at a commit: its manifest, its lock file, and what the review says of two commits.

use serde_json::{Value, json};

use super::scenario::Scenario;

/// The HTTP client is bumped at every such commit, see the subjects in `repository`.
const EVERY: usize = 14;
const FIRST: usize = 4;

/// Whether a commit bumps the HTTP client.
pub(super) fn is_bump(commit: usize) -> bool {
    commit % EVERY == FIRST
}

/// How often the HTTP client had been bumped at a commit.
fn bumps(commit: usize) -> usize {
    (commit + EVERY - FIRST) / EVERY
}

/// Packages at a commit, by name; what the project asks for itself stands with `true`.
fn at(commit: usize, scenario: Scenario) -> Vec<(&'static str, String, bool)> {
    let bumps = bumps(commit);
    let mut all = vec![
        ("@acme/http-client", format!("4.1.{}", bumps + 2), true),
        ("@acme/money", "2.3.0".to_owned(), true),
        ("fastify", "5.6.1".to_owned(), true),
        ("qs-lite", format!("1.0.{}", bumps.min(5)), false),
        ("undici", "7.16.0".to_owned(), false),
    ];
    if scenario == Scenario::Risky && bumps > 5 {
        all.push(("left-fill", "0.1.3".to_owned(), false));
    }
    all.sort_by_key(|(name, ..)| *name);
    all
}

/// `package.json` at a commit.
pub(super) fn manifest(commit: usize, scenario: Scenario) -> String {
    let asked: Vec<String> = at(commit, scenario)
        .into_iter()
        .filter(|(_, _, direct)| *direct)
        .map(|(name, version, _)| format!("    \"{name}\": \"^{version}\""))
        .collect();
    format!(
        "{{\n  \"name\": \"storefront\",\n  \"private\": true,\n  \"dependencies\": {{\n{}\n  }}\n}}\n",
        asked.join(",\n")
    )
}

/// `package-lock.json` at a commit, version 3.
pub(super) fn lock(commit: usize, scenario: Scenario) -> String {
    let all = at(commit, scenario);
    let asked: serde_json::Map<String, Value> = all
        .iter()
        .filter(|(_, _, direct)| *direct)
        .map(|(name, version, _)| ((*name).to_owned(), json!(format!("^{version}"))))
        .collect();
    let mut packages = serde_json::Map::new();
    packages.insert(
        String::new(),
        json!({ "name": "storefront", "dependencies": asked }),
    );
    for (name, version, _) in &all {
        let entry = json!({
            "version": version,
            "resolved": format!("https://npm.acme.example/{name}/-/{version}.tgz"),
            "license": "MIT",
        });
        packages.insert(format!("node_modules/{name}"), entry);
    }
    let whole = json!({ "name": "storefront", "lockfileVersion": 3, "requires": true, "packages": packages });
    serde_json::to_string_pretty(&whole).unwrap_or_default() + "\n"
}

/// The dependency review of two commits: what goes and what comes.
pub(super) fn review(base: usize, head: usize, scenario: Scenario) -> Value {
    let (old, new) = (at(base, scenario), at(head, scenario));
    let gone = old
        .iter()
        .filter(|one| !new.contains(one))
        .map(|one| ("removed", one));
    let come = new
        .iter()
        .filter(|one| !old.contains(one))
        .map(|one| ("added", one));
    gone.chain(come)
        .map(|(kind, (name, version, _))| {
            let is_bad = scenario == Scenario::Risky && kind == "added" && *name == "@acme/http-client";
            let advisories = if is_bad {
                json!([{
                    "severity": "high",
                    "advisory_ghsa_id": "GHSA-7q3v-9x2m-w4hp",
                    "advisory_summary": "Headers of one request can reach another on a reused connection",
                    "advisory_url": "https://github.com/advisories/GHSA-7q3v-9x2m-w4hp",
                }])
            } else {
                json!([])
            };
            json!({
                "change_type": kind,
                "manifest": "package-lock.json",
                "ecosystem": "npm",
                "name": name,
                "version": version,
                "package_url": format!("pkg:npm/{}@{version}", name.replace('@', "%40")),
                "license": "MIT",
                "source_repository_url": null,
                "vulnerabilities": advisories,
                "scope": "runtime",
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bump_changes_the_lock_file_and_the_review_alike() {
        for scenario in [Scenario::Healthy, Scenario::Risky] {
            assert!(is_bump(74));
            assert_eq!(lock(73, scenario), lock(66, scenario), "nothing in between");
            assert_ne!(lock(74, scenario), lock(73, scenario));
            let review = review(65, 79, scenario);
            let names: Vec<_> = review
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["name"].clone())
                .collect();
            assert!(names.contains(&json!("@acme/http-client")), "{names:?}");
            let bad = review.to_string().contains("GHSA");
            assert_eq!(bad, scenario == Scenario::Risky);
        }
    }
}
