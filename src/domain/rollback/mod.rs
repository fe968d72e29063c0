//! Going back: readiness, the confirmed request, and following it to its end.

mod countdown;
mod event;
mod readiness;
mod shown;
mod state;

pub use countdown::*;
pub use event::*;
pub use readiness::*;
pub use shown::*;
pub use state::{Attempt, Progress as RollbackProgress, Rollback};
