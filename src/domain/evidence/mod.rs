//! Evidence from staging, as cockpit understood it.

mod kind;
mod load;
mod tests;
mod totals;

pub use kind::*;
pub use load::*;
pub use tests::*;
pub use totals::*;
