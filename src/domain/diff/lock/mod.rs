//! Lock files: what they hold, and what two of them differ in.

mod bundler;
mod compare;
mod format;
mod go;
mod npm;
mod packages;
mod pnpm;
mod tables;
mod version;
mod yarn;

pub use compare::*;
pub use format::*;
