//! Evidence from staging, as cockpit understood it.

mod builder;
mod explain;
mod kind;
mod load;
mod report;
mod retry;
mod summary;
mod totals;

pub use builder::*;
pub use explain::*;
pub use kind::*;
pub use load::*;
pub use report::*;
pub use summary::*;
pub use totals::*;
