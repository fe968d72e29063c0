//! The scorecard against a history whose figures were worked out by hand, and thresholds against releases whose truth is known.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "scorecard/by_hand.rs"]
mod by_hand;
#[path = "scorecard/filling.rs"]
mod filling;
#[path = "scorecard/screen.rs"]
mod screen;
#[path = "scorecard/thresholds.rs"]
mod thresholds;
