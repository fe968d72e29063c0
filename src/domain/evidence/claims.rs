//! What the explain text claims, held against the facts: a claim that is wrong is a contradiction, and is shown.
//!
//! Only plain claims are looked at: "no migrations", "182 tests passed", "14 commits", "commit 3f9c2ab". A sentence that
//! cockpit does not understand claims nothing. The text cannot take part in its own check: it is matched, never run.

use std::sync::LazyLock;

use regex::Regex;

use super::{Explain, SecurityReport, TestsSummary};
use crate::domain::{Sha, Text, diff::Diff, wording};

/// Contradictions that are kept.
const KEPT: usize = 8;
/// Bytes of a line that is looked at; what is longer is no plain claim.
const LINE_BYTES: usize = 2_000;

/// The facts that claims are held against. What is `None` is not known, and contradicts nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Claimed<'a> {
    /// The candidate.
    pub sha: Option<&'a Sha>,
    /// The tests.
    pub tests: Option<&'a TestsSummary>,
    /// The diff from production.
    pub diff: Option<&'a Diff>,
    /// Scanner findings.
    pub security: Option<&'a SecurityReport>,
    /// Points of coverage gained or lost.
    pub coverage_change: Option<f64>,
}

/// A claim that the facts do not bear out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// What the text says, its own words.
    pub says: Text,
    /// What cockpit sees.
    pub fact: Text,
}

impl Contradiction {
    /// `text says "no migrations": the diff holds 0042_orders.sql`.
    pub fn in_short(&self) -> Text {
        Text::line(&format!("text says “{}”: {}", self.says, self.fact))
    }
}

/// The claims of a text that the facts contradict, in the order of the text, each once.
pub fn contradictions(explain: &Explain, facts: &Claimed<'_>) -> Vec<Contradiction> {
    let mut found: Vec<Contradiction> = Vec::new();
    let lines = [
        &explain.changed,
        &explain.verified,
        &explain.risks,
        &explain.rest,
    ];
    for line in lines.into_iter().flatten() {
        let line = line.as_str();
        if line.len() > LINE_BYTES {
            continue;
        }
        for check in CHECKS {
            if found.len() == KEPT {
                return found;
            }
            if let Some((says, fact)) = check(line, facts) {
                let one = Contradiction {
                    says: Text::line(&says),
                    fact: Text::line(&fact),
                };
                if !found.iter().any(|known| known.fact == one.fact) {
                    found.push(one);
                }
            }
        }
    }
    found
}

