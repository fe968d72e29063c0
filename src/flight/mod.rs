//! One release without a screen: inputs, the four functions, journal, outbox, pollers.

mod find;

pub use find::*;
