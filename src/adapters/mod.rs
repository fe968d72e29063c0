//! The outside world behind the ports: HTTP, files, programs. Wire types stay private to each adapter.

mod address;
pub mod artifacts;
mod aside;
pub mod calendar;
pub mod checkout;
pub mod clock;
pub mod cloudwatch;
pub mod flags;
pub mod github;
pub mod probe;
pub mod script;
pub mod shared;
pub mod slack;
pub mod smoke;
pub mod store;
mod trust;
mod way;
