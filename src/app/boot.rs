//! The screen before the release is known: what is being done, which release is meant, or why there is none.

use super::{Action, Input, Key};
use crate::domain::{RunId, observation::RunSnapshot};

/// Lines of progress that are kept.
const LINES: usize = 12;

/// The screen before the release.
#[derive(Debug, Clone, Default)]
pub struct Boot {
    /// What was done, and last what is being done.
    pub lines: Vec<String>,
    /// Several releases wait: the picker.
    pub runs: Vec<RunSnapshot>,
    /// The picker's row.
    pub selected: usize,
    /// Why there is no release, with what to do.
    pub failed: Option<String>,
}

/// What a key did before the release is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BootAnswer {
    /// Nothing yet.
    Open,
    /// This release is meant.
    Picked(RunId),
    /// Leaves.
    Quit,
}

impl Boot {
    /// Something is being done.
    pub fn doing(&mut self, what: String) {
        if self.lines.len() == LINES {
            self.lines.remove(0);
        }
        self.lines.push(what);
    }

    /// Several wait.
    pub fn ask(&mut self, runs: Vec<RunSnapshot>) {
        self.runs = runs;
        self.selected = 0;
    }

    /// Takes one input.
    pub fn update(&mut self, input: &Input) -> BootAnswer {
        let Input::Key { chord, meant } = input else {
            return BootAnswer::Open;
        };
        match meant {
            Some(Action::Quit | Action::Back) => return BootAnswer::Quit,
            Some(Action::Down) => self.step(1),
            Some(Action::Up) => self.step(-1),
            _ if chord.key == Key::Enter => {
                if let Some(run) = self.runs.get(self.selected) {
                    let picked = BootAnswer::Picked(run.id);
                    self.runs.clear();
                    return picked;
                }
            }
            _ => {}
        }
        BootAnswer::Open
    }

    fn step(&mut self, by: isize) {
        let last = self.runs.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
    }
}
