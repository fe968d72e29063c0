//! `[[prerequisite]]`: what must be so before production, and the values that it may be.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};
use serde_json::Value;

use super::DurationText;
use crate::config::At;

/// Something that must be so before production; exactly one of `file`, `artifact`, `check_run`, `environment`, `command`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PrerequisiteEntry {
    /// Its name; one of the `kind`s brings its own.
    #[serde(default)]
    pub name: Option<At<String>>,
    /// What is usually wanted, in place of `equals`.
    #[serde(default)]
    pub kind: Option<At<PrerequisiteKind>>,
    /// A JSON file of the repository at the candidate's commit; with `artifact` a file in that.
    #[serde(default)]
    pub file: Option<At<String>>,
    /// An artifact of the run, by a glob over names.
    #[serde(default)]
    pub artifact: Option<At<String>>,
    /// Where in the file: a JSON pointer, `/production/enabled`; without it the whole.
    #[serde(default)]
    pub pointer: Option<At<String>>,
    /// A check run on the candidate's commit, by its name.
    #[serde(default)]
    pub check_run: Option<At<String>>,
    /// An environment variable of the cockpit that drives.
    #[serde(default)]
    pub environment: Option<At<String>>,
    /// A program that ends with 0 where it is so; it runs once a person trusted it.
    #[serde(default)]
    pub command: Option<At<Vec<String>>>,
    /// Longest time of the program; 30s.
    #[serde(default)]
    pub timeout: Option<At<DurationText>>,
    /// The value that must be there, or a list of those that may be.
    #[serde(default)]
    pub equals: Option<At<PlainValues>>,
    /// The value is a time (RFC 3339, or seconds since 1970) that is no older.
    #[serde(default)]
    pub within: Option<At<DurationText>>,
}

/// What is usually wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrerequisiteKind {
    /// A provider is configured: aws, gcp or azure.
    Provider,
    /// Production is enabled: true.
    Enabled,
    /// Earlier gates passed: every value that stands there says so.
    Passed,
}

/// A string, a whole number or a truth value, or a list of them.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainValues(pub Vec<Value>);

struct Read;

impl<'de> Visitor<'de> for Read {
    type Value = PlainValues;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a whole number, true or false, or a list of them")
    }

    fn visit_str<E>(self, value: &str) -> Result<PlainValues, E> {
        Ok(PlainValues(vec![value.into()]))
    }

    fn visit_bool<E>(self, value: bool) -> Result<PlainValues, E> {
        Ok(PlainValues(vec![value.into()]))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<PlainValues, E> {
        Ok(PlainValues(vec![value.into()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<PlainValues, A::Error> {
        let mut all = Vec::new();
        while let Some(PlainValues(one)) = seq.next_element()? {
            all.extend(one);
        }
        Ok(PlainValues(all))
    }
}

impl<'de> Deserialize<'de> for PlainValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read)
    }
}

impl JsonSchema for PlainValues {
    fn schema_name() -> Cow<'static, str> {
        "PlainValues".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let plain = ["string", "integer", "boolean"];
        json_schema!({
            "description": "A string, a whole number, true or false, or a list of them.",
            "anyOf": [
                { "type": plain },
                { "type": "array", "items": { "type": plain } }
            ]
        })
    }
}
