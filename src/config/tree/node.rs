//! A document of TOML, JSON or YAML as one tree, each part with its place. Knows no key.
//!
//! TOML and YAML tell byte ranges; JSON tells paths alone (`tests[2].expect`).

use std::{fmt, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::seat::{Bare, Raw, Seat, Spot};
use crate::{config::diagnostic::Diagnostic, domain::wording::parsers_complaint};

/// Most parts of one document: aliases of YAML may multiply.
const MOST_PARTS: usize = 50_000;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::config) struct Node {
    pub(in crate::config) branch: Branch,
    pub(in crate::config) place: Place,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::config) enum Branch {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// One key of a table.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::config) struct Entry {
    pub(in crate::config) key: String,
    pub(in crate::config) place: Place,
    pub(in crate::config) node: Node,
}

/// Where something stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::config) struct Place {
    /// Byte range in the file, where the notation tells it.
    pub(in crate::config) span: Option<Range<usize>>,
    /// `tests[2].expect`; empty for the whole.
    pub(in crate::config) path: String,
}

impl Place {
    /// A point here; where the range is not known the path says the place.
    pub(in crate::config) fn point(&self, message: impl fmt::Display) -> Diagnostic {
        match &self.span {
            Some(span) => Diagnostic::at(span.clone(), message.to_string()),
            None if self.path.is_empty() => Diagnostic::whole(message.to_string()),
            None => Diagnostic::whole(format!("{}: {message}", self.path)),
        }
    }

    fn inner(&self, name: &str, span: Option<Range<usize>>) -> Self {
        let path = if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        };
        Self { span, path }
    }

    fn item(&self, at: usize, span: Option<Range<usize>>) -> Self {
        Self {
            span,
            path: format!("{}[{at}]", self.path),
        }
    }
}

impl Node {
    /// Reads TOML.
    pub(in crate::config) fn from_toml(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(errors.iter().map(Diagnostic::from).collect());
        }
        let root = Place::default();
        Ok(Self {
            branch: toml_table(document.get_ref(), &root),
            place: root,
        })
    }

    /// Reads JSON; the same key twice is an error.
    pub(in crate::config) fn from_json(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let bare: Result<Bare, _> = serde_path_to_error::deserialize(&mut reader);
        let bare = bare.map_err(|error| {
            let path = error.path().to_string();
            let place = if path == "." { String::new() } else { path };
            vec![
                Place {
                    span: None,
                    path: place,
                }
                .point(error.into_inner()),
            ]
        })?;
        reader
            .end()
            .map_err(|error| vec![Diagnostic::whole(error.to_string())])?;
        plant(bare, Place::default(), text, &mut 0)
    }

    /// Reads one YAML document.
    pub(in crate::config) fn from_yaml(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let bounds = serde_saphyr::options! {
            budget: serde_saphyr::budget! { max_nodes: MOST_PARTS, max_events: 4 * MOST_PARTS, max_aliases: 1_000 },
        };
        let spot = serde_saphyr::from_str_with_options(text, bounds);
        let spot: Spot = spot.map_err(|error| {
            let message = error.to_string();
            // The place is shown by a caret where it is known, else it stays in the words.
            let words = parsers_complaint(&message);
            let told = error.location().and_then(|place| range(place, text));
            let (said, span) = without_place(words);
            let span = told.or_else(|| span.and_then(|place| at(place, text)));
            let said = if said.starts_with("budget breached") {
                format!("more than {MOST_PARTS} values, or too many aliases, in one file")
            } else {
                said.to_owned()
            };
            vec![match span {
                Some(span) => Diagnostic::at(span, said),
                None => Diagnostic::whole(words),
            }]
        })?;
        plant(spot, Place::default(), text, &mut 0)
    }

    /// What it is, for people.
    pub(in crate::config) fn kind(&self) -> &'static str {
        match self.branch {
            Branch::Null => "nothing",
            Branch::Bool(_) => "true or false",
            Branch::Integer(_) | Branch::Float(_) => "a number",
            Branch::Text(_) => "a string",
            Branch::List(_) => "a list",
            Branch::Table(_) => "a table",
        }
    }

    /// As plain JSON.
    pub(in crate::config) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.branch {
            Branch::Null => Value::Null,
            Branch::Bool(value) => Value::Bool(*value),
            Branch::Integer(value) => Value::from(*value),
            Branch::Float(value) => Value::from(*value),
            Branch::Text(text) => Value::String(text.clone()),
            Branch::List(items) => items.iter().map(Self::to_json).collect(),
            Branch::Table(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.node.to_json()))
                .collect(),
        }
    }
}

fn toml_table(table: &DeTable<'_>, place: &Place) -> Branch {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| {
            let name: &str = key.get_ref();
            Entry {
                key: name.to_owned(),
                place: place.inner(name, Some(key.span())),
                node: toml_value(value, place.inner(name, Some(value.span()))),
            }
        })
        .collect();
    // As written, not as a map sorts: the order of tests is theirs.
    entries.sort_by_key(|entry| entry.place.span.as_ref().map_or(0, |span| span.start));
    Branch::Table(entries)
}

