//! Sealing: an event becomes the next line of a journal. Writes bytes, decides nothing about when they reach a disk.

use jiff::Timestamp;
use serde::Serialize;

use super::{Entry, Head, Header, LINE_BYTES};
use crate::domain::Seq;

/// A line ready to be appended, and the head that stands once it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The line with its newline.
    pub bytes: Vec<u8>,
    /// The journal's head after it.
    pub head: Head,
}

/// Why an event cannot be a line.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The line would be longer than [`LINE_BYTES`].
    #[error(
        "the entry has {bytes} bytes, a line at most {LINE_BYTES}: keep the large part in a blob"
    )]
    TooLong {
        /// How long it would be.
        bytes: usize,
    },
    /// It does not serialise, or would not read back as an entry.
    #[error("the event does not make a readable entry")]
    NotAnEntry(#[source] serde_json::Error),
}

#[derive(Serialize)]
struct Line<'a, E> {
    seq: Seq,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred: Option<Timestamp>,
    actor: &'a str,
    #[serde(flatten)]
    event: &'a E,
    prev: &'a str,
}

/// Makes `event` the line after `previous`.
///
/// `event` serialises as `{"kind": "noun.event_name", "payload": ..}`: an adjacently tagged enum, or [`super::Body`].
pub fn seal<E: Serialize>(
    previous: &Head,
    header: &Header,
    event: &E,
) -> Result<Sealed, SealError> {
    let line = Line {
        seq: previous.next_seq(),
        at: header.at,
        occurred: header.occurred,
        actor: &header.actor,
        event,
        prev: &previous.hex(),
    };
    let mut bytes = serde_json::to_vec(&line).map_err(SealError::NotAnEntry)?;
    if bytes.len() > LINE_BYTES {
        return Err(SealError::TooLong { bytes: bytes.len() });
    }
    // A line that cannot be read would lock its journal for good, so it is read before it is written.
    Entry::parse(&bytes).map_err(SealError::NotAnEntry)?;
    let head = Head::after(line.seq, &bytes);
    bytes.push(b'\n');
    Ok(Sealed { bytes, head })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::Body;

    fn header() -> Header {
        Header {
            at: "2026-11-20T14:02:31.5Z".parse().unwrap(),
            occurred: None,
            actor: "ana".into(),
        }
    }

    #[test]
    fn a_line_reads_as_the_format_says() {
        let body = Body {
            kind: "note.taken",
            payload: &"a\nb",
        };
        let first = seal(&Head::START, &header(), &body).unwrap();
        assert_eq!(
            String::from_utf8(first.bytes.clone()).unwrap(),
            format!(
                "{{\"seq\":1,\"at\":\"2026-11-20T14:02:31.5Z\",\"actor\":\"ana\",\"kind\":\"note.taken\",\"payload\":\"a\\nb\",\"prev\":\"{}\"}}\n",
                "0".repeat(64)
            )
        );
        let mut later = header();
        later.occurred = Some("2026-11-20T14:02:00Z".parse().unwrap());
        let second = seal(&first.head, &later, &body).unwrap();
        let text = String::from_utf8(second.bytes).unwrap();
        assert!(text.contains("\"seq\":2"), "{text}");
        assert!(
            text.contains("\"occurred\":\"2026-11-20T14:02:00Z\""),
            "{text}"
        );
        assert!(text.contains(&first.head.hex()), "{text}");
    }

    #[test]
    fn too_long_is_refused_with_the_length_and_the_limit_itself_is_not() {
        let empty = Body {
            kind: "note.taken",
            payload: &"",
        };
        let envelope = seal(&Head::START, &header(), &empty).unwrap().bytes.len() - 1;
        let fits = "x".repeat(LINE_BYTES - envelope);
        let body = |payload| Body {
            kind: "note.taken",
            payload,
        };
        assert!(seal(&Head::START, &header(), &body(&fits)).is_ok());
        let over = format!("{fits}x");
        let Err(SealError::TooLong { bytes }) = seal(&Head::START, &header(), &body(&over)) else {
            panic!("one byte over the limit must be refused");
        };
        assert_eq!(bytes, LINE_BYTES + 1);
    }

    #[test]
    fn what_would_not_read_back_is_refused() {
        #[derive(Serialize)]
        struct Bare {
            x: u8,
        }
        let refused = seal(&Head::START, &header(), &Bare { x: 1 });
        assert!(matches!(refused, Err(SealError::NotAnEntry(_))));
    }
}
