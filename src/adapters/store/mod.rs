//! The journal on disk: one folder a release, with its lock, its blobs and its inbox. Knows bytes and files, not events.
//!
//! `<state>/<host>/<owner>/<repository>/<run id>/` holds `journal.jsonl`, `head`, `blobs/<sha256>`, `lock`, `inbox/`, and
//! `clicks/` while one of the chat's is on its way to the record. Who
//! holds `lock` writes the journal; everyone else reads it and leaves letters in the inbox.

mod blobs;
mod clicks;
mod error;
mod follow;
mod head;
mod hex;
mod inbox;
mod journal;
mod ledger;
mod lock;
mod locks;
mod machine;
mod open;
mod place;
mod private;
mod proof;
mod shelf;
mod signature;
mod signing;
mod trusts;

pub use clicks::ClicksOnDisk;
pub use error::*;
pub use follow::*;
pub use inbox::*;
pub use journal::*;
pub use ledger::*;
pub use lock::{Holder, Who};
pub use locks::LocksOnDisk;
pub use machine::machine_id;
pub use open::*;
pub use place::*;
pub use proof::*;
pub use shelf::*;
pub use signature::*;
pub use signing::Signing;
pub use trusts::*;
