//! [`crate::ports::Claims`] as git refs of the repository: the server that every machine of the team shares already.
//!
//! `listing` knows which refs stand, `commits` what they say, `refs` makes, moves and removes them, `seats` how long the
//! seats of one process last.

mod commits;
mod listing;
mod refs;
mod seats;

pub use refs::ClaimRefs;
