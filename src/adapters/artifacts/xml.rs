//! One walk over an XML document for every format: bounded in depth and size, entities never expanded, and a damaged
//! or cut document said with its line. What the elements mean is a [`Listener`]'s.

use std::{borrow::Cow, io::Read};

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

use super::xml_source::XmlSource;

/// Elements open at once.
const DEPTH_LIMIT: usize = 256;

/// Why a file is no readable report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// XML, but a report of a kind that is not read here.
    #[error("{0}")]
    OtherFormat(&'static str),
    /// XML that is no report; its outermost element.
    #[error("no report that cockpit knows: the outermost element is <{0}>")]
    OtherXml(String),
    /// Not XML, damaged, or cut off.
    #[error("line {line}: {what}")]
    Broken {
        /// From 1.
        line: u64,
        /// What is wrong or missing.
        what: String,
    },
}

/// Takes the elements of a document in their order. The depth is the number of elements that are open around.
pub(super) trait Listener {
    /// An element begins.
    fn begin(&mut self, start: &BytesStart<'_>);
    /// Text inside the innermost element, in pieces.
    fn text(&mut self, text: &str);
    /// The innermost element ends.
    fn end(&mut self);
    /// The document ended well.
    fn finish(&mut self) {}
}

/// Walks a document; `choose` gives the listener for its outermost element, or refuses it.
pub(super) fn walk<'b>(
    input: impl Read,
    choose: impl FnOnce(&BytesStart<'_>) -> Result<Box<dyn Listener + 'b>, XmlError>,
) -> Result<(), XmlError> {
    let mut reader = Reader::from_reader(XmlSource::new(input));
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.check_end_names = true;
    let mut choose = Some(choose);
    let mut listener: Option<Box<dyn Listener + 'b>> = None;
    let mut open = Open::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().mark();
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(error) => {
                let line = reader.get_ref().line();
                return Err(broken(line, &open, listener.is_some(), &error.to_string()));
            }
        };
        if let Event::Start(start) | Event::Empty(start) = &event
            && let Some(choose) = choose.take()
        {
            listener = Some(choose(start)?);
        }
        let Some(listener) = &mut listener else {
            if matches!(event, Event::Eof) {
                let line = reader.get_ref().line();
                let what = "no XML: there is not one element".to_owned();
                return Err(XmlError::Broken { line, what });
            }
            continue;
        };
        match &event {
            Event::Start(start) => {
                if open.depth() >= DEPTH_LIMIT {
                    let what = format!("elements nested deeper than {DEPTH_LIMIT}");
                    let line = reader.get_ref().line();
                    return Err(XmlError::Broken { line, what });
                }
                open.push(start.name().0);
                listener.begin(start);
            }
            Event::Empty(start) => {
                listener.begin(start);
                listener.end();
            }
            Event::End(_) => {
                open.pop();
                listener.end();
            }
            Event::Text(text) => listener.text(text),
            Event::CData(text) => listener.text(text),
            Event::GeneralRef(reference) => refer(&mut **listener, reference),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if let Some(name) = open.innermost() {
        let line = reader.get_ref().line();
        let what = format!("the file is cut off: </{name}> is missing");
        return Err(XmlError::Broken { line, what });
    }
    if let Some(mut listener) = listener {
        listener.finish();
    }
    Ok(())
}

/// The name of a document's outermost element and the names of its attributes; `None` where there is none.
pub(super) fn root(input: impl Read) -> Option<(String, Vec<String>)> {
    let mut found = None;
    let seen = walk(input, |start| {
        let name = start.local_name().as_ref().chars().take(60).collect();
        let attributes = attributes(start).take(32);
        let attributes = attributes.map(|(key, _)| key.to_owned()).collect();
        found = Some((name, attributes));
        Err(XmlError::OtherFormat(""))
    });
    debug_assert!(seen.is_err(), "the first element ends the walk");
    found
}

/// A reference as text: a character, one of XML's five names, or itself. What a report defines is not obeyed.
fn refer(listener: &mut dyn Listener, reference: &BytesRef<'_>) {
    if let Some(resolved) = resolve(reference) {
        listener.text(resolved.encode_utf8(&mut [0; 4]));
    } else {
        listener.text("&");
        listener.text(reference);
        listener.text(";");
    }
}

fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c);
    }
    Some(match &**reference {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

fn broken(line: u64, open: &Open, is_begun: bool, what: &str) -> XmlError {
    let what = match open.innermost() {
        Some(name) if what.contains("not found before end of input") => {
            format!("the file is cut off inside <{name}>: {what}")
        }
        None if what.contains("not found before end of input") => {
            format!("the file is cut off: {what}")
        }
        _ if !is_begun => format!("no XML: {what}"),
        _ => what.to_owned(),
    };
    XmlError::Broken { line, what }
}

/// Names of the open elements, one after another in one string.
#[derive(Default)]
struct Open {
    names: String,
    starts: Vec<usize>,
}

impl Open {
    fn push(&mut self, name: &str) {
        self.starts.push(self.names.len());
        // A name in a message needs no more.
        let end = name.floor_char_boundary(name.len().min(80));
        self.names.push_str(&name[..end]);
    }

    fn pop(&mut self) {
        if let Some(start) = self.starts.pop() {
            self.names.truncate(start);
        }
    }

    fn depth(&self) -> usize {
        self.starts.len()
    }

    fn innermost(&self) -> Option<&str> {
        self.starts.last().map(|start| &self.names[*start..])
    }
}

/// An element's attributes by local name, with their values as they are written: [`put`] resolves one.
pub(super) fn attributes<'s>(start: &'s BytesStart<'_>) -> Attributes<'s> {
    Attributes {
        rest: start.attributes_raw(),
    }
}

/// The attributes that are left of a tag. As HTML has them: a value may miss its quotes, or be missing. A value whose
/// closing quote is missing ends them.
pub(super) struct Attributes<'s> {
    rest: &'s str,
}

impl<'s> Iterator for Attributes<'s> {
    type Item = (&'s str, Cow<'s, str>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.trim_ascii_start();
        if rest.is_empty() {
            return None;
        }
        let is_end = |b: u8| b == b'=' || b.is_ascii_whitespace();
        let end = rest.bytes().position(is_end).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let local = match memchr::memchr(b':', name.as_bytes()) {
            Some(colon) => &name[colon + 1..],
            None => name,
        };
        let after = after.trim_ascii_start();
        let Some(value) = after.strip_prefix('=') else {
            self.rest = after;
            return Some((local, Cow::Borrowed("")));
        };
        let value = value.trim_ascii_start();
        let quote = value.bytes().next().filter(|b| matches!(b, b'"' | b'\''));
        let (value, rest) = if let Some(quote) = quote {
            let Some(end) = memchr::memchr(quote, &value.as_bytes()[1..]) else {
                self.rest = "";
                return None;
            };
            let (inside, rest) = value[1..].split_at(end);
            (inside, &rest[1..])
        } else {
            let end = value.bytes().position(|b| b.is_ascii_whitespace());
            value.split_at(end.unwrap_or(value.len()))
        };
        self.rest = rest;
        Some((local, Cow::Borrowed(value)))
    }
}

/// Writes an attribute's value into a string that is used again, its references resolved; one that cannot be stays.
pub(super) fn put(into: &mut String, raw: &str) {
    into.clear();
    if memchr::memchr(b'&', raw.as_bytes()).is_none() {
        into.push_str(raw);
        return;
    }
    match quick_xml::escape::unescape(raw) {
        Ok(value) => into.push_str(&value),
        Err(_) => into.push_str(raw),
    }
}

/// An attribute's value on its own.
pub(super) fn value(raw: &str) -> String {
    let mut value = String::new();
    put(&mut value, raw);
    value
}
