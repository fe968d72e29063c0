//! The smoke tests of a release as they stand: the newest result of each moment.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::event::{Moment, SmokeEvent, SmokeOutcome};

/// What came of the smoke tests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SmokeBoard {
    /// By moment.
    pub runs: BTreeMap<Moment, SmokeRun>,
}

/// The newest run of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmokeRun {
    /// When it began.
    pub asked: Timestamp,
    /// What came of it.
    pub outcome: SmokeOutcome,
}

impl SmokeBoard {
    pub(in crate::domain) fn apply(&mut self, event: &SmokeEvent) {
        let (moment, asked, outcome) = match event {
            SmokeEvent::Ran {
                moment,
                asked,
                summary,
            } => (moment, asked, SmokeOutcome::Ran(summary.clone())),
            SmokeEvent::NoResult { moment, asked, why } => {
                (moment, asked, SmokeOutcome::NoResult(why.clone()))
            }
        };
        let asked = *asked;
        self.runs.insert(*moment, SmokeRun { asked, outcome });
    }

    /// Another attempt deploys again: what the stages of the one before answered says nothing about it.
    pub(in crate::domain) fn begin_again(&mut self) {
        self.runs.retain(|moment, _| *moment == Moment::Before);
    }
}
