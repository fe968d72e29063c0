//! One test of the file: where it goes, what it sends, how often it tries.

use super::{
    body::{self, body},
    expect::{KEYS as EXPECTED, Wanted},
    reader::Reader,
};
use crate::{
    config::{
        secret,
        tree::{Branch, Entry, Node, plain},
    },
    domain::smoke::{Body, DEFAULT_DELAY, DEFAULT_TIMEOUT, MOST_RETRIES, Target, Test, Written},
};

/// The documented names of a test's keys.
const KEYS: [&str; 17] = [
    "name",
    "method",
    "path",
    "url",
    "headers",
    "query",
    "body",
    "form",
    "expect",
    "expected_status",
    "timeout",
    "retries",
    "retry_delay",
    "follow",
    "required",
    "skip",
    "max_latency",
];
/// Prefixes that make a flat key one of `expect`.
const PREFIXES: [&str; 4] = ["expected_", "expect_", "assert_", "response_"];

/// Reads one test; `defaults` come first, the test's own keys after them.
pub(super) fn test(
    name: Option<&str>,
    node: &Node,
    defaults: &[Entry],
    reader: &mut Reader,
) -> Option<Test> {
    let before = reader.found.len();
    let mut draft = Draft::new(name);
    for entry in defaults {
        draft.take(entry, reader);
    }
    draft.own();
    for entry in reader.table(node, "a test") {
        draft.take(entry, reader);
    }
    let test = draft.finish(node, reader);
    // The same mistake of `defaults` would stand once a test.
    reader.found.dedup();
    (reader.found.len() == before).then_some(test).flatten()
}

struct Draft {
    test: Test,
    named: bool,
    target: Option<Target>,
    wanted: Wanted,
    /// Plain keys seen in this layer.
    seen: Vec<String>,
}

impl Draft {
    fn new(name: Option<&str>) -> Self {
        Self {
            test: Test {
                name: name.unwrap_or_default().trim().to_owned(),
                method: "GET".to_owned(),
                target: Target::Path(String::new()),
                query: Vec::new(),
                headers: Vec::new(),
                body: None,
                follow: false,
                expect: crate::domain::smoke::Expect::default(),
                timeout: DEFAULT_TIMEOUT,
                retries: 0,
                delay: DEFAULT_DELAY,
                required: true,
                skip: None,
            },
            named: false,
            target: None,
            wanted: Wanted::default(),
            seen: Vec::new(),
        }
    }

    /// What comes now is the test's own, and stands over the defaults.
    fn own(&mut self) {
        self.seen.clear();
        self.wanted.own();
    }

    /// Marks a meaning as written; the second time is a mistake.
    fn once(&mut self, what: &str, entry: &Entry, reader: &mut Reader) -> bool {
        let new = !self.seen.iter().any(|seen| seen == what);
        if new {
            self.seen.push(what.to_owned());
        } else {
            let message = format!("`{}` says twice what `{what}` says", entry.key);
            reader
                .found
                .push(entry.place.point(message).help("keep one of them"));
        }
        new
    }

