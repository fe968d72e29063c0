//! The head beside a journal: the last line that is known to have reached the disk, with its hash.
//!
//! Each line of a journal vouches for the one before it; the last one has only this. It is written after the journal is
//! durable, so it is never ahead of it, and a crash leaves it at most a second behind.

use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::Deserialize;

use super::{place, private};
use crate::domain::{Seq, record::Head};

/// Most that is read of a head, in bytes.
const HEAD_BYTES: u64 = 1_024;

/// Where the head of a journal is written.
#[derive(Debug)]
pub(super) struct HeadFile {
    path: PathBuf,
    state: Mutex<(Option<File>, Seq)>,
}

impl HeadFile {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            path: folder.join(place::HEAD),
            state: Mutex::new((None, Seq(0))),
        }
    }

    /// Names `head`, unless a later one is named already. A failure leaves the older head, which still holds.
    pub(super) fn name(&self, head: &Head) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if head.seq() <= state.1 {
            return;
        }
        match self.write(&mut state.0, head) {
            Ok(()) => state.1 = head.seq(),
            Err(error) => tracing::warn!(%error, "the head of the journal was not written"),
        }
    }

    fn write(&self, file: &mut Option<File>, head: &Head) -> io::Result<()> {
        let open = match file {
            Some(open) => open,
            None => file.insert(private::file(&self.path, false).map_err(io::Error::other)?),
        };
        // The same length each time and one write: a reader sees one head or the other.
        let line = written(head);
        io::Seek::rewind(open)?;
        open.write_all(line.as_bytes())?;
        open.set_len(line.len() as u64)
    }
}

fn written(head: &Head) -> String {
    format!(
        "{{\"seq\":{:>20},\"sha256\":\"{}\"}}\n",
        head.seq().0,
        head.hex()
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    seq: Seq,
    sha256: String,
}

/// The head beside the journal at `journal`; `None` where there is none.
///
/// # Errors
/// The file is there and is not, to the byte, what cockpit writes.
pub(super) fn read(journal: &Path) -> io::Result<Option<Head>> {
    let bytes = match private::read(&journal.with_file_name(place::HEAD), HEAD_BYTES) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    parse(&bytes).map(Some)
}

/// A head from its bytes.
///
/// # Errors
/// They are not, to the byte, what cockpit writes.
pub(super) fn parse(bytes: &[u8]) -> io::Result<Head> {
    let found: Written = serde_json::from_slice(bytes)?;
    Head::named(found.seq, &found.sha256)
        .filter(|head| written(head).as_bytes() == bytes)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not as cockpit writes it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_reads_back_goes_forward_only_and_any_other_byte_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join(place::JOURNAL);
        assert_eq!(read(&journal).unwrap(), None);
        let file = HeadFile::new(folder.path());
        let (first, second) = (Head::after(Seq(1), b"a"), Head::after(Seq(12), b"b"));
        file.name(&second);
        file.name(&first);
        assert_eq!(read(&journal).unwrap(), Some(second));

        let path = folder.path().join(place::HEAD);
        let bytes = std::fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            std::fs::write(&path, &changed).unwrap();
            let found = read(&journal).ok().flatten();
            assert_ne!(found, Some(second), "byte {at}");
        }
    }
}
