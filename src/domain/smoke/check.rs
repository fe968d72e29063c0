//! Holds an answer against what a test expects. Knows no network.

use jiff::SignedDuration;
use serde_json::Value;

use super::expect::{Expect, JsonCheck, JsonMatch, Match, StatusRange};

/// Most characters of an answer that a reason repeats.
const REPEATED: usize = 80;

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names are lower-case; values may hold any byte.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The whole body.
    pub body: Vec<u8>,
    /// From the request to the body's end.
    pub latency: SignedDuration,
}

/// Everything that does not hold, one fragment each. Empty: the test passed.
///
/// The fragments repeat parts of the answer: not yet safe to print.
pub fn check(expect: &Expect, answer: &Answer) -> Vec<String> {
    let mut whys = Vec::new();
    status(&expect.status, answer.status, &mut whys);
    for (name, wanted) in &expect.headers {
        header(name, wanted, answer, &mut whys);
    }
    if !expect.body.is_empty() {
        let body = String::from_utf8_lossy(&answer.body);
        for wanted in &expect.body {
            if let Some(why) = text("the body", wanted, Some(&body)) {
                whys.push(why);
            }
        }
    }
    if !expect.json.is_empty() {
        json(&expect.json, &answer.body, &mut whys);
    }
    if let Some(most) = expect.max_latency
        && answer.latency > most
    {
        whys.push(format!(
            "took {} ms, at most {} ms",
            answer.latency.as_millis(),
            most.as_millis()
        ));
    }
    whys
}

fn status(wanted: &[StatusRange], status: u16, whys: &mut Vec<String>) {
    let wanted = if wanted.is_empty() {
        &[StatusRange::SUCCESS]
    } else {
        wanted
    };
    if !wanted.iter().any(|range| range.holds(status)) {
        let words: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        whys.push(format!("status {status}, not {}", words.join(" or ")));
    }
}

fn header(name: &str, wanted: &Match, answer: &Answer, whys: &mut Vec<String>) {
    let what = format!("header {name}");
    let mut values = answer
        .headers
        .iter()
        .filter(|(found, _)| found == name)
        .map(|(_, value)| String::from_utf8_lossy(value))
        .peekable();
    if values.peek().is_none() {
        whys.extend(text(&what, wanted, None));
        return;
    }
    // Of a header that comes several times any may be the one, but none may hold what must not be there.
    let found: Vec<Option<String>> = values
        .map(|value| text(&what, wanted, Some(&value)))
        .collect();
    let holds = match wanted {
        Match::Lacks(_) | Match::Absent => found.iter().all(Option::is_none),
        Match::Present
        | Match::Equals(_)
        | Match::Contains(_)
        | Match::Mentions(_)
        | Match::Matches(_) => found.iter().any(Option::is_none),
    };
    if !holds {
        whys.extend(found.into_iter().flatten().next());
    }
}

/// Why it does not hold. `None` as text: it is not there.
fn text(what: &str, wanted: &Match, found: Option<&str>) -> Option<String> {
    let Some(found) = found else {
        return match wanted {
            Match::Absent | Match::Lacks(_) => None,
            Match::Present
            | Match::Equals(_)
            | Match::Contains(_)
            | Match::Mentions(_)
            | Match::Matches(_) => Some(format!("{what} is missing")),
        };
    };
    let (holds, words) = match wanted {
        Match::Present => (true, String::new()),
        Match::Absent => (false, "it should not be there".to_owned()),
        Match::Equals(text) => (found == text, format!("not {}", short(text))),
        Match::Contains(text) => (found.contains(text), format!("without {}", short(text))),
        Match::Mentions(text) => (
            found.to_lowercase().contains(&text.to_lowercase()),
            format!("without {}", short(text)),
        ),
        Match::Lacks(text) => (!found.contains(text), format!("with {}", short(text))),
        Match::Matches(pattern) => (
            pattern.is_in(found),
            format!("no match of {}", short(pattern.source())),
        ),
    };
    (!holds).then(|| format!("{what} is {}, {words}", short(found)))
}

fn json(checks: &[JsonCheck], body: &[u8], whys: &mut Vec<String>) {
    let document: Value = match serde_json::from_slice(body) {
        Ok(document) => document,
        Err(error) => {
            whys.push(if body.is_empty() {
                "the body is empty, not JSON".to_owned()
            } else {
                format!("the body is not JSON: {error}")
            });
            return;
        }
    };
    for check in checks {
        let place = if check.pointer.is_empty() {
            "the document"
        } else {
            &check.pointer
        };
        let found = document.pointer(&check.pointer);
        let why = match (&check.wanted, found) {
            (JsonMatch::Exists(wanted), found) if *wanted == found.is_some() => None,
            (JsonMatch::Exists(false), _) => Some(format!("something stands at {place}")),
            (JsonMatch::Text(wanted), found) => text(place, wanted, found.map(plain).as_deref()),
            (_, None) => Some(format!("nothing stands at {place}")),
            (JsonMatch::Equals(wanted), Some(found)) => (!same(wanted, found)).then(|| {
                let (found, wanted) = (found.to_string(), wanted.to_string());
                format!("{place} is {}, not {}", cut(&found), cut(&wanted))
            }),
            (JsonMatch::Exists(true), Some(_)) => None,
        };
        whys.extend(why);
    }
}

/// A text as it is, anything else as it is written.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

