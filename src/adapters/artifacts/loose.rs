//! JSON taken as it comes: a field of another type than expected is as if it were not there, and nothing that is not
//! asked for is kept. Reads from a stream, so a report's size costs time and no memory.

use std::{fmt, io::Read, marker::PhantomData};

use encoding_rs::Encoding;
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer,
    },
};

use super::json_comments::Uncommented;

/// Elements of one list.
const LIST_LIMIT: usize = 200_000;
/// Words of a list that are kept.
const WORDS_LIMIT: usize = 64;
/// Bytes kept of one string.
const WORD_LIMIT: usize = 2_000;
/// Bytes of a document that is no UTF-8 and is therefore read whole.
const WHOLE_LIMIT: u64 = 64 << 20;

/// What is said of a document behind the one that is read.
pub(super) const MORE_THAN_ONE: &str = "another document begins here, and one is read";

/// Gives the documents of a file one after another, as long as `take` wants one more; then none may be left. The error says
/// what is wrong in which line. Comments are passed over.
pub(super) fn documents<T: DeserializeOwned>(
    mut input: impl Read,
    take: &mut dyn FnMut(T) -> bool,
) -> Result<(), String> {
    let mut head = [0_u8; 3];
    let mut filled = 0;
    while filled < head.len() {
        match input.read(&mut head[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) => return Err(error.to_string()),
        }
    }
    let head = &head[..filled];
    match Encoding::for_bom(head) {
        Some((encoding, _)) if encoding != encoding_rs::UTF_8 => {
            let mut bytes = head.to_vec();
            let read = input.take(WHOLE_LIMIT).read_to_end(&mut bytes);
            read.map_err(|error| error.to_string())?;
            let (text, _, _) = encoding.decode(&bytes);
            parsed(text.as_bytes(), take)
        }
        Some((_, mark)) => parsed(head[mark..].chain(input), take),
        None => parsed(head.chain(input), take),
    }
}

fn parsed<T: DeserializeOwned>(
    input: impl Read,
    take: &mut dyn FnMut(T) -> bool,
) -> Result<(), String> {
    let input = std::io::BufReader::new(Uncommented::new(input));
    let mut reader = serde_json::Deserializer::from_reader(input);
    let mut read = || -> serde_json::Result<()> {
        while take(T::deserialize(&mut reader)?) {
            if reader.end().is_ok() {
                return Ok(());
            }
        }
        reader.end()
    };
    read().map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => {
            format!(
                "line {}: the file is cut off: its end is missing",
                error.line()
            )
        }
        serde_json::error::Category::Io => error.to_string(),
        _ => {
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or(&what);
            let what = match what {
                "trailing characters" => MORE_THAN_ONE,
                what => what,
            };
            format!("line {}: {what}", error.line())
        }
    })
}

/// What a visitor does with all that it does not look for: passes over it.
macro_rules! nothing_else {
    ($($compound:ident)*) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        $(nothing_else!(@ $compound);)*
    };
    (@ seq) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
    (@ map) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}

pub(super) use nothing_else;

/// An object, or the default where something else stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Loose<T>(pub(super) T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for Seen<T> {
            type Value = T;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
            nothing_else!(seq);
        }
        deserializer.deserialize_any(Seen(PhantomData)).map(Self)
    }
}

/// A list, its elements taken loosely; empty where something else stands.
#[derive(Debug, Clone)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for Seen<T> {
            type Value = List<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(Loose(one)) = seq.next_element::<Loose<T>>()? {
                    if all.len() >= LIST_LIMIT {
                        let line = format!("a list of more than {LIST_LIMIT} elements");
                        return Err(serde::de::Error::custom(line));
                    }
                    all.push(one);
                }
                Ok(List(all))
            }
            nothing_else!(map);
        }
        deserializer.deserialize_any(Seen(PhantomData))
    }
}

/// A list of words, as far as [`WORDS_LIMIT`]; empty where something else stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Words(pub(super) Vec<Word>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl<'de> Visitor<'de> for Seen {
            type Value = Words;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of words")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Words, A::Error> {
                let mut all = Vec::new();
                while let Some(word) = seq.next_element::<Word>()? {
                    if all.len() < WORDS_LIMIT {
                        all.push(word);
                    }
                }
                Ok(Words(all))
            }
            nothing_else!(map);
        }
        deserializer.deserialize_any(Seen)
    }
}

/// Every value of an object with its key, taken loosely.
#[derive(Debug, Clone)]
pub(super) struct Entries<T>(pub(super) Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Seen<T> {
            type Value = Entries<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut all = Vec::new();
                while let Some((key, value)) = map.next_entry::<Word, T>()? {
                    if all.len() >= LIST_LIMIT {
                        let line = format!("an object of more than {LIST_LIMIT} keys");
                        return Err(serde::de::Error::custom(line));
                    }
                    all.push((key.0, value));
                }
                Ok(Entries(all))
            }
            nothing_else!(seq);
        }
        deserializer.deserialize_any(Seen(PhantomData))
    }
}

