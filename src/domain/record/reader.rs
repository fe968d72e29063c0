//! Reading a journal: one pass that checks sequence and chain, and tells a torn end from a broken chain.
//!
//! A torn end is what a crash leaves: the beginning of one line, perhaps filled up with zeros. It was never
//! acknowledged, so it may be cut. Anything else that does not follow is damage: an error, with its line.

use serde::de::IgnoredAny;

use super::{Entry, Head, LINE_BYTES};
use crate::domain::{Seq, Text};

/// A journal that does not follow from its beginning; nothing may be appended to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the journal {why}")]
pub struct Broken {
    /// The first line that does not follow, from 1.
    pub line: u64,
    /// In which way.
    pub why: BrokenWhy,
}

/// The ways in which a line can fail to follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenWhy {
    /// It is not an entry.
    #[error("is not an entry: {0}")]
    Unreadable(Text),
    /// It has more than [`LINE_BYTES`].
    #[error("is longer than {LINE_BYTES} bytes")]
    TooLong,
    /// Entries are missing or doubled.
    #[error("has sequence {found}, not {wanted}")]
    Sequence {
        /// What stands there.
        found: Seq,
        /// What should.
        wanted: Seq,
    },
    /// The line before it was changed after it was written, or this one's `prev` was.
    #[error("does not name the hash of the line before it: one of the two was changed")]
    Chain,
    /// It is not the line that was written last, as the head beside the journal says.
    #[error("does not have the hash that the head names: it was changed after it was written")]
    Head,
    /// The head beside the journal names a later line.
    #[error("is missing, though the head names line {named}: lines were taken away")]
    Gone {
        /// The line that the head names.
        named: Seq,
    },
}

/// Reads the entries of a journal in order; after an error it ends.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    head: Head,
    ended: bool,
}

/// Where the reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The head after the last good entry.
    pub head: Head,
    /// Bytes of good entries, newlines included.
    pub whole: usize,
    /// Bytes behind them that a crash left, 0 where the journal ends well.
    pub torn: usize,
}

impl<'a> Reader<'a> {
    /// Reads a whole journal.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::resume(bytes, Head::START)
    }

    /// Reads on from `head`; `bytes` begins with the line after it.
    pub fn resume(bytes: &'a [u8], head: Head) -> Self {
        Self {
            bytes,
            at: 0,
            head,
            ended: false,
        }
    }

    /// Where the reading stands; meaningful as the journal's end once the iterator has ended without an error.
    pub fn end(&self) -> End {
        End {
            head: self.head,
            whole: self.at,
            torn: self.bytes.len() - self.at,
        }
    }

    /// Reads to the end for the chain alone.
    pub fn verify(self) -> Result<End, Broken> {
        self.verify_with(None)
    }

    /// The same, and the line that `named` names must stand there as it was: no line vouches for the last one but a head
    /// that is kept beside the journal.
    pub fn verify_with(mut self, named: Option<&Head>) -> Result<End, Broken> {
        while let Some(entry) = self.next() {
            entry?;
            if let Some(named) = named.filter(|named| named.seq() == self.head.seq())
                && *named != self.head
            {
                return Err(Broken {
                    line: named.seq().0,
                    why: BrokenWhy::Head,
                });
            }
        }
        match named {
            Some(named) if named.seq() > self.head.seq() => Err(Broken {
                line: self.head.next_seq().0,
                why: BrokenWhy::Gone { named: named.seq() },
            }),
            _ => Ok(self.end()),
        }
    }

    fn read(&mut self) -> Result<Option<Entry<'a>>, BrokenWhy> {
        let rest = &self.bytes[self.at..];
        let Some(length) = memchr::memchr(b'\n', rest) else {
            return check_torn(rest, false).map(|()| None);
        };
        let line = &rest[..length];
        if length > LINE_BYTES {
            return Err(BrokenWhy::TooLong);
        }
        let entry = match Entry::parse(line) {
            Ok(entry) => entry,
            // A newline alone is no beginning of a line: it was added.
            Err(_) if length + 1 == rest.len() && !line.is_empty() => {
                return check_torn(line, true).map(|()| None);
            }
            Err(error) => return Err(unreadable(&error)),
        };
        let wanted = self.head.next_seq();
        if entry.seq != wanted {
            return Err(BrokenWhy::Sequence {
                found: entry.seq,
                wanted,
            });
        }
        if entry.prev.as_bytes() != self.head.digits() {
            return Err(BrokenWhy::Chain);
        }
        self.head = Head::after(wanted, line);
        self.at += length + 1;
        Ok(Some(entry))
    }
}

