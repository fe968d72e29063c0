//! A byte stream as a window of text: UTF-8 whatever it was, and the line that is being read.
//!
//! The encoding is found as XML 1.0 appendix F says: byte order mark, then the shape of the first bytes, then the
//! declaration; UTF-32 too. Bytes that do not fit it become `\u{fffd}`. This knows nothing of XML beyond its declaration.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes read at a time, where what is not yet passed is no more than that.
const CHUNK: usize = 64 << 10;

/// The part of a stream that is looked at: read on with [`Window::more`], passed with [`Window::pass`].
pub(super) struct Window<'r> {
    inner: &'r mut dyn Read,
    input: Input,
    text: String,
    /// Up to here it is passed.
    at: usize,
    /// The beginning of a character whose rest comes with the next chunk.
    carry: Vec<u8>,
    lines_before: u64,
    ended: bool,
}

/// How bytes become UTF-8.
enum Input {
    /// Not known before the first bytes.
    Unknown,
    /// They are.
    Utf8,
    /// By a decoder.
    Decoded(Box<Decoder>),
    /// Four bytes a character, the largest first or last.
    Utf32 { is_big: bool },
}

impl<'r> Window<'r> {
    pub(super) fn new(inner: &'r mut dyn Read) -> Self {
        Self {
            inner,
            input: Input::Unknown,
            text: String::new(),
            at: 0,
            carry: Vec::new(),
            lines_before: 0,
            ended: false,
        }
    }

    /// What is read and not yet passed.
    #[inline]
    pub(super) fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Passes so many bytes of the rest and returns them.
    #[inline]
    pub(super) fn pass(&mut self, bytes: usize) -> &str {
        let from = self.at;
        self.at = from + bytes;
        &self.text[from..self.at]
    }

    /// Says the rest in another way: the same with parts left out.
    pub(super) fn rewrite(&mut self, say: impl FnOnce(&str) -> String) {
        let said = say(self.rest());
        self.text.truncate(self.at);
        self.text.push_str(&said);
    }

    /// The line of the first byte that is not yet passed, from 1; near it where parts were left out.
    pub(super) fn line(&self) -> u64 {
        1 + self.lines_before + newlines(&self.text[..self.at])
    }

    /// Reads on behind the rest; false: there was nothing more.
    pub(super) fn more(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.lines_before += newlines(&self.text[..self.at]);
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        bytes.drain(..self.at);
        self.at = 0;
        let before = bytes.len();
        bytes.append(&mut self.carry);
        // What does not end within a chunk is looked at again from its beginning: the more there is, the more comes.
        let wanted = CHUNK.max(before);
        bytes.reserve(wanted);
        let limit = u64::try_from(wanted).unwrap_or(u64::MAX);
        let read = (&mut *self.inner).take(limit).read_to_end(&mut bytes)?;
        self.ended = read < wanted;
        if matches!(self.input, Input::Unknown) {
            self.choose(&mut bytes);
        }
        match self.input {
            Input::Utf8 => self.take_utf8(bytes, before),
            Input::Decoded(_) | Input::Utf32 { .. } | Input::Unknown => {
                let new = bytes.split_off(before);
                // It was text before.
                self.text = String::from_utf8(bytes).unwrap_or_default();
                self.decode(&new);
            }
        }
        Ok(!self.ended || self.text.len() > before)
    }

    /// Finds the encoding by the first bytes.
    fn choose(&mut self, bytes: &mut Vec<u8>) {
        if let Some(is_big) = utf32(bytes) {
            self.input = Input::Utf32 { is_big };
            return;
        }
        let encoding = encoding_of(bytes);
        self.input = if encoding == UTF_8 {
            if bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            Input::Utf8
        } else {
            Input::Decoded(Box::new(encoding.new_decoder()))
        };
    }

    /// Takes bytes that should be UTF-8. If they are not they go to a decoder, and all that follows with them.
    fn take_utf8(&mut self, mut bytes: Vec<u8>, before: usize) {
        if !self.ended {
            self.carry = bytes.split_off(whole_characters(&bytes));
        }
        match String::from_utf8(bytes) {
            Ok(text) => self.text = text,
            Err(error) => {
                let mut bytes = error.into_bytes();
                let mut new = bytes.split_off(before.min(bytes.len()));
                new.append(&mut self.carry);
                self.text = String::from_utf8(bytes).unwrap_or_default();
                let decoder = UTF_8.new_decoder_without_bom_handling();
                self.input = Input::Decoded(Box::new(decoder));
                self.decode(&new);
            }
        }
    }

    fn decode(&mut self, bytes: &[u8]) {
        if let Input::Utf32 { is_big } = self.input {
            self.take_utf32(bytes, is_big);
            return;
        }
        let Input::Decoded(decoder) = &mut self.input else {
            return;
        };
        let most = decoder.max_utf8_buffer_length(bytes.len());
        self.text.reserve(most.unwrap_or(0));
        // There is room for the longest that it can become: one call takes everything.
        let _ = decoder.decode_to_string(bytes, &mut self.text, self.ended);
    }

