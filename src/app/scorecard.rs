//! The scorecard's screen: which panel, which week. It decides nothing about a release.

use super::{Action, Input};
use crate::{
    domain::scorecard::{Card, Week},
    report::{PanelWords, panels},
};

/// The scorecard, and where a person looks.
#[derive(Debug, Clone)]
pub struct CardView {
    /// The figures.
    pub card: Card,
    /// The panels in words.
    pub panels: [PanelWords; 4],
    /// What a person should know of how it was read.
    pub warnings: Vec<String>,
    /// The panel with the focus, from 0.
    pub panel: usize,
    /// The week that is read; an index of the card's weeks.
    pub week: usize,
    /// Whether the panel fills the screen.
    pub zoomed: bool,
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardLeft {
    /// It goes on.
    Stays,
    /// It is left.
    Leaves,
    /// Everything is drawn again.
    Redraws,
    /// The process goes into the background.
    Suspends,
}

impl CardView {
    /// Looks at the newest week.
    pub fn new(card: Card, warnings: Vec<String>) -> Self {
        Self {
            panels: panels(&card),
            warnings,
            panel: 0,
            week: card.weeks.len().saturating_sub(1),
            zoomed: false,
            card,
        }
    }

    /// The week that is read.
    pub fn read_week(&self) -> Option<&Week> {
        self.card.weeks.get(self.week)
    }

    /// Takes what was typed.
    pub fn act(&mut self, input: &Input) -> CardLeft {
        let action = match input {
            Input::Key { meant, .. } => *meant,
            Input::Act(action) => Some(*action),
            Input::Paste(_) | Input::Click(..) | Input::Wheel(..) => None,
        };
        let last = self.card.weeks.len().saturating_sub(1);
        match action {
            Some(Action::Left) => self.week = self.week.saturating_sub(1),
            Some(Action::Right) => self.week = (self.week + 1).min(last),
            Some(Action::Top) => self.week = 0,
            Some(Action::Bottom) => self.week = last,
            Some(Action::NextPane | Action::Down) => self.panel = (self.panel + 1) % 4,
            Some(Action::PreviousPane | Action::Up) => self.panel = (self.panel + 3) % 4,
            Some(Action::Pane(number @ 1..=4)) => self.panel = usize::from(number - 1),
            Some(Action::Zoom | Action::Open) => self.zoomed = !self.zoomed,
            Some(Action::Back) if self.zoomed => self.zoomed = false,
            Some(Action::Back | Action::Quit) => return CardLeft::Leaves,
            Some(Action::Redraw) => return CardLeft::Redraws,
            Some(Action::Suspend) => return CardLeft::Suspends,
            _ => {}
        }
        CardLeft::Stays
    }
}
