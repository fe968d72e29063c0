//! Evidence from staging, as cockpit understood it.

mod board;
mod builder;
mod claims;
mod coverage;
mod event;
mod explain;
mod finding;
mod kind;
mod known;
mod lines;
mod load;
mod report;
mod retry;
mod scan;
mod security;
mod summary;
mod totals;

pub use board::*;
pub use builder::*;
pub use claims::*;
pub use coverage::*;
pub use event::*;
pub use explain::*;
pub use finding::*;
pub use kind::*;
pub use known::*;
pub use lines::*;
pub use load::*;
pub use report::*;
pub use scan::*;
pub use security::*;
pub use summary::*;
pub use totals::*;
