//! The commands, one short file each.

mod args;
mod config;
mod doctor;
mod exit;
mod init;
pub mod log;
mod manual;
mod program;
mod run;
mod surroundings;

pub use args::*;
pub use exit::*;
pub use program::main;
pub use surroundings::Surroundings;