fn toml_value(value: &Spanned<DeValue<'_>>, place: Place) -> Node {
    let branch = match value.get_ref() {
        DeValue::String(text) => Branch::Text(text.clone().into_owned()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Branch::Integer(number),
            Err(_) => Branch::Text(number.as_str().to_owned()),
        },
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(number) => Branch::Float(number),
            Err(_) => Branch::Text(number.as_str().to_owned()),
        },
        DeValue::Boolean(value) => Branch::Bool(*value),
        DeValue::Datetime(date) => Branch::Text(date.to_string()),
        DeValue::Array(items) => Branch::List(
            items
                .iter()
                .enumerate()
                .map(|(at, item)| toml_value(item, place.item(at, Some(item.span()))))
                .collect(),
        ),
        DeValue::Table(table) => toml_table(table, &place),
    };
    Node { branch, place }
}

/// Gives each part its place, and refuses a key that comes twice.
fn plant<S: Seat>(
    seat: S,
    mut place: Place,
    text: &str,
    parts: &mut usize,
) -> Result<Node, Vec<Diagnostic>> {
    *parts += 1;
    if *parts > MOST_PARTS {
        return Err(vec![Diagnostic::whole("this file has too many parts")]);
    }
    let (raw, location) = seat.open();
    place.span = location.and_then(|at| range(at, text));
    let branch = match raw {
        Raw::Null => Branch::Null,
        Raw::Bool(value) => Branch::Bool(value),
        Raw::Integer(value) => Branch::Integer(value),
        Raw::Float(value) => Branch::Float(value),
        Raw::Text(text) => Branch::Text(text),
        Raw::List(items) => {
            let items = items.into_iter().enumerate();
            let planted = items.map(|(at, item)| plant(item, place.item(at, None), text, parts));
            Branch::List(planted.collect::<Result<_, _>>()?)
        }
        Raw::Table(entries) => {
            let mut planted: Vec<Entry> = Vec::new();
            let mut seen = std::collections::BTreeSet::new();
            for (key, value) in entries {
                let (key, location) = key.open();
                let name = match key {
                    Raw::Text(text) => text,
                    Raw::Bool(value) => value.to_string(),
                    Raw::Integer(value) => value.to_string(),
                    Raw::Float(value) => value.to_string(),
                    Raw::Null | Raw::List(_) | Raw::Table(_) => {
                        return Err(vec![place.point("a key must be a word")]);
                    }
                };
                let at = place.inner(&name, location.and_then(|at| range(at, text)));
                if !seen.insert(name.clone()) {
                    return Err(vec![at.point(format_args!("`{name}` stands here twice"))]);
                }
                planted.push(Entry {
                    node: plant(value, place.inner(&name, None), text, parts)?,
                    key: name,
                    place: at,
                });
            }
            Branch::Table(planted)
        }
    };
    Ok(Node { branch, place })
}

/// A YAML fault without `line 1 column 8: ` before it, and that line and column.
fn without_place(words: &str) -> (&str, Option<(usize, usize)>) {
    let told = |place: &str| {
        let (line, column) = place.strip_prefix("line ")?.split_once(" column ")?;
        Some((line.parse().ok()?, column.parse().ok()?))
    };
    match words.split_once(": ") {
        Some((place, rest)) if told(place).is_some() => (rest, told(place)),
        _ => (words, None),
    }
}

/// The byte at a line and a column, both counted from one; a caret needs something to stand under.
fn at((line, column): (usize, usize), text: &str) -> Option<Range<usize>> {
    let before = line.checked_sub(1)?;
    let mut lines = text.split_inclusive('\n');
    let begin: usize = lines.by_ref().take(before).map(str::len).sum();
    let ends = lines.next()?.trim_end_matches(['\n', '\r']);
    let mut signs = ends.char_indices();
    let named = signs.clone().nth(column.checked_sub(1)?);
    let (place, sign) = named.or_else(|| signs.next_back())?;
    Some(begin + place..begin + place + sign.len_utf8())
}

/// The bytes that a YAML location means, where it tells them.
fn range(at: serde_saphyr::Location, text: &str) -> Option<Range<usize>> {
    let span = at.span();
    let Some(offset) = span.byte_offset() else {
        return counted(at, text);
    };
    let start = usize::try_from(offset).ok()?;
    let length = usize::try_from(span.byte_len().unwrap_or(0)).ok()?;
    let part = text.get(start..start.checked_add(length)?)?;
    let end = start + part.trim_end().len();
    // A caret needs something to stand under.
    let next = text[start..].chars().next().map_or(0, char::len_utf8);
    Some(start..end.max(start + next))
}

