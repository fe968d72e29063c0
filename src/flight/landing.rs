//! The end of a flight that drives: what is written out, and what could not be.

use std::{io, sync::Arc};

use tokio::task::spawn_blocking;

use super::driving::Flight;

impl Flight {
    /// Waits for what is on its way to the disk, and makes everything durable.
    pub(super) async fn settle(&mut self) -> io::Result<()> {
        if self.writing.is_none() && self.syncing.is_none() && self.unsynced.is_none() {
            // All of it is on the disk already: a hundred that end together need not wait for each other there.
            return Ok(());
        }
        if let Some(writing) = &mut self.writing {
            let written = (&mut writing.handle).await;
            written.unwrap_or_else(|error| Err(io::Error::other(error)))?;
            self.writing = None;
        }
        if let Some(handle) = &mut self.syncing {
            // Whatever became of it, everything is synced once more.
            let _ = handle.await;
            self.syncing = None;
        }
        let store = Arc::clone(self.journal.store());
        spawn_blocking(move || store.sync())
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
    }

    /// What is lost with this process, in words.
    pub(super) fn unsaved(&self, why: &str) -> String {
        let mut parts = Vec::new();
        if self.writing.is_some() {
            parts.push("the last decision may be missing; it was not sent".to_owned());
        }
        if !self.held.is_empty() {
            parts.push(format!(
                "{} observations that could not be written",
                self.held.len()
            ));
        }
        if parts.is_empty() {
            parts.push("the newest facts may be missing; they are observed again".to_owned());
        }
        let place = self.journal.store().place().display();
        let why = if why.is_empty() {
            String::new()
        } else {
            format!(": {why}")
        };
        format!("{} ({place}{why})", parts.join(", "))
    }
}
