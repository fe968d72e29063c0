//! What a strategy file says, as `cockpit.toml` would say it, with the places of the file.

use crate::config::{At, file::StrategyTable};

/// A strategy file, read and not yet checked.
#[derive(Debug, Clone)]
pub(in crate::config) struct WrittenStrategy {
    /// As `[strategy]`.
    pub(in crate::config) table: At<StrategyTable>,
    /// Added to `hypercare.gates`.
    pub(in crate::config) gates: Vec<At<String>>,
    /// Added to `hypercare.triggers`.
    pub(in crate::config) triggers: Vec<At<String>>,
}
