//! What a test expects: nested in `expect`, or flat with a prefix; the forms of statuses, texts and JSON.

use super::{
    body::is_header,
    reader::{Reader, one_or_many},
};
use crate::{
    config::tree::{Branch, Entry, Node, plain},
    domain::smoke::{Expect, JsonCheck, JsonMatch, Match, Pattern, StatusRange},
};

/// Every key of `expect`, plain, in every spelling.
pub(super) const KEYS: [&str; 34] = [
    "status",
    "status_code",
    "status_codes",
    "statuses",
    "code",
    "header",
    "headers",
    "body",
    "body_contains",
    "contains",
    "body_not_contains",
    "not_contains",
    "body_matches",
    "body_regex",
    "matches",
    "regex",
    "body_equals",
    "json",
    "json_path",
    "json_pointer",
    "jsonpath",
    "json_body",
    "latency",
    "max_latency",
    "latency_ms",
    "max_latency_ms",
    "response_time",
    "max_response_time",
    "response_time_ms",
    "max_response_time_ms",
    "duration",
    "max_duration",
    "max_duration_ms",
    "time",
];
const SHOWN: [&str; 5] = ["status", "headers", "body", "json", "latency"];
const MATCHES: [&str; 6] = [
    "equals",
    "contains",
    "not_contains",
    "matches",
    "exists",
    "json",
];

/// What is expected, while it is read.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    expect: Expect,
    /// The status or latency stood in this layer.
    status: bool,
    latency: bool,
}

impl Wanted {
    pub(super) fn own(&mut self) {
        self.status = false;
        self.latency = false;
    }

    pub(super) fn finish(self) -> Expect {
        self.expect
    }

    pub(super) fn take(&mut self, key: &str, entry: &Entry, reader: &mut Reader) {
        let node = &entry.node;
        match key {
            "status" | "status_code" | "status_codes" | "statuses" | "code" => {
                if std::mem::replace(&mut self.status, true) {
                    let point = entry.place.point("the status is said twice");
                    reader.found.push(point.help("keep one of them"));
                }
                self.expect.status = statuses(node, reader);
            }
            "header" | "headers" => self.headers(node, reader),
            "body" => self.body(node, reader),
            "contains" | "not_contains" | "matches" | "regex" => self.said(key, node, reader),
            "json" | "json_path" | "json_pointer" | "jsonpath" | "json_body" => {
                self.json(node, reader);
            }
            "latency"
            | "max_latency"
            | "latency_ms"
            | "max_latency_ms"
            | "response_time"
            | "max_response_time"
            | "response_time_ms"
            | "max_response_time_ms"
            | "duration"
            | "max_duration"
            | "max_duration_ms"
            | "time" => {
                if std::mem::replace(&mut self.latency, true) {
                    let point = entry.place.point("the latency is said twice");
                    reader.found.push(point.help("keep one of them"));
                }
                self.latency(key, node, reader);
            }
            _ => match key.strip_prefix("body_") {
                Some(rest) if KEYS.contains(&key) => self.said(rest, node, reader),
                _ => reader.unknown(entry, &SHOWN),
            },
        }
    }

    fn latency(&mut self, key: &str, node: &Node, reader: &mut Reader) {
        let Branch::Table(entries) = &node.branch else {
            self.expect.max_latency = reader.duration(key, node);
            return;
        };
        for entry in entries {
            match plain(&entry.key).as_str() {
                key @ ("max" | "max_ms" | "below" | "under" | "less_than") => {
                    self.expect.max_latency = reader.duration(key, &entry.node);
                }
                _ => reader.unknown(entry, &["max"]),
            }
        }
    }

    fn headers(&mut self, node: &Node, reader: &mut Reader) {
        for entry in reader.table(node, "`headers`") {
            let name = entry.key.to_ascii_lowercase();
            if !is_header(&name) {
                let message = format!("\"{name}\" is no header name");
                reader.found.push(entry.place.point(message));
                continue;
            }
            let found = match &entry.node.branch {
                Branch::Bool(true) => vec![Match::Present],
                Branch::Bool(false) | Branch::Null => vec![Match::Absent],
                Branch::Table(entries) => entries
                    .iter()
                    .flat_map(|inner| matches(&plain(&inner.key), inner, reader))
                    .collect(),
                _ => one_or_many(&entry.node)
                    .into_iter()
                    .filter_map(|one| reader.text(one).map(Match::Mentions))
                    .collect(),
            };
            let found = found.into_iter().map(|wanted| (name.clone(), wanted));
            self.expect.headers.extend(found);
        }
    }

