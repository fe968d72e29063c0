//! The staging pane over the whole screen: the report with one section first, or every test case.

use super::{Model, Pane, Place, StagingView};
use crate::domain::evidence::EvidenceKind;

impl Model {
    /// Whether the pane shows the list of test cases, or one of them.
    pub fn lists_cases(&self) -> bool {
        self.zoomed
            && self.focus == Pane::Tests
            && self.staging.cases
            && self.cases.report().is_some()
    }

    /// Opens the staging pane from its selected row: a suite opens to its cases, anything else to its section.
    pub(super) fn open_staging(&mut self) {
        let row = self.places[Pane::Tests.index()].at;
        let first = self.hits.staging.get(row).copied();
        self.staging = StagingView {
            // Before the first frame nothing tells the rows: the cases are what is mostly looked for.
            cases: first.is_none_or(|kind| kind == EvidenceKind::Tests)
                && self.cases.report().is_some(),
            first,
            place: Place::default(),
        };
    }

    /// Shows the list of test cases over the whole screen.
    pub(super) fn show_cases(&mut self) {
        (self.focus, self.zoomed) = (Pane::Tests, true);
        self.staging.cases = true;
    }
}
