//! Geometry of a chart of minutes, before anything is painted: ticks, dots, bands, gaps. Knows no colours, no clock.

mod axis;
mod chart;

pub use axis::*;
pub use chart::*;
