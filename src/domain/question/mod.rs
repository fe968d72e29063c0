//! What prerequisites and checklist items ask of the world outside, and how an answer is judged.

mod answer;
mod ask;
mod passed;

pub use answer::*;
pub use ask::*;
