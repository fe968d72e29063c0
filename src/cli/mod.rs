//! The commands, one short file each.

mod args;
mod autopilot;
mod backtest;
mod config;
mod demo;
mod doctor;
mod exit;
mod headless;
mod init;
mod launch;
pub mod log;
mod manual;
mod program;
mod run;
mod runtime;
mod screen;
mod status;
mod surroundings;

pub use args::*;
pub use exit::*;
pub use program::main;
pub use surroundings::Surroundings;
