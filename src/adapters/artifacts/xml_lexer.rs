//! The marks of XML: where text, tags, comments and sections begin and end, in a stream.
//!
//! Only a tag must fit into memory, with less of its long values; everything else passes by in pieces, so a 90 MB
//! `<system-out>` costs one window. Knows nothing of any report.

use std::io::{self, Read};

use super::{
    xml_tag::{Scanned, Tag, with_short_values},
    xml_window::Window,
};

/// Bytes of one whole tag.
const TAG_LIMIT: usize = 1 << 20;
/// Bytes of a tag from which on its values are cut.
const LONG_TAG: usize = 256 << 10;
/// Bytes of a reference such as `&quot;`: so much of an `&` at a window's end waits for what follows.
const REFERENCE: usize = 32;

/// What comes next.
#[derive(Debug)]
pub(super) enum Token<'s> {
    /// An element begins.
    Start(Tag<'s>),
    /// An element without content.
    Whole(Tag<'s>),
    /// An element ends; its name.
    End(&'s str),
    /// A piece of text, its references as they are written.
    Text(&'s str),
    /// A piece of a CDATA section.
    Plain(&'s str),
    /// The document ends.
    Over,
}

/// Why nothing comes.
#[derive(Debug, thiserror::Error)]
pub(super) enum LexerError {
    /// The stream ends inside of something; what is missing.
    #[error("{0}")]
    CutOff(&'static str),
    /// A tag beyond the limit.
    #[error("a single tag is larger than 1 MiB")]
    TooLarge,
    /// A tag whose quotes or whose end do not match.
    #[error("a tag goes on into another: a quote or a `>` is missing")]
    Torn,
    /// A `<!` that nobody knows: where it ends cannot be told.
    #[error("`<!` begins neither a comment nor a CDATA section")]
    Declaration,
    /// The stream fails.
    #[error(transparent)]
    Stream(#[from] io::Error),
}

/// A document being cut into tokens.
pub(super) struct Lexer<'r> {
    window: Window<'r>,
    inside: Inside,
    scanned: Scanned,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Text,
    Section,
    Comment { in_type: Option<DocType> },
    Instruction,
    Type(DocType),
}

/// Where in a document type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DocType {
    depth: u32,
    quote: Option<u8>,
}

/// What the window shows.
enum Step {
    /// Its end does not come within the window.
    More(&'static str),
    /// So many bytes that say nothing.
    Skip(usize),
    Text(usize),
    /// So many bytes of a section, and so many of its end mark.
    Plain(usize, usize),
    /// A tag that is scanned.
    Tag,
    /// What cannot be read.
    Broken(LexerError),
    /// A name from here to there, in so many bytes.
    End(usize, usize, usize),
}

impl<'r> Lexer<'r> {
    pub(super) fn new(input: &'r mut dyn Read) -> Self {
        Self {
            window: Window::new(input),
            inside: Inside::Text,
            scanned: Scanned::default(),
        }
    }

    /// The line that is read, from 1.
    pub(super) fn line(&self) -> u64 {
        self.window.line()
    }

    /// The next token.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Token<'_>, LexerError> {
        let mut at_end = false;
        loop {
            match self.step(at_end) {
                Step::Skip(bytes) => {
                    self.window.pass(bytes);
                }
                Step::Text(bytes) => return Ok(Token::Text(self.window.pass(bytes))),
                Step::Plain(0, mark) => {
                    self.window.pass(mark);
                }
                Step::Plain(bytes, mark) => {
                    let piece = self.window.pass(bytes + mark);
                    return Ok(Token::Plain(&piece[..bytes]));
                }
                Step::Broken(error) => return Err(error),
                Step::Tag if self.scanned.is_torn => return Err(LexerError::Torn),
                Step::Tag => {
                    let tag = Tag::new(self.window.pass(self.scanned.length), &self.scanned);
                    return Ok(if self.scanned.is_whole {
                        Token::Whole(tag)
                    } else {
                        Token::Start(tag)
                    });
                }
                Step::End(from, to, bytes) => {
                    return Ok(Token::End(&self.window.pass(bytes)[from..to]));
                }
                Step::More(missing) if at_end => {
                    return if missing.is_empty() {
                        Ok(Token::Over)
                    } else {
                        Err(LexerError::CutOff(missing))
                    };
                }
                Step::More(_) => {
                    self.shorten()?;
                    at_end = !self.window.more()?;
                }
            }
        }
    }

    /// Keeps a tag that does not end within limits.
    fn shorten(&mut self) -> Result<(), LexerError> {
        if self.window.rest().len() > LONG_TAG {
            self.window.rewrite(with_short_values);
            if self.window.rest().len() > TAG_LIMIT {
                return Err(LexerError::TooLarge);
            }
        }
        Ok(())
    }

    #[inline]
    fn step(&mut self, at_end: bool) -> Step {
        let rest = self.window.rest();
        match self.inside {
            Inside::Text => match rest.as_bytes() {
                [] => Step::More(""),
                [b'<', second, ..] => match second {
                    b'/' => end_tag(rest),
                    b'!' => self.declaration(at_end),
                    b'?' => {
                        self.inside = Inside::Instruction;
                        Step::Skip(2)
                    }
                    // Not escaped, as some writers leave it: `a < b`.
                    b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'<' | b'0'..=b'9' => Step::Text(1),
                    _ if self.scanned.scan(rest) => Step::Tag,
                    _ => Step::More("the `>` of a tag is missing"),
                },
                [b'<'] => Step::More("the `>` of a tag is missing"),
                _ => text(rest, at_end),
            },
            Inside::Section => {
                let (bytes, ended) = until("]]>", rest);
                match ended {
                    true => {
                        self.inside = Inside::Text;
                        Step::Plain(bytes, 3)
                    }
                    false if bytes > 0 => Step::Plain(bytes, 0),
                    false => Step::More("the `]]>` of a CDATA section is missing"),
                }
            }
            Inside::Comment { in_type } => {
                let after = in_type.map_or(Inside::Text, Inside::Type);
                self.skip_to("-->", after, "the `-->` of a comment is missing")
            }
            Inside::Instruction => self.skip_to(
                "?>",
                Inside::Text,
                "the `?>` of a processing instruction is missing",
            ),
            Inside::Type(at) => self.doc_type(at),
        }
    }

    /// What begins with `<!`.
    fn declaration(&mut self, at_end: bool) -> Step {
        const DOCUMENT: DocType = DocType {
            depth: 0,
            quote: None,
        };
        const OPENERS: [(&str, Inside); 3] = [
            ("<!--", Inside::Comment { in_type: None }),
            ("<![CDATA[", Inside::Section),
            ("<!DOCTYPE", Inside::Type(DOCUMENT)),
        ];
        let rest = self.window.rest().as_bytes();
        for (mark, inside) in OPENERS {
            let length = mark.len().min(rest.len());
            if !rest[..length].eq_ignore_ascii_case(&mark.as_bytes()[..length]) {
                continue;
            }
            if length == mark.len() {
                self.inside = inside;
                return Step::Skip(length);
            }
            if !at_end {
                return Step::More("the end of a `<!` is missing");
            }
        }
        Step::Broken(LexerError::Declaration)
    }

    fn skip_to(&mut self, mark: &str, after: Inside, missing: &'static str) -> Step {
        match until(mark, self.window.rest()) {
            (bytes, true) => {
                self.inside = after;
                Step::Skip(bytes + mark.len())
            }
            (0, false) => Step::More(missing),
            (bytes, false) => Step::Skip(bytes),
        }
    }

    /// A document type, up to a comment in it or its end. What it defines is not obeyed.
    fn doc_type(&mut self, at: DocType) -> Step {
        let rest = self.window.rest();
        let DocType {
            mut depth,
            mut quote,
        } = at;
        for (index, byte) in rest.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) if byte == open => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[') => depth += 1,
                (None, b']') => depth = depth.saturating_sub(1),
                (None, b'>') if depth == 0 => {
                    self.inside = Inside::Text;
                    return Step::Skip(index + 1);
                }
                (None, b'<') => {
                    let here = &rest[index..];
                    if here.starts_with("<!--") {
                        let in_type = Some(DocType { depth, quote });
                        self.inside = Inside::Comment { in_type };
                        return Step::Skip(index + 4);
                    }
                    if "<!--".starts_with(here) {
                        self.inside = Inside::Type(DocType { depth, quote });
                        return match index {
                            0 => Step::More("the `>` of the document type is missing"),
                            _ => Step::Skip(index),
                        };
                    }
                }
                _ => {}
            }
        }
        self.inside = Inside::Type(DocType { depth, quote });
        match rest.len() {
            0 => Step::More("the `>` of the document type is missing"),
            all => Step::Skip(all),
        }
    }
}

/// An ending tag.
#[inline]
fn end_tag(rest: &str) -> Step {
    match memchr::memchr(b'>', rest.as_bytes()) {
        Some(end) => {
            let name = rest[2..end].trim_ascii_end();
            Step::End(2, 2 + name.len(), end + 1)
        }
        None => Step::More("the `>` of a tag is missing"),
    }
}

/// A run of text, or as much of it as is there.
#[inline]
fn text(rest: &str, at_end: bool) -> Step {
    if let Some(end) = memchr::memchr(b'<', rest.as_bytes()) {
        return Step::Text(end);
    }
    if at_end {
        return Step::Text(rest.len());
    }
    // A reference may go on in the next window.
    match rest.rfind('&') {
        Some(at) if rest.len() - at < REFERENCE && !rest[at..].contains(';') => match at {
            0 => Step::More(""),
            _ => Step::Text(at),
        },
        _ => Step::Text(rest.len()),
    }
}

/// How many bytes lie before a mark, and whether it is there; of one that is not, as many as cannot belong to it.
fn until(mark: &str, rest: &str) -> (usize, bool) {
    if let Some(at) = memchr::memmem::find(rest.as_bytes(), mark.as_bytes()) {
        return (at, true);
    }
    let mut begun = (1..mark.len()).rev();
    let begun = begun.find(|length| rest.ends_with(&mark[..*length]));
    (rest.len() - begun.unwrap_or(0), false)
}
