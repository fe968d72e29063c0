//! Stores without a disk: for a cockpit that only looks, and has no journal of its own.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use crate::ports::Store;

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forgetful;

impl Store for Forgetful {
    fn append(&self, _lines: &[u8], _durable: bool) -> io::Result<()> {
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn put_blob(&self, _bytes: &[u8]) -> io::Result<String> {
        Ok(String::new())
    }

    fn blob(&self, name: &str) -> io::Result<Vec<u8>> {
        Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("blob {name} was not kept: this cockpit only watches"),
        ))
    }

    fn place(&self) -> &Path {
        Path::new("(memory)")
    }
}

/// Most that is remembered, in bytes; a look sees a few hundred kilobytes.
const REMEMBERED: usize = 64 * 1024 * 1024;

/// Keeps the lines, for one who makes documents from a look at the world; no blobs.
#[derive(Debug, Clone, Default)]
pub struct Remembering(Arc<Mutex<Vec<u8>>>);

impl Remembering {
    /// The journal so far.
    pub fn lines(&self) -> Vec<u8> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Store for Remembering {
    fn append(&self, lines: &[u8], _durable: bool) -> io::Result<()> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() + lines.len() > REMEMBERED {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        kept.extend_from_slice(lines);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn put_blob(&self, bytes: &[u8]) -> io::Result<String> {
        Forgetful.put_blob(bytes)
    }

    fn blob(&self, name: &str) -> io::Result<Vec<u8>> {
        Forgetful.blob(name)
    }

    fn place(&self) -> &Path {
        Path::new("(memory)")
    }
}
