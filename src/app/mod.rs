//! The screen's state machine: model, actions, focus, prompts. Knows no terminal.

mod action;
mod chord;
mod palette;
mod place;
mod prompt;

pub use action::*;
pub use chord::*;
pub use palette::*;
pub use place::*;
pub use prompt::*;
