//! Configuration: `cockpit.toml`, the user's file, environment and flags, layered once.

mod keymap;
mod theme;

pub use keymap::*;
pub use theme::*;
