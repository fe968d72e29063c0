//! Resolved rules, and what metrics mean.

pub mod gate;
mod metric;
mod query;
mod recipe;
mod rules;

pub use metric::*;
pub use query::*;
pub use recipe::*;
pub use rules::*;
