//! What a place of the explain text gives.

use jiff::Timestamp;

use crate::domain::{ArtifactId, Text, evidence::ExplainSource};

/// A text, and where it was found.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) text: Text,
    pub(super) source: ExplainSource,
    /// When it was written, where that is told.
    pub(super) made: Option<Timestamp>,
    /// The artifact that holds it.
    pub(super) artifact: Option<ArtifactId>,
}

/// What a place gave.
#[derive(Debug)]
pub(super) enum Given {
    /// A text.
    Told(Box<Told>),
    /// Nothing, and nothing is wrong with that.
    Nothing,
    /// Nothing, for this reason.
    Failed(Text),
    /// Nothing yet: it is asked again.
    Later,
    /// What it gave stands on the board already.
    Known,
}
