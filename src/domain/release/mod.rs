//! The release: fold, phase, gates, what is shown, and the four functions over it.

mod calendar;
mod decide;
mod elapse;
mod fill;
mod gates;
mod judging;
mod observe;
mod phase;
mod readings;
mod recorded;
mod risk;
mod shown;
mod stage_gates;
mod state;

pub use decide::*;
pub use elapse::*;
pub use gates::*;
pub use judging::judge;
pub use observe::observe;
pub use readings::*;
pub use recorded::*;
pub use stage_gates::*;
pub use state::*;
