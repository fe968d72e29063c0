//! A key press in cockpit's own words: a key with ctrl and alt. Shift is part of the character.
//!
//! Knows no terminal library; the shell translates what it reads into a [`Chord`].

use std::fmt;

/// A key, without modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A character as typed, so `R` and `r` differ.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Deletes to the left.
    Backspace,
    /// Deletes to the right.
    Delete,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// First column or line.
    Home,
    /// Last column or line.
    End,
    /// One page back.
    PageUp,
    /// One page on.
    PageDown,
    /// A function key, 1 to 24.
    F(u8),
}

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// Held control.
    pub ctrl: bool,
    /// Held alt (or meta).
    pub alt: bool,
}

const NAMED: [(&str, Key); 15] = [
    ("Space", Key::Char(' ')),
    ("Enter", Key::Enter),
    ("Esc", Key::Esc),
    ("Tab", Key::Tab),
    ("BackTab", Key::BackTab),
    ("Backspace", Key::Backspace),
    ("Delete", Key::Delete),
    ("Left", Key::Left),
    ("Right", Key::Right),
    ("Up", Key::Up),
    ("Down", Key::Down),
    ("Home", Key::Home),
    ("End", Key::End),
    ("PageUp", Key::PageUp),
    ("PageDown", Key::PageDown),
];

impl Chord {
    /// The bare key.
    pub const fn plain(key: Key) -> Self {
        Self {
            key,
            ctrl: false,
            alt: false,
        }
    }

    /// The keys that have a name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(name, _)| *name)
    }

    /// A bare character.
    pub const fn char(c: char) -> Self {
        Self::plain(Key::Char(c))
    }

    /// Reads `R`, `Enter`, `ctrl-d`, `alt-x`, `shift-Tab`, `F5`. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut rest, mut ctrl, mut alt, mut shift) = (text, false, false, false);
        loop {
            if let Some(tail) = rest.strip_prefix("ctrl-").filter(|t| !t.is_empty()) {
                (ctrl, rest) = (true, tail);
            } else if let Some(tail) = rest.strip_prefix("alt-").filter(|t| !t.is_empty()) {
                (alt, rest) = (true, tail);
            } else if let Some(tail) = rest.strip_prefix("shift-").filter(|t| !t.is_empty()) {
                (shift, rest) = (true, tail);
            } else {
                break;
            }
        }
        let key = match key(rest)? {
            Key::Tab if shift => Key::BackTab,
            Key::Char(c) if shift => Key::Char(c.to_ascii_uppercase()),
            _ if shift => return None,
            key => key,
        };
        Some(Self { key, ctrl, alt })
    }

    /// The character that it types into a field; `None` for commands.
    pub fn typed(self) -> Option<char> {
        match self.key {
            Key::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

fn key(text: &str) -> Option<Key> {
    let mut chars = text.chars();
    if let (Some(only), None) = (chars.next(), chars.next()) {
        return (!only.is_control()).then_some(Key::Char(only));
    }
    if let Some((_, key)) = NAMED
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
    {
        return Some(*key);
    }
    let number: u8 = text.strip_prefix(['F', 'f'])?.parse().ok()?;
    (1..=24).contains(&number).then_some(Key::F(number))
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        if self.ctrl {
            text.push_str("ctrl-");
        }
        if self.alt {
            text.push_str("alt-");
        }
        match self.key {
            Key::Char(' ') => text.push_str("Space"),
            Key::Char(c) => text.push(c),
            Key::F(n) => {
                text.push('F');
                text.push_str(&n.to_string());
            }
            Key::BackTab => text.push_str("shift-Tab"),
            key => text.push_str(
                NAMED
                    .iter()
                    .find(|(_, named)| *named == key)
                    .map_or("", |(name, _)| name),
            ),
        }
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_reads_back() {
        for text in [
            "R",
            "a",
            ":",
            "Space",
            "ctrl-d",
            "alt-x",
            "shift-Tab",
            "F5",
            "PageDown",
            "-",
            "ctrl--",
        ] {
            let chord = Chord::parse(text).unwrap();
            assert_eq!(chord.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "ctrl-", "Entr", "F25", "shift-Up", "ab", "\u{1b}"] {
            assert_eq!(Chord::parse(text), None, "{text:?}");
        }
    }
}