    fn body(&mut self, node: &Node, reader: &mut Reader) {
        let Branch::Table(entries) = &node.branch else {
            for one in one_or_many(node) {
                self.expect
                    .body
                    .extend(reader.text(one).map(Match::Contains));
            }
            return;
        };
        for entry in entries {
            match plain(&entry.key).as_str() {
                "json" | "json_path" | "json_pointer" => self.json(&entry.node, reader),
                key => self.expect.body.extend(matches(key, entry, reader)),
            }
        }
    }

    /// `contains`, `regex` and the like, flat.
    fn said(&mut self, key: &str, node: &Node, reader: &mut Reader) {
        let entry = Entry {
            key: key.to_owned(),
            place: node.place.clone(),
            node: node.clone(),
        };
        self.expect.body.extend(matches(key, &entry, reader));
    }

    fn json(&mut self, node: &Node, reader: &mut Reader) {
        match &node.branch {
            Branch::Table(entries) => {
                for entry in entries {
                    if let Some(pointer) = pointer(&entry.key, &entry.node, reader) {
                        self.at(&pointer, &entry.node, reader);
                    }
                }
            }
            Branch::List(items) => {
                for item in items {
                    self.listed(item, reader);
                }
            }
            _ => {
                let help = "write { \"/status\" = \"up\" }";
                reader.wrong(node, "JSON is asked by pointers", help);
            }
        }
    }

    /// What must stand at a pointer: a value, or a table of questions.
    fn at(&mut self, pointer: &str, node: &Node, reader: &mut Reader) {
        let asks = |entry: &Entry| {
            let key = plain(&entry.key);
            question(&key)
        };
        match &node.branch {
            Branch::Table(entries) if !entries.is_empty() && entries.iter().all(asks) => {
                for entry in entries {
                    self.ask(pointer, entry, reader);
                }
            }
            _ => self.expect.json.push(JsonCheck {
                pointer: pointer.to_owned(),
                wanted: JsonMatch::Equals(node.to_json()),
            }),
        }
    }

    fn ask(&mut self, pointer: &str, entry: &Entry, reader: &mut Reader) {
        let key = plain(&entry.key);
        let wanted = match key.as_str() {
            "equals" | "equal" | "eq" | "value" | "is" => {
                vec![JsonMatch::Equals(entry.node.to_json())]
            }
            "exists" | "present" => {
                let exists = reader.truth(&entry.node);
                exists.map(JsonMatch::Exists).into_iter().collect()
            }
            key => matches(key, entry, reader)
                .into_iter()
                .map(JsonMatch::Text)
                .collect(),
        };
        let checks = wanted.into_iter().map(|wanted| JsonCheck {
            pointer: pointer.to_owned(),
            wanted,
        });
        self.expect.json.extend(checks);
    }

    /// `{ pointer = "/a", equals = 1 }`; a bare pointer asks that something stands there.
    fn listed(&mut self, item: &Node, reader: &mut Reader) {
        if let Branch::Text(text) = &item.branch {
            let pointer = pointer(text, item, reader);
            self.expect.json.extend(pointer.map(|pointer| JsonCheck {
                pointer,
                wanted: JsonMatch::Exists(true),
            }));
            return;
        }
        let entries = reader.table(item, "a question to JSON");
        let named = entries.iter().find(|entry| {
            matches!(
                plain(&entry.key).as_str(),
                "pointer" | "path" | "at" | "key"
            )
        });
        let Some(named) = named else {
            reader.wrong(item, "which place?", "add `pointer = \"/status\"`");
            return;
        };
        let Some(pointer) = reader
            .text(&named.node)
            .and_then(|raw| pointer(&raw, &named.node, reader))
        else {
            return;
        };
        if entries.len() == 1 {
            self.expect.json.push(JsonCheck {
                pointer,
                wanted: JsonMatch::Exists(true),
            });
            return;
        }
        for entry in entries.iter().filter(|entry| entry.key != named.key) {
            if question(&plain(&entry.key)) {
                self.ask(&pointer, entry, reader);
            } else {
                reader.unknown(
                    entry,
                    &["pointer", "equals", "exists", "contains", "matches"],
                );
            }
        }
    }
}

