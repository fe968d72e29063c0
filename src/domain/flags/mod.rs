//! A release's feature flags: how they stand, and switching one off.

mod board;
mod confirmed;
mod event;
mod reading;

pub use board::*;
pub use confirmed::*;
pub use event::*;
pub use reading::*;
