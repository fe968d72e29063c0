//! Resolved rules, and what metrics mean.

mod alarms;
mod calendar;
mod explain;
pub mod gate;
mod job;
mod metric;
mod query;
mod quiet;
mod recipe;
mod rules;
mod slack;
mod smoke;
mod version;

pub use calendar::*;
pub use explain::*;
pub use job::*;
pub use metric::*;
pub use query::*;
pub use quiet::*;
pub use recipe::*;
pub use rules::*;
pub use slack::*;
pub use smoke::*;
pub use version::{typed, version_in_title};
