//! The repository acme/storefront: a straight line of commits, tags on some of them, people, environments.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::{change::Change, dice, packages, scenario::Scenario};

/// Who writes the explain text where it is a comment.
pub(super) const EXPLAINER: &str = "explain-bot";
/// User or organisation.
pub(super) const OWNER: &str = "acme";
/// Repository name.
pub(super) const NAME: &str = "storefront";
/// The default branch.
pub(super) const BRANCH: &str = "main";
/// Whose token it is when nothing says otherwise.
pub(super) const VIEWER: &str = "ana";
/// The people of this world; the first two may review production.
pub(super) const PEOPLE: [&str; 5] = ["ana", "carol", "ben", "dee", "emil"];

/// Commits in all, oldest first.
const COMMITS: usize = 81;
/// Where the candidate stands; one commit on the branch is newer.
const CANDIDATE: usize = COMMITS - 2;
/// Versions that were released before, at every seventh commit; the last one is production.
pub(super) const VERSIONS: [&str; 10] = [
    "v2.11.0", "v2.11.1", "v2.11.2", "v2.12.0", "v2.12.1", "v2.12.2", "v2.13.0", "v2.13.2",
    "v2.13.3", "v2.13.4",
];
const FIRST_RELEASED: usize = 2;

const SUBJECTS: [&str; 14] = [
    "checkout: capture retries move to the queue",
    "cart: keep coupons when the currency changes",
    "search: debounce the suggestions",
    "payments: read the capture limit from the account",
    "deps: bump http client to 4.2.1",
    "catalogue: show stock for the nearest shop",
    "checkout: name the failed step in the log",
    "db: add capture_attempts to orders",
    "i18n: Czech plural forms",
    "account: remember the last address",
    "ops: smaller image, same entry point",
    "payments: time out after 8 s, not 30",
    "cart: fix rounding of mixed VAT",
    "docs: how a capture is retried",
];

const PLACES: [&str; 10] = [
    "src/checkout/capture.ts",
    "src/checkout/steps.ts",
    "src/payments/limits.ts",
    "src/cart/totals.ts",
    "src/catalogue/stock.ts",
    "src/search/suggest.ts",
    "test/checkout/capture.test.ts",
    "test/cart/totals.test.ts",
    "locales/cs.json",
    "docs/captures.md",
];

/// A commit, squashed from one pull request.
#[derive(Debug, Clone)]
pub(super) struct Commit {
    pub(super) sha: String,
    pub(super) author: &'static str,
    pub(super) title: &'static str,
    pub(super) at: Timestamp,
    pub(super) pull: u64,
    pub(super) changes: Vec<Change>,
}

/// Commits and tags.
#[derive(Debug)]
pub(super) struct Repository {
    pub(super) commits: Vec<Commit>,
    /// Tag name and position of its commit.
    pub(super) tags: Vec<(String, usize)>,
    /// Position of the candidate.
    pub(super) candidate: usize,
    /// Its tag.
    pub(super) version: &'static str,
}

impl Repository {
    pub(super) fn new(scenario: Scenario, seed: u64, epoch: Timestamp) -> Self {
        let commits = (0..COMMITS)
            .map(|n| commit(scenario, seed, n, epoch))
            .collect();
        let first = scenario == Scenario::FirstRelease;
        let version = if first { "v1.0.0" } else { "v2.14.0" };
        let mut tags: Vec<_> = if first {
            Vec::new()
        } else {
            let at = |n: usize| FIRST_RELEASED + n * 7;
            VERSIONS
                .iter()
                .enumerate()
                .map(|(n, v)| ((*v).to_owned(), at(n)))
                .collect()
        };
        tags.push((version.to_owned(), CANDIDATE));
        Self {
            commits,
            tags,
            candidate: CANDIDATE,
            version,
        }
    }

    pub(super) fn candidate(&self) -> &Commit {
        &self.commits[self.candidate]
    }

    /// Position of what a branch, a tag, a full SHA or one shortened to seven digits or more names.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let bare = ["refs/heads/", "refs/tags/", "heads/", "tags/"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name);
        if bare == BRANCH || name == "HEAD" {
            return Some(self.commits.len() - 1);
        }
        if let Some((_, at)) = self.tags.iter().find(|(tag, _)| tag == bare) {
            return Some(*at);
        }
        let wanted = name.to_ascii_lowercase();
        let hex = wanted.len() >= 7 && wanted.bytes().all(|b| b.is_ascii_hexdigit());
        self.commits
            .iter()
            .position(|c| hex && c.sha.starts_with(&wanted))
    }

    /// The commit that a version's tag names.
    pub(super) fn sha_of(&self, version: &str) -> Option<&str> {
        let (_, at) = self.tags.iter().find(|(tag, _)| tag == version)?;
        Some(&self.commits[*at].sha)
    }

    /// The commit of a pull request's merge.
    pub(super) fn pull(&self, number: u64) -> Option<&Commit> {
        self.commits.iter().find(|c| c.pull == number)
    }

    /// Files of the commits after `base` up to `head`, one entry a path.
    pub(super) fn changes(&self, base: usize, head: usize) -> Vec<Change> {
        let mut all: Vec<Change> = Vec::new();
        for change in self.commits[base + 1..=head]
            .iter()
            .flat_map(|c| &c.changes)
        {
            match all.iter_mut().find(|known| known.path == change.path) {
                Some(known) => known.follow(change),
                None => all.push(change.clone()),
            }
        }
        all
    }
}

