//! The commands, one short file each.

mod args;
mod autopilot;
mod backtest;
mod beside;
mod config;
mod demo;
mod doctor;
mod evidence;
mod exit;
mod gate;
mod headless;
mod init;
mod launch;
mod list;
pub mod log;
mod look;
mod manual;
mod past;
mod program;
mod record_args;
mod rehearse;
mod replay;
mod report;
mod risk;
mod run;
mod runtime;
mod screen;
mod smoke;
mod status;
mod surroundings;
mod verify;

pub use args::*;
pub use exit::*;
pub use program::main;
pub use record_args::*;
pub use surroundings::Surroundings;
