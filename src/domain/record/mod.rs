//! The record: entries, the chain of hashes that joins them, reading and sealing. Knows bytes, neither files nor clocks.

mod entry;
mod head;
mod reader;
mod seal;

pub use entry::*;
pub use head::*;
pub use reader::*;
pub use seal::*;