    fn take(&mut self, entry: &Entry, reader: &mut Reader) {
        let key = plain(&entry.key);
        let node = &entry.node;
        let flat = PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix));
        if let Some(rest) = flat
            && EXPECTED.contains(&rest)
        {
            self.wanted.take(rest, entry, reader);
            return;
        }
        let what = meaning(&key);
        if let Some(what) = what
            && !matches!(what, "request" | "expect" | "note")
            && !self.once(what, entry, reader)
        {
            return;
        }
        match what {
            Some("note") => {}
            Some("request") => {
                for inner in reader.table(node, "`request`") {
                    self.take(inner, reader);
                }
            }
            Some("expect") => {
                for inner in reader.table(node, "`expect`") {
                    self.wanted.take(&plain(&inner.key), inner, reader);
                }
            }
            Some("body" | "body_json" | "body_text" | "form") => {
                if self.test.body.is_some()
                    && self
                        .seen
                        .iter()
                        .filter(|s| s.starts_with("body") || *s == "form")
                        .count()
                        > 1
                {
                    reader.wrong(node, "a second body", "keep one of them");
                }
                self.test.body = body(&key, node, reader);
            }
            Some(what) => self.plainly(what, &key, node, reader),
            None if key == "json" => {
                let help =
                    "write `body` for what is sent, `expect = { json = ... }` for what comes back";
                let point = entry.place.point("`json` could be either side");
                reader.found.push(point.help(help));
            }
            None if EXPECTED.contains(&key.as_str()) => self.wanted.take(&key, entry, reader),
            None => reader.unknown(entry, &KEYS),
        }
    }

    fn plainly(&mut self, what: &str, key: &str, node: &Node, reader: &mut Reader) {
        let test = &mut self.test;
        match what {
            "name" => {
                if let Some(name) = reader.text(node) {
                    name.trim().clone_into(&mut test.name);
                    self.named = true;
                }
            }
            "method" => {
                if let Some(method) = reader.text(node) {
                    let method = method.trim().to_ascii_uppercase();
                    let right = (1..=20).contains(&method.len())
                        && method.bytes().all(|b| b.is_ascii_uppercase())
                        && method != "CONNECT";
                    if !right {
                        reader.wrong(
                            node,
                            "no method",
                            "write GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS",
                        );
                    }
                    test.method = method;
                }
            }
            "path" => self.target = reader.text(node).and_then(|raw| target(&raw, node, reader)),
            "headers" => {
                for (name, value) in reader.pairs(node, "`headers`", Written::parse_header) {
                    let name = name.to_ascii_lowercase();
                    if !body::is_header(&name) {
                        reader.wrong(
                            node,
                            format_args!("\"{name}\" is no header name"),
                            "letters, digits and -",
                        );
                    }
                    test.headers.push((name, value));
                }
            }
            "query" => test
                .query
                .extend(reader.pairs(node, "`query`", Written::parse)),
            "timeout" => {
                if let Some(read) = reader.duration(key, node) {
                    if read.is_zero() {
                        reader.wrong(node, "no time at all", "write \"10s\"");
                    }
                    test.timeout = read;
                }
            }
            "retries" => self.retries(node, reader),
            "retry_delay" => test.delay = reader.duration(key, node).unwrap_or(test.delay),
            "follow" => test.follow = reader.truth(node).unwrap_or(false),
            "required" => test.required = reader.truth(node).unwrap_or(true),
            "optional" => test.required = !reader.truth(node).unwrap_or(false),
            "enabled" => {
                let on = reader.truth(node).unwrap_or(true);
                test.skip = (!on).then(|| "not enabled".to_owned());
            }
            "skip" => {
                test.skip = match &node.branch {
                    Branch::Text(why) => Some(why.clone()),
                    _ => reader
                        .truth(node)
                        .unwrap_or(false)
                        .then(|| "skipped in the file".to_owned()),
                }
            }
            _ => {}
        }
    }

    /// A count, or a table with the count and the delay.
    fn retries(&mut self, node: &Node, reader: &mut Reader) {
        let Branch::Table(entries) = &node.branch else {
            self.test.retries = reader.count(node, MOST_RETRIES).unwrap_or(0);
            return;
        };
        for entry in entries {
            match plain(&entry.key).as_str() {
                "count" | "retries" | "max" => {
                    self.test.retries = reader.count(&entry.node, MOST_RETRIES).unwrap_or(0);
                }
                "attempts" | "max_attempts" => {
                    let attempts = reader.count(&entry.node, MOST_RETRIES + 1).unwrap_or(1);
                    self.test.retries = attempts.saturating_sub(1);
                }
                key @ ("delay" | "interval" | "wait" | "backoff" | "delay_ms" | "interval_ms") => {
                    self.test.delay = reader.duration(key, &entry.node).unwrap_or(self.test.delay);
                }
                _ => reader.unknown(entry, &["count", "attempts", "delay"]),
            }
        }
    }

    fn finish(mut self, node: &Node, reader: &mut Reader) -> Option<Test> {
        let Some(target) = self.target else {
            if matches!(node.branch, Branch::Table(_)) {
                reader.wrong(
                    node,
                    "where does this test go?",
                    "add `path = \"/health\"`, or a whole `url`",
                );
            }
            return None;
        };
        if self.test.name.is_empty() {
            let (Target::Path(place) | Target::Absolute(place)) = &target;
            self.test.name = format!("{} {place}", self.test.method);
        }
        let has_body = self.test.body.is_some();
        let typed = self
            .test
            .headers
            .iter()
            .any(|(name, _)| name == "content-type");
        if has_body
            && !typed
            && let Some(Body::Text(_)) = self.test.body
        {
            let plain = Written::parse("text/plain; charset=utf-8").unwrap_or_default();
            self.test.headers.push(("content-type".to_owned(), plain));
        }
        self.test.target = target;
        self.test.expect = self.wanted.finish();
        Some(self.test)
    }
}

