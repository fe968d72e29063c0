//! A zip walked within limits: entries, bytes, ratio. Entries stream to the caller; nothing is written anywhere.

use std::io::{self, Cursor, Read};

use zip::{ZipArchive, result::ZipError};

/// What one archive may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Entries, folders included.
    pub(super) entries: usize,
    /// Unpacked bytes of one entry.
    pub(super) entry_bytes: u64,
    /// Unpacked bytes in all.
    pub(super) bytes: u64,
    /// Unpacked bytes for each packed one, once `free_bytes` are unpacked.
    pub(super) ratio: u64,
    /// Unpacked bytes below which the ratio does not matter.
    pub(super) free_bytes: u64,
}

impl Limits {
    /// For artifacts: reports compress well, bombs far better.
    pub(super) const ARTIFACT: Self = Self {
        entries: 20_000,
        entry_bytes: 512 << 20,
        bytes: 1 << 30,
        ratio: 400,
        free_bytes: 128 << 20,
    };
}

/// Why an archive, or one entry of it, is not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveError {
    /// Not a zip, or damaged beyond its directory.
    #[error("the zip is damaged or cut off: {0}")]
    Damaged(String),
    /// More than the limits allow.
    #[error("{0}")]
    TooLarge(String),
}

/// Whether the bytes begin like a zip; a cut one still does.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Gives every file that `wanted` accepts to `visit`, in the order of the names, and what cannot be opened to `refused`.
///
/// A limit that is passed stops the walk: an archive that breaks one is not trusted for the rest.
pub(super) fn walk(
    bytes: &[u8],
    limits: Limits,
    wanted: impl Fn(&str) -> bool,
    mut visit: impl FnMut(&str, Result<&mut dyn Read, String>),
) -> Result<(), ArchiveError> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| ArchiveError::Damaged(say(&error)))?;
    if archive.len() > limits.entries {
        let line = format!(
            "the zip holds {} entries; at most {} are read",
            archive.len(),
            limits.entries
        );
        return Err(ArchiveError::TooLarge(line));
    }
    let mut names: Vec<(String, usize)> = (0..archive.len())
        .filter_map(|index| {
            let name = archive.name_for_index(index)?.ok()?.into_owned();
            (!name.ends_with('/') && wanted(&name)).then_some((name, index))
        })
        .collect();
    names.sort();
    let packed = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let by_ratio = packed.saturating_mul(limits.ratio).max(limits.free_bytes);
    let allowed = limits.bytes.min(by_ratio);
    let mut left = allowed;
    for (name, index) in names {
        let mut file = match archive.by_index(index) {
            Ok(file) => file,
            Err(error) => {
                visit(&name, Err(say(&error)));
                continue;
            }
        };
        if file.enclosed_name().is_none() {
            visit(&name, Err("its path leads out of the archive".to_owned()));
            continue;
        }
        if file.is_symlink() {
            visit(&name, Err("it is a link, not a file".to_owned()));
            continue;
        }
        let mut bounded = Bounded {
            inner: &mut file,
            left: limits.entry_bytes.min(left),
            taken: 0,
            exceeded: false,
        };
        visit(&name, Ok(&mut bounded));
        if bounded.exceeded {
            let line = format!(
                "{name} unpacks to more than {} MiB",
                limits.entry_bytes.min(left) >> 20
            );
            return Err(ArchiveError::TooLarge(line));
        }
        left = left.saturating_sub(bounded.taken);
    }
    Ok(())
}

/// A reader that fails, rather than ends, beyond its limit.
struct Bounded<R> {
    inner: R,
    left: u64,
    taken: u64,
    exceeded: bool,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let count = u64::try_from(read).unwrap_or(u64::MAX);
        self.taken = self.taken.saturating_add(count);
        if self.taken > self.left {
            self.exceeded = true;
            let what = "it unpacks to more than is allowed";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(read)
    }
}

fn say(error: &ZipError) -> String {
    match error {
        ZipError::UnsupportedArchive(what) if what.to_lowercase().contains("password") => {
            "it is encrypted with a password, which cockpit does not have".to_owned()
        }
        ZipError::InvalidPassword => "the password is wrong".to_owned(),
        other => other.to_string(),
    }
}
