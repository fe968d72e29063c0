//! From the terminal's events to the screen's inputs.

use crossterm::event::{Event, MouseButton, MouseEventKind};

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

/// Reads a batch of events that came together. `types`: a field takes what is typed.
///
/// Characters that came in one read were not typed by hand: on a terminal that does not mark pastes that is what a paste
/// looks like. Where a field takes them they go into it, but a Return among them confirms nothing. Elsewhere they would be
/// a row of commands, and are one paste instead. A key held down repeats one character and stays a key.
pub fn inputs(events: &[Event], keymap: &Keymap, types: bool) -> Batch {
    let mut batch = Batch::default();
    let mut rest = events;
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|e| typed(e).is_some()).count();
        let (run, after) = rest.split_at(length.max(1));
        rest = after;
        let text: String = run.iter().filter_map(typed).collect();
        let is_held = text.chars().all(|c| text.starts_with(c));
        if text.starts_with('\n') && is_held {
            // A Return that bounces must not confirm what the first one opened.
            single(first, keymap, &mut batch);
        } else if is_held {
            for event in run {
                single(event, keymap, &mut batch);
            }
        } else if types {
            for event in run {
                if typed(event) == Some('\n') {
                    batch.inputs.push(Input::Paste("\n".to_owned()));
                } else {
                    single(event, keymap, &mut batch);
                }
            }
        } else {
            batch.inputs.push(Input::Paste(text));
        }
    }
    batch
}

/// The character that a key press would paste.
fn typed(event: &Event) -> Option<char> {
    let Event::Key(key) = event else { return None };
    let chord = chord_of(key)?;
    match chord.key {
        Key::Enter if !chord.ctrl && !chord.alt => Some('\n'),
        _ => chord.typed(),
    }
}

fn single(event: &Event, keymap: &Keymap, batch: &mut Batch) {
    match event {
        Event::Key(key) => {
            if let Some(chord) = chord_of(key) {
                let meant = keymap.action(chord);
                batch.inputs.push(Input::Key { chord, meant });
            }
        }
        Event::Paste(text) => batch.inputs.push(Input::Paste(text.clone())),
        Event::Mouse(mouse) => {
            let (x, y) = (mouse.column, mouse.row);
            batch.inputs.extend(match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => Some(Input::Click(x, y)),
                MouseEventKind::ScrollDown => Some(Input::Wheel(NOTCH, x, y)),
                MouseEventKind::ScrollUp => Some(Input::Wheel(-NOTCH, x, y)),
                _ => None,
            });
        }
        Event::Resize(..) => batch.resized = true,
        Event::FocusGained | Event::FocusLost => {}
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

    use super::*;

    fn press(code: KeyCode) -> Event {
        Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn at_once(text: &str, types: bool) -> Vec<Input> {
        let events: Vec<Event> = text
            .chars()
            .map(|c| match c {
                '\n' => press(KeyCode::Enter),
                '\u{1b}' => press(KeyCode::Esc),
                c => press(KeyCode::Char(c)),
            })
            .collect();
        inputs(&events, &Keymap::standard(), types).inputs
    }

    #[test]
    fn an_unmarked_paste_confirms_nothing_in_a_field() {
        for text in ["v1\n", "v\n"] {
            let inputs = at_once(text, true);
            assert!(matches!(inputs[0], Input::Key { .. }));
            assert_eq!(inputs.last(), Some(&Input::Paste("\n".to_owned())));
        }
    }

    #[test]
    fn an_unmarked_paste_is_no_row_of_commands() {
        assert_eq!(at_once("a\n", false), [Input::Paste("a\n".into())]);
        let divided = at_once("ab\u{1b}x", false);
        assert_eq!(divided.len(), 3);
        assert_eq!(divided[0], Input::Paste("ab".into()));
        assert!(matches!(divided[2], Input::Key { .. }));
    }

    #[test]
    fn a_key_held_down_is_keys_and_a_return_that_bounces_counts_once() {
        assert_eq!(at_once("jjj", false).len(), 3);
        assert_eq!(at_once("\n\n\n", true).len(), 1);
        assert_eq!(at_once("\n\n\n", false).len(), 1);
    }

    #[test]
    fn releases_and_focus_are_no_input_and_a_resize_is_told() {
        let mut release = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
        release.kind = KeyEventKind::Release;
        let events = [
            Event::Key(release),
            Event::FocusGained,
            Event::Resize(80, 24),
        ];
        let batch = inputs(&events, &Keymap::standard(), false);
        assert!(batch.inputs.is_empty() && batch.resized);
    }
}
