//! Letters between the cockpits of one machine: whoever does not drive leaves one, the driver answers it.
//!
//! The folder is 0700, so a letter comes from the same user. Letters are JSON that this file does not understand.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use jiff::Timestamp;
use serde::Serialize;

use serde_json::value::RawValue;

use super::{error::explained, place, private};
use crate::ports::Letters;

/// Largest letter or answer, in bytes.
pub const LETTER_BYTES: usize = 64 * 1024;
/// Most letters that one look returns.
pub const LETTERS: usize = 256;

/// The inbox of a release.
#[derive(Debug, Clone)]
pub struct Inbox {
    folder: PathBuf,
}

/// One letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its name, for the answer.
    pub name: String,
    /// Its JSON; `None` where it cannot be read or is longer than [`LETTER_BYTES`].
    pub content: Option<Vec<u8>>,
}

impl Inbox {
    /// The inbox in a release's folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.join(place::INBOX),
        }
    }

    /// Leaves a letter at `at` and returns its name. Letters are read in the order of their times.
    pub fn leave(&self, at: Timestamp, letter: &impl Serialize) -> io::Result<String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "{:020}-{:010}-{:06}.json",
            at.as_nanosecond().max(0),
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        self.write(&name, letter)?;
        Ok(name)
    }

    /// The waiting letters, oldest first, at most [`LETTERS`].
    pub fn letters(&self) -> io::Result<Vec<Letter>> {
        let listed = fs::read_dir(&self.folder).map_err(|e| explained("read", &self.folder, e))?;
        let mut names: Vec<String> = listed
            .filter_map(|found| found.ok()?.file_name().into_string().ok())
            .filter(|name| is_letter(name))
            .collect();
        names.sort_unstable();
        names.truncate(LETTERS);
        let read = |name: String| {
            let content = private::read(&self.folder.join(&name), LETTER_BYTES as u64).ok();
            Letter { name, content }
        };
        Ok(names.into_iter().map(read).collect())
    }

    /// Answers a letter and takes it out. Killed in between, the letter is seen and answered again.
    pub fn answer(&self, name: &str, answer: &(impl Serialize + ?Sized)) -> io::Result<()> {
        self.write(&answer_to(name)?, answer)?;
        let path = self.folder.join(name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(explained("remove", &path, e)),
            _ => Ok(()),
        }
    }

    /// The answer to a letter, once there is one; it is taken out.
    pub fn take_answer(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let path = self.folder.join(answer_to(name)?);
        match private::read(&path, LETTER_BYTES as u64) {
            Ok(bytes) => {
                fs::remove_file(&path).map_err(|e| explained("remove", &path, e))?;
                Ok(Some(bytes))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(explained("read", &path, e)),
        }
    }

    fn write(&self, name: &str, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        let bytes = serde_json::to_vec(value)?;
        if bytes.len() > LETTER_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!(
                    "a letter of {} bytes, {LETTER_BYTES} are the most",
                    bytes.len()
                ),
            ));
        }
        private::put(&self.folder, name, &bytes).map_err(|e| explained("write", &self.folder, e))
    }
}

impl Letters for Inbox {
    fn waiting(&self) -> io::Result<Vec<(String, Option<Vec<u8>>)>> {
        let all = self.letters()?.into_iter();
        Ok(all.map(|letter| (letter.name, letter.content)).collect())
    }

    fn answer(&self, name: &str, answer: &[u8]) -> io::Result<()> {
        let answer: &RawValue = serde_json::from_slice(answer)?;
        Self::answer(self, name, answer)
    }
}

fn is_letter(name: &str) -> bool {
    name.strip_suffix(".json").is_some_and(|stem| {
        stem.len() <= 60 && stem.bytes().all(|b| b.is_ascii_digit() || b == b'-')
    })
}

fn answer_to(name: &str) -> io::Result<String> {
    match name.strip_suffix(".json") {
        Some(stem) if is_letter(name) => Ok(format!("{stem}.answer")),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not the name of a letter",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox() -> (tempfile::TempDir, Inbox) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inbox")).unwrap();
        let inbox = Inbox::new(folder.path());
        (folder, inbox)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn letters_come_in_the_order_of_their_times_and_go_when_answered() {
        let (_folder, inbox) = inbox();
        let late = inbox.leave(at(1_763_600_010), &"late").unwrap();
        let early = inbox.leave(at(999_999_999), &"early").unwrap();
        let twin = inbox.leave(at(1_763_600_010), &"twin").unwrap();
        let names: Vec<String> = inbox
            .letters()
            .unwrap()
            .into_iter()
            .map(|l| l.name)
            .collect();
        assert_eq!(names, [early.clone(), late, twin]);

        assert_eq!(inbox.take_answer(&early).unwrap(), None);
        inbox.answer(&early, &"done").unwrap();
        assert_eq!(inbox.letters().unwrap().len(), 2);
        assert_eq!(inbox.take_answer(&early).unwrap().unwrap(), b"\"done\"");
        assert_eq!(inbox.take_answer(&early).unwrap(), None);
    }

    #[test]
    fn drafts_strangers_and_giants_are_no_letters() {
        let (folder, inbox) = inbox();
        let place = folder.path().join("inbox");
        fs::write(place.join(".new-x.json"), "1").unwrap();
        fs::write(place.join("readme.txt"), "1").unwrap();
        fs::write(place.join("1-1-1.json"), vec![b'1'; LETTER_BYTES + 1]).unwrap();
        let letters = inbox.letters().unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].content, None);
        assert!(inbox.leave(at(1), &"x".repeat(LETTER_BYTES)).is_err());
        assert!(inbox.answer("../journal.json", &"x").is_err());
    }
}
