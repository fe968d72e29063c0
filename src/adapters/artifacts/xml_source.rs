//! A byte stream made fit for an XML parser: UTF-8 whatever it was, and no piece of it longer than a parser should hold.
//!
//! The encoding is found as XML 1.0 appendix F says: byte order mark, then the shape of the first bytes, then the
//! declaration. Bytes that do not fit it become `\u{fffd}`. Long runs of text, CDATA, comments and attribute values are
//! cut while they stream by, so a 90 MB `<system-out>` costs 64 KiB. This knows XML's lexical marks and nothing of any
//! report.

use std::io::{self, BufRead, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes read at a time.
const CHUNK: usize = 32 << 10;
/// Bytes kept of one run of text, one CDATA section, one attribute value.
const RUN_KEPT: usize = 64 << 10;
/// Bytes of one whole tag, processing instruction or document type.
const TAG_LIMIT: usize = 1 << 20;

/// The stream; read it as a `BufRead` of valid UTF-8.
pub(super) struct XmlSource<R> {
    inner: R,
    raw: Box<[u8]>,
    decoder: Option<Decoder>,
    decoded: Vec<u8>,
    out: Vec<u8>,
    at: usize,
    lines_before: u64,
    lines_here: u64,
    cutter: Cutter,
    ended: bool,
}

impl<R: Read> XmlSource<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            raw: vec![0; CHUNK].into_boxed_slice(),
            decoder: None,
            decoded: Vec::new(),
            out: Vec::new(),
            at: 0,
            lines_before: 0,
            lines_here: 0,
            cutter: Cutter::new(),
            ended: false,
        }
    }

    /// The line of the byte read last, from 1; near it where text was cut.
    pub(super) fn line(&self) -> u64 {
        let here = if self.at == self.out.len() {
            self.lines_here
        } else {
            newlines(&self.out[..self.at])
        };
        1 + self.lines_before + here
    }

    fn refill(&mut self) -> io::Result<()> {
        self.lines_before += std::mem::take(&mut self.lines_here);
        self.out.clear();
        self.at = 0;
        while self.out.is_empty() && !self.ended {
            let filled = self.read_chunk()?;
            let decoder = self
                .decoder
                .get_or_insert_with(|| encoding_of(&self.raw[..filled]).new_decoder());
            let mut rest = &self.raw[..filled];
            self.ended = filled == 0;
            loop {
                self.decoded.resize(CHUNK * 2, 0);
                let (result, read, written, _) =
                    decoder.decode_to_utf8(rest, &mut self.decoded, self.ended);
                rest = &rest[read..];
                self.lines_here += newlines(&self.decoded[..written]);
                self.cutter.pass(&self.decoded[..written], &mut self.out)?;
                if result == CoderResult::InputEmpty {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Fills the raw buffer as far as one read goes; the first read gets enough to see the declaration.
    fn read_chunk(&mut self) -> io::Result<usize> {
        let wanted = if self.decoder.is_none() { 256 } else { 1 };
        let mut filled = 0;
        while filled < wanted {
            match self.inner.read(&mut self.raw[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

impl<R: Read> Read for XmlSource<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let taken = ready.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&ready[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

impl<R: Read> BufRead for XmlSource<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.out.len() && !self.ended {
            self.refill()?;
        }
        Ok(&self.out[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.out.len());
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    u64::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u64::MAX)
}

fn encoding_of(head: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    match head {
        [0, b'<', 0, _, ..] => return UTF_16BE,
        [b'<', 0, _, 0, ..] => return UTF_16LE,
        _ => {}
    }
    let declaration = head.split(|&b| b == b'>').next().unwrap_or_default();
    let declared = String::from_utf8_lossy(declaration);
    let label = declared
        .trim_start()
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("encoding"))
        .and_then(|(_, rest)| rest.trim_start().strip_prefix('='))
        .and_then(|rest| rest.trim_start().split(['"', '\'']).nth(1));
    let encoding = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    // A declaration that was readable byte by byte cannot speak of two-byte units.
    encoding
        .filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE)
        .unwrap_or(UTF_8)
}

/// Copies XML and drops what is beyond the limits, knowing only where text, tags and quotes begin and end.
struct Cutter {
    state: State,
    /// Bytes of the present run that were copied.
    kept: usize,
    /// Bytes of the present tag.
    tag: usize,
    /// How much of the present run's end mark has passed.
    matched: usize,
    /// The first bytes after `<!`.
    bang: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    Open,
    Bang,
    Tag,
    Quote(u8),
    Cdata,
    Comment,
    Instruction,
    DocType { depth: u32, quote: u8 },
}

impl Cutter {
    fn new() -> Self {
        Self {
            state: State::Text,
            kept: 0,
            tag: 0,
            matched: 0,
            bang: Vec::new(),
        }
    }

    fn pass(&mut self, input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let mut rest = input;
        while let Some(&first) = rest.first() {
            let used = match self.state {
                State::Text => self.text(rest, out),
                State::Open => {
                    self.open(first);
                    0
                }
                State::Bang => self.bang(first, out)?,
                State::Tag => self.in_tag(rest, out)?,
                State::Quote(quote) => self.quote(rest, quote, out)?,
                State::Cdata => self.until(rest, b"]]>", RUN_KEPT, out),
                State::Comment => self.until(rest, b"-->", 0, out),
                State::Instruction => self.until(rest, b"?>", RUN_KEPT, out),
                State::DocType { depth, quote } => self.doc_type(first, depth, quote, out)?,
            };
            rest = &rest[used..];
        }
        Ok(())
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.kept = 0;
        self.matched = 0;
    }

    /// Copies what still fits of this run.
    fn keep(&mut self, run: &[u8], limit: usize, out: &mut Vec<u8>) {
        let room = limit.saturating_sub(self.kept).min(run.len());
        out.extend_from_slice(&run[..whole_characters(run, room)]);
        self.kept = if room < run.len() {
            limit
        } else {
            self.kept + room
        };
    }

    fn count_tag(&mut self, bytes: usize) -> io::Result<()> {
        self.tag += bytes;
        if self.tag > TAG_LIMIT {
            let what = "a single tag is larger than 1 MiB";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(())
    }

    fn text(&mut self, rest: &[u8], out: &mut Vec<u8>) -> usize {
        let Some(end) = memchr::memchr(b'<', rest) else {
            self.keep(rest, RUN_KEPT, out);
            return rest.len();
        };
        self.keep(&rest[..end], RUN_KEPT, out);
        out.push(b'<');
        self.enter(State::Open);
        self.tag = 0;
        end + 1
    }

    fn open(&mut self, first: u8) {
        match first {
            b'!' => {
                self.bang.clear();
                self.enter(State::Bang);
            }
            b'?' => self.enter(State::Instruction),
            _ => self.enter(State::Tag),
        }
    }

    fn bang(&mut self, byte: u8, out: &mut Vec<u8>) -> io::Result<usize> {
        self.count_tag(1)?;
        self.bang.push(byte);
        out.push(byte);
        match self.bang.as_slice() {
            b"!--" => self.enter(State::Comment),
            b"![CDATA[" => self.enter(State::Cdata),
            begun if b"!--".starts_with(begun) || b"![CDATA[".starts_with(begun) => {}
            [.., b'>'] => self.enter(State::Text),
            _ => self.enter(State::DocType { depth: 0, quote: 0 }),
        }
        Ok(1)
    }

    fn in_tag(&mut self, rest: &[u8], out: &mut Vec<u8>) -> io::Result<usize> {
        let stop = memchr::memchr3(b'>', b'"', b'\'', rest);
        let used = stop.map_or(rest.len(), |at| at + 1);
        self.count_tag(used)?;
        out.extend_from_slice(&rest[..used]);
        match stop.map(|at| rest[at]) {
            Some(b'>') => self.enter(State::Text),
            Some(quote) => self.enter(State::Quote(quote)),
            None => {}
        }
        Ok(used)
    }

    fn quote(&mut self, rest: &[u8], quote: u8, out: &mut Vec<u8>) -> io::Result<usize> {
        let before = self.kept;
        let end = memchr::memchr(quote, rest);
        self.keep(&rest[..end.unwrap_or(rest.len())], RUN_KEPT, out);
        self.count_tag(self.kept - before)?;
        if end.is_some() {
            out.push(quote);
            self.enter(State::Tag);
        }
        Ok(end.map_or(rest.len(), |at| at + 1))
    }

    /// Copies up to `limit` bytes of a run and always the whole mark that ends it.
    fn until(&mut self, rest: &[u8], mark: &[u8], limit: usize, out: &mut Vec<u8>) -> usize {
        let last = mark[mark.len() - 1];
        let mut used = 0;
        // The mark's leading bytes are alike (`]]`, `--`), or there is only one.
        while used < rest.len() {
            let byte = rest[used];
            used += 1;
            if byte == last && self.matched == mark.len() - 1 {
                let body = &rest[..used - 1];
                self.keep(body, limit, out);
                // Whatever of the mark was kept or not, a whole one makes the end.
                out.extend_from_slice(self.end_mark(mark, out));
                self.enter(State::Text);
                return used;
            }
            self.matched = if byte == mark[0] {
                (self.matched + 1).min(mark.len() - 1)
            } else {
                0
            };
        }
        self.keep(rest, limit, out);
        used
    }

    /// What still has to be written of `mark`.
    fn end_mark<'m>(&self, mark: &'m [u8], out: &[u8]) -> &'m [u8] {
        let begun = &mark[..mark.len() - 1];
        if self.kept >= begun.len() && out.ends_with(begun) {
            &mark[begun.len()..]
        } else {
            mark
        }
    }

    fn doc_type(
        &mut self,
        byte: u8,
        depth: u32,
        quote: u8,
        out: &mut Vec<u8>,
    ) -> io::Result<usize> {
        self.count_tag(1)?;
        out.push(byte);
        let next = |depth, quote| State::DocType { depth, quote };
        self.state = match byte {
            _ if quote != 0 => next(depth, if byte == quote { 0 } else { quote }),
            b'"' | b'\'' => next(depth, byte),
            b'[' => next(depth + 1, 0),
            b']' => next(depth.saturating_sub(1), 0),
            b'>' if depth == 0 => State::Text,
            _ => next(depth, 0),
        };
        if self.state == State::Text {
            self.enter(State::Text);
        }
        Ok(1)
    }
}

/// The largest length up to `room` that does not split a character.
fn whole_characters(run: &[u8], room: usize) -> usize {
    let mut end = room;
    while end > 0 && end < run.len() && run[end] & 0b1100_0000 == 0b1000_0000 {
        end -= 1;
    }
    end
}
