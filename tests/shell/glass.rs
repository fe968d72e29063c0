//! A terminal of glass: the test backend, which counts what is written to it and can be busy, broken or failing.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use cockpit::shell::Canvas;
use ratatui::{
    backend::{Backend, ClearType, TestBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};
use tokio::sync::Notify;

/// What was seen of the screen.
#[derive(Default)]
pub(crate) struct Seen {
    /// Its text, after the newest frame.
    pub(crate) text: String,
    /// Frames that wrote anything.
    pub(crate) frames: usize,
    /// Frames that were drawn, written or not.
    pub(crate) drawn: usize,
    /// What is no cell: titles and bells.
    pub(crate) told: Vec<u8>,
    /// Every frame fails from now on.
    pub(crate) fails: bool,
    size: (u16, u16),
}

/// The other side of the glass.
#[derive(Default)]
pub(crate) struct Panel {
    seen: Mutex<Seen>,
    changed: Notify,
}

impl Panel {
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    pub(crate) fn text(&self) -> String {
        self.seen().text.clone()
    }

    pub(crate) fn frames(&self) -> usize {
        self.seen().frames
    }

    /// Waits for the next frame that writes.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(crate) fn resize(&self, width: u16, height: u16) {
        self.seen().size = (width, height);
    }
}

/// The backend.
pub(crate) struct Glass {
    inner: TestBackend,
    panel: Arc<Panel>,
    wrote: bool,
}

impl Glass {
    pub(crate) fn new(panel: &Arc<Panel>, width: u16, height: u16) -> Self {
        panel.resize(width, height);
        Self {
            inner: TestBackend::new(width, height),
            panel: Arc::clone(panel),
            wrote: false,
        }
    }

    /// Takes the size that the terminal was given meanwhile.
    fn fit(&mut self) {
        let (width, height) = self.panel.seen().size;
        if self.inner.buffer().area.as_size() != Size::new(width, height) {
            self.inner.resize(width, height);
        }
    }
}

fn sure<T>(done: Result<T, std::convert::Infallible>) -> io::Result<T> {
    done.map_err(|never| match never {})
}

impl Canvas for Glass {
    fn is_ready(&self) -> bool {
        true
    }

    fn is_broken(&self) -> bool {
        false
    }

    fn tell(&mut self, bytes: &[u8]) {
        self.panel.seen().told.extend_from_slice(bytes);
    }

    fn forget(&mut self) {}
}

impl Backend for Glass {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        if self.panel.seen().fails {
            return Err(io::Error::other("the glass is broken"));
        }
        self.fit();
        let wrote = &mut self.wrote;
        sure(self.inner.draw(content.inspect(|_| *wrote = true)))
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        sure(self.inner.hide_cursor())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        sure(self.inner.show_cursor())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        sure(self.inner.get_cursor_position())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        sure(self.inner.set_cursor_position(position))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.fit();
        sure(self.inner.clear())
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.fit();
        sure(self.inner.clear_region(region))
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = self.panel.seen().size;
        Ok(Size::new(width, height))
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        sure(self.inner.window_size())
    }

    fn flush(&mut self) -> io::Result<()> {
        let wrote = std::mem::take(&mut self.wrote);
        let mut seen = self.panel.seen();
        seen.drawn += 1;
        if wrote {
            seen.frames += 1;
            let cells = self.inner.buffer();
            seen.text = (0..cells.area.height)
                .map(|y| {
                    let row = (0..cells.area.width).map(|x| cells[(x, y)].symbol());
                    row.collect::<String>() + "\n"
                })
                .collect();
            self.panel.changed.notify_one();
        }
        Ok(())
    }
}
