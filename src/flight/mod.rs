//! One release without a screen: inputs, the four functions, journal, outbox, pollers.

mod driving;
mod feeds;
mod find;
mod flying;
mod following;
mod journal;
mod memory;
mod needs;
mod outside;
mod performer;
mod replaying;

pub use driving::Flight;
pub use feeds::Crew;
pub use find::*;
pub use flying::*;
pub use following::{Blobs, Following, NewLines};
pub use journal::{Journal, ResumeError, read, resume, stamped};
pub use memory::{Forgetful, Remembering};
pub use needs::{EvidenceNeeds, Lookup, Needs};
pub use outside::Outside;
pub use replaying::Replaying;
