//! One release without a screen: inputs, the four functions, journal, outbox, pollers.

mod claim_needs;
mod claiming;
mod driving;
mod explain_need;
mod feeds;
mod filling;
mod find;
mod flying;
mod following;
mod journal;
mod landing;
mod letters;
mod marks;
mod memory;
mod needs;
mod outside;
mod performer;
mod replaying;
mod unwritten;
mod wakeful;

pub use claim_needs::{ClaimNeeds, SeatWish};
pub use driving::Flight;
pub use explain_need::ExplainNeed;
pub use feeds::Crew;
pub use filling::*;
pub use find::*;
pub use flying::*;
pub use following::{Aside, Blobs, Following, NewLines, Post};
pub use journal::{Journal, ResumeError, read, resume, stamped};
pub use letters::{Letter, Reply, Wish};
pub use memory::{Forgetful, Remembering};
pub use needs::{EvidenceNeeds, LaneNeeds, Lookup, Needs};
pub use outside::{Calm, Outside, SmokeAsker, SmokeTests};
pub use replaying::Replaying;
