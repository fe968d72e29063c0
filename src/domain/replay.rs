//! Where a replay stands, and how a person moves in it. Plain values; who plays it knows the clock.

/// A move in a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wind {
    /// Goes on by itself, or stops.
    PlayPause,
    /// One event on; playing stops.
    Next,
    /// One event back; playing stops.
    Previous,
    /// To the next word of a person; playing stops.
    NextDecision,
    /// To the one before; playing stops.
    PreviousDecision,
}

/// Where a replay stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reel {
    /// Events that were played, from 1.
    pub at: usize,
    /// Events that there are.
    pub of: usize,
    /// Whether it goes on by itself.
    pub plays: bool,
    /// How many times faster than life.
    pub speed: f64,
}
