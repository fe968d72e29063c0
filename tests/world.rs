//! The built binary, headless, against the simulated world: ends, requests, failures of the network, kills.
//!
//! The world lives in the test's process and is asked what it saw; cockpit is the real program with a real journal.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "world/attend.rs"]
mod attend;
#[path = "world/clicks.rs"]
mod clicks;
#[path = "world/copies.rs"]
mod copies;
#[expect(
    dead_code,
    reason = "it judges answers too, which is the contract test's work"
)]
#[path = "contracts/description.rs"]
mod description;
#[path = "world/dice.rs"]
mod dice;
#[path = "world/ends.rs"]
mod ends;
#[path = "world/kills.rs"]
mod kills;
#[path = "world/lifted.rs"]
mod lifted;
#[path = "world/managers.rs"]
mod managers;
#[path = "world/named.rs"]
mod named;
#[path = "world/past.rs"]
mod past;
#[path = "world/place.rs"]
mod place;
#[path = "world/requests.rs"]
mod requests;
#[path = "world/rerun.rs"]
mod rerun;
#[path = "world/scorecard.rs"]
mod scorecard;
#[path = "world/seats.rs"]
mod seats;
#[path = "world/slack.rs"]
mod slack;
