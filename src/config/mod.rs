//! Configuration: `cockpit.toml`, the user's file, environment and flags, layered once.

mod keymap;
pub mod presets;
mod theme;

pub use keymap::*;
pub use theme::*;