    fn take_utf32(&mut self, bytes: &[u8], is_big: bool) {
        let (units, rest) = bytes.as_chunks::<4>();
        let is_begin = self.text.is_empty() && self.lines_before == 0;
        for (at, unit) in units.iter().enumerate() {
            let code = if is_big {
                u32::from_be_bytes(*unit)
            } else {
                u32::from_le_bytes(*unit)
            };
            let c = char::from_u32(code).unwrap_or('\u{fffd}');
            if !(is_begin && at == 0 && c == '\u{feff}') {
                self.text.push(c);
            }
        }
        if !rest.is_empty() && self.ended {
            self.text.push('\u{fffd}');
        } else {
            self.carry = rest.to_vec();
        }
    }
}

/// Whether the bytes begin in UTF-32, and then whether the largest byte is first.
fn utf32(head: &[u8]) -> Option<bool> {
    match head {
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, b'<', ..] => Some(true),
        [0xff, 0xfe, 0, 0, ..] | [b'<', 0, 0, 0, ..] => Some(false),
        _ => None,
    }
}

/// The length without the beginning of a character at the end whose rest is not there.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.iter().rev().take(3);
    for (back, byte) in (1..).zip(tail) {
        let needed = match byte {
            0b1100_0000..=0b1101_1111 => 2,
            0b1110_0000..=0b1110_1111 => 3,
            0b1111_0000..=0b1111_0111 => 4,
            0b1000_0000..=0b1011_1111 => continue,
            _ => break,
        };
        return if needed > back {
            bytes.len() - back
        } else {
            bytes.len()
        };
    }
    bytes.len()
}

fn newlines(text: &str) -> u64 {
    let count = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn encoding_of(head: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    match head {
        [0, b'<', 0, _, ..] => return UTF_16BE,
        [b'<', 0, _, 0, ..] => return UTF_16LE,
        _ => {}
    }
    let head = &head[..head.len().min(256)];
    let declaration = head.split(|&b| b == b'>').next().unwrap_or_default();
    let declared = String::from_utf8_lossy(declaration);
    let label = declared
        .trim_start()
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("encoding"))
        .and_then(|(_, rest)| rest.trim_start().strip_prefix('='))
        .and_then(|rest| rest.trim_start().split(['"', '\'']).nth(1));
    // ASCII is UTF-8, and a report that says ASCII and holds more is UTF-8 far more often than Latin-1.
    let label = label.filter(|label| !label.to_ascii_lowercase().ends_with("ascii"));
    let encoding = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    // A declaration that was readable byte by byte cannot speak of two-byte units.
    encoding
        .filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE)
        .unwrap_or(UTF_8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut bytes: &[u8]) -> String {
        let mut window = Window::new(&mut bytes);
        let mut all = String::new();
        while window.more().unwrap() {
            // Half of it stays, as an element that goes on would.
            let half = window.rest().floor_char_boundary(window.rest().len() / 2);
            all.push_str(window.pass(half));
        }
        all.push_str(window.rest());
        all
    }

    #[test]
    fn a_character_across_the_border_of_two_chunks_is_whole() {
        for before in CHUNK - 5..CHUNK + 2 {
            let text = format!("{}€😀ü\n{}", "x".repeat(before), "ü".repeat(CHUNK));
            assert!(read(text.as_bytes()) == text, "{before}");
        }
    }

    #[test]
    fn what_is_no_utf8_is_shown_and_nothing_else_changes() {
        let mut bytes = "é".repeat(CHUNK).into_bytes();
        bytes.extend_from_slice(b"\xe9x\xf0\x9f");
        let read = read(&bytes);
        let kept = read.trim_start_matches('é');
        assert_eq!(kept, "\u{fffd}x\u{fffd}");
        assert_eq!(read.chars().count(), CHUNK + 3);
    }

    #[test]
    fn four_bytes_a_character_are_read_either_way_round() {
        let text = format!("<a>{}</a>", "ü😀\n".repeat(CHUNK / 8));
        let units = |mark: &str, to: fn(u32) -> [u8; 4]| -> Vec<u8> {
            let all = mark.chars().chain(text.chars());
            all.flat_map(|c| to(u32::from(c))).collect()
        };
        for mark in ["", "\u{feff}"] {
            assert!(read(&units(mark, u32::to_be_bytes)) == text, "{mark:?} be");
            assert!(read(&units(mark, u32::to_le_bytes)) == text, "{mark:?} le");
        }
        let mut cut = units("", u32::to_le_bytes);
        cut.truncate(6);
        assert_eq!(read(&cut), "<\u{fffd}");
    }

    #[test]
    fn lines_are_counted_over_what_is_passed() {
        let text = "a\n".repeat(CHUNK);
        let mut bytes = text.as_bytes();
        let mut window = Window::new(&mut bytes);
        while window.more().unwrap() {
            window.pass(window.rest().len());
        }
        assert_eq!(window.line(), u64::try_from(CHUNK).unwrap() + 1);
    }
}
