//! A flagd file in YAML: read as what it says, and changed in one word, so that its comments and its order stay.

use std::{collections::BTreeMap, ops::Range};

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use crate::domain::wording;

/// Most parts of a file: aliases of YAML may multiply.
const MOST_PARTS: usize = 200_000;

/// Where the states stand.
#[derive(Deserialize)]
struct Places {
    flags: BTreeMap<String, Place>,
}

#[derive(Deserialize)]
struct Place {
    state: Option<Spanned<Value>>,
}

fn parsed<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, String> {
    let bounds = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: MOST_PARTS, max_events: 4 * MOST_PARTS, max_aliases: 1_000 },
    };
    serde_saphyr::from_str_with_options(text, bounds).map_err(|error| {
        let words = error.to_string();
        format!("it is no YAML: {}", wording::parsers_complaint(&words))
    })
}

/// What the file says.
pub(super) fn document(bytes: &[u8]) -> Result<Value, String> {
    parsed(text_of(bytes)?)
}

fn text_of(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

/// The file with the flag disabled. What would change anything else besides is refused.
pub(super) fn disabled(bytes: &[u8], name: &str) -> Result<Vec<u8>, String> {
    let text = text_of(bytes)?;
    let mut wanted: Value = parsed(text)?;
    let flag = wanted
        .get_mut("flags")
        .and_then(|flags| flags.get_mut(name))
        .and_then(Value::as_object_mut)
        .ok_or_else(|| format!("it holds no flag {name}"))?;
    flag.insert("state".to_owned(), Value::from("DISABLED"));
    let by_hand = || {
        format!(
            "the state of {name} is written in a way that cockpit does not change: write `state: DISABLED` there by hand"
        )
    };
    let word = word_of(text, name).ok_or_else(by_hand)?;
    let written = format!("{}DISABLED{}", &text[..word.start], &text[word.end..]);
    if parsed::<Value>(&written).is_ok_and(|now| now == wanted) {
        Ok(written.into_bytes())
    } else {
        Err(by_hand())
    }
}

/// The bytes of the state's word, without quotes.
fn word_of(text: &str, name: &str) -> Option<Range<usize>> {
    let places: Places = parsed(text).ok()?;
    let state = places.flags.get(name)?.state.as_ref()?;
    let span = state.referenced.span();
    let from = usize::try_from(span.byte_offset()?).ok()?;
    let quotes = text
        .get(from..)?
        .chars()
        .take_while(|c| ['"', '\''].contains(c));
    let from = from + quotes.map(char::len_utf8).sum::<usize>();
    let word = text.get(from..)?;
    let known = state.value.as_str()?;
    word.starts_with(known).then(|| from..from + known.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# who asks: the shop\nflags:\n  new-checkout:   # since May\n    state: ENABLED  # on\n    variants: { \"on\": true, \"off\": false }\n    defaultVariant: \"on\"\n  dark-mode: { state: \"ENABLED\", defaultVariant: x }\n  'quoted': {'state': 'ENABLED'}\n  bare:\n    defaultVariant: x\n  base: &b\n    state: ENABLED\n  twin: *b\n";

    #[test]
    fn one_word_is_changed_and_everything_else_stays() {
        for (name, was, now) in [
            (
                "new-checkout",
                "state: ENABLED  # on",
                "state: DISABLED  # on",
            ),
            (
                "dark-mode",
                "{ state: \"ENABLED\",",
                "{ state: \"DISABLED\",",
            ),
            ("quoted", "{'state': 'ENABLED'}", "{'state': 'DISABLED'}"),
        ] {
            let written = disabled(FILE.as_bytes(), name).unwrap();
            let written = String::from_utf8(written).unwrap();
            assert_eq!(written, FILE.replacen(was, now, 1), "{name}");
            let now = document(written.as_bytes()).unwrap();
            assert_eq!(now["flags"][name]["state"], "DISABLED");
        }
    }

    #[test]
    fn another_flag_that_is_written_oddly_keeps_no_flag_from_being_switched_off() {
        let file = "flags:\n  d: { state: [1] }\n  e:\n  c: { state: ENABLED }\n";
        let written = String::from_utf8(disabled(file.as_bytes(), "c").unwrap()).unwrap();
        assert_eq!(written, file.replace("ENABLED", "DISABLED"));
    }

    #[test]
    fn what_is_wrong_is_said_without_advice_to_programmers() {
        let flag = "flags:\n  c: { state: ENABLED }\n";
        for (file, said) in [
            (
                format!("{flag}---\n{flag}"),
                "it is no YAML: line 4 column 1: multiple YAML documents detected",
            ),
            (
                format!("{flag}  c: {{ state: DISABLED }}\n"),
                "it is no YAML: line 3 column 3: duplicate mapping key: c",
            ),
        ] {
            assert_eq!(document(file.as_bytes()).unwrap_err(), said);
            assert_eq!(disabled(file.as_bytes(), "c").unwrap_err(), said);
        }
    }

    #[test]
    fn what_would_change_more_than_the_flag_is_refused_with_what_to_do() {
        for name in ["bare", "base", "twin"] {
            let why = disabled(FILE.as_bytes(), name).unwrap_err();
            assert!(why.contains("by hand"), "{name}: {why}");
        }
        let why = disabled(FILE.as_bytes(), "other").unwrap_err();
        assert_eq!(why, "it holds no flag other");
        for broken in ["flags: [", "\u{0}", "flags: 1", "", "- a"] {
            assert!(disabled(broken.as_bytes(), "a").is_err(), "{broken}");
        }
        assert!(document(b"\xff\xfe").is_err());
        let deep = format!("flags: {}", "[".repeat(100_000));
        assert!(document(deep.as_bytes()).is_err());
    }
}
