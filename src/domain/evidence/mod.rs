//! Evidence from staging, as cockpit understood it.

mod board;
mod builder;
mod event;
mod explain;
mod kind;
mod load;
mod report;
mod retry;
mod summary;
mod totals;

pub use board::*;
pub use builder::*;
pub use event::*;
pub use explain::*;
pub use kind::*;
pub use load::*;
pub use report::*;
pub use summary::*;
pub use totals::*;
