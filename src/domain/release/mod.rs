//! The release: fold, phase, gates, what is shown, and the four functions over it.

mod advance;
mod advice;
mod anomalies;
mod calendar;
mod countdown;
mod decide;
mod elapse;
mod fill;
mod gates;
mod judging;
mod observe;
mod phase;
mod readings;
mod recorded;
mod rehearsal;
mod reviewers;
mod risk;
mod shown;
mod signoffs;
mod smoke;
mod stage_gates;
mod state;

pub use advice::*;
pub use anomalies::{Detectable, PAST_MINUTES};
pub use decide::*;
pub use elapse::*;
pub use gates::*;
pub use judging::judge;
pub use observe::observe;
pub use readings::*;
pub use recorded::*;
pub use rehearsal::*;
pub use stage_gates::*;
pub use state::*;
