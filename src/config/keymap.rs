//! Which key means which action: a table read from TOML, the user's over cockpit's own.
//!
//! Knows app's `Action` and `Chord`, and translates the terminal library's key events; reads no file.

use std::collections::{BTreeMap, HashMap};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use serde::{Deserialize, Serialize};

use super::nearest::nearest;
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
    /// Each key as written.
    pub fn each(&self) -> &[String] {
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
    #[error("no action is named `{name}`")]
    UnknownAction {
        /// As written.
        name: String,
    },
    /// Not a key.
    #[error("`{key}` is no key")]
    UnknownKey {
        /// The action's name.
        action: String,
        /// As written.
        key: String,
    },
    /// One key for two actions.
    #[error("{key} stands for both {first} and {second}")]
    Conflict {
        /// The key.
        key: Chord,
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

impl KeymapError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let meant = |near: &str| format!("did you mean `{near}`?");
        match self {
            Self::UnknownAction { name } => {
                let near = nearest(name, Action::all().map(Action::name));
                Some(near.map_or_else(
                    || "`:` in cockpit lists every action by name".to_owned(),
                    meant,
                ))
            }
            Self::UnknownKey { key, .. } => Some(nearest(key, Chord::names()).map_or_else(
                || "write a character, a name such as Enter, or ctrl-x".to_owned(),
                meant,
            )),
            Self::Conflict { .. } => Some("give one of them another key".to_owned()),
            Self::Needed(_) | Self::Unreadable(_) => None,
        }
    }
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
    /// An action that the user names loses cockpit's keys for it. Refuses, all at once, unknown actions and keys, a key
    /// for two actions, and a table without a key for quit, help or back.
    pub fn with(user: &KeyTable) -> Result<Self, Vec<KeymapError>> {
        let mut table: KeyTable =
            toml::from_str(DEFAULT).map_err(|e| vec![KeymapError::Unreadable(e.to_string())])?;
        table.extend(user.iter().map(|(name, keys)| (name.clone(), keys.clone())));
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

    fn build(table: &KeyTable) -> Result<Self, Vec<KeymapError>> {
        let mut by_chord = HashMap::new();
        let mut by_action: BTreeMap<Action, Vec<Chord>> = BTreeMap::new();
        let mut wrong = Vec::new();
        for (name, keys) in table {
            let Some(action) = Action::named(name) else {
                wrong.push(KeymapError::UnknownAction { name: name.clone() });
                continue;
            };
            for text in keys.each() {
                let Some(chord) = Chord::parse(text) else {
                    wrong.push(KeymapError::UnknownKey {
                        action: name.clone(),
                        key: text.clone(),
                    });
                    continue;
                };
                match by_chord.insert(chord, action) {
                    Some(other) if other != action => wrong.push(KeymapError::Conflict {
                        key: chord,
                        first: other.name(),
                        second: action.name(),
                    }),
                    _ => by_action.entry(action).or_default().push(chord),
                }
            }
        }
        // Where a key is misspelt already, that it is missing goes without saying.
        if wrong.is_empty() {
            let needed = [Action::Quit, Action::Help, Action::Back];
            let missing = needed.iter().filter(|one| !by_action.contains_key(one));
            wrong.extend(missing.map(|one| KeymapError::Needed(one.name())));
        }
        if !wrong.is_empty() {
            return Err(wrong);
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
        let told = |rows: &[(&str, &[&str])]| -> Vec<String> {
            let wrong = Keymap::with(&table(rows)).unwrap_err();
            wrong
                .iter()
                .map(|one| format!("{one}; {}", one.help().unwrap_or_default()))
                .collect()
        };
        assert_eq!(
            told(&[("approve", &["q"])]),
            ["q stands for both approve and quit; give one of them another key"]
        );
        // Everything at once.
        assert_eq!(
            told(&[("approve", &["Entr"]), ("rollback", &["F9"])]),
            [
                "`Entr` is no key; did you mean `Enter`?",
                "no action is named `rollback`; did you mean `roll-back`?"
            ]
        );
        assert_eq!(
            told(&[("approve", &["F99"])]),
            ["`F99` is no key; write a character, a name such as Enter, or ctrl-x"]
        );
        let out = Keymap::with(&table(&[("quit", &[])])).unwrap_err();
        assert_eq!(out, [KeymapError::Needed("quit")]);
    }

    #[test]
    fn terminals_that_report_shift_apart_agree_with_those_that_do_not() {
        let apart = KeyEvent::new(KeyCode::Char('r'), KeyModifiers::SHIFT);
        let folded = KeyEvent::new(KeyCode::Char('R'), KeyModifiers::NONE);
        assert_eq!(chord_of(&apart), chord_of(&folded));
    }
}
