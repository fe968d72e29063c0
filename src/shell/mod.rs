//! The terminal around a flight: input, frames, restoring it.

mod backend;
mod boot;
mod ears;
mod fly;
mod keys;
mod outlet;
mod setup;
mod signals;
mod stage;
mod terminal;

pub use backend::Frugal;
pub use boot::BootStep;
pub use fly::fly;
pub use keys::{Batch, inputs};
pub use outlet::{Canvas, Outlet};
pub use setup::{Landed, Pace, Setup};
pub use terminal::{Guard, NotATerminal};
