//! Drawing: `(&Model, &Styles) -> Frame`, one pane a file.

mod glyphs;
mod styles;

pub use glyphs::*;
pub use styles::*;