/// A word: text, cut where it is long, or a number as it is written; empty where something else stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Word(pub(super) String);

impl Word {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The word, unless it is empty.
    pub(super) fn told(&self) -> Option<&str> {
        Some(self.0.trim()).filter(|word| !word.is_empty())
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl<'de> Visitor<'de> for Seen {
            type Value = Word;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }
            fn visit_str<E>(self, text: &str) -> Result<Word, E> {
                Ok(Word(
                    text[..text.floor_char_boundary(text.len().min(WORD_LIMIT))].to_owned(),
                ))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }
            fn visit_bool<E>(self, truth: bool) -> Result<Word, E> {
                Ok(Word(truth.to_string()))
            }
            fn visit_unit<E>(self) -> Result<Word, E> {
                Ok(Word::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Word, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Word::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Word, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Word::default())
            }
        }
        deserializer.deserialize_any(Seen)
    }
}

/// A number, also one that is written as text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Number(pub(super) Option<f64>);

impl Number {
    /// As a place in a list; `None` for what is no such number (`-1` says "none" in SARIF).
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked"
    )]
    pub(super) fn index(self) -> Option<usize> {
        let value = self.0.filter(|value| value.fract() == 0.0)?;
        (0.0..1e9).contains(&value).then_some(value as usize)
    }

    /// As a count.
    pub(super) fn count(self) -> Option<u64> {
        self.index().and_then(|index| u64::try_from(index).ok())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Word::deserialize(deserializer)?;
        let value: Option<f64> = word.0.trim().parse().ok();
        Ok(Self(value.filter(|value| value.is_finite())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Odd {
        word: Word,
        number: Number,
        inner: Loose<Inner>,
        list: List<Inner>,
        entries: Entries<Number>,
    }

    #[derive(Debug, Clone, Default, Deserialize)]
    #[serde(default)]
    struct Inner {
        a: Word,
    }

    fn document<T: DeserializeOwned>(input: impl Read) -> Result<T, String> {
        let mut found = None;
        documents(input, &mut |document: T| {
            found = Some(document);
            false
        })?;
        Ok(found.expect("a document or an error"))
    }

    fn read(json: &str) -> Result<Odd, String> {
        document(json.as_bytes())
    }

    #[test]
    fn what_fits_is_taken() {
        let odd = read(
            r#"{"word":"w","number":"7.5","inner":{"a":3},"list":[{"a":"x"},4,{"b":1}],"entries":{"k":2},"more":[[[]]]}"#,
        )
        .unwrap();
        assert_eq!((odd.word.as_str(), odd.number.0), ("w", Some(7.5)));
        assert_eq!(odd.inner.0.a.as_str(), "3");
        assert_eq!(odd.list.0.len(), 3);
        assert_eq!(odd.list.0[0].a.as_str(), "x");
        assert_eq!(odd.entries.0[0], ("k".to_owned(), Number(Some(2.0))));
    }

    #[test]
    fn what_does_not_fit_is_as_if_it_were_not_there() {
        for other in [
            "null",
            "true",
            "[1,{}]",
            "{\"z\":[{}]}",
            "\"\"",
            "-3.5",
            "1e999",
        ] {
            let json = format!(
                "{{\"word\":{other},\"number\":{other},\"inner\":{other},\"list\":{other},\"entries\":{other}}}"
            );
            if other == "1e999" {
                assert!(read(&json).is_err(), "no JSON number");
            } else if other.starts_with('{') {
                assert_eq!(read(&json).unwrap().entries.0[0].1, Number(None));
            } else {
                assert!(read(&json).unwrap().list.0.len() <= 2, "{other}");
            }
        }
    }

    #[test]
    fn a_cut_or_broken_document_names_its_line() {
        assert!(
            read("{\n\"word\":\n\"a")
                .unwrap_err()
                .starts_with("line 3: the file is cut off")
        );
        assert!(
            read("{\n\"word\" 3}")
                .unwrap_err()
                .starts_with("line 2: expected")
        );
        assert!(read("{} {}").unwrap_err().contains("another document"));
        let deep = "[".repeat(100_000);
        assert!(read(&format!("{{\"list\":{deep}")).is_err());
    }

    #[test]
    fn other_encodings_are_told_by_their_mark() {
        let json = "{\"word\":\"Zürich\"}";
        let utf16: Vec<u8> = std::iter::once(0xfeff)
            .chain(json.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let marked = [b"\xef\xbb\xbf", json.as_bytes()].concat();
        for bytes in [utf16, marked] {
            let odd: Odd = document(bytes.as_slice()).unwrap();
            assert_eq!(odd.word.as_str(), "Zürich");
        }
    }
}
