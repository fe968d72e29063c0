//! One tag: its name and its attributes, as HTML would have them too.

use std::ops::Range;

/// Attributes of one element that are looked at; further ones are passed over.
const MOST: usize = 4_096;
/// Bytes kept of one value where the tag does not fit into a window.
const VALUE_KEPT: usize = 64 << 10;

/// A beginning tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'s> {
    text: &'s str,
    scanned: &'s Scanned,
}

/// Where the parts of a tag are; used again for the next one.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    name: Name,
    attributes: Vec<(Range<usize>, Range<usize>)>,
    /// Bytes of the tag, `<` and `>` among them.
    pub(super) length: usize,
    /// Whether it ends its element too: `<a/>`.
    pub(super) is_whole: bool,
    /// Whether a quote or its end is missing: then there is no saying what else it took in.
    pub(super) is_torn: bool,
}

impl<'s> Tag<'s> {
    /// The tag that was scanned in this text.
    pub(super) fn new(text: &'s str, scanned: &'s Scanned) -> Self {
        Self { text, scanned }
    }

    /// Its name, as it is written.
    pub(super) fn name(&self) -> &'s str {
        &self.text[1..self.scanned.name.end]
    }

    /// Its name without a prefix.
    pub(super) fn local_name(&self) -> &'s str {
        &self.text[self.scanned.name.local..self.scanned.name.end]
    }

    /// Its attributes by local name, with their values as they are written: [`super::xml::put`] resolves one.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'s str, &'s str)> + use<'s> {
        let text = self.text;
        let spans = self.scanned.attributes.iter();
        spans.map(|(name, value)| (&text[name.clone()], &text[value.clone()]))
    }
}

/// Where the local part of a name begins, and where it ends.
#[derive(Debug, Clone, Copy, Default)]
struct Name {
    local: usize,
    end: usize,
}

impl Name {
    /// The name that begins at `from`; `None`: it ends beyond what is there.
    #[inline]
    fn at(from: usize, bytes: &[u8]) -> Option<Self> {
        let mut local = from;
        for (at, byte) in (from..).zip(bytes.get(from..)?) {
            match MARKS[usize::from(*byte)] {
                Mark::Colon if local == from => local = at + 1,
                Mark::None | Mark::Colon => {}
                Mark::End => return Some(Self { local, end: at }),
            }
        }
        None
    }
}

/// What a byte is to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Colon,
    End,
}

/// By byte.
const MARKS: [Mark; 256] = {
    let mut marks = [Mark::None; 256];
    marks[b':' as usize] = Mark::Colon;
    let ends = *b"=></ \t\r\n\x0c";
    let mut at = 0;
    while at < ends.len() {
        marks[ends[at] as usize] = Mark::End;
        at += 1;
    }
    marks
};

impl Scanned {
    /// Scans the tag that this text begins with; false: its end is not there.
    ///
    /// A value may miss its quotes, or be missing; a `>` in quotes ends nothing.
    pub(super) fn scan(&mut self, text: &str) -> bool {
        self.attributes.clear();
        self.is_torn = false;
        self.whole(text.as_bytes()).is_some()
    }

    fn whole(&mut self, bytes: &[u8]) -> Option<()> {
        self.name = Name::at(1, bytes)?;
        let mut at = self.name.end;
        loop {
            at = behind_space(bytes, at)?;
            match bytes[at] {
                b'>' => {
                    (self.length, self.is_whole) = (at + 1, false);
                    return Some(());
                }
                b'/' if *bytes.get(at + 1)? == b'>' => {
                    (self.length, self.is_whole) = (at + 2, true);
                    return Some(());
                }
                // One quote too many, or a slash.
                b'/' | b'"' | b'\'' => at += 1,
                // Another tag begins before this one ended.
                b'<' => (self.is_torn, at) = (true, at + 1),
                b'=' => at = self.attribute(bytes, at..at, at)?,
                _ => {
                    let Name { local, end } = Name::at(at, bytes)?;
                    at = self.attribute(bytes, local..end, end)?;
                }
            }
        }
    }

    /// Takes the value behind a name; returns where it ends.
    #[inline]
    fn attribute(&mut self, bytes: &[u8], name: Range<usize>, mut at: usize) -> Option<usize> {
        if *bytes.get(at)? != b'=' {
            at = behind_space(bytes, at)?;
        }
        if bytes[at] != b'=' {
            self.take(name, at..at);
            return Some(at);
        }
        at = behind_space(bytes, at + 1)?;
        if let quote @ (b'"' | b'\'') = bytes[at] {
            let end = at + 1 + memchr::memchr(quote, &bytes[at + 1..])?;
            self.take(name, at + 1..end);
            // Another tag in the quotes, and then no end of a value.
            let next = *bytes.get(end + 1)?;
            if !next.is_ascii_whitespace() && !matches!(next, b'>' | b'/') {
                self.is_torn |= memchr::memchr(b'<', &bytes[at..end]).is_some();
            }
            return Some(end + 1);
        }
        let is_end = |b: &u8| matches!(*b, b'>' | b'<') || b.is_ascii_whitespace();
        let mut end = at + bytes[at..].iter().position(is_end)?;
        // `<a b=c/>` ends its element.
        if bytes[end] == b'>' && bytes[at..end].ends_with(b"/") {
            end -= 1;
        }
        self.take(name, at..end);
        Some(end)
    }

