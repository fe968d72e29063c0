//! The whole file: its notation, the list of tests under any of its names, defaults, names that are unique.

use std::collections::BTreeSet;

use super::{reader::Reader, test::test};
use crate::{
    config::{
        diagnostic::{Diagnostic, Diagnostics},
        largest::LARGEST,
        tree::{Branch, Entry, Node, plain},
    },
    domain::smoke::{MOST_TESTS, Suite},
};

/// What the list of tests may be called.
const LISTS: [&str; 5] = ["tests", "checks", "smoke", "smoke_tests", "test"];
/// Keys of the file that say nothing to cockpit.
const NOTES: [&str; 4] = ["name", "description", "version", "$schema"];

/// Reads a file of smoke tests: JSON, TOML, or YAML, by what it holds; `origin` is its name in messages.
pub fn parse_smoke(bytes: &[u8], origin: &str) -> Result<Suite, Diagnostics> {
    let whole = |message: String| Diagnostics::one(origin, Diagnostic::whole(message));
    if bytes.len() > LARGEST {
        let size = bytes.len();
        return Err(whole(format!(
            "{size} bytes are more than a tests' file has"
        )));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| whole("this is not UTF-8: save the file as UTF-8".to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let refused = |list| Diagnostics::new(origin, text, list);
    let root = root(text, origin).map_err(refused)?;
    let mut reader = Reader::default();
    let suite = suite(&root, &mut reader);
    if reader.found.is_empty() {
        Ok(suite)
    } else {
        Err(refused(reader.found))
    }
}

fn root(text: &str, origin: &str) -> Result<Node, Vec<Diagnostic>> {
    let extension = origin.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    match extension.as_str() {
        "json" => Node::from_json(text),
        "toml" => Node::from_toml(text),
        "yaml" | "yml" => Node::from_yaml(text),
        _ if text.trim_start().starts_with('{') => Node::from_json(text),
        // `[[tests]]` and `[` of JSON begin alike.
        _ => Node::from_toml(text).or_else(|wrong| Node::from_json(text).map_err(|_| wrong)),
    }
}

fn suite(root: &Node, reader: &mut Reader) -> Suite {
    let mut list: Option<&Entry> = None;
    let mut defaults: &[Entry] = &[];
    let mut tests: Vec<(Option<&str>, &Node)> = Vec::new();
    if let Branch::List(items) = &root.branch {
        tests.extend(items.iter().map(|item| (None, item)));
    } else {
        for entry in reader.table(root, "the file") {
            let key = plain(&entry.key);
            if LISTS.contains(&key.as_str()) {
                if list.replace(entry).is_some() {
                    let point = entry.place.point("a second list of tests");
                    reader.found.push(point.help("put all tests in one list"));
                }
            } else if matches!(key.as_str(), "defaults" | "default") {
                defaults = reader.table(&entry.node, "`defaults`");
            } else if matches!(key.as_str(), "url" | "base_url") {
                let point = entry.place.point("the address does not stand in the file");
                reader.found.push(
                    point.help("give it with --url, so that one file serves every environment"),
                );
            } else if !NOTES.contains(&key.as_str()) {
                reader.unknown(entry, &["tests", "checks", "smoke", "defaults", "name"]);
            }
        }
    }
    if let Some(list) = list {
        tests.extend(listed(&list.node));
    }
    if tests.is_empty() && reader.found.is_empty() {
        let help = "write [[tests]] with name and path, or { \"tests\": [ ... ] }";
        reader.wrong(root, "there is no test in this file", help);
    }
    if tests.len() > MOST_TESTS {
        let message = format!("{} tests, at most {MOST_TESTS}", tests.len());
        reader.wrong(root, message, "split the file");
        tests.clear();
    }
    let tests: Vec<_> = tests
        .into_iter()
        .filter_map(|(name, node)| Some((node, test(name, node, defaults, reader)?)))
        .collect();
    let mut names = BTreeSet::new();
    for (node, test) in &tests {
        if !names.insert(test.name.as_str()) {
            let message = format!("there are two tests called \"{}\"", test.name);
            reader.wrong(node, message, "give it another `name`");
        }
    }
    drop(names);
    Suite {
        tests: tests.into_iter().map(|(_, test)| test).collect(),
    }
}

/// A list of tests, a table of tests by name, or a table that holds the list once more (`[[smoke.tests]]`).
fn listed(node: &Node) -> Vec<(Option<&str>, &Node)> {
    match &node.branch {
        Branch::List(items) => items.iter().map(|item| (None, item)).collect(),
        Branch::Table(entries) => {
            let inner = entries.iter().find(|entry| {
                LISTS.contains(&plain(&entry.key).as_str())
                    && matches!(entry.node.branch, Branch::List(_))
            });
            match inner {
                Some(inner) if entries.len() == 1 => listed(&inner.node),
                _ => entries
                    .iter()
                    .map(|entry| (Some(entry.key.as_str()), &entry.node))
                    .collect(),
            }
        }
        _ => vec![(None, node)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::smoke::{Body, JsonMatch, Match, StatusRange, Target};

    fn suite(text: &str, origin: &str) -> Suite {
        parse_smoke(text.as_bytes(), origin).unwrap_or_else(|wrong| panic!("{wrong}"))
    }

    fn refused(text: &str, origin: &str) -> String {
        parse_smoke(text.as_bytes(), origin).unwrap_err().render()
    }

    const TOML: &str = r#"
[defaults]
timeout = "3s"
headers = { Accept = "application/json" }
[[tests]]
name = "health"
path = "/health"
[[tests]]
name = "login"
method = "post"
url = "https://id.example.com/token"
headers = { Authorization = "Bearer ${TOKEN}" }
body = { user = "ana", password = "env:PASSWORD" }
retries = 2
retry_delay = "500ms"
required = false
follow = true
[tests.query]
page = 2
[tests.expect]
status = [200, "3xx"]
headers = { content-type = "json" }
body = { contains = "ok", not_contains = "error", matches = "^\\{" }
json = { "/status" = "up", version = { exists = true } }
latency = "< 500ms"
"#;

    #[test]
    fn a_file_in_toml_is_read_whole() {
        let suite = suite(TOML, "smoke.toml");
        let [health, login] = &suite.tests[..] else {
            panic!("{suite:?}")
        };
        assert_eq!(health.method, "GET");
        assert_eq!(health.target, Target::Path("/health".into()));
        assert_eq!(health.timeout.as_secs(), 3);
        assert_eq!(health.headers[0].0, "accept");
        assert!(health.required && !health.follow && health.expect.status.is_empty());
        assert_eq!(login.method, "POST");
        assert_eq!(
            login.target,
            Target::Absolute("https://id.example.com/token".into())
        );
        assert!(!login.required && login.follow);
        assert_eq!((login.retries, login.delay.as_millis()), (2, 500));
        assert!(matches!(login.body, Some(Body::Json(_))));
        let variables: Vec<String> = login.variables().into_iter().collect();
        assert_eq!(variables, ["PASSWORD", "TOKEN"]);
        assert_eq!(login.headers.len(), 2);
        assert_eq!(login.query[0].0, "page");
        let expect = &login.expect;
        assert_eq!(expect.status[1], StatusRange::parse("3xx").unwrap());
        assert_eq!(
            expect.headers[0],
            ("content-type".into(), Match::Mentions("json".into()))
        );
        assert_eq!(expect.body.len(), 3);
        assert_eq!(expect.json[1].pointer, "/version");
        assert_eq!(expect.json[1].wanted, JsonMatch::Exists(true));
        assert_eq!(expect.max_latency.unwrap().as_millis(), 500);
    }

    #[test]
    fn the_same_test_in_many_spellings() {
        let wanted = suite(
            r#"{"tests":[{"name":"a","path":"/a","expect":{"status":201,"body":"ok","max_latency":"1s","json":{"/x":1},"headers":{"etag":true}}}]}"#,
            "a.json",
        );
        for (text, origin) in [
            (
                r#"[{"name":"a","path":"/a","expectedStatus":201,"body_contains":"ok","maxLatencyMs":1000,"expect_json":{"x":1},"expected_headers":{"ETag":true}}]"#,
                "a.json",
            ),
            (
                r#"{"checks":[{"name":"a","endpoint":"a","expected_status":"201","expected_body":"ok","latency":"1000ms","json_path":{"$.x":1},"response_headers":{"ETag":{"exists":true}}}]}"#,
                "a.json",
            ),
            (
                r#"{"smoke":{"tests":[{"name":"a","uri":"/a","verb":"get","assert":{"status_code":[201],"body":{"contains":["ok"]},"response_time":"<1s","json":[{"path":"x","equals":1}],"header":{"etag":{"exists":true}}}}]}}"#,
                "a.json",
            ),
            (
                r#"{"tests":{"a":{"request":{"url":"/a"},"response":{"status":201,"body":{"contains":"ok","json":{"/x":1}},"latency":{"max":"1s"},"headers":{"etag":true}}}}}"#,
                "a.json",
            ),
            (
                "[[smoke.tests]]\nname = 'a'\npath = '/a'\nstatus = 201\nbody_contains = 'ok'\nmax_latency = '1s'\nexpect.headers.etag = true\nexpect.json = { x = 1 }\n",
                "a.toml",
            ),
            (
                "tests:\n  - name: a\n    path: /a\n    status: 201\n    expected_body: ok\n    max_latency: 1s\n    expect:\n      headers: {etag: true}\n      json: {x: 1}\n",
                "a.yaml",
            ),
            (
                "[tests.a]\npath = '/a'\nexpected = { code = 201, body_contains = 'ok', latency_ms = 1000, json = { '/x' = 1 }, headers = { etag = true } }\n",
                "smoke",
            ),
        ] {
            assert_eq!(suite(text, origin), wanted, "{text}");
        }
    }

    #[test]
    fn mistakes_are_shown_at_their_place_with_the_nearest_name() {
        for (from, to, words) in [
            ("retries = 2", "retrys = 2", "did you mean `retries`?"),
            ("retries = 2", "retries = 99", "from 0 to 20"),
            ("[tests.expect]", "[tests.expct]", "did you mean `expect`?"),
            (
                "latency = \"< 500ms\"",
                "latencey = \"1s\"",
                "did you mean `latency`?",
            ),
            ("latency = \"< 500ms\"", "latency = 500", "write \"500ms\""),
            ("\"3xx\"", "\"9xx\"", "no status"),
            ("\"post\"", "\"po st\"", "no method"),
            ("path = \"/health\"", "", "where does this test go"),
            ("path = \"/health\"", "path = \"/a\"\nurl = \"/b\"", "twice"),
            (
                "https://id",
                "https://u:p@id",
                "secrets never stand in the file",
            ),
            ("https://id", "ftp://id", "http or https"),
            ("${TOKEN}", "${TO KEN}", "env:NAME"),
            ("${TOKEN}", "ghp_0123456789abcdefgh", "looks like a token"),
            ("\"^\\\\{\"", "\"(\"", "unclosed group"),
            ("required = false", "required = \"no\"", "true or false"),
            ("\"login\"", "\"health\"", "two tests called"),
            ("\"/status\" =", "\"/~2\" =", "no JSON pointer"),
            ("body = {", "json = {", "`body` for what is sent"),
            (
                "follow = true",
                "follow = true\nexpect_status = 200",
                "twice",
            ),
            ("Accept =", "\"A b\" =", "no header name"),
        ] {
            assert!(TOML.contains(from), "{from}");
            let text = refused(&TOML.replacen(from, to, 1), "smoke.toml");
            assert!(text.contains(words), "{to}: {words} in\n{text}");
            assert!(text.contains("smoke.toml:"), "a place in\n{text}");
            assert!(!text.contains("0123456789"), "{text}");
        }
        let text = refused(
            r#"{"tests":[{"name":"a","path":"/","expect":{"staus":1}}]}"#,
            "s.json",
        );
        assert!(
            text.contains("tests[0].expect.staus: unknown key `staus`"),
            "{text}"
        );
        assert!(text.contains("did you mean `status`?"), "{text}");
    }

    #[test]
    fn files_that_are_broken_empty_or_huge_are_refused() {
        for text in [
            "",
            "{",
            "[]",
            "{}",
            "tests = []",
            "[1]",
            "tests = 3",
            "\u{feff}",
            "a: b: c",
            "null",
        ] {
            for origin in ["x.toml", "x.json", "x.yaml", "x"] {
                assert!(
                    parse_smoke(text.as_bytes(), origin).is_err(),
                    "{text} {origin}"
                );
            }
        }
        assert!(parse_smoke(b"\xff", "x").is_err());
        assert!(parse_smoke(&vec![b' '; LARGEST + 1], "x").is_err());
        let many = format!("[{}]", vec![r#"{"name":"a","path":"/"}"#; 501].join(","));
        assert!(refused(&many, "x.json").contains("at most 500"));
    }
}