/// What a line claims, and the fact against it.
type Check = fn(&str, &Claimed<'_>) -> Option<(String, String)>;

const CHECKS: [Check; 9] = [
    migrations,
    dependencies,
    all_tests,
    test_count,
    commits,
    files,
    vulnerabilities,
    coverage,
    commit,
];

fn pattern(text: &str) -> Regex {
    // The patterns are constants of this file, and a test compiles each.
    #[expect(clippy::expect_used, reason = "constants, each compiled by a test")]
    Regex::new(text).expect("a constant pattern")
}

macro_rules! patterns {
    ($($name:ident = $text:literal;)*) => {
        $(static $name: LazyLock<Regex> = LazyLock::new(|| pattern($text));)*
    };
}

patterns! {
    NO_MIGRATION = r"(?i)\b(?:no|without(?: any)?|zero|0)\s+(?:new\s+)?(?:database\s+|db\s+|schema\s+|data\s+)*(?:migrations?|schema\s+changes?|(?:database|db)\s+changes?|changes?\s+(?:to|of|in)\s+the\s+(?:database(?:\s+schema)?|schema))\b|\bmigrations?\s*:\s*(?:none|no|0|n/a)\b|\b(?:do(?:es)?|did)(?:\s+not|n['’]t)\s+(?:include|contain|add|bring|have|need|require|run)\s+(?:any\s+|a\s+)?(?:new\s+)?(?:database\s+|db\s+|schema\s+|data\s+)*(?:migrations?|schema\s+changes?)\b|\bschema\s+(?:is\s+|remains\s+|stays\s+)?(?:unchanged|untouched)\b";
    NO_DEPENDENCY = r"(?i)\b(?:no|without(?: any)?|zero|0)\s+(?:(?:new|changed|updated|bumped)\s+(?:dependenc(?:y|ies)|packages?)|dependenc(?:y|ies)(?:\s+(?:changes?|updates?|bumps?|changed|updated|added))?|package\s+(?:changes?|updates?|bumps?)|changes?\s+(?:to|of|in)\s+(?:the\s+)?dependenc(?:y|ies))\b|\bdependenc(?:y|ies)\s*(?::|are|were|remain|stay)?\s*(?:none|unchanged|untouched)\b|\b(?:do(?:es)?|did)(?:\s+not|n['’]t)\s+(?:add|change|bump|update|introduce|bring)\s+(?:any\s+|a\s+)?(?:new\s+)?(?:dependenc(?:y|ies)|packages?)\b";
    ALL_TESTS = r"(?i)\b(?:all|every|100\s?%(?:\s+of(?:\s+the)?)?)\s+(?:of\s+the\s+)?(?:[\d,.]+\s+)?(?:unit\s+|api\s+|integration\s+|e2e\s+|end-to-end\s+)*(?:tests?|suites?|specs?)\s+(?:are\s+|is\s+|have\s+|has\s+|were\s+)?(?:pass(?:ed|es|ing)?|green)\b|\bno\s+(?:failing|failed)\s+tests?\b|\b(?:no|0|zero)\s+tests?\s+fail(?:s|ed)?\b|\b(?:no|0|zero)\s+test\s+failures?\b|\bpassed,\s+(?:0|none)\s+failed\b|\btest\s+suite\s+(?:is\s+green|pass(?:es|ed))\b";
    TESTS = r"(?i)\b(\d[\d,]*)(?:\s+of\s+\d[\d,]*)?\s+(?:unit\s+|api\s+|integration\s+|e2e\s+|end-to-end\s+|automated\s+)*tests?\s+(?:have\s+|were\s+)?pass(?:ed)?\b";
    COMMITS = r"(?i)\b(\d[\d,]*)\s+commits?\b";
    FILES = r"(?i)\b(\d[\d,]*)\s+(?:files?\s+(?:changed|touched|modified)|changed\s+files?)\b";
    NO_VULNERABILITY = r"(?i)\b(?:no|without(?: any)?|zero|0)\s+(?:new\s+|known\s+|open\s+|critical\s+|high\s+)*(?:vulnerabilit(?:y|ies)|security\s+(?:findings?|issues?)|advisories)\b";
    SAME_COVERAGE = r"(?i)\bcoverage\s+(?:is\s+|has\s+|stays\s+|stayed\s+|remains\s+)?(?:the\s+same|unchanged|not\s+(?:dropped|fallen)|stable|increased|improved|up)\b|\bno\s+(?:drop\s+in\s+|loss\s+of\s+)?coverage\s*(?:drop|loss)?\b";
    COMMIT = r"(?i)\b(?:commit|sha|revision|head|candidate)\b[\s:#=`'(]{1,4}([0-9a-f]{7,40})\b";
}

/// The words of a line that match, and a number in them.
fn number<'l>(pattern: &Regex, line: &'l str) -> Option<(&'l str, u64)> {
    let found = pattern.captures(line)?;
    let digits: String = found
        .get(1)?
        .as_str()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    Some((found.get(0)?.as_str(), digits.parse().ok()?))
}

fn words<'l>(pattern: &Regex, line: &'l str) -> Option<&'l str> {
    pattern.find(line).map(|found| found.as_str())
}

fn migrations(line: &str, facts: &Claimed<'_>) -> Option<(String, String)> {
    let says = words(&NO_MIGRATION, line)?;
    let first = facts.diff?.migrations.first()?;
    Some((says.to_owned(), format!("the diff holds {}", first.name())))
}

fn dependencies(line: &str, facts: &Claimed<'_>) -> Option<(String, String)> {
    let says = words(&NO_DEPENDENCY, line)?;
    let dependencies = &facts.diff?.dependencies;
    let first = dependencies.changes.first()?;
    let more = match dependencies.count {
        0 | 1 => String::new(),
        many => format!(" and {} more", many - 1),
    };
    Some((says.to_owned(), format!("{}{more}", first.in_short())))
}

fn all_tests(line: &str, facts: &Claimed<'_>) -> Option<(String, String)> {
    let says = words(&ALL_TESTS, line)?;
    let totals = &facts.tests?.totals;
    let bad = totals.failed.saturating_add(totals.errored);
    (bad > 0).then(|| {
        let all = wording::count(totals.tests, "test");
        (says.to_owned(), format!("{bad} of {all} failed"))
    })
}

/// A text may tell of one suite: only more than there are is wrong for certain.
fn test_count(line: &str, facts: &Claimed<'_>) -> Option<(String, String)> {
    let (says, claimed) = number(&TESTS, line)?;
    let totals = &facts.tests?.totals;
    (claimed > totals.passed).then(|| {
        let all = wording::count(totals.tests, "test");
        (
            says.to_owned(),
            format!("{} of {all} passed", totals.passed),
        )
    })
}