/// What a key of a test means, whatever its spelling.
fn meaning(key: &str) -> Option<&'static str> {
    Some(match key {
        "name" | "id" | "title" => "name",
        "description" | "comment" | "tags" => "note",
        "request" => "request",
        "expect" | "expected" | "expects" | "expectation" | "assert" | "asserts" | "assertions"
        | "response" => "expect",
        "method" | "verb" => "method",
        "path" | "url" | "uri" | "endpoint" => "path",
        "headers" | "header" | "request_headers" => "headers",
        "query" | "params" | "query_params" => "query",
        "body" | "data" | "request_body" => "body",
        "body_json" | "json_body" => "body_json",
        "body_text" | "text_body" => "body_text",
        "form" | "form_body" => "form",
        "timeout" | "timeout_ms" | "timeout_s" | "timeout_secs" | "timeout_seconds" => "timeout",
        "retries" | "retry" => "retries",
        "retry_delay" | "retry_delay_ms" | "retry_interval" | "delay" | "interval" => "retry_delay",
        "follow" | "follow_redirects" | "follow_redirect" => "follow",
        "required" | "critical" => "required",
        "optional" | "allow_failure" => "optional",
        "enabled" => "enabled",
        "skip" | "disabled" => "skip",
        _ => return None,
    })
}

/// A path below the run's address, or a whole address.
fn target(raw: &str, node: &Node, reader: &mut Reader) -> Option<Target> {
    let raw = raw.trim();
    // A path may hold an address in its query.
    let scheme = raw
        .split_once("://")
        .map(|(scheme, _)| scheme)
        .filter(|scheme| {
            scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'+')
        });
    let Some(scheme) = scheme else {
        if raw.chars().any(char::is_control) {
            reader.wrong(node, "control characters in the path", "write /health");
            return None;
        }
        let slash = if raw.starts_with('/') { "" } else { "/" };
        return Some(Target::Path(format!("{slash}{raw}")));
    };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        reader.wrong(
            node,
            "no address that can be asked",
            "write http or https, or a path",
        );
        return None;
    }
    let host = raw[scheme.len() + 3..].split(['/', '?', '#', '\\']).next();
    if host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
        reader.wrong(
            node,
            "this address has no host",
            "write https://app.example.com/health",
        );
        return None;
    }
    if host.is_some_and(|host| host.contains('@')) {
        let help = "send a header with env:NAME instead";
        reader.wrong(
            node,
            "a login in the address: secrets never stand in the file",
            help,
        );
        return None;
    }
    if !secret::in_addresses(raw).is_empty() {
        let help = "send a header with env:NAME instead";
        reader.wrong(
            node,
            "a secret in the address: secrets never stand in the file",
            help,
        );
        return None;
    }
    Some(Target::Absolute(raw.to_owned()))
}