fn commit(scenario: Scenario, seed: u64, n: usize, epoch: Timestamp) -> Commit {
    let i = i64::try_from(n).unwrap_or(0);
    let back = i64::try_from(COMMITS - n).unwrap_or(0) * 5 * 3600;
    let jitter = dice::between(seed, "commit-at", i, 0, 3 * 3600);
    let title = SUBJECTS[n % SUBJECTS.len()];
    Commit {
        sha: hexadecimal(seed, "commit", i, 40),
        author: PEOPLE[2 + n % 3],
        title,
        at: epoch - SignedDuration::from_secs(back - jitter),
        pull: 400 + u64::try_from(n).unwrap_or(0),
        changes: changes(scenario, seed, n, title),
    }
}

fn changes(scenario: Scenario, seed: u64, at: usize, title: &str) -> Vec<Change> {
    let n = i64::try_from(at).unwrap_or(0);
    let mut list: Vec<Change> = (0..dice::between(seed, "files", n, 2, 4))
        .map(|part| {
            let pick = dice::roll(seed, "path", n * 8 + part) % 10;
            Change {
                path: PLACES[usize::try_from(pick).unwrap_or(0)].to_owned(),
                added: dice::between(seed, "added", n * 8 + part, 3, 42),
                removed: dice::between(seed, "removed", n * 8 + part, 0, 17),
                status: "modified",
                texts: None,
            }
        })
        .collect();
    if title.starts_with("db:") {
        let path = format!("db/migrations/{:04}_capture_attempts.sql", 30 + n / 14);
        list.push(Change::between(&path, String::new(), migration(scenario)));
    }
    if packages::is_bump(at) {
        for (path, file) in [
            (
                "package.json",
                packages::manifest as fn(usize, Scenario) -> String,
            ),
            ("package-lock.json", packages::lock),
        ] {
            list.push(Change::between(
                path,
                file(at - 1, scenario),
                file(at, scenario),
            ));
        }
    }
    if scenario == Scenario::Risky && at == CANDIDATE {
        list.extend(risks());
    }
    let mut seen = std::collections::BTreeSet::new();
    list.retain(|change| seen.insert(change.path.clone()));
    list
}

fn migration(scenario: Scenario) -> String {
    if scenario == Scenario::Risky {
        "-- Which region an order ships to, and how often its capture was tried.\nALTER TABLE orders\n  ADD COLUMN region text NOT NULL,\n  ADD COLUMN capture_attempts integer NOT NULL DEFAULT 0;\nALTER TABLE orders DROP COLUMN legacy_capture_state;\nCREATE INDEX orders_region ON orders (region);\n"
    } else {
        "-- How often a capture was tried.\nALTER TABLE orders\n  ADD COLUMN capture_attempts integer NOT NULL DEFAULT 0;\nCREATE INDEX CONCURRENTLY orders_attempts\n  ON orders (capture_attempts)\n  WHERE capture_attempts > 0;\n"
    }
    .to_owned()
}

/// What the risky release changes besides code.
fn risks() -> Vec<Change> {
    [
        ("src/payments/capture.ts", 61, 22),
        ("config/flags.json", 3, 1),
        ("Dockerfile", 2, 2),
        ("cockpit.toml", 1, 1),
    ]
    .map(|(path, added, removed)| Change {
        path: path.to_owned(),
        added,
        removed,
        status: "modified",
        texts: None,
    })
    .into()
}

/// Hexadecimal digits that depend only on the seed and the words.
pub(super) fn hexadecimal(seed: u64, what: &str, n: i64, digits: usize) -> String {
    let mut text = String::with_capacity(digits + 16);
    let mut part = 0;
    while text.len() < digits {
        let number = dice::roll(seed, what, n.wrapping_mul(64) + part);
        // Writing to a String cannot fail.
        let _ = write!(text, "{number:016x}");
        part += 1;
    }
    text.truncate(digits);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> Repository {
        Repository::new(Scenario::Healthy, 1, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn branches_tags_and_commits_are_found() {
        let r = repository();
        let sha = r.candidate().sha.clone();
        for name in [sha.as_str(), &sha[..7], "v2.14.0", "tags/v2.14.0"] {
            assert_eq!(r.find(name), Some(r.candidate), "{name}");
        }
        assert_eq!(r.find("main"), Some(r.commits.len() - 1));
        assert_eq!(r.find("nothing"), None);
        assert_eq!(r.find(&sha[..6]), None, "too short to be a name");
    }

    #[test]
    fn the_candidate_is_fourteen_commits_ahead_with_a_migration() {
        let r = repository();
        let from = r.find("v2.13.4").unwrap();
        assert_eq!(r.candidate - from, 14);
        let changes = r.changes(from, r.candidate);
        assert!(changes.iter().any(|c| c.path.starts_with("db/migrations/")));
        let mut paths: Vec<_> = changes.iter().map(|c| &c.path).collect();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), changes.len(), "one entry a path");
    }
}