fn unreadable(error: &serde_json::Error) -> BrokenWhy {
    BrokenWhy::Unreadable(Text::line(&error.to_string()))
}

/// Accepts a tail that an interrupted append can leave: the beginning of a line, perhaps filled up with zeros.
///
/// A whole value that ends its line, or with more behind it, is something else: an entry of another format, or two
/// lines whose newline was overwritten. Cutting that would lose what was acknowledged.
fn check_torn(tail: &[u8], ends_in_newline: bool) -> Result<(), BrokenWhy> {
    let written = tail.len() - tail.iter().rev().take_while(|b| **b == 0).count();
    let tail = &tail[..written];
    if tail.len() > LINE_BYTES {
        return Err(BrokenWhy::TooLong);
    }
    let mut values = serde_json::Deserializer::from_slice(tail).into_iter::<IgnoredAny>();
    let begins_whole = values.next().is_some_and(|value| value.is_ok());
    let lacks_only_its_newline = values.byte_offset() == tail.len() && !ends_in_newline;
    match Entry::parse(tail) {
        Err(error) if begins_whole && !lacks_only_its_newline => Err(unreadable(&error)),
        _ => Ok(()),
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Entry<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.read() {
            Ok(Some(entry)) => Some(Ok(entry)),
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(why) => {
                self.ended = true;
                let line = self.head.next_seq().0;
                Some(Err(Broken { line, why }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::{Body, Header, seal};

    /// Five lines, and the offset at which each begins.
    fn journal() -> (Vec<u8>, Vec<usize>) {
        let (mut bytes, mut starts, mut head) = (Vec::new(), Vec::new(), Head::START);
        for n in 0..5_i64 {
            let header = Header {
                at: jiff::Timestamp::from_second(1_763_600_000 + n).unwrap(),
                occurred: None,
                actor: "ana".into(),
            };
            let body = Body {
                kind: "note.taken",
                payload: &format!("note {n} with \"quotes\""),
            };
            let sealed = seal(&head, &header, &body).unwrap();
            starts.push(bytes.len());
            bytes.extend_from_slice(&sealed.bytes);
            head = sealed.head;
        }
        (bytes, starts)
    }

    #[test]
    fn what_was_sealed_reads_back_whole() {
        let (bytes, _) = journal();
        let seqs: Vec<u64> = Reader::new(&bytes).map(|e| e.unwrap().seq.0).collect();
        assert_eq!(seqs, [1, 2, 3, 4, 5]);
        let end = Reader::new(&bytes).verify().unwrap();
        assert_eq!((end.whole, end.torn), (bytes.len(), 0));
    }

    #[test]
    fn a_last_line_torn_at_any_byte_is_cut_and_counted() {
        let (bytes, starts) = journal();
        let last = starts[4];
        for cut in last..bytes.len() {
            let end = Reader::new(&bytes[..cut]).verify().unwrap();
            assert_eq!(end.head.seq(), Seq(4), "cut at {cut}");
            assert_eq!((end.whole, end.torn), (last, cut - last));
        }
    }

    #[test]
    fn a_last_line_of_zeros_with_its_newline_is_torn_too() {
        let (mut bytes, starts) = journal();
        let newline = bytes.len() - 1;
        bytes[starts[4] + 20..newline].fill(0);
        let end = Reader::new(&bytes).verify().unwrap();
        assert_eq!(end.torn, bytes.len() - starts[4]);
    }

    #[test]
    fn every_changed_byte_is_found() {
        let (bytes, starts) = journal();
        let good = Reader::new(&bytes).verify().unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let line = starts.iter().filter(|start| **start <= at).count() as u64;
            match Reader::new(&changed).verify() {
                // The line itself does not read, or the next one no longer follows from it.
                Err(broken) => assert!(
                    broken.line == line || broken.line == line + 1,
                    "byte {at} of line {line}: {broken}"
                ),
                // No line follows the last one: its damage shows as a torn end or as another head.
                Ok(end) => {
                    assert!(at >= starts[4], "byte {at} of line {line} went unseen");
                    assert_ne!(end, good, "byte {at} of line {line} went unseen");
                }
            }
        }
    }

    #[test]
    fn a_line_taken_out_or_doubled_is_broken_not_torn() {
        let (bytes, starts) = journal();
        let without = [&bytes[..starts[1]], &bytes[starts[2]..]].concat();
        let broken = Reader::new(&without).verify().unwrap_err();
        assert_eq!(broken.line, 2);
        assert_eq!(
            broken.why,
            BrokenWhy::Sequence {
                found: Seq(3),
                wanted: Seq(2)
            }
        );
        let doubled = [&bytes[..], &bytes[starts[4]..]].concat();
        assert_eq!(Reader::new(&doubled).verify().unwrap_err().line, 6);
    }

    #[test]
    fn a_newline_that_is_added_is_broken_not_torn() {
        let (mut bytes, _) = journal();
        bytes.push(b'\n');
        assert_eq!(Reader::new(&bytes).verify().unwrap_err().line, 6);
    }

    #[test]
    fn a_whole_last_line_of_another_format_is_not_cut() {
        let (mut bytes, _) = journal();
        bytes.extend_from_slice(b"{\"version\":2}\n");
        assert_eq!(Reader::new(&bytes).verify().unwrap_err().line, 6);
    }

    #[test]
    fn reading_on_from_a_head_is_the_same_as_reading_whole() {
        let (bytes, starts) = journal();
        let first = Reader::new(&bytes[..starts[3]]).verify().unwrap();
        let rest = Reader::resume(&bytes[first.whole..], first.head).verify();
        assert_eq!(
            rest.unwrap().head,
            Reader::new(&bytes).verify().unwrap().head
        );
        let foreign = Reader::resume(&bytes[starts[4]..], first.head).verify();
        assert_eq!(foreign.unwrap_err().line, 4);
    }

    #[test]
    fn every_byte_that_is_changed_is_found_beside_a_head() {
        let (bytes, _) = journal();
        let head = Reader::new(&bytes).verify().unwrap().head;
        assert!(Reader::new(&bytes).verify_with(Some(&head)).is_ok());
        for at in 0..bytes.len() {
            for mask in [0x01, 0x20, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= mask;
                let found = Reader::new(&changed).verify_with(Some(&head));
                assert!(found.is_err(), "byte {at} ^ {mask:#x}");
            }
        }
        for cut in 0..bytes.len() {
            let found = Reader::new(&bytes[..cut]).verify_with(Some(&head));
            assert!(found.is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_head_that_is_older_than_the_journal_is_no_fault() {
        let (bytes, starts) = journal();
        let early = Reader::new(&bytes[..starts[3]]).verify().unwrap().head;
        assert!(Reader::new(&bytes).verify_with(Some(&early)).is_ok());
        assert!(Reader::new(&bytes).verify_with(Some(&Head::START)).is_ok());
    }

    #[test]
    fn after_an_error_the_reader_has_ended() {
        let (mut bytes, starts) = journal();
        bytes[starts[2]] = b'x';
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.by_ref().flatten().count(), 2);
        assert!(reader.next().is_none());
    }
}
