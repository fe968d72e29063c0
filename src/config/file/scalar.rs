//! The small written forms: durations, shares, secrets, one or many, yes or roles.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};

macro_rules! written {
    ($(#[$doc:meta] $name:ident matches $pattern:literal),+ $(,)?) => {$(
        #[$doc]
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(#[schemars(regex(pattern = $pattern))] pub String);
    )+};
}

written! {
    /// A length of time: `30s`, `10m`, `2h`, `7d`.
    DurationText matches r"^[0-9]+(s|m|h|d)$",
    /// A latency: `180ms`, `1.2s`.
    LatencyText matches r"^[0-9]+(\.[0-9]+)?(ms|s)$",
    /// A share of the traffic or the hosts: `5%`.
    ShareText matches r"^[0-9]+(\.[0-9]+)?%$",
    /// A difference of two percentages: `1pt`.
    PointsText matches r"^[0-9]+(\.[0-9]+)?pt$",
    /// Where a secret is: `env:NAME`. Secrets never stand in the file.
    SecretText matches r"^env:[A-Za-z_][A-Za-z0-9_]*$",
}

/// One string, or a list of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = OneOrMany;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }
            fn visit_str<E>(self, value: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![value.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMany, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element()? {
                    all.push(one);
                }
                Ok(OneOrMany(all))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl JsonSchema for OneOrMany {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One string, or a list of them.",
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" } }
            ]
        })
    }
}

/// Whether something may be done, or by which roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmergencyWord {
    /// By everyone, or nobody.
    Open(bool),
    /// By these.
    Roles(Vec<String>),
}

impl<'de> Deserialize<'de> for EmergencyWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = EmergencyWord;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, or a list of roles")
            }
            fn visit_bool<E>(self, value: bool) -> Result<EmergencyWord, E> {
                Ok(EmergencyWord::Open(value))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<EmergencyWord, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element()? {
                    all.push(one);
                }
                Ok(EmergencyWord::Roles(all))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl JsonSchema for EmergencyWord {
    fn schema_name() -> Cow<'static, str> {
        "EmergencyWord".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Whether it may be done, or by which roles.",
            "anyOf": [
                { "type": "boolean" },
                { "type": "array", "items": { "type": "string" } }
            ]
        })
    }
}
