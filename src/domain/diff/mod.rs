//! The diff from production: what lies between what runs and what is about to.

mod areas;
mod bound;
mod dependency;
mod hot;
mod kind;
mod lock;
mod migration;
mod migrations;
mod numbers;
mod patch;
mod patches;
mod people;
mod pull;
mod reading;
mod service;

pub use areas::*;
pub use dependency::*;
pub use hot::*;
pub use kind::*;
pub use lock::*;
pub use migration::*;
pub use numbers::*;
pub use patch::*;
pub use patches::*;
pub use people::*;
pub use pull::*;
pub use service::*;