    fn take(&mut self, name: Range<usize>, value: Range<usize>) {
        if self.attributes.len() < MOST {
            self.attributes.push((name, value));
        }
    }
}

/// The first byte from `at` on that is no white space; `None`: it is beyond what is there.
#[inline]
fn behind_space(bytes: &[u8], mut at: usize) -> Option<usize> {
    while bytes.get(at)?.is_ascii_whitespace() {
        at += 1;
    }
    Some(at)
}

/// A tag that does not end, with less of its long values.
pub(super) fn with_short_values(tag: &str) -> String {
    let mut short = String::new();
    let mut rest = tag;
    while let Some(open) = memchr::memchr2(b'"', b'\'', rest.as_bytes()) {
        let (before, value) = rest.split_at(open + 1);
        short.push_str(before);
        let close = memchr::memchr(before.as_bytes()[open], value.as_bytes());
        let end = close.unwrap_or(value.len());
        short.push_str(&value[..value.floor_char_boundary(end.min(VALUE_KEPT))]);
        rest = &value[end..];
        let Some(mark) = rest.get(..1) else { break };
        short.push_str(mark);
        rest = &rest[1..];
    }
    short.push_str(rest);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its name, its attributes, its length, and whether it ends its element.
    type Read = (String, Vec<(String, String)>, usize, bool);

    fn scanned(text: &str) -> Option<Read> {
        let mut scanned = Scanned::default();
        scanned.scan(text).then(|| {
            let tag = Tag::new(text, &scanned);
            let attributes = tag.attributes();
            let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let name = tag.local_name().to_owned();
            let attributes = attributes.collect();
            (name, attributes, scanned.length, scanned.is_whole)
        })
    }

    fn attributes(text: &str) -> Vec<(String, String)> {
        scanned(text).unwrap().1
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_tag_ends_where_no_quote_holds_it_open() {
        let whole = scanned("<a:b c='>' d = \"/>\" x:e='1'>rest").unwrap();
        let expected = pairs(&[("c", ">"), ("d", "/>"), ("e", "1")]);
        assert_eq!(whole, ("b".to_owned(), expected, 28, false));
        assert!(scanned("<a/>").unwrap().3);
        assert!(scanned("<a />").unwrap().3);
        let text = "<a b='1' c=\"2\" d/>";
        for end in 0..text.len() {
            assert!(scanned(&text[..end]).is_none(), "{end}");
        }
    }

    #[test]
    fn attributes_are_read_as_html_has_them() {
        let read = attributes("<a b=1 c d = 'x' e= f=/g/>");
        let expected = [("b", "1"), ("c", ""), ("d", "x"), ("e", "f=/g")];
        assert_eq!(read, pairs(&expected));
        assert_eq!(
            attributes("<a =\"1\" b='x'' c='2'/>"),
            pairs(&[("", "1"), ("b", "x"), ("c", "2")])
        );
        assert_eq!(attributes("<a / b='2'>"), pairs(&[("b", "2")]));
        assert_eq!(
            attributes("<a b='1'c='2'/>"),
            pairs(&[("b", "1"), ("c", "2")])
        );
    }

    #[test]
    fn a_quote_that_is_missing_is_told_where_it_would_hide_an_element() {
        let is_torn = |text: &str| {
            let mut scanned = Scanned::default();
            assert!(scanned.scan(text));
            scanned.is_torn
        };
        assert!(is_torn("<a b='1/>\n<a b='2'/>"));
        for text in [
            "<a b='1'/ <a b='2'/>",
            "<a<b c='1'/>",
            "<a b=1<a c='2'>",
            "<a b <c='2'>",
        ] {
            assert!(is_torn(text), "{text}");
        }
        assert!(!is_torn("<a b='<x>' c='>'/>"));
        assert!(!is_torn("<a b='1 c='2' d='3'/>"));
    }

    #[test]
    fn an_element_of_too_many_attributes_is_one_of_many() {
        let text = format!("<a {}>", "b='1' ".repeat(10_000));
        let (_, attributes, length, _) = scanned(&text).unwrap();
        assert_eq!((attributes.len(), length), (MOST, text.len()));
    }

    #[test]
    fn long_values_of_a_tag_are_cut_and_nothing_else() {
        let long = "ü".repeat(VALUE_KEPT);
        let tag = format!("<a b='1' c=\"{long}\" d='\"' e='{long}");
        let short = with_short_values(&tag);
        let kept = "ü".repeat(VALUE_KEPT / 2);
        assert_eq!(short, format!("<a b='1' c=\"{kept}\" d='\"' e='{kept}"));
        assert_eq!(with_short_values("<a b='1'"), "<a b='1'");
    }
}
