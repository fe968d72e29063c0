//! The checklist of a release: its template, what ticks an item by itself, and who ticked the rest.

mod binding;
mod board;
mod event;
mod standing;
mod template;

pub use binding::*;
pub use board::*;
pub use event::*;
pub use standing::*;
pub use template::*;
