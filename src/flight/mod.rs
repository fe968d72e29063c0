//! One release without a screen: inputs, the four functions, journal, outbox, pollers.

mod find;
mod flying;

pub use find::*;
pub use flying::*;
