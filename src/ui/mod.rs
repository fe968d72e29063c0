//! Drawing: `(&Model, &Release, &Look) -> Frame`, one pane a file.

mod boot;
mod chart;
mod draw;
mod foot;
mod freshness;
mod glyphs;
mod header;
mod layout;
mod look;
mod over;
mod pane;
mod panes;
mod pen;
mod picker;
mod scorecard;
mod scorecard_bars;
mod stepper;
mod styles;
mod view;

pub use boot::draw_boot;
pub use draw::*;
pub use glyphs::*;
pub use layout::SMALLEST;
pub use look::*;
pub use picker::*;
pub use scorecard::*;
pub use styles::*;
