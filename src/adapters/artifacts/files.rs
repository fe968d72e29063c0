//! The files of an artifact: plain ones, and those in its zips; their names, and what their first bytes look like.

use std::io::{self, Read};

use super::archive::{self, ArchiveError, Limits};

/// Bytes of a file that are looked at to tell what it is.
pub(super) const HEAD: usize = 4 << 10;

/// A file by name, not in an archive or in one.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Its name or path.
    pub name: &'a str,
    /// Its bytes; a zip is unpacked.
    pub bytes: &'a [u8],
}

/// A file that is opened: its first bytes, and all of them as a stream.
pub(super) struct Opened<'r> {
    head: Vec<u8>,
    rest: &'r mut dyn Read,
}

impl<'r> Opened<'r> {
    /// Opens a file: reads its first bytes.
    pub(super) fn new(rest: &'r mut dyn Read) -> Result<Self, String> {
        let mut head = Vec::new();
        let limit = u64::try_from(HEAD).unwrap_or(u64::MAX);
        let read = (&mut *rest).take(limit).read_to_end(&mut head);
        read.map_err(|error| error.to_string())?;
        Ok(Self { head, rest })
    }

    /// Its first bytes.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// All of it.
    pub(super) fn stream(&mut self) -> impl Read + '_ {
        self.head.as_slice().chain(&mut *self.rest)
    }

    /// At most so many bytes of it.
    pub(super) fn at_most(&mut self, limit: u64) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let read = self.stream().take(limit).read_to_end(&mut bytes);
        read.map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    /// All of its bytes, refused where they are more than that.
    pub(super) fn whole(&mut self, limit: u64) -> Result<Vec<u8>, String> {
        let bytes = self.at_most(limit.saturating_add(1))?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
            return Err(format!("larger than {} MiB", limit >> 20));
        }
        Ok(bytes)
    }
}

/// Walks plain files and zips alike; the reasons are why a file could not be opened.
pub(super) fn each(
    files: &[File<'_>],
    mut visit: impl FnMut(&str, Result<&mut Opened<'_>, String>),
) -> Result<(), ArchiveError> {
    let mut open = |name: &str, input: Result<&mut dyn Read, String>| {
        if is_shadow(name) {
            return;
        }
        match input.and_then(Opened::new) {
            Ok(mut opened) => visit(name, Ok(&mut opened)),
            Err(why) => visit(name, Err(why)),
        }
    };
    for file in files {
        if archive::is_zip(file.bytes) {
            archive::walk(file.bytes, Limits::ARTIFACT, &mut open)?;
        } else {
            let mut bytes = file.bytes;
            open(file.name, Ok(&mut bytes));
        }
    }
    Ok(())
}

/// A reason with the file that it is about.
pub(super) fn described(name: &str, reason: &str) -> String {
    if name.is_empty() {
        reason.to_owned()
    } else {
        format!("{name}: {reason}")
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn extension(path: &str) -> &str {
    file_name(path).rsplit_once('.').map_or("", |(_, end)| end)
}

/// The name that a person gave the file: without folders, ending and Surefire's `TEST-`.
pub(super) fn stem(path: &str) -> &str {
    let name = file_name(path);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let name = name.strip_prefix("TEST-").unwrap_or(name);
    if name.is_empty() { "tests" } else { name }
}

/// Finder's shadow files look like the real ones and are not.
fn is_shadow(path: &str) -> bool {
    path.starts_with("__MACOSX/") || file_name(path).starts_with("._")
}

/// Whether a file's name ends in one of these.
pub(super) fn has_extension(path: &str, wanted: &[&str]) -> bool {
    let extension = extension(path);
    wanted.iter().any(|end| extension.eq_ignore_ascii_case(end))
}

/// How a file is packed that is no zip; `None` where it is not.
pub(super) fn packed(path: &str) -> Option<&'static str> {
    ["gz", "tgz", "bz2", "xz", "zst", "tar", "7z", "rar"]
        .into_iter()
        .find(|end| has_extension(path, &[end]))
}

/// How a file is packed by its first bytes, where it is no zip.
pub(super) fn packed_by_mark(head: &[u8]) -> Option<&'static str> {
    const MARKS: [(&[u8], &str); 6] = [
        (b"\x1f\x8b", "gz"),
        (b"BZh", "bz2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zst"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!", "rar"),
    ];
    let mut marks = MARKS.iter();
    marks
        .find(|(mark, _)| head.starts_with(mark))
        .map(|(_, how)| *how)
}

/// Whether a packed file is called a report: `junit.xml.gz`, or a packed `junit.xml`.
pub(super) fn packs_a_report(path: &str) -> bool {
    let inner = match packed(path) {
        Some(_) => path.rsplit_once('.').map_or(path, |(inner, _)| inner),
        None => path,
    };
    has_extension(
        inner,
        &[
            "xml", "trx", "junit", "xunit", "json", "sarif", "info", "lcov",
        ],
    )
}

/// Text in whatever encoding its mark tells.
pub(super) fn decoded(bytes: &[u8]) -> String {
    let (text, _, _) = encoding_rs::UTF_8.decode(bytes);
    text.into_owned()
}

/// The first character that is no white space, whatever the encoding; `None` where there is none.
pub(super) fn first_mark(head: &[u8]) -> Option<u8> {
    let rest = head
        .strip_prefix(b"\xef\xbb\xbf".as_slice())
        .unwrap_or(head);
    let rest = rest.strip_prefix(b"\xff\xfe".as_slice()).unwrap_or(rest);
    let rest = rest.strip_prefix(b"\0\0".as_slice()).unwrap_or(rest);
    let rest = rest.strip_prefix(b"\xfe\xff".as_slice()).unwrap_or(rest);
    rest.iter()
        .copied()
        .find(|byte| !byte.is_ascii_whitespace() && *byte != 0)
}

/// The outermost element where the bytes begin an XML document.
pub(super) fn xml_root(head: &[u8]) -> Option<(String, Vec<String>)> {
    (first_mark(head) == Some(b'<')).then(|| super::xml::root(io::Cursor::new(head)))?
}
