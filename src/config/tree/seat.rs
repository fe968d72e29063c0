//! A value as JSON or YAML hands it over, before it has its place in the tree.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, SeqAccess, Visitor},
};

/// A value as a format hands it over; `C` is a value inside it.
#[derive(Debug)]
pub(super) enum Raw<C> {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<C>),
    Table(Vec<(C, C)>),
}

/// A value of a format: opened into its parts and its place.
pub(super) trait Seat: DeserializeOwned {
    fn open(self) -> (Raw<Self>, Option<serde_saphyr::Location>);
}

/// JSON: no place.
#[derive(Debug)]
pub(super) struct Bare(Raw<Self>);

/// YAML: a place.
#[derive(Debug)]
pub(super) struct Spot(serde_saphyr::Spanned<Raw<Self>>);

impl Seat for Bare {
    fn open(self) -> (Raw<Self>, Option<serde_saphyr::Location>) {
        (self.0, None)
    }
}

impl Seat for Spot {
    fn open(self) -> (Raw<Self>, Option<serde_saphyr::Location>) {
        (self.0.value, Some(self.0.referenced))
    }
}

impl<'de> Deserialize<'de> for Bare {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Spot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_saphyr::Spanned::deserialize(deserializer).map(Self)
    }
}

impl<'de, C: Deserialize<'de>> Deserialize<'de> for Raw<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read(std::marker::PhantomData))
    }
}

struct Read<C>(std::marker::PhantomData<C>);

impl<'de, C: Deserialize<'de>> Visitor<'de> for Read<C> {
    type Value = Raw<C>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw<C>, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw<C>, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Raw<C>, D::Error> {
        Raw::deserialize(inner)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw<C>, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw<C>, E> {
        Ok(Raw::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw<C>, E> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a number beyond i64 has no exact use here"
        )]
        let far = value as f64;
        Ok(i64::try_from(value).map_or(Raw::Float(far), Raw::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw<C>, E> {
        Ok(Raw::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw<C>, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw<C>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw<C>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Table(entries))
    }
}
