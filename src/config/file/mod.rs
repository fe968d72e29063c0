//! `cockpit.toml`, and the user's own file, as they are written: one struct a table, values unchecked but typed, each with its place.
//!
//! The doc comments here become the descriptions in `cockpit config schema`. What the values mean is `resolve`'s.

mod checklist;
mod evidence;
mod metrics;
mod people;
mod prerequisite;
mod release;
mod risk;
mod rollout;
mod scalar;
mod team;
mod user;

pub use checklist::*;
pub use evidence::*;
pub use metrics::*;
pub use people::*;
pub use prerequisite::*;
pub use release::*;
pub use risk::*;
pub use rollout::*;
pub use scalar::*;
pub use team::*;
pub use user::*;
