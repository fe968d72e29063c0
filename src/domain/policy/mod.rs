//! Resolved rules, and what metrics mean.

mod metric;
mod recipe;
mod rules;

pub use metric::*;
pub use recipe::*;
pub use rules::*;
