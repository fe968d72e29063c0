//! What people type: a reason of several lines, and a phrase that confirms.
//!
//! The one file that knows the library of text areas. A phrase is none of them on purpose: nothing can be pasted into it.

use tui_textarea::{Input, Key as AreaKey, TextArea};

use super::{Chord, Key};
use crate::domain::Text;

/// Longest reason, in bytes.
const LIMIT: usize = 4_000;

/// A reason: several lines, edited freely.
#[derive(Debug, Clone, Default)]
pub struct Field {
    area: TextArea<'static>,
}

impl Field {
    /// A field that begins with a text.
    pub fn with(text: &str) -> Self {
        let mut field = Self::default();
        field.paste(text);
        field
    }

    /// Takes a key.
    pub fn key(&mut self, chord: Chord) {
        let key = match chord.key {
            Key::Char(_) if self.length() >= LIMIT => return,
            Key::Char(c) => AreaKey::Char(c),
            Key::Enter => AreaKey::Enter,
            Key::Backspace => AreaKey::Backspace,
            Key::Delete => AreaKey::Delete,
            Key::Left => AreaKey::Left,
            Key::Right => AreaKey::Right,
            Key::Up => AreaKey::Up,
            Key::Down => AreaKey::Down,
            Key::Home => AreaKey::Home,
            Key::End => AreaKey::End,
            Key::Esc | Key::Tab | Key::BackTab | Key::PageUp | Key::PageDown | Key::F(_) => return,
        };
        self.area.input(Input {
            key,
            ctrl: chord.ctrl,
            alt: chord.alt,
            shift: false,
        });
    }

    /// Takes pasted text, sanitised and as much of it as fits.
    pub fn paste(&mut self, text: &str) {
        let mut room = LIMIT.saturating_sub(self.length());
        let clean: String = Text::block_within(text, LIMIT)
            .as_str()
            .chars()
            .take_while(|c| {
                let fits = c.len_utf8() <= room;
                room = room.saturating_sub(c.len_utf8());
                fits
            })
            .collect();
        self.area.insert_str(clean);
    }

    fn length(&self) -> usize {
        self.area.lines().iter().map(|line| line.len() + 1).sum()
    }

    /// The lines as typed; at least one.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Line and character of the cursor, from 0.
    pub fn cursor(&self) -> (usize, usize) {
        let at = self.area.cursor();
        (at.0, at.1)
    }

    /// All of it, trimmed.
    pub fn text(&self) -> String {
        self.area.lines().join("\n").trim().to_owned()
    }

    /// Whether nothing but space was typed.
    pub fn is_empty(&self) -> bool {
        self.area.lines().iter().all(|line| line.trim().is_empty())
    }
}

/// A phrase to be typed key by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    wanted: String,
    /// A single key that is as good.
    short: Option<&'static str>,
    typed: String,
}

impl Phrase {
    /// Asks for a phrase.
    pub fn new(wanted: &str) -> Self {
        Self {
            wanted: wanted.to_owned(),
            short: None,
            typed: String::new(),
        }
    }

    /// The same, or this key alone.
    #[must_use]
    pub fn or(mut self, short: &'static str) -> Self {
        self.short = Some(short);
        self
    }

    /// The key that is as good as the phrase.
    pub fn short(&self) -> Option<&'static str> {
        self.short
    }

    /// Takes a key: a character at the end, or one back.
    pub fn key(&mut self, chord: Chord) {
        match (chord.key, chord.typed()) {
            (_, Some(c)) if self.typed.len() < self.wanted.len() + 32 => self.typed.push(c),
            (Key::Backspace, _) => {
                self.typed.pop();
            }
            (Key::Char('u'), None) if chord.ctrl => self.typed.clear(),
            _ => {}
        }
    }

    /// What is asked for.
    pub fn wanted(&self) -> &str {
        &self.wanted
    }

    /// What was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether it is the phrase.
    pub fn is_complete(&self) -> bool {
        self.typed == self.wanted || self.short == Some(self.typed.as_str())
    }

    /// Whether what was typed so far is the phrase's beginning.
    pub fn is_on_the_way(&self) -> bool {
        self.wanted.starts_with(&self.typed) || self.is_complete()
    }

    /// What is still to be typed; empty after a mistake.
    pub fn rest(&self) -> &str {
        self.wanted.strip_prefix(self.typed.as_str()).unwrap_or("")
    }

    /// Asks for another phrase; what was typed goes, since it named something else.
    pub fn ask(&mut self, wanted: &str) {
        if self.wanted != wanted {
            *self = Self::new(wanted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_complete_only_when_it_is_exact() {
        let mut phrase = Phrase::new("v2.1");
        for c in "v2.".chars() {
            phrase.key(Chord::char(c));
        }
        assert_eq!(phrase.rest(), "1");
        phrase.key(Chord::char('2'));
        assert!(!phrase.is_on_the_way() && !phrase.is_complete());
        phrase.key(Chord::plain(Key::Backspace));
        phrase.key(Chord::char('1'));
        assert!(phrase.is_complete());
        phrase.key(Chord::char(' '));
        assert!(!phrase.is_complete(), "nothing is trimmed away");
    }

    #[test]
    fn a_paste_is_sanitised_and_bounded() {
        let mut field = Field::default();
        field.paste("a\u{1b}[2J\nb");
        assert_eq!(field.text(), "a␛[2J\nb");
        field.paste(&"x".repeat(100_000));
        assert!(field.text().len() <= LIMIT + 64);
    }

    #[test]
    fn control_keys_edit_and_type_nothing_into_a_phrase() {
        let mut phrase = Phrase::new("abc");
        phrase.key(Chord::parse("ctrl-a").unwrap());
        phrase.key(Chord::parse("alt-b").unwrap());
        assert_eq!(phrase.typed(), "");
    }
}
