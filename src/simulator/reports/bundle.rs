//! The three artifacts as zips, each from its reports.

use std::sync::Arc;

use super::{Facts, explain as words, junit, k6, pack};

/// `junit`: one file a suite.
pub(in crate::simulator) fn tests(facts: &Facts<'_>) -> Arc<[u8]> {
    pack::zip(&junit::files(facts))
}

/// `k6`: what `handleSummary` wrote.
pub(in crate::simulator) fn load(facts: &Facts<'_>) -> Arc<[u8]> {
    pack::zip(&[("summary.json".to_owned(), k6::summary(facts))])
}

/// `explain`: the text of the team's agent.
pub(in crate::simulator) fn explain(facts: &Facts<'_>) -> Arc<[u8]> {
    pack::zip(&[("explain.md".to_owned(), words::text(facts))])
}
