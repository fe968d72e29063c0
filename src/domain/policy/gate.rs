//! Events of gates: a gate came into another state.

use serde::{Deserialize, Serialize};

use super::{TimeWindow, Timing};
use crate::domain::{Text, judge::State, question::Answer};

/// Something happened to a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateEvent {
    /// A gate is in another state than before.
    Changed {
        /// Its name.
        gate: String,
        /// Its new state.
        state: State,
        /// The reason, with its arithmetic.
        why: Text,
    },
    /// The windows of the next weeks, where they are other than known.
    CalendarRead {
        /// By start.
        windows: Vec<TimeWindow>,
    },
    /// The present stands otherwise among them.
    TimingChanged(Timing),
    /// The world answers otherwise for a prerequisite.
    PrerequisiteChecked {
        /// Its name.
        name: String,
        /// What it answers.
        answer: Answer,
    },
}
