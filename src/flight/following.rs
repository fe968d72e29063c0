//! Another cockpit's flight, read from its journal as it grows. What it may ask of the driver goes
//! as a letter; no other command leaves from here.

use std::{io, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{
    flying::{Flying, Landing, Report, Turn, Turning},
    journal::stamped,
    letters::{Letter, Reply},
};
use crate::{
    domain::{
        Command, Intent, Login, Refusal, Text, later,
        observation::Comparison,
        record::{Head, Reader},
        release::Release,
    },
    ports::Clock,
};

/// Between two looks at the journal.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// Whole lines that another process has appended since the last call.
pub type NewLines = Box<dyn FnMut() -> io::Result<Vec<u8>> + Send>;

/// Reads a blob of the release by its name.
pub type Blobs = Box<dyn Fn(&str) -> io::Result<Vec<u8>> + Send>;

/// Leaves letters for the driver, and takes its answers.
pub trait Post: Send {
    /// Leaves one; its name, for the answer.
    fn leave(&self, at: Timestamp, letter: &Letter) -> io::Result<String>;
    /// The answer, once there is one.
    fn answer(&self, name: &str) -> io::Result<Option<Vec<u8>>>;
}

/// What a follower has besides the journal.
pub struct Aside {
    /// Reads blobs.
    pub blobs: Blobs,
    /// Leaves letters.
    pub post: Box<dyn Post>,
    /// Whose token this is, where that is known.
    pub viewer: Option<Login>,
    /// Whether anybody drives.
    pub driven: bool,
}

/// Letters whose answer is waited for, at most.
const MOST_LETTERS: usize = 16;

/// A release that another cockpit on this machine drives.
pub struct Following {
    release: Release,
    head: Head,
    driver: String,
    lines: NewLines,
    aside: Aside,
    /// Letters that are not answered yet.
    sent: Vec<String>,
    /// The letter among them that asks for the seat.
    seat: Option<String>,
    /// Whether the seat was given, or nobody had it.
    is_seated: bool,
    /// The blob of the diff that the screen has.
    told: Option<String>,
    clock: Arc<dyn Clock>,
    next: Timestamp,
}

impl Following {
    /// Follows from `head` on.
    pub fn new(
        release: Release,
        head: Head,
        driver: String,
        lines: NewLines,
        aside: Aside,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            release,
            head,
            driver,
            lines,
            aside,
            sent: Vec::new(),
            seat: None,
            is_seated: false,
            told: None,
            next: clock.now(),
            clock,
        }
    }

    async fn next_turn(&mut self) -> Turn {
        loop {
            if let Some(viewer) = self.aside.viewer.take() {
                return Turn::Report(Report::Viewer(viewer));
            }
            if let Some(seen) = self.new_diff() {
                return Turn::Report(Report::Compared(seen));
            }
            if self.is_seated {
                return Turn::Seated;
            }
            self.clock.sleep_until(self.next).await;
            let now = self.clock.now();
            self.next = later(now, LOOK_EVERY);
            if let Some(why) = self.refused() {
                return Turn::Refused(Refusal::Impossible(why));
            }
            if self.is_seated {
                return Turn::Seated;
            }
            match self.take_in() {
                Ok(0) => {}
                Ok(_) => return Turn::Changed,
                Err(why) => {
                    // Looked at again at a walk: the other cockpit may be repairing it.
                    self.next = later(now, LOOK_EVERY * 30);
                    return Turn::Trouble(why);
                }
            }
        }
    }

    /// Why the driver refused a letter, where it did.
    fn refused(&mut self) -> Option<Text> {
        let (post, seat) = (&self.aside.post, &self.seat);
        let mut why = None;
        let mut seated = false;
        self.sent.retain(|name| match post.answer(name) {
            Ok(Some(bytes)) => {
                let reply: Option<Reply> = serde_json::from_slice(&bytes).ok();
                let is_given = reply.as_ref().is_some_and(|reply| reply.refused.is_none());
                seated |= is_given && seat.as_ref() == Some(name);
                why = reply.and_then(|reply| reply.refused).or(why.take());
                false
            }
            Ok(None) | Err(_) => true,
        });
        self.is_seated |= seated;
        why
    }

    /// The lines of the diff, once for each blob; one that cannot be read leaves the screen with the numbers.
    fn new_diff(&mut self) -> Option<Arc<Comparison>> {
        let name = self.release.evidence.diff.as_ref()?.detail.as_ref()?;
        if self.told.as_ref() == Some(name) {
            return None;
        }
        self.told = Some(name.clone());
        let bytes = (self.aside.blobs)(name).ok()?;
        serde_json::from_slice(&bytes).ok().map(Arc::new)
    }

    fn take_in(&mut self) -> Result<usize, String> {
        let bytes = (self.lines)().map_err(|error| error.to_string())?;
        let mut reader = Reader::resume(&bytes, self.head);
        let mut count = 0;
        for entry in reader.by_ref() {
            let entry = entry.map_err(|broken| broken.to_string())?;
            let event = stamped(&entry).map_err(|error| error.to_string())?;
            self.release.apply(&event);
            count += 1;
        }
        self.head = reader.end().head;
        Ok(count)
    }
}

impl Flying for Following {
    fn release(&self) -> &Release {
        &self.release
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn driven_by(&self) -> Option<String> {
        Some(self.driver.clone())
    }

    fn turn(&mut self) -> Turning<'_> {
        Box::pin(self.next_turn())
    }

    fn submit(&mut self, command: Command) -> Result<(), Refusal> {
        let Some(letter) = Letter::of(&command) else {
            return Err(Refusal::ReadOnly(Text::line(&self.driver)));
        };
        let takes_seat = command.intent == Intent::TakeSeat;
        if takes_seat && !self.aside.driven {
            // Nobody drives: the seat is free.
            self.is_seated = true;
            return Ok(());
        }
        let name = self.aside.post.leave(self.clock.now(), &letter);
        let name = name.map_err(|error| {
            let why = format!("the driver cannot be told: {error}");
            Refusal::Impossible(Text::line(&why))
        })?;
        if self.sent.len() == MOST_LETTERS {
            self.sent.remove(0);
        }
        if takes_seat {
            self.seat = Some(name.clone());
        }
        self.sent.push(name);
        Ok(())
    }

    fn land(&mut self) -> Landing<'_> {
        Box::pin(std::future::ready(Ok(())))
    }
}
