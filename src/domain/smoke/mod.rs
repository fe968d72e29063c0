//! Smoke tests over HTTP: what is asked, what is expected, what came of it. Pure: who asks is an adapter.

mod board;
mod check;
mod event;
mod expect;
mod report;
mod suite;
mod written;

pub use board::*;
pub use check::*;
pub use event::*;
pub use expect::*;
pub use report::*;
pub use suite::*;
pub use written::*;
