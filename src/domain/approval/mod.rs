//! The human decision: what was shown, what was confirmed, and what GitHub made of it.

mod confirmed;
mod event;
mod shown;
mod state;

pub use confirmed::*;
pub use event::*;
pub use shown::*;
pub use state::{Approval, Grant, Progress as ApprovalProgress, Rejection, Request, Waiting};
