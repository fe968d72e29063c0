//! Smoke tests over HTTP: what is asked, what is expected, what came of it. Pure: who asks is an adapter.

mod check;
mod expect;
mod report;
mod suite;
mod written;

pub use check::*;
pub use expect::*;
pub use report::*;
pub use suite::*;
pub use written::*;