/// Whether a key of a table at a pointer asks something, rather than being part of a value.
fn question(key: &str) -> bool {
    matches!(
        key,
        "equals"
            | "equal"
            | "eq"
            | "value"
            | "is"
            | "exists"
            | "present"
            | "contains"
            | "not_contains"
            | "matches"
            | "regex"
            | "match"
    )
}

/// The matches of one key: a text, or a list of them.
fn matches(key: &str, entry: &Entry, reader: &mut Reader) -> Vec<Match> {
    if matches!(key, "exists" | "present") {
        return match reader.truth(&entry.node) {
            Some(true) => vec![Match::Present],
            Some(false) => vec![Match::Absent],
            None => Vec::new(),
        };
    }
    let make: fn(String) -> Result<Match, String> = match key {
        "equals" | "equal" | "eq" | "is" | "value" => |text| Ok(Match::Equals(text)),
        "contains" | "includes" => |text| Ok(Match::Contains(text)),
        "not_contains" | "lacks" | "excludes" => |text| Ok(Match::Lacks(text)),
        "matches" | "match" | "regex" | "pattern" => {
            |text| Pattern::parse(&text).map(Match::Matches)
        }
        _ => {
            reader.unknown(entry, &MATCHES);
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for one in one_or_many(&entry.node) {
        match reader.text(one).map(make) {
            Some(Ok(wanted)) => found.push(wanted),
            Some(Err(why)) => reader.wrong(
                one,
                format_args!("no pattern: {why}"),
                "the syntax is that of the regex crate",
            ),
            None => {}
        }
    }
    found
}

/// One status, a list, or a text of several: `200`, `[200, "3xx"]`, `"200,204"`.
fn statuses(node: &Node, reader: &mut Reader) -> Vec<StatusRange> {
    let mut ranges = Vec::new();
    for one in one_or_many(node) {
        let Some(text) = reader.text(one) else {
            continue;
        };
        for part in text.split([',', '|']) {
            match StatusRange::parse(part) {
                Some(range) => ranges.push(range),
                None => reader.wrong(
                    one,
                    format_args!("\"{}\" is no status", part.trim()),
                    "write 200, \"2xx\" or \"200-204\"",
                ),
            }
        }
    }
    ranges
}

/// An RFC 6901 pointer, or a plain path: `/a/0`, `a.b`, `$.a[0]`.
fn pointer(raw: &str, node: &Node, reader: &mut Reader) -> Option<String> {
    if raw.is_empty() || raw == "$" {
        return Some(String::new());
    }
    if raw.starts_with('/') {
        let wrong = raw
            .match_indices('~')
            .any(|(at, _)| !matches!(raw.as_bytes().get(at + 1), Some(b'0' | b'1')));
        if wrong {
            reader.wrong(
                node,
                format_args!("\"{raw}\" is no JSON pointer"),
                "write ~0 for ~ and ~1 for / in a name",
            );
            return None;
        }
        return Some(raw.to_owned());
    }
    let path = raw.strip_prefix('$').unwrap_or(raw);
    let path = path.strip_prefix('.').unwrap_or(path);
    let mut pointer = String::new();
    for part in path.split(['.', '[']) {
        let part = part
            .strip_suffix(']')
            .unwrap_or(part)
            .trim_matches(['"', '\'']);
        let known = !part.is_empty() && !part.contains(['*', '?', '(', ']', ':', '@']);
        if !known {
            reader.wrong(
                node,
                format_args!("\"{raw}\" is no JSON pointer"),
                "write it as /data/0/name",
            );
            return None;
        }
        pointer.push('/');
        pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
    }
    Some(pointer)
}
