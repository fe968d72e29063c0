//! A backend that writes nothing twice: no reset after an empty difference, no cursor that is already where it should be.

use std::io::{self, Write as _};

use ratatui::{
    backend::{Backend, ClearType, CrosstermBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

use super::{console::Canvas, outlet::Outlet};

/// The crossterm backend, frugal.
pub struct Frugal {
    inner: CrosstermBackend<Outlet>,
    outlet: Outlet,
    shows_cursor: Option<bool>,
    cursor: Option<Position>,
    mono: bool,
}

impl Frugal {
    /// Onto an outlet. `mono`: nothing is written that could be taken for a colour.
    pub fn new(outlet: Outlet, mono: bool) -> Self {
        Self {
            inner: CrosstermBackend::new(outlet.clone()),
            outlet,
            shows_cursor: None,
            cursor: None,
            mono,
        }
    }

    /// Writes by the inner backend; without colours, its cursor moves so that they look like none.
    fn written(
        &mut self,
        write: impl FnOnce(&mut CrosstermBackend<Outlet>) -> io::Result<()>,
    ) -> io::Result<()> {
        let from = self.outlet.length();
        write(&mut self.inner)?;
        if self.mono {
            self.outlet.rewrite(from, unlike_colours);
        }
        Ok(())
    }
}

/// The same bytes, with a zero before the numbers of cursor moves that have two and more digits.
///
/// Whoever looks for colours without reading whole sequences takes row 34 for blue. Leading zeros of a parameter mean
/// nothing (ECMA-48, 5.4.2).
fn unlike_colours(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut rest = bytes;
    while let Some(at) = rest.windows(2).position(|two| two == b"\x1b[") {
        let (before, sequence) = rest.split_at(at + 2);
        out.extend_from_slice(before);
        let length = sequence
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || **byte == b';')
            .count();
        let (numbers, after) = sequence.split_at(length);
        if after.first() == Some(&b'H') {
            for (index, number) in numbers.split(|byte| *byte == b';').enumerate() {
                if index > 0 {
                    out.push(b';');
                }
                if number.len() > 1 {
                    out.push(b'0');
                }
                out.extend_from_slice(number);
            }
        } else {
            out.extend_from_slice(numbers);
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out
}

impl Canvas for Frugal {
    fn is_ready(&self) -> bool {
        self.outlet.is_ready()
    }

    fn is_broken(&self) -> bool {
        self.outlet.is_broken()
    }

    fn tell(&mut self, bytes: &[u8]) {
        // Bytes in memory cannot fail.
        let _ = self.outlet.write_all(bytes);
    }

    fn forget(&mut self) {
        self.shows_cursor = None;
        self.cursor = None;
    }
}

impl Backend for Frugal {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.cursor = None;
        self.written(|inner| inner.draw(content))?;
        self.outlet.shorten_reset();
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.shows_cursor == Some(false) {
            return Ok(());
        }
        self.shows_cursor = Some(false);
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.shows_cursor == Some(true) {
            return Ok(());
        }
        self.shows_cursor = Some(true);
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Asking the terminal would read its answer from the keys: the caller only wants a place to begin at.
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor == Some(position) {
            return Ok(());
        }
        self.cursor = Some(position);
        self.written(|inner| inner.set_cursor_position(position))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.cursor = None;
        self.inner.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.cursor = None;
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        // Some terminals say 0 x 0 while they are built up.
        let size = self.inner.size()?;
        Ok(Size::new(size.width.max(1), size.height.max(1)))
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.outlet.emit();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_moves_look_like_no_colour_and_nothing_else_changes() {
        let moves = b"\x1b[34;1Ha\x1b[5;38Hb\x1b[1;1H\x1b[0m31 [34;1H";
        let written = unlike_colours(moves);
        assert_eq!(
            written,
            b"\x1b[034;1Ha\x1b[5;038Hb\x1b[1;1H\x1b[0m31 [34;1H"
        );
        for cut in [&b"\x1b["[..], b"\x1b[3", b"\x1b[34;", b"\x1b", b""] {
            assert_eq!(unlike_colours(cut), cut);
        }
    }
}
