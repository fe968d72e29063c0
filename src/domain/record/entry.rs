//! One line of the journal: its envelope, and the event inside as raw JSON so that unknown kinds survive.
//!
//! The order of the keys is part of the format: people read journals with `grep` and `less`.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{
    Deserialize, Serialize,
    de::{
        DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess,
        value::BorrowedStrDeserializer,
    },
};
use serde_json::value::RawValue;

use crate::domain::Seq;

/// What stands on a line beside the event itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// When it was recorded.
    pub at: Timestamp,
    /// The source's own time, where it tells one.
    pub occurred: Option<Timestamp>,
    /// Who or what caused it: a login, or a feed's name.
    pub actor: String,
}

/// One entry, borrowed from the journal's bytes.
#[derive(Debug, Clone, Deserialize)]
pub struct Entry<'a> {
    /// Its position, from 1.
    pub seq: Seq,
    /// When it was recorded.
    pub at: Timestamp,
    /// The source's own time, where it told one.
    #[serde(default)]
    pub occurred: Option<Timestamp>,
    /// Who or what caused it.
    #[serde(borrow)]
    pub actor: Cow<'a, str>,
    /// `noun.event_name`.
    pub kind: &'a str,
    /// The event's content, exactly as it was written.
    #[serde(borrow)]
    pub payload: &'a RawValue,
    /// SHA-256 of the previous line's raw bytes, in hexadecimal.
    pub prev: &'a str,
}

impl<'a> Entry<'a> {
    /// Reads one line without its newline; sequence and chain are the reader's affair.
    pub fn parse(line: &'a [u8]) -> serde_json::Result<Self> {
        let entry: Self = serde_json::from_slice(line)?;
        if is_kind(entry.kind) {
            Ok(entry)
        } else {
            Err(serde::de::Error::custom("`kind` is not noun.event_name"))
        }
    }

    /// The entry as a typed event: any type that reads from `{"kind": .., "payload": ..}`.
    ///
    /// An unknown kind is an error here and only here; the entry itself stays readable.
    pub fn event<E: DeserializeOwned>(&self) -> serde_json::Result<E> {
        E::deserialize(serde::de::value::MapAccessDeserializer::new(Parts {
            kind: Some(self.kind),
            payload: Some(self.payload),
        }))
    }

    /// Its header, owned.
    pub fn header(&self) -> Header {
        Header {
            at: self.at,
            occurred: self.occurred,
            actor: self.actor.clone().into_owned(),
        }
    }
}

/// `{"kind", "payload"}` as an event writes itself, for events that are not an enum of their own.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Body<'a, P> {
    /// `noun.event_name`.
    pub kind: &'a str,
    /// Its content.
    pub payload: &'a P,
}

/// Whether `kind` is two names of lower-case letters, digits and `_`, joined by one dot.
fn is_kind(kind: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    kind.len() <= 80
        && kind
            .split_once('.')
            .is_some_and(|(noun, name)| is_name(noun) && is_name(name))
}

/// Hands kind and payload to serde in that order, so that an adjacently tagged enum reads its content unbuffered.
struct Parts<'a> {
    kind: Option<&'a str>,
    payload: Option<&'a RawValue>,
}

impl<'de> MapAccess<'de> for Parts<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        let key = match (self.kind, self.payload) {
            (Some(_), _) => "kind",
            (None, Some(_)) => "payload",
            (None, None) => return Ok(None),
        };
        seed.deserialize(BorrowedStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        if let Some(kind) = self.kind.take() {
            return seed.deserialize(BorrowedStrDeserializer::new(kind));
        }
        match self.payload.take() {
            Some(payload) => seed.deserialize(payload.into_deserializer()),
            None => seed.deserialize(().into_deserializer()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind", content = "payload")]
    enum Event {
        #[serde(rename = "stage.deployed")]
        StageDeployed { weight: f64 },
        #[serde(rename = "note.taken")]
        NoteTaken(String),
    }

    fn line(kind: &str, payload: &str) -> String {
        format!(
            r#"{{"seq":1,"at":"2026-11-20T14:02:31Z","actor":"ana","kind":"{kind}","payload":{payload},"prev":"00"}}"#
        )
    }

    #[test]
    fn an_adjacently_tagged_event_reads_out_of_its_entry() {
        let raw = line("stage.deployed", r#"{"weight":0.1}"#);
        let entry = Entry::parse(raw.as_bytes()).unwrap();
        assert_eq!(
            entry.event::<Event>().unwrap(),
            Event::StageDeployed { weight: 0.1 }
        );
        let raw = line("note.taken", r#""hm""#);
        let entry = Entry::parse(raw.as_bytes()).unwrap();
        assert_eq!(
            entry.event::<Event>().unwrap(),
            Event::NoteTaken("hm".into())
        );
    }

    #[test]
    fn an_unknown_kind_keeps_its_payload_to_the_byte() {
        let raw = line("flag.switched_off", r#"{ "x" : 1.50 }"#);
        let entry = Entry::parse(raw.as_bytes()).unwrap();
        assert_eq!(entry.payload.get(), r#"{ "x" : 1.50 }"#);
        assert!(entry.event::<Event>().is_err());
    }

    #[test]
    fn a_kind_is_a_noun_and_a_name() {
        for bad in [
            "",
            "stage",
            "stage.",
            ".deployed",
            "Stage.deployed",
            "a.b.c",
            "a b.c",
        ] {
            let raw = line(bad, "null");
            assert!(Entry::parse(raw.as_bytes()).is_err(), "{bad:?}");
        }
    }
}
