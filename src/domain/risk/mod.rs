//! How risky a release is: named contributions from the facts, a score, a level, one line of advice. Pure arithmetic.

mod assess;
mod factor;
mod facts;
mod level;
mod rule;

pub use assess::*;
pub use factor::*;
pub use facts::*;
pub use level::*;
pub use rule::*;
