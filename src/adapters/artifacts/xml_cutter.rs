//! XML's lexical marks: where text, tags and quotes begin and end, so that runs beyond the limits are cut while they stream by.

use std::io;

/// Bytes kept of one run of text, one CDATA section, one attribute value.
const RUN_KEPT: usize = 64 << 10;
/// Bytes of one whole tag, processing instruction or document type.
const TAG_LIMIT: usize = 1 << 20;
/// Copies XML and drops what is beyond the limits, knowing only where text, tags and quotes begin and end.
pub(super) struct Cutter {
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
    pub(super) fn new() -> Self {
        Self {
            state: State::Text,
            kept: 0,
            tag: 0,
            matched: 0,
            bang: Vec::new(),
        }
    }

    pub(super) fn pass(&mut self, input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let mut rest = input;
        while !rest.is_empty() {
            let used = self.step(rest, out)?;
            rest = &rest[used..];
        }
        Ok(())
    }

    /// One step over what is there, at least one byte; returns how many bytes it took.
    fn step(&mut self, rest: &[u8], out: &mut Vec<u8>) -> io::Result<usize> {
        let first = rest[0];
        if self.state == State::Open {
            self.open(first);
        }
        Ok(match self.state {
            State::Text => self.text(rest, out),
            State::Bang | State::Open => self.bang(first, out)?,
            State::Tag => self.in_tag(rest, out)?,
            State::Quote(quote) => self.quote(rest, quote, out)?,
            State::Cdata => self.until(rest, b"]]>", RUN_KEPT, out),
            State::Comment => self.until(rest, b"-->", 0, out),
            State::Instruction => self.until(rest, b"?>", RUN_KEPT, out),
            State::DocType { depth, quote } => self.doc_type(first, depth, quote, out)?,
        })
    }

    /// The same up to where a new piece begins, after which nothing is known to be cut; returns how far that is.
    pub(super) fn pass_to_border(&mut self, input: &[u8], out: &mut Vec<u8>) -> io::Result<usize> {
        let mut at = 0;
        while at < input.len() {
            if self.state == State::Text {
                let end = memchr::memchr(b'<', &input[at..]).map_or(input.len(), |end| at + end);
                self.keep(&input[at..end], RUN_KEPT, out);
                if end < input.len() {
                    *self = Self::new();
                }
                return Ok(end);
            }
            at += self.step(&input[at..], out)?;
        }
        Ok(at)
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
                // Where nothing was dropped the mark's beginning was kept with the rest; else a whole one makes the end.
                let begun = if self.kept < limit { mark.len() - 1 } else { 0 };
                out.extend_from_slice(&mark[begun..]);
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
