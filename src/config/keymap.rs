//! Which key means which action: a table read from TOML, the user's over cockpit's own.
//!
//! Knows app's `Action` and `Chord`, and translates the terminal library's key events; reads no file.

use std::collections::{BTreeMap, HashMap};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use serde::{Deserialize, Serialize};

use crate::app::{Action, Chord, Key};

const DEFAULT: &str = include_str!("keys.toml");

/// The keys of one action as written: `"a"`, `["k", "Up"]`, or `[]` for none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Keys {
    /// One key.
    One(String),
    /// Several, or none.
    Many(Vec<String>),
}

impl Keys {
    fn each(&self) -> &[String] {
        match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::Many(keys) => keys,
        }
    }
}

/// The table as written, by the action's name.
pub type KeyTable = BTreeMap<String, Keys>;

/// Why a key table is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// No action of that name.
    #[error("no action is named {name:?}{}", hint(nearest.as_deref()))]
    UnknownAction {
        /// As written.
        name: String,
        /// The nearest right one.
        nearest: Option<String>,
    },
    /// Not a key.
    #[error("{key:?} (for {action}) is no key; write a character, a name such as Enter, or ctrl-x")]
    UnknownKey {
        /// The action's name.
        action: String,
        /// As written.
        key: String,
    },
    /// One key for two actions.
    #[error("{key} stands for both {first} and {second}; give one of them another key")]
    Conflict {
        /// The key.
        key: String,
        /// An action's name.
        first: &'static str,
        /// The other's.
        second: &'static str,
    },
    /// An action that must have a key has none.
    #[error("{0} needs a key: without it there is no way out")]
    Needed(&'static str),
    /// Not a table of keys.
    #[error("the keys cannot be read: {0}")]
    Unreadable(String),
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}

/// Actions by key, and keys by action.
#[derive(Debug, Clone)]
pub struct Keymap {
    by_chord: HashMap<Chord, Action>,
    by_action: BTreeMap<Action, Vec<Chord>>,
}

impl Keymap {
    /// cockpit's own keys under the user's.
    ///
    /// An action that the user names loses cockpit's keys for it. Refuses unknown actions and keys, a key for two
    /// actions, and a table without a key for quit, help or back.
    pub fn with(user: &KeyTable) -> Result<Self, KeymapError> {
        let mut table: KeyTable =
            toml::from_str(DEFAULT).map_err(|e| KeymapError::Unreadable(e.to_string()))?;
        for (name, keys) in user {
            if Action::named(name).is_none() {
                return Err(KeymapError::UnknownAction {
                    name: name.clone(),
                    nearest: nearest(name),
                });
            }
            table.insert(name.clone(), keys.clone());
        }
        Self::build(&table)
    }

    /// cockpit's own keys.
    ///
    /// # Panics
    /// Never: a test reads the table that is built in.
    #[expect(clippy::expect_used, reason = "the built-in table is read by a test")]
    pub fn standard() -> Self {
        Self::with(&KeyTable::new()).expect("the built-in keys are right")
    }

    fn build(table: &KeyTable) -> Result<Self, KeymapError> {
        let mut by_chord = HashMap::new();
        let mut by_action: BTreeMap<Action, Vec<Chord>> = BTreeMap::new();
        for (name, keys) in table {
            let Some(action) = Action::named(name) else {
                return Err(KeymapError::UnknownAction {
                    name: name.clone(),
                    nearest: nearest(name),
                });
            };
            for text in keys.each() {
                let chord = Chord::parse(text).ok_or_else(|| KeymapError::UnknownKey {
                    action: name.clone(),
                    key: text.clone(),
                })?;
                match by_chord.insert(chord, action) {
                    Some(other) if other != action => {
                        return Err(KeymapError::Conflict {
                            key: chord.to_string(),
                            first: other.name(),
                            second: action.name(),
                        });
                    }
                    _ => by_action.entry(action).or_default().push(chord),
                }
            }
        }
        for needed in [Action::Quit, Action::Help, Action::Back] {
            if !by_action.contains_key(&needed) {
                return Err(KeymapError::Needed(needed.name()));
            }
        }
        Ok(Self {
            by_chord,
            by_action,
        })
    }

