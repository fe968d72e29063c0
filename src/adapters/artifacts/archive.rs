//! A zip walked within limits: entries, bytes, ratio. Entries stream to the caller; nothing is written anywhere.

use std::io::{self, Cursor, Read};

use zip::{CompressionMethod, ZipArchive, result::ZipError};

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

/// How entries are packed that are unpacked: every tool's own ways.
const METHODS: [CompressionMethod; 2] = [CompressionMethod::Stored, CompressionMethod::Deflated];
/// Archives inside archives that are opened: an artifact of reports that were zipped before.
const NESTING: usize = 2;
/// Bytes of an archive inside the archive.
const INNER_BYTES: u64 = 64 << 20;

/// Gives every file to `visit`, in the order of the names, also those of archives in the archive; and why one is not
/// opened.
///
/// A limit that is passed stops the walk: an archive that breaks one is not trusted for the rest.
pub(super) fn walk(
    bytes: &[u8],
    limits: Limits,
    mut visit: impl FnMut(&str, Result<&mut dyn Read, String>),
) -> Result<(), ArchiveError> {
    let packed = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let by_ratio = packed.saturating_mul(limits.ratio).max(limits.free_bytes);
    let mut walk = Walk {
        limits,
        entries: limits.entries,
        bytes: limits.bytes.min(by_ratio),
        visit: &mut visit,
    };
    walk.archive(bytes, "", 1)
}

/// Takes a file of an archive by its name, or why it is not opened.
type Visit<'v> = dyn FnMut(&str, Result<&mut dyn Read, String>) + 'v;

/// What the walk may still cost; archives in archives pay from the same purse.
struct Walk<'v> {
    limits: Limits,
    entries: usize,
    bytes: u64,
    visit: &'v mut Visit<'v>,
}

impl Walk<'_> {
    fn archive(&mut self, bytes: &[u8], around: &str, depth: usize) -> Result<(), ArchiveError> {
        let mut archive = ZipArchive::new(Cursor::new(bytes))
            .map_err(|error| ArchiveError::Damaged(say(&error)))?;
        self.entries = self.entries.checked_sub(archive.len()).ok_or_else(|| {
            let all = self.limits.entries;
            let here = archive.len();
            ArchiveError::TooLarge(format!(
                "the zip holds {here} entries; at most {all} are read in all"
            ))
        })?;
        let told = entries_told(bytes);
        if told > archive.len() {
            let hidden = told - archive.len();
            let line = format!("{hidden} of its {told} files cannot be seen: they share a name");
            (self.visit)(around.trim_end_matches('/'), Err(line));
        }
        let mut names: Vec<(String, usize)> = (0..archive.len())
            .filter_map(|index| {
                let name = archive.name_for_index(index)?.ok()?.into_owned();
                (!name.ends_with('/')).then_some((name, index))
            })
            .collect();
        names.sort();
        for (name, index) in names {
            let shown = format!("{around}{name}");
            let mut file = match archive.by_index(index) {
                Ok(file) => file,
                Err(error) => {
                    (self.visit)(&shown, Err(say(&error)));
                    continue;
                }
            };
            let method = file.compression();
            let refusal = if file.enclosed_name().is_none() {
                Some("its path leads out of the archive".to_owned())
            } else if file.is_symlink() {
                Some("it is a link, not a file".to_owned())
            } else if !METHODS.contains(&method) {
                Some(format!(
                    "it is packed by a method that cockpit does not unpack ({method})"
                ))
            } else {
                None
            };
            match refusal {
                Some(why) => (self.visit)(&shown, Err(why)),
                None => self.entry(&mut file, &name, &shown, depth)?,
            }
        }
        Ok(())
    }

    fn entry(
        &mut self,
        file: &mut dyn Read,
        name: &str,
        shown: &str,
        depth: usize,
    ) -> Result<(), ArchiveError> {
        let allowed = self.limits.entry_bytes.min(self.bytes);
        let mut bounded = Bounded {
            inner: file,
            left: allowed,
            taken: 0,
            exceeded: false,
        };
        let is_inner = name
            .rsplit_once('.')
            .is_some_and(|(_, end)| end.eq_ignore_ascii_case("zip"));
        let mut inner = None;
        if !is_inner {
            (self.visit)(shown, Ok(&mut bounded));
        } else if depth >= NESTING {
            let why = "an archive inside an archive inside the archive is not opened";
            (self.visit)(shown, Err(why.to_owned()));
        } else {
            let mut bytes = Vec::new();
            match (&mut bounded).take(INNER_BYTES + 1).read_to_end(&mut bytes) {
                Ok(read) if u64::try_from(read).unwrap_or(u64::MAX) > INNER_BYTES => {
                    let why = format!(
                        "an archive larger than {} MiB inside the archive",
                        INNER_BYTES >> 20
                    );
                    (self.visit)(shown, Err(why));
                }
                Ok(_) => inner = Some(bytes),
                Err(_) if bounded.exceeded => {}
                Err(error) => (self.visit)(shown, Err(error.to_string())),
            }
        }
        if bounded.exceeded {
            let line = format!("{shown} unpacks to more than {} MiB", allowed >> 20);
            return Err(ArchiveError::TooLarge(line));
        }
        self.bytes = self.bytes.saturating_sub(bounded.taken);
        let Some(bytes) = inner else {
            return Ok(());
        };
        match self.archive(&bytes, &format!("{shown}/"), depth + 1) {
            // A damaged one is a damaged file among others; one that breaks a limit ends everything.
            Err(ArchiveError::Damaged(why)) => {
                let why = ArchiveError::Damaged(why).to_string();
                (self.visit)(shown, Err(why));
                Ok(())
            }
            other => other,
        }
    }
}

