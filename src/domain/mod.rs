//! The nouns and rules of a release, pure: no clock, no files, no network, no terminal.

mod act;
mod actor;
pub mod anomaly;
pub mod approval;
mod command;
pub mod diff;
mod event;
pub mod evidence;
mod fault;
mod identity;
pub mod judge;
mod later;
pub mod observation;
mod phase;
pub mod plot;
pub mod policy;
mod query;
pub mod record;
pub mod release;
pub mod risk;
pub mod rollback;
pub mod rollout;
pub mod smoke;
mod text;
pub mod wording;

pub use act::*;
pub use actor::*;
pub use command::*;
pub use event::*;
pub use fault::*;
pub use identity::*;
pub use later::*;
pub use phase::*;
pub use query::*;
pub use text::*;
