//! What goes into the model and what comes out of it, in plain values.

use super::{Action, Chord};
use crate::domain::{Command, Wind};

/// Something that reached the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A key press; `meant` is what it means outside of text fields.
    Key {
        /// The key.
        chord: Chord,
        /// Its action by the keymap.
        meant: Option<Action>,
    },
    /// An action without a key: from the palette, or a test.
    Act(Action),
    /// Pasted text, or several characters that came in one read: it never confirms anything.
    Paste(String),
    /// A click of the left button, column and row.
    Click(u16, u16),
    /// The wheel, lines down, at a column and row.
    Wheel(isize, u16, u16),
}

/// What the shell does for the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Hands a person's command to the release. Its answer comes back through `Model::answered`.
    Command(Box<Command>),
    /// Moves in a replay.
    Wind(Wind),
    /// Leaves; the release goes on.
    Quit,
    /// Opens a page in the browser.
    OpenUrl(String),
    /// Puts text into the clipboard.
    Copy(String),
    /// Puts cockpit into the background.
    Suspend,
    /// Draws everything again, from an empty screen.
    Redraw,
}

/// Something that a person who looks elsewhere should hear of: a bell and a desktop notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// One line.
    pub text: String,
}