/// The entries that a zip's last record says it has: of two with the same name only one is found by it. Source: PKWARE's
/// APPNOTE.TXT, 4.3.16; where the count stands elsewhere (zip64) it is not told.
fn entries_told(bytes: &[u8]) -> usize {
    let told = || {
        let at = memchr::memmem::rfind(bytes, b"PK\x05\x06")?;
        let count = bytes.get(at + 10..at + 12)?;
        let count = u16::from_le_bytes(count.try_into().ok()?);
        Some(usize::from(count)).filter(|_| count != u16::MAX)
    };
    told().unwrap_or(0)
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
        ZipError::InvalidArchive(_) => "its directory is missing or broken".to_owned(),
        ZipError::UnsupportedArchive(what) if what.to_lowercase().contains("password") => {
            "it is encrypted: a password is needed, and cockpit has none".to_owned()
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
        walk(bytes, SMALL, |name, input| {
            let outcome = input.and_then(|input| {
                io::copy(input, &mut io::sink()).map_err(|error| error.to_string())
            });
            read.push(format!("{name} {outcome:?}"));
        })?;
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
    fn an_archive_in_the_archive_pays_from_the_same_purse() {
        let inner = zipped(&[("a.xml", b"1234"), ("b.xml", b"5")]);
        let read = walked(&zipped(&[("in.zip", &inner)])).unwrap();
        assert_eq!(read, ["in.zip/a.xml Ok(4)", "in.zip/b.xml Ok(1)"]);
        let deeper = zipped(&[("in.zip", &zipped(&[("in.zip", &inner)]))]);
        let read = walked(&deeper).unwrap();
        assert!(read[0].contains("is not opened"), "{read:?}");
        let many = zipped(&[("a.zip", &inner), ("b.zip", &inner)]);
        assert!(walked(&many).unwrap_err().to_string().contains("entries"));
        let bomb = zipped(&[("bomb.xml", &vec![b' '; 9_000])]);
        let stopped = walked(&zipped(&[("in.zip", &bomb)])).unwrap_err();
        assert!(matches!(stopped, ArchiveError::TooLarge(_)), "{stopped}");
        let cut = &inner[..inner.len() - 10];
        let read = walked(&zipped(&[("cut.zip", cut), ("x", b"x")])).unwrap();
        assert!(read[0].contains("damaged or cut off"), "{read:?}");
        assert_eq!(read[1], "x Ok(1)");
    }

    #[test]
    fn of_two_files_with_one_name_both_are_told() {
        let mut bytes = zipped(&[("a.xml", b"x"), ("b.xml", b"y")]);
        for at in memchr::memmem::find_iter(&bytes.clone(), b"b.xml") {
            bytes[at] = b'a';
        }
        let read = walked(&bytes).unwrap();
        assert!(
            read[0].contains("1 of its 2 files cannot be seen"),
            "{read:?}"
        );
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn a_method_that_is_not_unpacked_is_said() {
        let mut bytes = zipped(&[("a.xml", b"x"), ("b.xml", b"y")]);
        // The method stands in the local and in the central header.
        let central = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        bytes[8] = 14;
        bytes[central + 10] = 14;
        let read = walked(&bytes).unwrap();
        assert!(
            read[0].contains("a method that cockpit does not unpack"),
            "{read:?}"
        );
        assert_eq!(read[1], "b.xml Ok(1)");
    }

    #[test]
    fn an_encrypted_entry_is_said() {
        let mut bytes = zipped(&[("a.xml", b"x")]);
        // Bit 0 of the general purpose flags, in the local and in the central header.
        let central = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        bytes[6] |= 1;
        bytes[central + 8] |= 1;
        let read = walked(&bytes).unwrap();
        assert!(read[0].contains("a password is needed"), "{read:?}");
    }
}
