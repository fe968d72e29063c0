//! The record: entries, the chain of hashes that joins them, reading and sealing. Knows bytes, neither files nor clocks.

mod earlier;
mod entry;
mod event;
mod head;
mod reader;
mod seal;
mod seating;
mod service_lock;
mod state;
mod trust;

pub use earlier::*;
pub use entry::*;
pub use event::*;
pub use head::*;
pub use reader::*;
pub use seal::*;
pub use seating::*;
pub use service_lock::*;
pub use state::*;
pub use trust::*;
