//! The human decision: what was shown, what was confirmed, and what GitHub made of it.

mod agreement;
mod confirmed;
mod emergency;
mod event;
mod shown;
mod state;

pub use agreement::*;
pub use confirmed::*;
pub use emergency::*;
pub use event::*;
pub use shown::*;
pub use state::{Approval, Grant, Progress as ApprovalProgress, Rejection, Request, Waiting};
