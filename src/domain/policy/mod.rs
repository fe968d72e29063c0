//! Resolved rules, and what metrics mean.

mod metric;
mod rules;

pub use metric::*;
pub use rules::*;
