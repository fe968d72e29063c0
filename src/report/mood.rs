//! How a line of the log is coloured, and the words that several kinds of lines share.

use crate::domain::{Outcome, judge::State};

/// How a line is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As any other.
    Plain,
    /// Of little weight.
    Quiet,
    /// Good.
    Good,
    /// Wants a look.
    Look,
    /// Bad.
    Bad,
    /// Unknown.
    Unknown,
}

/// The mood of a state.
pub fn mood_of(state: State) -> Mood {
    match state {
        State::Pass => Mood::Good,
        State::Fail => Mood::Bad,
        State::Ambiguous | State::NoData | State::Broken => Mood::Unknown,
    }
}

/// A request's answer in words.
pub(super) fn answered(what: &str, outcome: &Outcome) -> (Mood, String) {
    match outcome {
        Outcome::Taken { run: Some(run) } => (Mood::Plain, format!("{what}: taken, run {run}")),
        Outcome::Taken { run: None } => (Mood::Plain, format!("{what}: taken")),
        Outcome::Failed { fault } => (Mood::Bad, format!("{what} failed: {fault}")),
        Outcome::Beside { .. } => (
            Mood::Bad,
            format!("{what}: not sent: somebody else's run stands beside it"),
        ),
        Outcome::Unknown { why } => (Mood::Unknown, format!("{what}: nobody can tell: {why}")),
    }
}
