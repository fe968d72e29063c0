//! Judging: expressions over complete minutes, in five states, with their arithmetic.

mod rule;

pub use rule::*;
