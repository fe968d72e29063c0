//! One walk over an XML document for every format: bounded in depth and size, entities never expanded, and a damaged
//! or cut document said with its line. What the elements mean is a [`Listener`]'s.

use std::io::Read;

use super::{
    xml_lexer::{Lexer, LexerError, Token},
    xml_tag::Tag,
};

/// Elements open at once.
const DEPTH_LIMIT: usize = 256;
/// Bytes kept of an open element's name: a message needs no more.
const NAME_KEPT: usize = 80;

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
    fn begin(&mut self, tag: &Tag<'_>);
    /// Whether text here says anything to it.
    fn listens(&self) -> bool {
        true
    }
    /// Text inside the innermost element, in pieces.
    fn text(&mut self, text: &str);
    /// The innermost element ends.
    fn end(&mut self);
    /// An element without content, at once.
    fn whole(&mut self, tag: &Tag<'_>) {
        self.begin(tag);
        self.end();
    }
    /// The document ended well.
    fn finish(&mut self) {}
}

/// What a walk to the end saw beside the document.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Walked {
    /// The line in which text stands behind the outermost element.
    pub(super) junk: Option<u64>,
}

/// Walks a document; `choose` gives the listener for its outermost element, or refuses it.
pub(super) fn walk<'b>(
    mut input: impl Read,
    choose: impl FnOnce(&Tag<'_>) -> Result<Box<dyn Listener + 'b>, XmlError>,
) -> Result<Walked, XmlError> {
    let mut lexer = Lexer::new(&mut input);
    let mut choose = Some(choose);
    let mut listener: Option<Box<dyn Listener + 'b>> = None;
    let mut open = Open::default();
    let mut walked = Walked::default();
    let said = loop {
        let token = match lexer.next() {
            Ok(token) => token,
            Err(error) => break Err(told(&error, &open, listener.is_some())),
        };
        if let Token::Start(tag) | Token::Whole(tag) = &token
            && let Some(choose) = choose.take()
        {
            listener = Some(choose(tag)?);
        }
        let Some(listener) = &mut listener else {
            if matches!(token, Token::Over) {
                break Err("no XML: there is not one element".to_owned());
            }
            continue;
        };
        match token {
            Token::Start(tag) => {
                if open.depth() >= DEPTH_LIMIT {
                    break Err(format!("elements nested deeper than {DEPTH_LIMIT}"));
                }
                open.push(tag.name());
                listener.begin(&tag);
            }
            Token::Whole(tag) => listener.whole(&tag),
            Token::End(name) => match open.innermost() {
                Some(innermost) if innermost == kept(name) => {
                    open.pop();
                    listener.end();
                }
                Some(innermost) => {
                    break Err(format!(
                        "</{}> stands where </{innermost}> is missing",
                        kept(name)
                    ));
                }
                None => break Err(format!("</{}> ends what did not begin", kept(name))),
            },
            Token::Text(text) if open.depth() > 0 && listener.listens() => {
                pieces(text, |piece| listener.text(piece));
            }
            Token::Plain(text) if open.depth() > 0 && listener.listens() => listener.text(text),
            Token::Text(text) | Token::Plain(text) => {
                if open.depth() == 0
                    && walked.junk.is_none()
                    && let Some(behind) = lines_behind_junk(text)
                {
                    walked.junk = Some(lexer.line().saturating_sub(behind));
                }
            }
            Token::Over => {
                break match open.innermost() {
                    Some(name) => Err(format!("the file is cut off: </{name}> is missing")),
                    None => Ok(()),
                };
            }
        }
    };
    match (said, listener) {
        (Err(what), _) => {
            let line = lexer.line();
            return Err(XmlError::Broken { line, what });
        }
        (Ok(()), Some(mut listener)) => listener.finish(),
        (Ok(()), None) => {}
    }
    Ok(walked)
}

/// How many lines a text goes on behind the first of its characters that says anything; `None` where none does.
fn lines_behind_junk(text: &str) -> Option<u64> {
    let from = text.find(|c: char| !c.is_whitespace() && c != '\0')?;
    let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[from..]).count();
    u64::try_from(lines).ok()
}

/// The name of a document's outermost element and the names of its attributes; `None` where there is none.
pub(super) fn root(input: impl Read) -> Option<(String, Vec<String>)> {
    let mut found = None;
    let seen = walk(input, |tag| {
        let name = tag.local_name().chars().take(60).collect();
        let attributes = tag.attributes().take(32);
        let attributes = attributes.map(|(key, _)| key.to_owned()).collect();
        found = Some((name, attributes));
        Err(XmlError::OtherFormat(""))
    });
    debug_assert!(seen.is_err(), "the first element ends the walk");
    found
}

fn told(error: &LexerError, open: &Open, is_begun: bool) -> String {
    match (error, open.innermost()) {
        (LexerError::CutOff(what), Some(name)) => {
            format!("the file is cut off inside <{name}>: {what}")
        }
        (LexerError::CutOff(what), None) => format!("the file is cut off: {what}"),
        _ if !is_begun => format!("no XML: {error}"),
        _ => error.to_string(),
    }
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
        self.names.push_str(kept(name));
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

fn kept(name: &str) -> &str {
    &name[..name.floor_char_boundary(name.len().min(NAME_KEPT))]
}

/// Gives text with its references resolved, in pieces. A reference is a character, one of XML's five names, or itself:
/// what a report defines is not obeyed.
fn pieces(text: &str, mut give: impl FnMut(&str)) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        let (before, reference) = rest.split_at(at);
        if !before.is_empty() {
            give(before);
        }
        if let Some((c, length)) = resolve(reference) {
            give(c.encode_utf8(&mut [0; 4]));
            rest = &reference[length..];
        } else {
            give("&");
            rest = &reference[1..];
        }
    }
    if !rest.is_empty() {
        give(rest);
    }
}

/// What a reference at the beginning of a text means, and how long it is.
fn resolve(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = &text[1..end];
    let c = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) if !hex.starts_with('+') => u32::from_str_radix(hex, 16).ok()?,
                None if !number.starts_with('+') => number.parse().ok()?,
                _ => return None,
            };
            char::from_u32(code).filter(|c| *c != '\0')?
        }
    };
    Some((c, end + 1))
}

/// Writes an attribute's value into a string that is used again, its references resolved; one that cannot be stays.
pub(super) fn put(into: &mut String, raw: &str) {
    into.clear();
    pieces(raw, |piece| into.push_str(piece));
}

/// An attribute's value on its own.
pub(super) fn value(raw: &str) -> String {
    let mut value = String::new();
    put(&mut value, raw);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_characters_or_themselves() {
        for (raw, read) in [
            ("a &lt; b &amp;&amp; c", "a < b && c"),
            ("&#65;&#x42;&#X43;", "ABC"),
            ("&#0;&#x110000;&#+65;&#;&;", "&#0;&#x110000;&#+65;&#;&;"),
            ("&b; & &amp", "&b; & &amp"),
            ("&amp;lt;", "&lt;"),
            ("&ü;&quot;", "&ü;\""),
        ] {
            assert_eq!(value(raw), read);
        }
    }
}
