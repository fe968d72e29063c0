//! The GitHub client and its ports.

mod acts;
mod checks;
mod claims;
mod deliveries;
mod faults;
mod find;
mod history;
mod limits;
mod reads;
mod secrets;
pub(crate) mod server;
mod setting;
