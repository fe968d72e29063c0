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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    const SMALL: Limits = Limits {
        entries: 3,
        entry_bytes: 10_000,
        bytes: 15_000,
        ratio: 10,
        free_bytes: 5_000,
    };

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn walked(bytes: &[u8]) -> Result<Vec<String>, ArchiveError> {
        let mut read = Vec::new();
        walk(
            bytes,
            SMALL,
            |_| true,
            |name, input| {
                let outcome = input.and_then(|input| {
                    io::copy(input, &mut io::sink()).map_err(|error| error.to_string())
                });
                read.push(format!("{name} {outcome:?}"));
            },
        )?;
        Ok(read)
    }

    #[test]
    fn a_bomb_is_stopped_by_what_it_unpacks_to() {
        let bomb = vec![b' '; 9_000];
        let stopped = walked(&zipped(&[("bomb.xml", &bomb)])).unwrap_err();
        assert!(matches!(stopped, ArchiveError::TooLarge(_)), "{stopped}");
        // The same bytes stand where they were paid for.
        let mut noise = Vec::new();
        let mut state = 1_u32;
        while noise.len() < 9_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            noise.push(state.to_be_bytes()[0]);
        }
        assert_eq!(walked(&zipped(&[("a", &noise)])).unwrap(), ["a Ok(9000)"]);
        let stopped = walked(&zipped(&[("a", &noise), ("b", &noise)])).unwrap_err();
        assert!(matches!(stopped, ArchiveError::TooLarge(_)), "{stopped}");
    }

    #[test]
    fn too_many_entries_are_not_walked() {
        let files: [(&str, &[u8]); 4] = [("a", b""), ("b", b""), ("c", b""), ("d", b"")];
        let stopped = walked(&zipped(&files)).unwrap_err();
        assert!(stopped.to_string().contains("4 entries"), "{stopped}");
    }

    #[test]
    fn an_encrypted_entry_is_said() {
        let mut bytes = zipped(&[("a.xml", b"x")]);
        // Bit 0 of the general purpose flags, in the local and in the central header.
        let central = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        bytes[6] |= 1;
        bytes[central + 8] |= 1;
        let read = walked(&bytes).unwrap();
        assert!(read[0].contains("encrypted with a password"), "{read:?}");
    }
}
