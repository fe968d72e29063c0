//! The picker: several runs wait, and a person chooses one. Choosing decides nothing about a release.

use jiff::{Timestamp, tz::TimeZone};

use super::{Action, Place};
use crate::domain::{RunId, observation::RunSnapshot};

/// The runs, and which is selected.
#[derive(Debug, Clone)]
pub struct Picker {
    /// Which service they are of.
    pub service: String,
    /// The runs, newest first.
    pub runs: Vec<RunSnapshot>,
    /// Selection and view.
    pub place: Place,
    /// The time that the frame shows.
    pub now: Timestamp,
    /// The zone that times are shown in.
    pub zone: TimeZone,
}

/// What a key did to the picker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picked {
    /// It goes on.
    Open,
    /// That run.
    Run(RunId),
    /// None.
    Left,
}

impl Picker {
    /// Takes an action; `seen` is how many runs the last frame showed.
    pub fn act(&mut self, action: Action, seen: usize) -> Picked {
        let reach = (seen, self.runs.len());
        match action {
            Action::Up => self.place.step(-1, reach),
            Action::Down => self.place.step(1, reach),
            Action::Top => self.place.step(isize::MIN / 2, reach),
            Action::Bottom => self.place.step(isize::MAX / 2, reach),
            Action::Open => {
                if let Some(run) = self.runs.get(self.place.at) {
                    return Picked::Run(run.id);
                }
            }
            Action::Quit | Action::Back => return Picked::Left,
            _ => {}
        }
        Picked::Open
    }
}
