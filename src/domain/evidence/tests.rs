//! A test report with every case.

use super::{SuiteTotals, Totals};
use crate::domain::Text;

/// Test results by suite.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestReport {
    /// Counts over all suites.
    pub totals: Totals,
    /// Counts by suite, in the order read.
    pub suites: Vec<SuiteTotals>,
    /// What could not be read, a line each.
    pub problems: Vec<Text>,
}
