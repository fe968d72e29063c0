//! Reading a journal that another process writes. Never changes a file.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use super::{blobs, error::explained, place};

/// Most that one look brings, in bytes; the rest comes with the next.
const LOOK_BYTES: u64 = 4 * 1024 * 1024;

/// Follows the journal in a release's folder from an offset on.
#[derive(Debug, Clone)]
pub struct Follower {
    folder: PathBuf,
    path: PathBuf,
    offset: u64,
}

impl Follower {
    /// Follows from `offset`, the end of a whole line.
    pub fn new(folder: &Path, offset: u64) -> Self {
        Self {
            folder: folder.to_owned(),
            path: folder.join(place::JOURNAL),
            offset,
        }
    }

    /// The whole lines that were added since the last look; empty where there are none. Blocking.
    ///
    /// A journal that became shorter is `InvalidData`: read it again from the start.
    pub fn read_new(&mut self) -> io::Result<Vec<u8>> {
        let mut lines = self.look().map_err(|e| explained("read", &self.path, e))?;
        let whole = lines.iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        lines.truncate(whole);
        self.offset += whole as u64;
        Ok(lines)
    }

    fn look(&self) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        if file.metadata()?.len() < self.offset {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it became shorter",
            ));
        }
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        file.take(LOOK_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Where the next look begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads a blob of the same release.
    pub fn blob(&self, name: &str) -> io::Result<Vec<u8>> {
        blobs::get(&self.folder.join(place::BLOBS), name)
    }

    /// The release's folder.
    pub fn place(&self) -> &Path {
        &self.folder
    }
}