fn commits(line: &str, facts: &Claimed<'_>) -> Option<(String, String)> {
    let (says, claimed) = number(&COMMITS, line)?;
    let ahead = u64::from(facts.diff?.ahead_by);
    (claimed != ahead).then(|| {
        let words = wording::count(ahead, "commit");
        (says.to_owned(), format!("the diff holds {words}"))
    })
}

fn files(line: &str, facts: &Claimed<'_>) -> Option<(String, String)> {
    let (says, claimed) = number(&FILES, line)?;
    let diff = facts.diff?;
    let files = u64::from(diff.files);
    // Of an answer that was cut the number is a floor.
    (claimed < files || (claimed > files && !diff.files_truncated)).then(|| {
        let words = wording::count(files, "file");
        (says.to_owned(), format!("the diff holds {words}"))
    })
}

fn vulnerabilities(line: &str, facts: &Claimed<'_>) -> Option<(String, String)> {
    let says = words(&NO_VULNERABILITY, line)?;
    let is_new = says.to_ascii_lowercase().contains("new");
    if let Some(change) = facts
        .diff
        .and_then(|diff| diff.dependencies.vulnerable().next())
    {
        let id = change
            .worst()
            .map_or("an advisory", |worst| worst.id.as_str());
        return Some((says.to_owned(), format!("{} has {id}", change.in_short())));
    }
    let report = facts.security?;
    let counts = if is_new { report.new? } else { report.counts };
    // Lesser ones are what people mean by none.
    (counts.grave() > 0).then(|| {
        let found = counts.in_words();
        (says.to_owned(), format!("the scan found {found}"))
    })
}

fn coverage(line: &str, facts: &Claimed<'_>) -> Option<(String, String)> {
    let says = words(&SAME_COVERAGE, line)?;
    let change = facts.coverage_change?;
    (change <= -0.05).then(|| {
        (
            says.to_owned(),
            format!("coverage fell {:.1} points", -change),
        )
    })
}

