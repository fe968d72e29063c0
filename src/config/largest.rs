//! How much of a file is read.

/// Largest file that is read: what GitHub's contents answer holds whole.
pub const LARGEST: usize = 1024 * 1024;
