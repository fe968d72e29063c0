//! The terminal around a flight: input, frames, restoring it.

mod ahead;
mod backend;
mod boot;
mod console;
mod ears;
mod fly;
mod keys;
mod outlet;
mod pen;
mod reports;
mod setup;
mod signals;
mod stage;
mod terminal;
mod tty;
mod words;

pub use backend::Frugal;
pub use boot::BootStep;
pub use console::{Asked, Canvas, Console, Ends};
pub use fly::fly_on;
pub use keys::{Batch, inputs};
pub use outlet::Outlet;
pub use setup::{Landed, Pace, Setup};
pub use terminal::{Guard, NotATerminal};
pub use tty::fly;
