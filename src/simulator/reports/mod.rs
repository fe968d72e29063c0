//! The artifacts that the pipeline uploads: real JUnit XML, k6 JSON and Markdown, in real zips. Pure functions of the facts.

mod explain;
mod junit;
mod k6;
mod pack;

use std::sync::Arc;

/// What the reports are about.
pub(super) struct Facts<'a> {
    pub(super) seed: u64,
    pub(super) version: &'a str,
    pub(super) sha: &'a str,
    /// Whether a required end-to-end test failed.
    pub(super) failed: bool,
}

/// `junit`: one file a suite.
pub(super) fn tests(facts: &Facts<'_>) -> Arc<[u8]> {
    pack::zip(&junit::files(facts))
}

/// `k6`: what `handleSummary` wrote.
pub(super) fn load(facts: &Facts<'_>) -> Arc<[u8]> {
    pack::zip(&[("summary.json".to_owned(), k6::summary(facts))])
}

/// `explain`: the text of the team's agent.
pub(super) fn explain(facts: &Facts<'_>) -> Arc<[u8]> {
    pack::zip(&[("explain.md".to_owned(), explain::text(facts))])
}
