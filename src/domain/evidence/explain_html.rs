//! The HTML in Markdown, as far as a reader of the explain text must know it: comments that nobody sees, tags, headings.

use std::borrow::Cow;

/// The fence that is open behind a line with this mark.
pub(super) fn beyond(open: Option<&'static str>, mark: &'static str) -> Option<&'static str> {
    match open {
        Some(open) if open == mark => None,
        Some(open) => Some(open),
        None => Some(mark),
    }
}

/// The text without HTML comments, those in code excepted; one that does not end is none.
pub(super) fn without_comments(markdown: &str) -> Cow<'_, str> {
    if !markdown.contains("<!--") {
        return Cow::Borrowed(markdown);
    }
    let mut shown = String::with_capacity(markdown.len());
    let (mut rest, mut fence, mut is_last) = (markdown, None, false);
    while !rest.is_empty() {
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let mark = fence_mark(rest[..end].trim());
        let from = rest[..end].find("<!--");
        let from = from.filter(|_| fence.is_none() && mark.is_none() && !is_last);
        let to = from.and_then(|from| Some(from + rest[from..].find("-->")? + 3));
        is_last |= from.is_some() && to.is_none();
        let (kept, next) = match (from, to) {
            (Some(from), Some(to)) => (from, to),
            _ => (end, end),
        };
        shown.push_str(&rest[..kept]);
        rest = &rest[next..];
        if let Some(mark) = mark {
            fence = beyond(fence, mark);
        }
    }
    Cow::Owned(shown)
}

/// An HTML tag at the start of a text that Markdown would show as what it means: its length.
pub(super) fn tag(text: &str) -> Option<usize> {
    const TAGS: [&str; 37] = [
        "a",
        "b",
        "blockquote",
        "br",
        "center",
        "code",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "u",
        "ul",
    ];
    let end = text.bytes().take(400).position(|b| b == b'>')?;
    let inside = text[1..end].trim_start_matches('/').trim_end_matches('/');
    let name = inside.split([' ', '\t']).next()?.to_ascii_lowercase();
    TAGS.contains(&name.as_str()).then_some(end + 1)
}

/// The tag of a heading or a `<summary>` that a line begins with, its title, and what follows.
pub(super) fn heading(line: &str) -> Option<(&'static str, &str, &str)> {
    let inside = line.strip_prefix('<')?;
    let name = ["h1", "h2", "h3", "h4", "h5", "h6", "summary"]
        .into_iter()
        .find(|name| {
            let start = inside.get(..name.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(name))
        })?;
    let title = &line[tag(line)?..];
    let at = title.find("</")?;
    let after = title[at..].find('>');
    let after = after.map_or("", |end| &title[at + end + 1..]);
    let title = title[..at].trim();
    (!title.is_empty()).then_some((name, title, after.trim()))
}

/// The mark of a line that opens or closes a block of code.
pub(super) fn fence_mark(line: &str) -> Option<&'static str> {
    ["```", "~~~"]
        .into_iter()
        .find(|mark| line.starts_with(mark))
}
