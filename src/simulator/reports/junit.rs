//! Test reports of three suites: API (pytest's dialect), Integration (Surefire's, with a flaky test), E2E (Playwright's).

use std::fmt::Write as _;

use super::Facts;
use crate::simulator::dice;

struct Suite {
    name: &'static str,
    file: &'static str,
    area: &'static str,
    cases: i64,
    /// Mean milliseconds of a case.
    pace: i64,
    skipped: i64,
}

const SUITES: [Suite; 3] = [
    Suite {
        name: "API",
        file: "api.xml",
        area: "tests.api",
        cases: 247,
        pace: 50,
        skipped: 2,
    },
    Suite {
        name: "Integration",
        file: "integration.xml",
        area: "com.acme.storefront",
        cases: 63,
        pace: 760,
        skipped: 0,
    },
    Suite {
        name: "E2E",
        file: "e2e.xml",
        area: "e2e",
        cases: 24,
        pace: 5100,
        skipped: 0,
    },
];

/// Cases of a shard that reports late.
const LATE: i64 = 6;

const SUBJECTS: [&str; 8] = [
    "cart", "checkout", "capture", "search", "account", "stock", "coupons", "invoices",
];
const CLAIMS: [&str; 6] = [
    "answers within its limit",
    "keeps its total",
    "refuses a stranger",
    "survives a retry",
    "rounds once",
    "names what failed",
];

/// One file a suite.
pub(super) fn files(facts: &Facts<'_>) -> Vec<(String, String)> {
    SUITES
        .iter()
        .map(|suite| (suite.file.to_owned(), xml(suite, facts)))
        .collect()
}

fn xml(suite: &Suite, facts: &Facts<'_>) -> String {
    let mut cases = String::new();
    let mut millis = 0;
    let failing = facts.failed && suite.name == "E2E";
    let late = if facts.late && suite.name == "E2E" {
        LATE
    } else {
        0
    };
    let count = suite.cases * facts.times + late;
    for n in 0..count {
        let took = dice::between(
            facts.seed,
            suite.name,
            n,
            suite.pace / 3,
            suite.pace * 5 / 3,
        );
        millis += took;
        let index = usize::try_from(n).unwrap_or(0);
        let subject = SUBJECTS[index % SUBJECTS.len()];
        let claim = CLAIMS[(index / SUBJECTS.len()) % CLAIMS.len()];
        let round = index / (SUBJECTS.len() * CLAIMS.len()) + 1;
        let open = format!(
            "    <testcase classname=\"{}.{subject}\" name=\"{subject} {claim} #{round}\" time=\"{}\"",
            suite.area,
            seconds(took)
        );
        let inner = inside(suite, n, failing, facts.risky);
        let written = match inner {
            Some(inner) => writeln!(cases, "{open}>{inner}</testcase>"),
            None => writeln!(cases, "{open}/>"),
        };
        // Writing to a String cannot fail.
        let _ = written;
    }
    let head = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{}\"",
        count,
        i32::from(failing),
        suite.skipped,
        seconds(millis)
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{0}\" {head}>\n  <testsuite name=\"{0}\" {head}>\n    \
         <properties><property name=\"sha\" value=\"{1}\"/></properties>\n{cases}  </testsuite>\n</testsuites>\n",
        suite.name, facts.sha
    )
}

/// What stands inside a case that did not simply pass.
fn inside(suite: &Suite, n: i64, failing: bool, risky: bool) -> Option<String> {
    if n < suite.skipped {
        return Some("<skipped message=\"needs the sandbox of the bank\"/>".to_owned());
    }
    if failing && n == 10 {
        return Some(
            "<failure message=\"expected status 200, got 502\" type=\"AssertionError\">AssertionError: expected status 200, got 502\n    \
             at capture.spec.ts:41:18\n    at retry (lib/retry.ts:12:9)</failure>"
                .to_owned(),
        );
    }
    let flaky: &[i64] = if risky { &[5, 17, 29, 41] } else { &[17] };
    if suite.name == "Integration" && flaky.contains(&n) {
        return Some(
            "<flakyFailure message=\"queue was not empty after 2 s\" type=\"java.lang.AssertionError\">\
             <stackTrace>java.lang.AssertionError: queue was not empty after 2 s</stackTrace></flakyFailure>"
                .to_owned(),
        );
    }
    None
}

fn seconds(millis: i64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(failed: bool) -> String {
        let facts = Facts {
            times: 1,
            seed: 1,
            version: "v1",
            sha: "abc",
            failed,
            earlier: false,
            risky: false,
            late: false,
        };
        files(&facts).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn a_few_hundred_cases_with_one_flaky_one() {
        let text = all(false);
        assert_eq!(text.matches("<testcase ").count(), 334);
        assert_eq!(text.matches("<flakyFailure ").count(), 1);
        assert!(!text.contains("<failure "));
    }

    #[test]
    fn a_failed_staging_has_exactly_one_failure_and_counts_it() {
        let text = all(true);
        assert_eq!(text.matches("<failure ").count(), 1);
        assert_eq!(
            text.matches("failures=\"1\"").count(),
            2,
            "both heads of the suite"
        );
    }
}
