//! Keys as they were read, from a thread of their own.
//!
//! The terminal library's reader spins once the terminal is gone: it must do so alone, where it holds up neither signals
//! nor the flight. What one read gave stays together, since characters that came at once were not typed one by one.

use std::{io, thread, time::Duration};

use crossterm::event::{self, Event};
use tokio::sync::mpsc;

/// Batches that may wait.
const BATCHES: usize = 64;
/// Events taken as one batch.
const AT_ONCE: usize = 512;

/// Listens; the channel closes when the terminal cannot be read any more.
pub(super) fn listen() -> io::Result<mpsc::Receiver<Vec<Event>>> {
    let (batches, heard) = mpsc::channel(BATCHES);
    thread::Builder::new()
        .name("keys".to_owned())
        .spawn(move || {
            while let Ok(batch) = read() {
                if batches.blocking_send(batch).is_err() {
                    return;
                }
            }
        })?;
    Ok(heard)
}

/// Waits for a first event and takes what came with it.
fn read() -> io::Result<Vec<Event>> {
    let mut batch = vec![event::read()?];
    while batch.len() < AT_ONCE && event::poll(Duration::ZERO)? {
        batch.push(event::read()?);
    }
    Ok(batch)
}
