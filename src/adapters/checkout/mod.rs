//! A clone of the repository on this machine: what lies between two commits, without GitHub's limits.

mod clone;
mod git;
mod listing;

pub use clone::*;
