//! Fields that may be missing, null or of another kind without losing the item that they stand in.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use crate::domain::{Login, Sha, Text};

/// The value where it is readable, else the default: null, another kind, an unknown shape.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(T::deserialize(value).unwrap_or_default())
}

/// A list whose unreadable items are left out; anything but a list is empty.
pub(super) fn readable<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let Value::Array(items) = Value::deserialize(deserializer)? else {
        return Ok(Vec::new());
    };
    let read = items
        .into_iter()
        .filter_map(|item| T::deserialize(item).ok());
    Ok(read.collect())
}

/// A person or bot, as far as cockpit cares.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Person {
    login: Option<String>,
}

impl Person {
    pub(super) fn login(&self) -> Option<Login> {
        Login::parse(self.login.as_deref()?).ok()
    }
}

pub(super) fn login(person: Option<&Person>) -> Option<Login> {
    person.and_then(Person::login)
}

pub(super) fn time(raw: Option<&str>) -> Option<Timestamp> {
    raw?.parse().ok()
}

pub(super) fn sha(raw: Option<&str>) -> Option<Sha> {
    Sha::parse(raw?).ok()
}

/// One line; nothing where nothing was told.
pub(super) fn line(raw: Option<&str>) -> Text {
    Text::line(raw.unwrap_or_default())
}

/// One line where there is one.
pub(super) fn some_line(raw: Option<&str>) -> Option<Text> {
    raw.filter(|raw| !raw.is_empty()).map(Text::line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Item {
        #[serde(default, deserialize_with = "or_default")]
        number: Option<u32>,
        #[serde(default, deserialize_with = "readable")]
        list: Vec<u8>,
    }

    #[test]
    fn a_field_of_another_kind_is_as_good_as_missing() {
        for odd in [
            r#"{"number":"x","list":{}}"#,
            r#"{"number":-1,"list":null}"#,
            "{}",
        ] {
            let item: Item = serde_json::from_str(odd).unwrap();
            assert_eq!(item.number, None, "{odd}");
            assert!(item.list.is_empty(), "{odd}");
        }
        let item: Item = serde_json::from_str(r#"{"number":7,"list":[1,"x",2]}"#).unwrap();
        assert_eq!((item.number, item.list), (Some(7), vec![1, 2]));
    }
}
