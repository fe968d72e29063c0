//! The only way in for words from outside: sanitised, bounded text.
//!
//! Commit messages, job names, report contents and error bodies are written by people and programs that
//! cockpit does not trust. [`Text`] makes what a terminal would obey visible instead: control characters
//! become Unicode control pictures, bidirectional overrides and invisible characters become `<U+202E>`.
//! Nothing here knows where the text came from or where it goes.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Deserializer, Serialize};

/// Longest single line that is kept, in characters.
pub const LINE_LIMIT: usize = 1_000;
/// Longest block that is kept, in bytes of the result.
pub const BLOCK_LIMIT: usize = 48 * 1024;

/// Text that may reach a terminal, a report or the journal.
///
/// Deserialising sanitises again, so a hand-edited journal is no way around it.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// One line: line breaks become `⏎`, at most [`LINE_LIMIT`] characters.
    pub fn line(raw: &str) -> Self {
        let mut out = String::with_capacity(raw.len().min(LINE_LIMIT));
        let trimmed = raw.trim_end_matches(['\n', '\r']);
        for (taken, (at, c)) in trimmed.char_indices().enumerate() {
            if taken >= LINE_LIMIT {
                push_cut(&mut out, trimmed.len() - at);
                break;
            }
            match c {
                '\n' => out.push('⏎'),
                '\r' if trimmed[at + 1..].starts_with('\n') => {}
                '\t' => out.push(' '),
                _ => push_visible(&mut out, c),
            }
        }
        Self(out)
    }

    /// Several lines: `\n` stays, tabs become four spaces, at most [`BLOCK_LIMIT`] bytes.
    pub fn block(raw: &str) -> Self {
        Self::block_within(raw, BLOCK_LIMIT)
    }

    /// As [`Text::block`] with a limit of its own, in bytes.
    pub fn block_within(raw: &str, limit: usize) -> Self {
        let mut out = String::with_capacity(raw.len().min(limit));
        let mut rest = raw;
        loop {
            // Most of it is plain and goes as it is, a run at a time.
            let is_plain = |b: u8| (b' '..=b'~').contains(&b) || b == b'\n';
            let run = rest.bytes().position(|b| !is_plain(b));
            let run = run.unwrap_or(rest.len());
            let (plain, after) = rest.split_at(run.min(limit.saturating_sub(out.len())));
            out.push_str(plain);
            rest = after;
            let Some(c) = rest.chars().next() else { break };
            if out.len() >= limit {
                push_cut(&mut out, rest.len());
                break;
            }
            rest = &rest[c.len_utf8()..];
            match c {
                '\r' if rest.starts_with('\n') => {}
                '\t' => out.push_str("    "),
                _ => push_visible(&mut out, c),
            }
        }
        Self(out)
    }

    /// One line from bytes that may not be UTF-8; what is not shows as `�`.
    pub fn line_from_bytes(raw: &[u8]) -> Self {
        // Four bytes a character is the most that a kept line can need.
        let head = &raw[..raw.len().min(LINE_LIMIT * 4 + 4)];
        Self::line(&String::from_utf8_lossy(head))
    }

    /// Whether `raw` is one line that shows as it is written: nothing in it has to be made visible.
    pub fn is_line(raw: &str) -> bool {
        Self::line(raw).0 == raw
    }

    /// The text, safe to print.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Whether a person who reads `raw` reads nothing: blanks, and characters that show as nothing.
    pub fn is_blank(raw: &str) -> bool {
        raw.chars()
            .all(|c| c.is_whitespace() || c.is_control() || is_obeyed(c) || shows_nothing(c))
    }

    /// The first line alone.
    pub fn first_line(&self) -> &str {
        self.0.lines().next().unwrap_or("")
    }
}

fn push_cut(out: &mut String, bytes: usize) {
    out.push_str(" … (");
    out.push_str(&bytes.to_string());
    out.push_str(" more bytes)");
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\u{0}'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(c))),
        '\u{7f}' => out.push('␡'),
        _ if is_obeyed(c) => {
            // Writing to a String cannot fail.
            let _ = write!(out, "<U+{:04X}>", u32::from(c));
        }
        _ => out.push(c),
    }
}

/// Characters that change how others are shown, or that show as nothing.
///
/// Sources: Unicode UAX #9 (bidirectional controls), "Trojan Source" (Boucher and Anderson, 2021), UTS #39 on
/// default-ignorable characters. Zero-width joiner and variation selectors stay: emoji need them.
fn is_obeyed(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'          // C1 controls: 8-bit CSI, OSC
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Characters that stay, and that show as nothing where they stand alone: joiners, variation selectors, fillers, the empty cell.
fn shows_nothing(c: char) -> bool {
    matches!(c,
        '\u{200d}' | '\u{34f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}')
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        Self::block(raw)
    }
}

impl From<String> for Text {
    fn from(raw: String) -> Self {
        Self::block(&raw)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = String::deserialize(deserializer)?;
        Ok(Self::block(&raw))
    }
}

impl schemars::JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_is_shown_not_obeyed() {
        assert_eq!(Text::line("a\u{1b}[2Jb").as_str(), "a␛[2Jb");
        assert_eq!(Text::line("a\u{9b}31mb").as_str(), "a<U+009B>31mb");
    }

    #[test]
    fn a_bidirectional_override_is_shown() {
        assert_eq!(Text::line("x\u{202e}y").as_str(), "x<U+202E>y");
    }

    #[test]
    fn what_shows_as_nothing_is_blank_and_a_sign_is_not() {
        for blank in [
            "",
            " \n\t",
            "\u{a0}\u{2003}",
            "\u{200b}\u{2060}\u{feff}",
            "\u{200d}\u{fe0f}",
            "\u{3164}\u{2800}",
            "\u{1b}\u{0}",
        ] {
            assert!(Text::is_blank(blank), "{blank:?}");
        }
        for said in [
            "no",
            "\u{200b}x",
            "\u{1f44e}\u{1f3fd}",
            "?",
            "\u{2764}\u{fe0f}",
        ] {
            assert!(!Text::is_blank(said), "{said:?}");
        }
    }

    #[test]
    fn lines_are_bounded_and_say_what_was_cut() {
        let long = "x".repeat(1_000_000);
        let text = Text::line(&long);
        assert!(text.as_str().chars().count() < LINE_LIMIT + 40);
        assert!(text.as_str().ends_with("(999000 more bytes)"));
    }

    #[test]
    fn a_block_keeps_its_lines_and_drops_carriage_returns() {
        assert_eq!(Text::block("a\r\nb\rc").as_str(), "a\nb␍c");
        assert_eq!(Text::line("a\r\nb").as_str(), "a⏎b");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_kept_visible() {
        assert_eq!(Text::line_from_bytes(b"ok\xff\x1b").as_str(), "ok\u{fffd}␛");
    }

    #[test]
    fn reading_it_back_cannot_smuggle_a_control_character() {
        let text: Text = serde_json::from_str(r#""a\u001bb""#).unwrap();
        assert_eq!(text.as_str(), "a␛b");
    }
}
