//! Another cockpit's flight, read from its journal as it grows. No command leaves from here.

use std::{io, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{
    flying::{Flying, Landing, Report, Turn, Turning},
    journal::stamped,
};
use crate::{
    domain::{
        Command, Refusal, Text, later,
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

/// A release that another cockpit on this machine drives.
pub struct Following {
    release: Release,
    head: Head,
    driver: String,
    lines: NewLines,
    blobs: Blobs,
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
        blobs: Blobs,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            release,
            head,
            driver,
            lines,
            blobs,
            told: None,
            next: clock.now(),
            clock,
        }
    }

    async fn next_turn(&mut self) -> Turn {
        loop {
            if let Some(seen) = self.new_diff() {
                return Turn::Report(Report::Compared(seen));
            }
            self.clock.sleep_until(self.next).await;
            let now = self.clock.now();
            self.next = later(now, LOOK_EVERY);
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

    /// The lines of the diff, once for each blob; one that cannot be read leaves the screen with the numbers.
    fn new_diff(&mut self) -> Option<Arc<Comparison>> {
        let name = self.release.evidence.diff.as_ref()?.detail.as_ref()?;
        if self.told.as_ref() == Some(name) {
            return None;
        }
        self.told = Some(name.clone());
        let bytes = (self.blobs)(name).ok()?;
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

    fn submit(&mut self, _command: Command) -> Result<(), Refusal> {
        Err(Refusal::ReadOnly(Text::line(&self.driver)))
    }

    fn land(&mut self) -> Landing<'_> {
        Box::pin(std::future::ready(Ok(())))
    }
}
