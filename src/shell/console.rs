//! What the loop needs of a terminal, whatever it is: something to draw on, keys, and what is asked from outside.

use std::io;

use crossterm::event::Event;
use ratatui::backend::Backend;
use tokio::sync::mpsc;

/// Something that is drawn on, and may not keep up.
pub trait Canvas: Backend<Error = io::Error> {
    /// Whether a frame drawn now would not have to wait for too many others.
    fn is_ready(&self) -> bool;
    /// Whether it is gone for good.
    fn is_broken(&self) -> bool;
    /// Sends bytes that are no cells with the next frame: a title, a bell.
    fn tell(&mut self, bytes: &[u8]);
    /// Others used it: nothing is known of its cursor.
    fn forget(&mut self);
}

/// What is asked of the screen from outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// End, restoring the terminal: SIGTERM, SIGINT, SIGQUIT.
    End,
    /// End: the terminal is gone (SIGHUP).
    HungUp,
    /// Stop, restoring the terminal: SIGTSTP.
    Stop,
    /// Go on after a stop: SIGCONT.
    Continue,
    /// End: a part of this process has panicked, and handed the terminal back.
    Fallen,
}

/// The process around the screen. Dropping it hands the terminal back.
pub trait Console {
    /// What is asked next. Dropping the future loses nothing.
    fn asked(&mut self) -> impl Future<Output = Asked>;
    /// Takes the terminal again after others had it.
    fn retake(&mut self) -> io::Result<()>;
    /// Hands the terminal back and stops until someone continues; `false` where nobody could.
    fn pause(&mut self) -> io::Result<bool>;
}

/// What the loop listens to.
pub struct Ends<C> {
    /// The process around it.
    pub console: C,
    /// What was read, a batch a read; it closes when the terminal is gone.
    pub keys: mpsc::Receiver<Vec<Event>>,
}
