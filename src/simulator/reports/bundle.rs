//! The artifacts as zips, each from its reports.

use std::sync::Arc;

use super::{Facts, explain as words, junit, k6, lcov, pack, sarif};

/// `junit`: one file a suite.
pub(in crate::simulator) fn tests(facts: &Facts<'_>) -> Arc<[u8]> {
    pack::zip(&junit::files(facts))
}

/// `k6`: what `handleSummary` wrote.
pub(in crate::simulator) fn load(facts: &Facts<'_>) -> Arc<[u8]> {
    pack::zip(&[("summary.json".to_owned(), k6::summary(facts))])
}

/// `sarif`: what the scanner found.
pub(in crate::simulator) fn security(facts: &Facts<'_>) -> Arc<[u8]> {
    pack::zip(&[("codeql.sarif".to_owned(), sarif::report(facts))])
}

/// `coverage`: which lines the tests ran.
pub(in crate::simulator) fn coverage(facts: &Facts<'_>) -> Arc<[u8]> {
    pack::zip(&[("lcov.info".to_owned(), lcov::tracefile(facts))])
}

/// The text of the team's agent, as it writes it.
pub(in crate::simulator) fn explain_text(facts: &Facts<'_>) -> String {
    words::text(facts)
}

/// `explain`: the text of the team's agent.
pub(in crate::simulator) fn explain(facts: &Facts<'_>) -> Arc<[u8]> {
    pack::zip(&[("explain.md".to_owned(), words::text(facts))])
}
