//! The screen's state machine: model, actions, focus, prompts. Knows no terminal.

mod action;
mod ask;
mod bar;
mod boot;
mod cases;
mod chord;
mod effect;
mod feeds;
mod model;
mod offer;
mod opening;
mod palette;
mod picker;
mod place;
mod prompt;
mod story;
mod update;

pub use action::*;
pub use ask::*;
pub use bar::*;
pub use boot::*;
pub use cases::*;
pub use chord::*;
pub use effect::*;
pub use feeds::*;
pub use model::*;
pub use offer::*;
pub use palette::*;
pub use picker::*;
pub use place::*;
pub use prompt::*;
pub use story::*;
