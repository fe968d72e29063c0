//! Where things lie on the screen, in plain numbers: panes, spots for the mouse, and how far a list scrolls.
//!
//! The drawing answers with [`Hits`]; the model remembers the newest and never looks at a frame.

use crate::domain::evidence::EvidenceKind;

/// A pane of the release screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    /// Staging tests and the other evidence.
    Tests,
    /// The explain summary.
    Explain,
    /// Gates.
    Gates,
    /// Metrics.
    Metrics,
    /// What happened.
    Log,
    /// Rollback triggers.
    Triggers,
    /// Alarms.
    Alarms,
}

impl Pane {
    /// All, by their numbers.
    pub const ALL: [Self; 7] = [
        Self::Tests,
        Self::Explain,
        Self::Gates,
        Self::Metrics,
        Self::Log,
        Self::Triggers,
        Self::Alarms,
    ];

    /// Its number, from 1.
    pub fn number(self) -> u8 {
        match self {
            Self::Tests => 1,
            Self::Explain => 2,
            Self::Gates => 3,
            Self::Metrics => 4,
            Self::Log => 5,
            Self::Triggers => 6,
            Self::Alarms => 7,
        }
    }

    /// Its place in arrays.
    pub fn index(self) -> usize {
        usize::from(self.number()) - 1
    }

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Tests => "Staging tests",
            Self::Explain => "Explain",
            Self::Gates => "Gates",
            Self::Metrics => "Metrics",
            Self::Log => "Log",
            Self::Triggers => "Triggers",
            Self::Alarms => "Alarms",
        }
    }

    /// Its title where there is little room.
    pub fn short(self) -> &'static str {
        match self {
            Self::Tests => "Tests",
            other => other.title(),
        }
    }
}

/// A rectangle in cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Area {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// Whether a cell lies in it.
    pub fn holds(self, x: u16, y: u16) -> bool {
        x >= self.x && x - self.x < self.width && y >= self.y && y - self.y < self.height
    }
}

/// What a click means where it lands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// A pane as a whole.
    Pane(Pane),
    /// The rows of a pane's list: the first drawn row has that index.
    Rows(Pane, usize),
    /// The rows of what lies over the screen: palette, picker.
    Choices(usize),
}

/// What lies where, and how much of each list is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    spots: Vec<(Area, Spot)>,
    /// For each pane: rows seen, rows in all.
    pub reach: [(usize, usize); 7],
    /// The same for what lies over the screen.
    pub overlay: (usize, usize),
    /// What each row of the staging pane is of.
    pub staging: Vec<EvidenceKind>,
    /// Set where the screen is too small to show anything: then nothing is asked, and nothing is answered.
    pub is_unseen: bool,
}

impl Hits {
    /// Says what lies in an area; what is said later lies above.
    pub fn put(&mut self, area: Area, spot: Spot) {
        self.spots.push((area, spot));
    }

    /// What lies at a cell, and the row within it.
    pub fn at(&self, x: u16, y: u16) -> Option<(Spot, usize)> {
        self.spots
            .iter()
            .rev()
            .find(|(area, _)| area.holds(x, y))
            .map(|(area, spot)| (*spot, usize::from(y - area.y)))
    }

    /// Forgets everything but the allocation.
    pub fn clear(&mut self) {
        self.spots.clear();
        self.reach = [(0, 0); 7];
        self.overlay = (0, 0);
        self.staging.clear();
    }
}

/// A place in a list: the selected row and the first one seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// The selected row.
    pub at: usize,
    /// The first row seen.
    pub top: usize,
}

impl Place {
    /// Moves the selection by `by` rows in a list of `all`, of which `seen` are seen.
    pub fn step(&mut self, by: isize, (seen, all): (usize, usize)) {
        self.at = self.at.saturating_add_signed(by);
        self.fit((seen, all));
    }

    /// Moves the view without a selection: the first row seen is the place.
    pub fn scroll(&mut self, by: isize, (seen, all): (usize, usize)) {
        self.top = self
            .top
            .saturating_add_signed(by)
            .min(all.saturating_sub(seen));
        self.at = self.top;
    }

    /// Brings selection and view back into the list after it, or the window, changed.
    pub fn fit(&mut self, (seen, all): (usize, usize)) {
        let seen = seen.max(1);
        self.at = self.at.min(all.saturating_sub(1));
        self.top = self
            .top
            .clamp((self.at + 1).saturating_sub(seen), self.at)
            .min(all.saturating_sub(seen));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_is_always_seen() {
        let mut place = Place::default();
        for by in [7, 100, -1, 3, -200, 50, 1] {
            place.step(by, (5, 60));
            assert!(
                place.top <= place.at && place.at < place.top + 5,
                "{place:?}"
            );
            assert!(place.top <= 55);
        }
        place.fit((5, 0));
        assert_eq!(place, Place::default());
    }

    #[test]
    fn what_lies_above_is_hit_first() {
        let mut hits = Hits::default();
        let area = |y, height| Area {
            x: 0,
            y,
            width: 10,
            height,
        };
        hits.put(area(0, 10), Spot::Pane(Pane::Gates));
        hits.put(area(1, 8), Spot::Rows(Pane::Gates, 4));
        assert_eq!(hits.at(3, 2), Some((Spot::Rows(Pane::Gates, 4), 1)));
        assert_eq!(hits.at(3, 0), Some((Spot::Pane(Pane::Gates), 0)));
        assert_eq!(hits.at(10, 0), None);
    }
}