/// A text about another commit is about another release.
fn commit(line: &str, facts: &Claimed<'_>) -> Option<(String, String)> {
    let found = COMMIT.captures(line)?;
    let named = found.get(1)?.as_str().to_ascii_lowercase();
    let sha = facts.sha?;
    let is_known = [Some(sha), facts.diff.map(|diff| &diff.base)]
        .into_iter()
        .flatten()
        .any(|known| known.starts_with(&named));
    // A train holds many commits, and a text may name any of them; a whole SHA under that heading is the text's own.
    let lower = line.to_ascii_lowercase();
    let about_itself = [
        "candidate",
        "this release",
        "this summary",
        "summary of",
        "generated",
    ];
    let is_own =
        found.get(0)?.start() == 0 || about_itself.iter().any(|words| lower.contains(words));
    (!is_known && is_own).then(|| {
        let says = found.get(0).map_or("", |all| all.as_str());
        (says.to_owned(), format!("the candidate is {}", sha.short()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evidence::{SeverityCounts, Totals};

    fn sha(text: &str) -> Sha {
        Sha::parse(&text.repeat(40)[..40]).unwrap()
    }

    fn diff() -> Diff {
        use crate::domain::diff::{DependencyChange, DependencyKind, Migration};
        let mut diff = Diff::between(sha("d01e77c"), sha("3f9c2ab"));
        diff.ahead_by = 14;
        diff.files = 38;
        diff.migrations = vec![Migration::unseen(Text::line("db/0042_orders.sql"))];
        diff.dependencies.count = 1;
        diff.dependencies.changes = vec![DependencyChange {
            name: "lodash".into(),
            ecosystem: "npm".into(),
            kind: DependencyKind::Bumped,
            from: Some("4.17.20".into()),
            to: Some("4.17.21".into()),
            direct: None,
            file: "package-lock.json".into(),
            advisories: Vec::new(),
        }];
        diff
    }

    fn tests() -> TestsSummary {
        TestsSummary {
            totals: Totals {
                tests: 182,
                passed: 181,
                failed: 1,
                ..Totals::default()
            },
            ..TestsSummary::default()
        }
    }

    /// What is found in a text of one line, by what the facts say.
    fn found(line: &str) -> Vec<String> {
        let (diff, tests, sha) = (diff(), tests(), sha("3f9c2ab"));
        let security = SecurityReport {
            counts: SeverityCounts {
                high: 2,
                ..SeverityCounts::default()
            },
            ..SecurityReport::default()
        };
        let facts = Claimed {
            sha: Some(&sha),
            tests: Some(&tests),
            diff: Some(&diff),
            security: Some(&security),
            coverage_change: Some(-0.6),
        };
        contradictions(&Explain::parse(line), &facts)
            .iter()
            .map(|one| one.fact.to_string())
            .collect()
    }

    #[test]
    fn a_plain_claim_that_is_wrong_is_found() {
        for (line, fact) in [
            (
                "There are no migrations in this release.",
                "the diff holds 0042_orders.sql",
            ),
            ("No schema changes", "the diff holds 0042_orders.sql"),
            (
                "ships without any database migrations",
                "the diff holds 0042_orders.sql",
            ),
            ("No new dependencies", "lodash 4.17.20 -> 4.17.21"),
            ("No dependency changes.", "lodash 4.17.20 -> 4.17.21"),
            ("All tests pass", "1 of 182 tests failed"),
            ("100% of the tests are green", "1 of 182 tests failed"),
            ("all 182 tests passed", "1 of 182 tests failed"),
            ("- 182 tests passed", "181 of 182 tests passed"),
            ("1,182 tests passed", "181 of 182 tests passed"),
            ("3 commits", "the diff holds 14 commits"),
            ("5 files changed", "the diff holds 38 files"),
            ("No known vulnerabilities", "the scan found 2 high"),
            ("coverage is unchanged", "coverage fell 0.6 points"),
            ("Commit: abcdef1234", "the candidate is 3f9c2ab"),
            (
                "Release candidate `abcdef1234` was deployed to staging",
                "the candidate is 3f9c2ab",
            ),
            (
                "Summary of commit abcdef1234 by an agent",
                "the candidate is 3f9c2ab",
            ),
            ("Migrations: none", "the diff holds 0042_orders.sql"),
            (
                "It doesn't include any database migrations",
                "the diff holds 0042_orders.sql",
            ),
            (
                "no changes to the database",
                "the diff holds 0042_orders.sql",
            ),
            ("The schema is unchanged.", "the diff holds 0042_orders.sql"),
            ("Dependencies are unchanged", "lodash 4.17.20 -> 4.17.21"),
            (
                "This does not bump any dependency",
                "lodash 4.17.20 -> 4.17.21",
            ),
            ("No changes to dependencies", "lodash 4.17.20 -> 4.17.21"),
            ("182 unit tests passed", "181 of 182 tests passed"),
            ("181 passed, 0 failed", "1 of 182 tests failed"),
            ("no test failures", "1 of 182 tests failed"),
            ("The full test suite passes", "1 of 182 tests failed"),
            ("20 commits", "the diff holds 14 commits"),
            ("50 files changed", "the diff holds 38 files"),
        ] {
            assert!(
                found(line).contains(&fact.to_owned()),
                "{line}: {:?}",
                found(line)
            );
        }
    }

    #[test]
    fn what_is_true_or_claims_nothing_is_left_alone() {
        for line in [
            "The migration adds a column; no migration is needed for old rows to be read"
                .split(';')
                .next()
                .unwrap(),
            "181 tests passed",
            "23 tests passed in the integration suite",
            "14 commits by 3 people",
            "commit 3f9c2ab is the candidate",
            "reverts commit 1234567 of last week",
            "Nothing depends on no package in particular",
            "coverage fell a little",
            "the schema is documented, dependencies are listed below",
            "it does not need a restart",
            "no risk known",
        ] {
            assert_eq!(found(line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn what_is_not_known_contradicts_nothing() {
        let text = Explain::parse("no migrations, all tests pass, 3 commits, commit: abcdef1");
        assert_eq!(contradictions(&text, &Claimed::default()), []);
    }

    #[test]
    fn a_hostile_text_is_bounded_and_shown_as_text() {
        let many = "no migrations\n3 commits\n".repeat(500);
        let (diff, sha) = (diff(), sha("3f9c2ab"));
        let facts = Claimed {
            sha: Some(&sha),
            diff: Some(&diff),
            ..Claimed::default()
        };
        assert_eq!(contradictions(&Explain::parse(&many), &facts).len(), 2);
        let escape = Explain::parse("no \u{1b}[31m migrations\nno migrations\u{1b}[0m");
        for one in contradictions(&escape, &facts) {
            assert!(!one.in_short().as_str().contains('\u{1b}'));
        }
    }
}
