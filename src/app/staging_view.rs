//! What of staging is seen while its pane fills the screen, as plain values.

use super::Place;
use crate::domain::evidence::EvidenceKind;

/// The staging report's view.
#[derive(Debug, Clone, Default)]
pub struct StagingView {
    /// Whether the list of test cases is shown, not the report.
    pub cases: bool,
    /// The section that was opened: it stands first.
    pub first: Option<EvidenceKind>,
    /// How far it is scrolled.
    pub place: Place,
}