/// The same where it counts lines and characters alone, as for what is no YAML at all.
fn counted(at: serde_saphyr::Location, text: &str) -> Option<Range<usize>> {
    let line = usize::try_from(at.line()).ok()?.checked_sub(1)?;
    let column = usize::try_from(at.column()).ok()?.saturating_sub(1);
    let mut start = 0;
    for _ in 0..line {
        start += text[start..].find('\n')? + 1;
    }
    let rest = text[start..].split(['\n', '\r']).next()?;
    // Past its end the line's last character has the caret.
    let place = rest.char_indices().nth(column);
    let place = place.or_else(|| rest.char_indices().next_back());
    let place = place.map_or(0..0, |(at, c)| at..at + c.len_utf8());
    Some(start + place.start..start + place.end)
}

/// A key without its spelling: `maxLatency`, `max-latency` and `Max_Latency` are `max_latency`.
pub(in crate::config) fn plain(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut lower = false;
    for c in key.chars() {
        if c.is_ascii_uppercase() && lower {
            out.push('_');
        }
        lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(match c {
            '-' | ' ' => '_',
            _ => c.to_ascii_lowercase(),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry<'a>(node: &'a Node, key: &str) -> &'a Entry {
        let Branch::Table(entries) = &node.branch else {
            panic!("{node:?}")
        };
        entries.iter().find(|entry| entry.key == key).unwrap()
    }

    #[test]
    fn spellings_of_a_key_are_one() {
        for key in [
            "maxLatency",
            "max-latency",
            "max_latency",
            "Max Latency",
            "MaxLatency",
        ] {
            assert_eq!(plain(key), "max_latency", "{key}");
        }
        assert_eq!(plain("expectedStatus"), "expected_status");
    }

    #[test]
    fn the_three_notations_make_one_tree() {
        let toml = Node::from_toml("a = 1\nb = [true, \"x\"]\nc.d = 1.5\n").unwrap();
        let json = Node::from_json(r#"{"a":1,"b":[true,"x"],"c":{"d":1.5}}"#).unwrap();
        let yaml = Node::from_yaml("a: 1\nb: [true, x]\nc:\n  d: 1.5\n").unwrap();
        assert_eq!(toml.to_json(), json.to_json());
        assert_eq!(yaml.to_json(), json.to_json());
    }

    #[test]
    fn a_yaml_fault_is_said_once_and_its_place_once() {
        for text in ["a: [1, 2", "a: &a [*a]\n", "a: b: c\n", "\t- x"] {
            let Err(faults) = Node::from_yaml(text) else {
                continue;
            };
            for fault in faults {
                let said = format!("{fault:?}");
                assert!(!said.contains("error: "), "{text}: {said}");
            }
        }
        assert_eq!(
            without_place("line 1 column 8: recursive"),
            ("recursive", Some((1, 8)))
        );
        assert_eq!(without_place("no place: here"), ("no place: here", None));
    }

    #[test]
    fn a_yaml_fault_has_a_caret_where_only_its_words_tell_the_place() {
        let deep = format!("a: {}{}", "[".repeat(5_000), "]".repeat(5_000));
        for text in ["a:\n\t- x\n", "a:\n  - b: 1\n\tc: 2\n", deep.as_str()] {
            let faults = Node::from_yaml(text).unwrap_err();
            assert!(
                faults.iter().all(|fault| fault.span.is_some()),
                "{faults:?}"
            );
        }
        let many = format!("a: [{}]", "1,".repeat(60_000));
        let said = format!("{:?}", Node::from_yaml(&many).unwrap_err());
        assert!(said.contains("more than 50000 values"), "{said}");
        assert_eq!(at((2, 3), "é\nwörd"), Some(6..7));
        assert_eq!(at((9, 1), "é"), None);
    }

    #[test]
    fn places_are_bytes_in_toml_and_yaml_and_paths_in_json() {
        let text = "é: x\nlist:\n  - name: wörd\n";
        let yaml = Node::from_yaml(text).unwrap();
        let list = entry(&yaml, "list");
        assert_eq!(&text[list.place.span.clone().unwrap()], "list");
        let Branch::List(items) = &list.node.branch else {
            panic!("{list:?}")
        };
        let name = entry(&items[0], "name");
        assert_eq!(&text[name.place.span.clone().unwrap()], "name");
        assert_eq!(&text[name.node.place.span.clone().unwrap()], "wörd");
        assert_eq!(name.node.place.path, "list[0].name");
        let json = Node::from_json(r#"{"list":[{"name":"x"}]}"#).unwrap();
        let point = entry(&json, "list").place.point("wrong");
        assert_eq!(point, Diagnostic::whole("list: wrong"));
    }

    #[test]
    fn what_is_broken_twice_or_too_deep_is_refused() {
        for text in ["{", "{\"a\":1,\"a\":2}", "{} x", "", "[1,]"] {
            assert!(Node::from_json(text).is_err(), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        assert!(Node::from_json(&deep).is_err());
        assert!(Node::from_yaml(&deep).is_err());
        assert!(Node::from_toml(&format!("a = {deep}")).is_err());
        for text in ["a: 1\na: 2\n", "a: [", "? [x]\n: y\n", "a: b: c\n"] {
            assert!(Node::from_yaml(text).is_err(), "{text}");
        }
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
        assert!(Node::from_yaml(bomb).is_err());
    }
}