/// Equal, where `1` and `1.0` are one number.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(l), Value::Number(r)) => {
            l == r || l.as_f64().is_some_and(|l| Some(l) == r.as_f64())
        }
        (Value::Array(l), Value::Array(r)) => {
            l.len() == r.len() && l.iter().zip(r).all(|(l, r)| same(l, r))
        }
        (Value::Object(l), Value::Object(r)) => {
            l.len() == r.len()
                && l.iter()
                    .all(|(name, l)| r.get(name).is_some_and(|r| same(l, r)))
        }
        _ => left == right,
    }
}

fn short(text: &str) -> String {
    format!("{:?}", cut(text).as_str())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(REPEATED) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::smoke::Pattern;

    fn answer(status: u16, body: &[u8]) -> Answer {
        Answer {
            status,
            headers: vec![
                (
                    "content-type".into(),
                    b"application/JSON; charset=utf-8".to_vec(),
                ),
                ("x-many".into(), b"one".to_vec()),
                ("x-many".into(), b"two \xff".to_vec()),
            ],
            body: body.to_vec(),
            latency: SignedDuration::from_millis(120),
        }
    }

    fn json_check(pointer: &str, wanted: JsonMatch) -> JsonCheck {
        JsonCheck {
            pointer: pointer.to_owned(),
            wanted,
        }
    }

    #[test]
    fn without_a_word_any_success_will_do() {
        let expect = Expect::default();
        assert!(check(&expect, &answer(204, b"")).is_empty());
        assert_eq!(check(&expect, &answer(302, b"")), ["status 302, not 2xx"]);
    }

    #[test]
    fn everything_that_does_not_hold_is_told() {
        let expect = Expect {
            status: vec![
                StatusRange::parse("200").unwrap(),
                StatusRange::parse("3xx").unwrap(),
            ],
            headers: vec![
                ("content-type".into(), Match::Mentions("text/html".into())),
                ("x-gone".into(), Match::Present),
            ],
            body: vec![
                Match::Contains("fine".into()),
                Match::Matches(Pattern::parse("^o").unwrap()),
            ],
            json: vec![json_check("/status", JsonMatch::Equals(json!("up")))],
            max_latency: Some(SignedDuration::from_millis(100)),
        };
        let whys = check(&expect, &answer(503, b"no\n"));
        assert_eq!(
            whys,
            [
                "status 503, not 200 or 3xx",
                "header content-type is \"application/JSON; charset=utf-8\", without \"text/html\"",
                "header x-gone is missing",
                "the body is \"no\\n\", without \"fine\"",
                "the body is \"no\\n\", no match of \"^o\"",
                "the body is not JSON: expected ident at line 1 column 2",
                "took 120 ms, at most 100 ms",
            ]
        );
    }

    #[test]
    fn headers_that_come_twice_and_those_that_must_not_come() {
        for (wanted, holds) in [
            (Match::Equals("one".into()), true),
            (Match::Contains("two".into()), true),
            (Match::Contains("three".into()), false),
            (Match::Lacks("two".into()), false),
            (Match::Lacks("three".into()), true),
            (Match::Absent, false),
            (Match::Present, true),
        ] {
            let expect = Expect {
                headers: vec![("x-many".into(), wanted.clone())],
                ..Expect::default()
            };
            assert_eq!(
                check(&expect, &answer(200, b"")).is_empty(),
                holds,
                "{wanted:?}"
            );
        }
    }

    #[test]
    fn pointers_are_asked_for_values_presence_and_text() {
        let body = br#"{"status":"up","n":1.0,"none":null,"a/b":[{"c":[1,2]}]}"#;
        for (pointer, wanted, holds) in [
            ("/status", JsonMatch::Equals(json!("up")), true),
            ("/n", JsonMatch::Equals(json!(1)), true),
            ("/n", JsonMatch::Equals(json!("1")), false),
            ("/none", JsonMatch::Exists(true), true),
            ("/none", JsonMatch::Equals(json!(null)), true),
            ("/nope", JsonMatch::Exists(false), true),
            ("/nope", JsonMatch::Exists(true), false),
            ("/status", JsonMatch::Exists(false), false),
            ("/nope", JsonMatch::Equals(json!(null)), false),
            ("/a~1b/0/c", JsonMatch::Equals(json!([1.0, 2])), true),
            ("/a~1b/0", JsonMatch::Equals(json!({"c": [1, 2]})), true),
            (
                "/a~1b/0/c/1",
                JsonMatch::Text(Match::Equals("2".into())),
                true,
            ),
            (
                "/status",
                JsonMatch::Text(Match::Contains("u".into())),
                true,
            ),
            ("/nope", JsonMatch::Text(Match::Contains("u".into())), false),
            ("", JsonMatch::Exists(true), true),
        ] {
            let expect = Expect {
                json: vec![json_check(pointer, wanted.clone())],
                ..Expect::default()
            };
            let whys = check(&expect, &answer(200, body));
            assert_eq!(whys.is_empty(), holds, "{pointer} {wanted:?} {whys:?}");
        }
    }

    #[test]
    fn bodies_that_are_no_text_or_no_json_end_in_a_reason() {
        let expect = Expect {
            body: vec![Match::Contains("é".into())],
            json: vec![json_check("/a", JsonMatch::Exists(true))],
            ..Expect::default()
        };
        let deep = [b"[".repeat(5_000), b"]".repeat(5_000)].concat();
        for body in [
            &b"\xff\xfe\x00"[..],
            b"",
            b"{\"a\":1",
            &deep,
            &vec![b'x'; 100_000],
        ] {
            let whys = check(&expect, &answer(200, body));
            assert_eq!(whys.len(), 2, "{whys:?}");
            assert!(whys.iter().all(|why| why.len() < 700), "{whys:?}");
        }
    }
}
