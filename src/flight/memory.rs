//! A store that forgets: for a cockpit that only watches, and has no journal of its own.

use std::{io, path::Path};

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
