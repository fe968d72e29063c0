//! JSON as people write it by hand: comments and a comma behind the last element are taken out on the way. What is
//! whole JSON passes as it is, and every line stays where it was.

use std::io::{self, BufRead, BufReader, Read};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Plain,
    /// Behind a `/` that may begin a comment.
    Slash,
    Text,
    /// Behind a `\` in a text.
    Escape,
    Line,
    Block,
    /// Behind a `*` that may end a comment.
    Star,
}

/// A reader of JSON without its comments.
pub(super) struct Uncommented<R> {
    inner: BufReader<R>,
    inside: Inside,
    /// White space since a comma that may be the last, and the comma.
    held: Vec<u8>,
    /// The byte before it that is no white space.
    before: u8,
    ready: Vec<u8>,
    at: usize,
}

/// Bytes of white space that are held behind a comma.
const HELD: usize = 4 << 10;

impl<R: Read> Uncommented<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner: BufReader::with_capacity(64 << 10, inner),
            inside: Inside::Plain,
            held: Vec::new(),
            before: 0,
            ready: Vec::new(),
            at: 0,
        }
    }

    fn give(&mut self, byte: u8) {
        if self.held.is_empty() {
            if byte == b',' {
                self.held.push(byte);
            } else {
                if !byte.is_ascii_whitespace() {
                    self.before = byte;
                }
                self.ready.push(byte);
            }
            return;
        }
        if byte.is_ascii_whitespace() && self.held.len() < HELD {
            self.held.push(byte);
            return;
        }
        let is_last = matches!(byte, b'}' | b']') && !matches!(self.before, b'{' | b'[' | b',');
        self.before = b',';
        if is_last {
            self.held[0] = b' ';
        }
        self.ready.append(&mut self.held);
        self.give(byte);
    }

    fn take(&mut self, byte: u8) {
        self.inside = match (self.inside, byte) {
            (Inside::Plain, b'/') => Inside::Slash,
            (Inside::Slash, b'/') => Inside::Line,
            (Inside::Slash, b'*') => Inside::Block,
            (Inside::Slash, _) => {
                self.give(b'/');
                self.inside = Inside::Plain;
                return self.take(byte);
            }
            // In a text every byte is its own.
            (Inside::Text, _) => {
                self.ready.push(byte);
                match byte {
                    b'\\' => Inside::Escape,
                    b'"' => Inside::Plain,
                    _ => Inside::Text,
                }
            }
            (Inside::Escape, _) => {
                self.ready.push(byte);
                Inside::Text
            }
            (Inside::Plain, b'"') => {
                self.give(byte);
                Inside::Text
            }
            (Inside::Line, b'\n') => {
                self.give(byte);
                Inside::Plain
            }
            (Inside::Block | Inside::Star, b'*') => Inside::Star,
            (Inside::Star, b'/') => {
                self.give(b' ');
                Inside::Plain
            }
            (Inside::Block | Inside::Star, _) => {
                if byte == b'\n' {
                    self.give(byte);
                }
                Inside::Block
            }
            (inside @ Inside::Line, _) => inside,
            (inside @ Inside::Plain, _) => {
                self.give(byte);
                inside
            }
        };
    }

    fn fill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.at = 0;
        while self.ready.is_empty() {
            let bytes = self.inner.fill_buf()?.to_vec();
            if bytes.is_empty() {
                if self.inside == Inside::Slash {
                    self.held.push(b'/');
                    self.inside = Inside::Plain;
                }
                self.ready.append(&mut self.held);
                return Ok(());
            }
            for byte in &bytes {
                self.take(*byte);
            }
            self.inner.consume(bytes.len());
        }
        Ok(())
    }
}

impl<R: Read> Read for Uncommented<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.ready.len() {
            self.fill()?;
        }
        let rest = &self.ready[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> String {
        let mut text = String::new();
        let mut reader = Uncommented::new(json.as_bytes());
        reader.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn what_is_whole_passes_as_it_is() {
        let json =
            "{\"a\": \"// no /* comment */ \\\" , ]\", \"b\": [1, 2 ,\n3], \"c\\\\\": \"/\"}";
        assert_eq!(read(json), json);
        for odd in ["", "/", ",", "[1,", "{\"a\":1,   ", "/ /", "\"a"] {
            assert_eq!(read(odd), odd);
        }
        let spaced = format!("[1,{}2]", " ".repeat(3 * HELD));
        assert_eq!(read(&spaced), spaced);
    }

    #[test]
    fn comments_and_last_commas_go_and_lines_stay() {
        for (json, plain) in [
            ("// a\n{\"a\":1 // b\n}", "\n{\"a\":1 \n}"),
            ("/* a\nb **/{\"a\":[1, /*,*/ ], }", "\n {\"a\":[1    ]  }"),
            ("[1,,]", "[1,,]"),
            ("{,}", "{,}"),
            ("[[1],]", "[[1] ]"),
            ("[1,//x\n\"a\",\n]", "[1,\n\"a\" \n]"),
        ] {
            assert_eq!(read(json), plain);
        }
    }
}