    /// What a key means outside of text fields.
    pub fn action(&self, chord: Chord) -> Option<Action> {
        self.by_chord.get(&chord).copied()
    }

    /// The keys of an action, the first one first.
    pub fn chords(&self, action: Action) -> &[Chord] {
        self.by_action.get(&action).map_or(&[], Vec::as_slice)
    }

    /// The key to show for an action; `None` where it has none.
    pub fn shown(&self, action: Action) -> Option<Chord> {
        self.chords(action).first().copied()
    }
}

fn nearest(name: &str) -> Option<String> {
    Action::all()
        .map(|action| (distance(name, action.name()), action.name()))
        .min()
        .filter(|(far, _)| *far <= 3)
        .map(|(_, near)| near.to_owned())
}

/// Levenshtein's edit distance, in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// A terminal's key event as a chord; `None` for releases and keys that cockpit does not know.
pub fn chord_of(event: &KeyEvent) -> Option<Chord> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let shift = event.modifiers.contains(KeyModifiers::SHIFT);
    let key = match event.code {
        KeyCode::Char(c) if shift => Key::Char(c.to_uppercase().next().unwrap_or(c)),
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab if shift => Key::BackTab,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::F(n) => Key::F(n),
        _ => return None,
    };
    Some(Chord {
        key,
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, &[&str])]) -> KeyTable {
        rows.iter()
            .map(|(name, keys)| {
                let keys = keys.iter().map(|&k| k.to_owned()).collect();
                ((*name).to_owned(), Keys::Many(keys))
            })
            .collect()
    }

    #[test]
    fn every_action_has_a_key_of_its_own() {
        let map = Keymap::standard();
        for action in Action::all() {
            let shown = map
                .shown(action)
                .unwrap_or_else(|| panic!("{}", action.name()));
            assert_eq!(map.action(shown), Some(action));
        }
    }

    #[test]
    fn what_moves_never_acts() {
        let map = Keymap::standard();
        for key in [
            "h", "j", "k", "l", "Left", "Right", "Up", "Down", "Tab", "Enter",
        ] {
            let action = map.action(Chord::parse(key).unwrap()).unwrap();
            assert_ne!(action.group(), crate::app::Group::Decide, "{key}");
        }
    }

    #[test]
    fn a_users_key_replaces_ours() {
        let map = Keymap::with(&table(&[("approve", &["A"])])).unwrap();
        assert_eq!(map.action(Chord::char('A')), Some(Action::Approve));
        assert_eq!(map.action(Chord::char('a')), None);
    }

    #[test]
    fn mistakes_are_refused_with_the_mend() {
        let conflict = Keymap::with(&table(&[("approve", &["q"])])).unwrap_err();
        assert_eq!(
            conflict.to_string(),
            "q stands for both approve and quit; give one of them another key"
        );
        let unknown = Keymap::with(&table(&[("rollback", &["F9"])])).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "no action is named \"rollback\"; did you mean \"roll-back\"?"
        );
        let key = Keymap::with(&table(&[("approve", &["Retrun"])])).unwrap_err();
        assert!(
            key.to_string()
                .starts_with("\"Retrun\" (for approve) is no key")
        );
        let out = Keymap::with(&table(&[("quit", &[])])).unwrap_err();
        assert_eq!(out, KeymapError::Needed("quit"));
    }

    #[test]
    fn terminals_that_report_shift_apart_agree_with_those_that_do_not() {
        let apart = KeyEvent::new(KeyCode::Char('r'), KeyModifiers::SHIFT);
        let folded = KeyEvent::new(KeyCode::Char('R'), KeyModifiers::NONE);
        assert_eq!(chord_of(&apart), chord_of(&folded));
    }
}
