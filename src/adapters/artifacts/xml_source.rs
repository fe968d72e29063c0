//! A byte stream made fit for an XML parser: UTF-8 whatever it was, and no piece of it longer than a parser should hold.
//!
//! The encoding is found as XML 1.0 appendix F says: byte order mark, then the shape of the first bytes, then the
//! declaration. Bytes that do not fit it become `\u{fffd}`. Long runs of text, CDATA, comments and attribute values are
//! cut while they stream by, so a 90 MB `<system-out>` costs 64 KiB. This knows XML's lexical marks and nothing of any
//! report.

use std::io::{self, BufRead, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::xml_cutter::Cutter;

/// Bytes read at a time.
const CHUNK: usize = 32 << 10;
/// Bytes passed on of one piece, whatever it is to the parser: more than all that the limits above leave.
const PIECE_LIMIT: usize = 2 << 20;

/// The stream; read it as a `BufRead` of valid UTF-8.
///
/// A file of many small elements is passed on as it was read: what a limit may cut is longer than a chunk, so only the
/// piece that lies across the border of two chunks is looked at. Who reads says where a piece begins ([`XmlSource::mark`]).
pub(super) struct XmlSource<R> {
    inner: R,
    input: Input,
    /// What one read gives.
    read: Box<[u8]>,
    /// What is read next; of a whole chunk that is passed on both buffers change places.
    raw: Vec<u8>,
    /// The beginning of a character whose rest comes with the next chunk.
    carry: Vec<u8>,
    out: Vec<u8>,
    /// What a decoder writes into.
    decoded: Vec<u8>,
    at: usize,
    /// Where in `out` the present piece began; `None`: in an earlier chunk.
    mark: Option<usize>,
    /// From where on in `out` the cutter has not looked.
    unseen: usize,
    /// Bytes of the present piece that were passed on before this chunk.
    piece: usize,
    lines_before: u64,
    lines_here: u64,
    cutter: Cutter,
    ended: bool,
}

/// How bytes become UTF-8.
enum Input {
    /// Not known before the first bytes.
    Unknown,
    /// They are.
    Utf8,
    /// By a decoder.
    Decoded(Box<Decoder>),
}

impl<R: Read> XmlSource<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            input: Input::Unknown,
            read: vec![0; CHUNK].into_boxed_slice(),
            decoded: Vec::new(),
            raw: Vec::with_capacity(CHUNK),
            carry: Vec::new(),
            out: Vec::with_capacity(CHUNK),
            at: 0,
            mark: Some(0),
            unseen: 0,
            piece: 0,
            lines_before: 0,
            lines_here: 0,
            cutter: Cutter::new(),
            ended: false,
        }
    }

    /// A piece of XML (a tag, a run of text ...) ended here, and the next begins.
    pub(super) fn mark(&mut self) {
        self.mark = Some(self.at);
        self.piece = 0;
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
        self.follow()?;
        self.lines_before += std::mem::take(&mut self.lines_here);
        self.out.clear();
        self.at = 0;
        self.mark = None;
        self.unseen = 0;
        while self.out.is_empty() && !self.ended {
            self.read_chunk()?;
            if matches!(self.input, Input::Unknown) {
                self.choose();
            }
            match &self.input {
                Input::Utf8 => self.take_utf8()?,
                Input::Decoded(_) => self.decode()?,
                Input::Unknown => {}
            }
        }
        Ok(())
    }

    /// Brings the cutter to the end of what was passed on: the piece that goes on in the next chunk.
    fn follow(&mut self) -> io::Result<()> {
        let from = match self.mark {
            Some(mark) => {
                self.cutter = Cutter::new();
                mark
            }
            None => self.unseen,
        };
        let begun = self.mark.unwrap_or(0);
        self.piece += self.out.len() - begun;
        if self.piece > PIECE_LIMIT {
            let what = "a single piece of markup is larger than 2 MiB";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        let tail = &self.out[from.min(self.out.len())..];
        self.cutter.pass(tail, &mut Vec::new())
    }

    /// Finds the encoding by the first bytes.
    fn choose(&mut self) {
        let encoding = encoding_of(&self.raw);
        self.input = if encoding == UTF_8 {
            if self.raw.starts_with(b"\xef\xbb\xbf") {
                self.raw.drain(..3);
            }
            Input::Utf8
        } else {
            Input::Decoded(Box::new(encoding.new_decoder()))
        };
    }

    /// Takes a chunk that is UTF-8 already. One that is not goes to a decoder, and all that follows with it.
    fn take_utf8(&mut self) -> io::Result<()> {
        let whole = match std::str::from_utf8(&self.raw) {
            Ok(_) => self.raw.len(),
            Err(error) if error.error_len().is_none() && !self.ended => error.valid_up_to(),
            Err(_) => {
                let decoder = UTF_8.new_decoder_without_bom_handling();
                self.input = Input::Decoded(Box::new(decoder));
                return self.decode();
            }
        };
        self.carry.extend_from_slice(&self.raw[whole..]);
        self.raw.truncate(whole);
        self.lines_here += newlines(&self.raw);
        let seen = self.cutter.pass_to_border(&self.raw, &mut self.out)?;
        self.unseen = self.out.len();
        if self.out.len() == seen {
            std::mem::swap(&mut self.raw, &mut self.out);
        } else {
            self.out.extend_from_slice(&self.raw[seen..]);
        }
        Ok(())
    }

    fn decode(&mut self) -> io::Result<()> {
        let Input::Decoded(decoder) = &mut self.input else {
            return Ok(());
        };
        let mut rest = self.raw.as_slice();
        self.decoded.resize(CHUNK * 2, 0);
        loop {
            let (result, read, written, _) =
                decoder.decode_to_utf8(rest, &mut self.decoded, self.ended);
            rest = &rest[read..];
            self.lines_here += newlines(&self.decoded[..written]);
            self.cutter.pass(&self.decoded[..written], &mut self.out)?;
            if result == CoderResult::InputEmpty {
                break;
            }
        }
        self.unseen = self.out.len();
        Ok(())
    }

    /// Fills the raw buffer as far as one read goes, behind what was carried over; the first read gets enough to see the
    /// declaration.
    fn read_chunk(&mut self) -> io::Result<()> {
        let wanted = match self.input {
            Input::Unknown => 256,
            Input::Utf8 | Input::Decoded(_) => 1,
        };
        self.raw.clear();
        self.raw.append(&mut self.carry);
        let wanted = wanted + self.raw.len();
        while self.raw.len() < wanted {
            match self.inner.read(&mut self.read) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(read) => self.raw.extend_from_slice(&self.read[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
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
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.out.len() && !self.ended {
            self.refill()?;
        }
        Ok(&self.out[self.at..])
    }

    #[inline]
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
