//! The nouns and rules of a release, pure: no clock, no files, no network, no terminal.

pub mod evidence;
mod fault;
mod identity;
pub mod judge;
pub mod observation;
pub mod plot;
pub mod policy;
mod query;
pub mod record;
mod text;
pub mod wording;

pub use fault::*;
pub use identity::*;
pub use query::*;
pub use text::*;
