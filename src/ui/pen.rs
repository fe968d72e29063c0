//! Writing into a rectangle of the screen: clipped text, left and right, in one pass and without allocation.
//!
//! Knows ratatui's buffer and nothing of cockpit.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A pen on one line of an area: writes from the left and from the right, and never over the edge.
pub(super) struct Pen<'b> {
    buffer: &'b mut Buffer,
    y: u16,
    left: u16,
    /// First column that may not be written.
    right: u16,
    more: &'static str,
}

impl<'b> Pen<'b> {
    /// A pen on line `row` of `area`, counted from 0; a row outside of it writes nothing.
    pub(super) fn new(buffer: &'b mut Buffer, area: Rect, row: u16, more: &'static str) -> Self {
        let area = area.intersection(buffer.area);
        let inside = row < area.height;
        Self {
            buffer,
            y: area.y.saturating_add(row),
            left: area.x,
            right: if inside { area.right() } else { area.x },
            more,
        }
    }

    /// Columns that are still free.
    pub(super) fn free(&self) -> u16 {
        self.right.saturating_sub(self.left)
    }

    /// Where the next text from the left begins.
    pub(super) fn column(&self) -> u16 {
        self.left
    }

    /// Writes from the left; what does not fit ends in the sign for more.
    pub(super) fn put(&mut self, text: &str, style: Style) -> &mut Self {
        self.left = clipped(
            self.buffer,
            (self.left, self.y),
            text,
            style,
            self.free(),
            self.more,
        );
        self
    }

    /// Writes from the left into at most `room` columns.
    pub(super) fn put_within(&mut self, text: &str, room: u16, style: Style) -> &mut Self {
        let room = room.min(self.free());
        let at = (self.left, self.y);
        self.left = clipped(self.buffer, at, text, style, room, self.more);
        self
    }

    /// Leaves columns free.
    pub(super) fn skip(&mut self, columns: u16) -> &mut Self {
        self.left = self.left.saturating_add(columns).min(self.right);
        self
    }

    /// Goes on at `column`, counted from the area's left edge `x`, unless the pen is there already.
    pub(super) fn to(&mut self, column: u16) -> &mut Self {
        self.left = self.left.max(column).min(self.right);
        self
    }

    /// Writes at the right edge, if it fits whole; the edge moves left by it and one column more.
    pub(super) fn put_right(&mut self, text: &str, style: Style) -> &mut Self {
        let wide = width(text);
        if wide > 0 && wide <= self.free() {
            self.right -= wide;
            clipped(
                self.buffer,
                (self.right, self.y),
                text,
                style,
                wide,
                self.more,
            );
        }
        self
    }

    /// The same; whether it fitted.
    pub(super) fn fits_right(&mut self, text: &str, style: Style) -> bool {
        let fits = width(text) <= self.free();
        self.put_right(text, style);
        fits
    }

    /// Leaves columns free at the right edge.
    pub(super) fn skip_right(&mut self, columns: u16) -> &mut Self {
        self.right = self.right.saturating_sub(columns).max(self.left);
        self
    }
}

/// Columns of a text, at most `u16::MAX`.
pub(super) fn width(text: &str) -> u16 {
    if text.is_ascii() {
        return u16::try_from(text.len()).unwrap_or(u16::MAX);
    }
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// Writes at most `room` columns of a text and returns the column after it.
fn clipped(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    text: &str,
    style: Style,
    room: u16,
    more: &str,
) -> u16 {
    if room == 0 {
        return x;
    }
    if width(text) <= room {
        return buffer.set_stringn(x, y, text, usize::from(room), style).0;
    }
    let (end, _) = buffer.set_stringn(x, y, text, usize::from(room - 1), style);
    // A wide character that did not fit leaves a column before the sign.
    buffer.set_stringn(end, y, more, 1, style).0
}

/// Breaks a text into lines of at most `room` columns, at spaces where possible; at most `most` lines.
pub(super) fn wrap(text: &str, room: u16, most: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let room = usize::from(room.max(1));
    for line in text.lines() {
        let mut rest = line;
        loop {
            if lines.len() == most {
                return lines;
            }
            let end = fitting(rest, room);
            let (head, tail) = rest.split_at(end);
            lines.push(head.trim_end());
            rest = tail.trim_start_matches(' ');
            if rest.is_empty() {
                break;
            }
        }
    }
    lines
}

/// The bytes of the longest head that fits and ends at a word, or at a grapheme where a word is too long.
fn fitting(text: &str, room: usize) -> usize {
    let (mut wide, mut at_space) = (0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        wide += grapheme.width();
        if wide > room {
            if grapheme == " " {
                return at;
            }
            return match (at_space, at) {
                (0, 0) => grapheme.len(),
                (0, at) => at,
                (space, _) => space,
            };
        }
        if grapheme == " " {
            at_space = at + 1;
        }
    }
    text.len()
}

/// Fills an area with a style and spaces.
pub(super) fn fill(buffer: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            buffer[(x, y)].reset();
            buffer[(x, y)].set_style(style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_clipped_with_a_sign_and_never_leaves_its_area() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        Pen::new(&mut buffer, Rect::new(2, 0, 6, 1), 0, "…").put("abcdefghij", Style::new());
        assert_eq!(buffer, Buffer::with_lines(["  abcde…    "]));
    }

    #[test]
    fn right_text_stands_whole_or_not_at_all() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        let area = buffer.area;
        Pen::new(&mut buffer, area, 0, "…")
            .put_right("12 ms", Style::new())
            .put("p99 latency", Style::new());
        Pen::new(&mut buffer, area, 1, "…")
            .put_right("far too long for it", Style::new())
            .put("p99", Style::new());
        assert_eq!(buffer, Buffer::with_lines(["p99 la…12 ms", "p99         "]));
    }

    #[test]
    fn wide_characters_are_never_halved() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        let area = buffer.area;
        Pen::new(&mut buffer, area, 0, "…").put("日本語日本", Style::new());
        assert_eq!(buffer, Buffer::with_lines(["日本… "]));
    }

    #[test]
    fn lines_break_at_words_and_long_words_are_cut() {
        assert_eq!(wrap("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 4, 9), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a b c d", 1, 2), ["a", "b"]);
    }
}
