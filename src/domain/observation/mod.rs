//! What the feeds see: snapshots of the outside world in the domain's words.

mod check;
mod history;
mod lane;
mod metrics;
mod run;
mod seen;

pub use check::*;
pub use history::*;
pub use lane::*;
pub use metrics::*;
pub use run::*;
pub use seen::*;
