//! What a test sends, and the names of headers.

use super::reader::Reader;
use crate::{
    config::tree::{Branch, Node},
    domain::smoke::{Body, Written, texts},
};

/// Largest body that is sent, in bytes of the file.
const LARGEST: usize = 256 * 1024;

/// Reads a body: a text as it is, a table or list as JSON; `key` may name the form.
pub(super) fn body(key: &str, node: &Node, reader: &mut Reader) -> Option<Body> {
    if key.contains("form") {
        return Some(Body::Form(reader.pairs(node, "`form`", Written::parse)));
    }
    match &node.branch {
        Branch::Null => None,
        Branch::Table(entries) if entries.len() == 1 && !key.contains("json") => {
            // `body = { json = ... }`, `{ text = ... }`, `{ form = ... }`.
            let inner = &entries[0];
            match inner.key.as_str() {
                "json" | "form" => body(&inner.key, &inner.node, reader),
                "text" => body("body_text", &inner.node, reader),
                _ => json(node, reader),
            }
        }
        Branch::Text(_) if !key.contains("json") => Some(Body::Text(sized(
            reader.written(node, Written::parse)?,
            node,
            reader,
        )?)),
        _ if key.contains("text") => Some(Body::Text(reader.written(node, Written::parse)?)),
        _ => json(node, reader),
    }
}

fn sized(written: Written, node: &Node, reader: &mut Reader) -> Option<Written> {
    let length = written.fill(&|_| Some("")).map_or(0, |text| text.len());
    if length > LARGEST {
        reader.wrong(
            node,
            "a body this large is no smoke test",
            "at most 256 KiB",
        );
        return None;
    }
    Some(written)
}

fn json(node: &Node, reader: &mut Reader) -> Option<Body> {
    let value = node.to_json();
    let mut wrong: Option<String> = None;
    let mut all = Vec::new();
    texts(&value, &mut |text| all.push(text.to_owned()));
    for text in all {
        if !reader.no_token(node, &text) {
            return None;
        }
        wrong = wrong.or(Written::parse(&text).err());
    }
    if let Some(why) = wrong {
        reader.found.push(node.place.point(why));
        return None;
    }
    Some(Body::Json(value))
}

/// A name that HTTP takes (RFC 9110, section 5.6.2).
pub(super) fn is_header(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
