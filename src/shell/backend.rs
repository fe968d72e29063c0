//! A backend that writes nothing twice: no colour that is in force, no cursor that is already where it should be.

use std::io::{self, Write as _};

use ratatui::{
    backend::{Backend, ClearType, CrosstermBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

use super::{console::Canvas, outlet::Outlet, pen::Pen};

/// The crossterm backend, frugal.
pub struct Frugal {
    inner: CrosstermBackend<Outlet>,
    outlet: Outlet,
    shows_cursor: Option<bool>,
    cursor: Option<Position>,
    pen: Pen,
}

impl Frugal {
    /// Onto an outlet. `mono`: nothing is written that could be taken for a colour.
    pub fn new(outlet: Outlet, mono: bool) -> Self {
        Self {
            inner: CrosstermBackend::new(outlet.clone()),
            outlet,
            shows_cursor: None,
            cursor: None,
            pen: Pen::new(mono),
        }
    }
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
        self.pen.forget();
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
        let mut bytes = Vec::new();
        self.pen.draw(content, &mut bytes)?;
        self.outlet.write_all(&bytes)
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
        self.pen.go(position, &mut self.outlet)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.cursor = None;
        // What is cleared takes the colour of the pen.
        self.pen.forget();
        self.outlet.write_all(b"\x1b[m")?;
        self.inner.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.cursor = None;
        self.pen.forget();
        self.outlet.write_all(b"\x1b[m")?;
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
