//! A judgement with its arithmetic.

use serde::{Deserialize, Serialize};

use crate::domain::{Text, observation::Minute};

/// The five states that every gate and trigger ends in.
///
/// Of a gate, `Pass` lets the release forward. Of a trigger, `Fail` means fired and `Pass` quiet. The other three are
/// unknown: they let nothing forward and roll nothing back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It holds.
    Pass,
    /// There is data, and it does not say.
    Ambiguous,
    /// Nothing was measured: a gap, or no traffic.
    NoData,
    /// The source could not answer.
    Broken,
    /// It does not hold.
    Fail,
}

impl State {
    /// One or two words for the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Ambiguous => "ambiguous",
            Self::NoData => "no data",
            Self::Broken => "source broken",
            Self::Fail => "fail",
        }
    }

    /// Whether it is neither pass nor fail.
    pub const fn is_unknown(self) -> bool {
        matches!(self, Self::Ambiguous | Self::NoData | Self::Broken)
    }
}

/// Most minutes that a verdict names.
pub(super) const NAMED_MINUTES: usize = 30;

/// A state and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The state.
    pub state: State,
    /// The arithmetic: `1.31% >= 1% in 3 of 5 minutes`.
    pub why: Text,
    /// Whether it would pass, and does not because all hosts were measured where a canary is asked about: more minutes change
    /// nothing of that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_diluted: bool,
    /// How far from failing (a trigger: from firing), in the unit that is compared; below zero once it failed.
    /// `None` where there is no single number, or none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// The minutes that speak against the release, ascending, the newest 30.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub minutes: Vec<Minute>,
}
