//! From the terminal's events to the screen's inputs.

use crossterm::event::{Event, KeyEventKind, MouseButton, MouseEventKind};

use crate::{
    app::{Input, Key},
    config::{Keymap, chord_of},
};

/// Lines that one notch of the wheel moves.
const NOTCH: isize = 3;

/// What one read of the terminal gave.
#[derive(Debug, Default, PartialEq)]
pub struct Batch {
    /// For the screen, in order.
    pub inputs: Vec<Input>,
    /// The terminal has another size.
    pub resized: bool,
}

/// Reads a batch of events that came together.
///
/// Enter that comes in one read with several characters before it is a paste of a terminal that does not mark pastes, and
/// confirms nothing.
pub fn inputs(events: impl IntoIterator<Item = Event>, keymap: &Keymap) -> Batch {
    let mut batch = Batch::default();
    let mut typed = 0;
    for event in events {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let Some(chord) = chord_of(&key) else {
                    continue;
                };
                if chord.key == Key::Enter && typed >= 2 {
                    batch.inputs.push(Input::Paste("\n".to_owned()));
                    continue;
                }
                typed = if chord.typed().is_some() {
                    typed + 1
                } else {
                    0
                };
                let meant = keymap.action(chord);
                batch.inputs.push(Input::Key { chord, meant });
            }
            Event::Paste(text) => batch.inputs.push(Input::Paste(text)),
            Event::Mouse(mouse) => {
                let (x, y) = (mouse.column, mouse.row);
                match mouse.kind {
                    MouseEventKind::Down(MouseButton::Left) => {
                        batch.inputs.push(Input::Click(x, y));
                    }
                    MouseEventKind::ScrollDown => batch.inputs.push(Input::Wheel(NOTCH, x, y)),
                    MouseEventKind::ScrollUp => batch.inputs.push(Input::Wheel(-NOTCH, x, y)),
                    _ => {}
                }
            }
            Event::Resize(..) => batch.resized = true,
            Event::Key(_) | Event::FocusGained | Event::FocusLost => {}
        }
    }
    batch
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;

    fn press(code: KeyCode) -> Event {
        Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn an_unmarked_paste_confirms_nothing() {
        let keymap = Keymap::standard();
        let pasted = "v1\r".chars().map(|c| match c {
            '\r' => press(KeyCode::Enter),
            c => press(KeyCode::Char(c)),
        });
        let batch = inputs(pasted, &keymap);
        assert_eq!(batch.inputs.last(), Some(&Input::Paste("\n".to_owned())));
        let alone = inputs([press(KeyCode::Enter)], &keymap);
        assert!(matches!(alone.inputs[..], [Input::Key { .. }]));
    }

    #[test]
    fn releases_and_focus_are_no_input_and_a_resize_is_told() {
        let keymap = Keymap::standard();
        let mut release = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
        release.kind = KeyEventKind::Release;
        let events = [
            Event::Key(release),
            Event::FocusGained,
            Event::Resize(80, 24),
        ];
        let batch = inputs(events, &keymap);
        assert!(batch.inputs.is_empty() && batch.resized);
    }
}
