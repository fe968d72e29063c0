//! The run, its steps, the stages of production, and what production runs.

mod event;
mod facts;
mod state;

pub use event::*;
pub use facts::*;
pub use state::*;
