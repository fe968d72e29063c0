//! Keys while the diff lies over the screen.

use super::{Action, Chord, Effect, Key, Model, Overlay, moved::step};

impl Model {
    /// What an action means in the diff; false where it means what it always does.
    pub(super) fn walk_on(&mut self, action: Action) -> bool {
        if let Some(by) = step(action, self.hits.overlay.0) {
            self.walk.step(by, self.hits.overlay);
            return true;
        }
        match action {
            Action::Open => self.walk.open(),
            Action::NextPane | Action::Right => self.walk.turn(true),
            Action::PreviousPane | Action::Left => self.walk.turn(false),
            Action::Filter => {
                self.walk.opened = None;
                self.walk.typing = true;
            }
            // Who closes what lies over the screen does not leave the release.
            Action::Diff | Action::Quit => self.overlay = None,
            Action::Back => {
                if !self.walk.back() {
                    self.overlay = None;
                }
            }
            // What belongs to the panes does nothing here.
            Action::Zoom | Action::NextMetric | Action::Pane(_) => {}
            _ => return false,
        }
        true
    }

    /// A key while the diff's filter is typed.
    pub(super) fn walk_key(&mut self, chord: Chord, meant: Option<Action>) -> Vec<Effect> {
        match (chord.key, chord.typed()) {
            (Key::Enter, _) => self.walk.typing = false,
            (Key::Esc, _) => {
                self.walk.typing = false;
                self.walk.clear();
            }
            (Key::Backspace, _) => self.walk.pop(),
            (_, Some(c)) => self.walk.push(c),
            (Key::Up | Key::Down | Key::PageUp | Key::PageDown, None) => {
                if let Some(action) = meant {
                    self.walk_on(action);
                }
            }
            _ => {}
        }
        debug_assert!(matches!(self.overlay, Some(Overlay::Walk)));
        Vec::new()
    }
}
