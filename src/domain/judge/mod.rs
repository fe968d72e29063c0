//! Judging: expressions over complete minutes, in five states, with their arithmetic.

mod baseline;
mod check;
mod comparison;
mod evaluate;
mod event;
mod expression;
mod finding;
mod grammar;
mod grounds;
mod hypercare;
mod limit;
mod meaning;
mod measure;
mod minutes;
mod part;
mod problem;
mod requests;
mod rule;
mod series;
mod settle;
#[cfg(test)]
mod tests;
mod tokens;
mod truth;
mod unusual;
mod verdict;
mod watch;
mod window;

pub use baseline::*;
pub use evaluate::*;
pub use event::*;
pub use hypercare::*;
pub use limit::*;
pub use meaning::*;
pub use problem::*;
pub use requests::requests_beside;
pub use rule::*;
pub use series::*;
pub use unusual::*;
pub use verdict::*;
pub use watch::*;
pub use window::*;
