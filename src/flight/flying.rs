//! What a screen, a headless run or a status line sees of a flight, whoever drives it.

use std::{future::Future, pin::Pin, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::{clicker::ClickAnswer, letters::Letter};
use crate::domain::{
    Command, Fault, Feed, Login, Reel, Refusal, Wind,
    chat::Click,
    evidence::TestReport,
    observation::{Comparison, Observation},
    release::Release,
};

/// What a feed tells: what it saw for the core, and how it does for the screen. Only the first is journalled.
#[derive(Debug, Clone)]
pub enum Report {
    /// Something that it saw.
    Seen(Box<Observation>),
    /// It answered, and will again within `cadence`.
    Answered {
        /// Which.
        feed: Feed,
        /// When.
        at: Timestamp,
        /// Longest usual time until the next answer.
        cadence: SignedDuration,
    },
    /// It failed; it tries again by itself.
    Failed {
        /// Which.
        feed: Feed,
        /// Why.
        fault: Fault,
    },
    /// Long work goes on.
    Working {
        /// What, in a word: an artifact's name.
        what: String,
        /// Bytes so far.
        done: u64,
        /// Bytes in all, where known.
        all: Option<u64>,
    },
    /// It ended.
    Worked {
        /// What.
        what: String,
    },
    /// Every test case, for the screen.
    Cases(Arc<TestReport>),
    /// Every file and commit of the diff, for the screen.
    Compared(Arc<Comparison>),
    /// Whose token it is.
    Viewer(Login),
    /// A click in the chat.
    Click {
        /// It.
        click: Box<Click>,
        /// Where the answer goes.
        answer: mpsc::Sender<ClickAnswer>,
    },
    /// What another cockpit of this machine asks for.
    Letter {
        /// Its name, for the answer.
        name: String,
        /// What it says.
        letter: Letter,
    },
}

/// What happened in one turn of a flight.
#[derive(Debug, Clone)]
pub enum Turn {
    /// The release changed: draw it.
    Changed,
    /// A feed told something that is no event.
    Report(Report),
    /// A command was taken back before it took effect: its record could not be written.
    Refused(Refusal),
    /// Somebody else drives from now on: this cockpit lets go.
    Relieved(Login),
    /// The seat is this cockpit's: it drives from now on.
    Seated,
    /// The journal cannot be written; what was seen is kept until it can.
    Trouble(String),
}

/// The answer of a turn, later.
pub type Turning<'a> = Pin<Box<dyn Future<Output = Turn> + 'a>>;

/// The end of a flight, later: everything is on the disk, or what is not.
pub type Landing<'a> = Pin<Box<dyn Future<Output = Result<(), Unsaved>> + 'a>>;

/// What a landing could not write out, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not saved: {0}")]
pub struct Unsaved(pub String);

/// One release in flight. It moves between threads once, before its first turn.
pub trait Flying: Send {
    /// The release as it stands.
    fn release(&self) -> &Release;
    /// The present instant, by the flight's clock.
    fn now(&self) -> Timestamp;
    /// Who drives, where this is another's flight; `None`: this one.
    fn driven_by(&self) -> Option<String>;
    /// Waits for the next thing to happen and takes it in. Dropping the future loses nothing.
    fn turn(&mut self) -> Turning<'_>;
    /// Hands a command in. Refused at once, or taken; once its record is on the disk a turn says `Changed`.
    fn submit(&mut self, command: Command) -> Result<(), Refusal>;
    /// Writes out what is left, within a limit of real time. The release goes on without this cockpit.
    fn land(&mut self) -> Landing<'_>;
    /// Moves in a recording; nothing moves what is live.
    fn wind(&mut self, _wind: Wind) {}
    /// Where a recording stands; `None`: it is live.
    fn reel(&self) -> Option<Reel> {
        None
    }
}
