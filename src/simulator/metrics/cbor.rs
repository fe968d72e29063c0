//! CBOR as a plain value: what RPC v2 requests are read into, and answers are written from. RFC 8949, tag 1 for times.

use std::collections::BTreeMap;

use minicbor::{
    data::{Tag, Type},
    decode::{Decoder, Error as DecodeError},
    encode::{Encoder, Error as EncodeError},
};

/// Deepest nesting that is read.
const DEPTH: usize = 16;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cbor {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Cbor>),
    Map(BTreeMap<String, Cbor>),
    /// Seconds since 1970.
    Time(f64),
}

impl Cbor {
    /// A map from pairs.
    pub(super) fn map<const N: usize>(pairs: [(&str, Self); N]) -> Self {
        Self::Map(
            pairs
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }

    /// A text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A field of a map; `Null` where there is none.
    pub(super) fn get(&self, key: &str) -> &Self {
        match self {
            Self::Map(map) => map.get(key).unwrap_or(&Self::Null),
            _ => &Self::Null,
        }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_list(&self) -> &[Self] {
        match self {
            Self::List(list) => list,
            _ => &[],
        }
    }

    pub(super) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// Whole seconds of a time.
    pub(super) fn as_time(&self) -> Option<i64> {
        match self {
            #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
            Self::Time(seconds) if seconds.abs() < 1e12 => Some(seconds.floor() as i64),
            _ => None,
        }
    }
}

/// Reads one value.
pub(super) fn decode(bytes: &[u8]) -> Result<Cbor, DecodeError> {
    read(&mut Decoder::new(bytes), 0)
}

fn read(d: &mut Decoder<'_>, depth: usize) -> Result<Cbor, DecodeError> {
    if depth > DEPTH {
        return Err(DecodeError::message("nested too deeply"));
    }
    match d.datatype()? {
        Type::Null | Type::Undefined => d.skip().map(|()| Cbor::Null),
        Type::Bool => d.bool().map(Cbor::Bool),
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64 => d.i64().map(Cbor::Int),
        Type::F16 | Type::F32 | Type::F64 => d.f64().map(Cbor::Float),
        Type::String => d.str().map(Cbor::text),
        Type::StringIndef => {
            let parts: Result<Vec<_>, _> = d.str_iter()?.collect();
            parts.map(|parts| Cbor::Text(parts.concat()))
        }
        Type::Array | Type::ArrayIndef => list(d, depth),
        Type::Map | Type::MapIndef => map(d, depth),
        Type::Tag => {
            let time = d.tag()?.as_u64() == 1;
            let inner = read(d, depth + 1)?;
            Ok(match inner {
                #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
                Cbor::Int(seconds) if time => Cbor::Time(seconds as f64),
                Cbor::Float(seconds) if time => Cbor::Time(seconds),
                other => other,
            })
        }
        _ => Err(DecodeError::message(
            "a kind that this protocol does not use",
        )),
    }
}

fn list(d: &mut Decoder<'_>, depth: usize) -> Result<Cbor, DecodeError> {
    let left = d.array()?;
    let mut all = Vec::new();
    while more(d, left, all.len())? {
        all.push(read(d, depth + 1)?);
    }
    Ok(Cbor::List(all))
}

fn map(d: &mut Decoder<'_>, depth: usize) -> Result<Cbor, DecodeError> {
    let left = d.map()?;
    let mut all = BTreeMap::new();
    let mut read_so_far = 0;
    while more(d, left, read_so_far)? {
        let key = d.str()?.to_owned();
        all.insert(key, read(d, depth + 1)?);
        read_so_far += 1;
    }
    Ok(Cbor::Map(all))
}

/// Whether a list or map of that length, or of an open length, goes on.
fn more(d: &mut Decoder<'_>, length: Option<u64>, had: usize) -> Result<bool, DecodeError> {
    if let Some(length) = length {
        return Ok(u64::try_from(had).is_ok_and(|had| had < length));
    }
    if d.datatype()? == Type::Break {
        d.skip()?;
        return Ok(false);
    }
    Ok(true)
}

/// Writes a value. Writing to memory does not fail; an empty body would be refused by every reader.
pub(super) fn encode(value: &Cbor) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    match write(&mut encoder, value) {
        Ok(()) => encoder.into_writer(),
        Err(_) => Vec::new(),
    }
}

type Out = Encoder<Vec<u8>>;

fn write(e: &mut Out, value: &Cbor) -> Result<(), EncodeError<std::convert::Infallible>> {
    match value {
        Cbor::Null => e.null()?,
        Cbor::Bool(b) => e.bool(*b)?,
        Cbor::Int(n) => e.i64(*n)?,
        Cbor::Float(n) => e.f64(*n)?,
        Cbor::Text(text) => e.str(text)?,
        Cbor::Time(seconds) => e.tag(Tag::new(1))?.f64(*seconds)?,
        Cbor::List(list) => {
            e.array(u64::try_from(list.len()).unwrap_or(0))?;
            for one in list {
                write(e, one)?;
            }
            e
        }
        Cbor::Map(map) => {
            e.map(u64::try_from(map.len()).unwrap_or(0))?;
            for (key, one) in map {
                e.str(key)?;
                write(e, one)?;
            }
            e
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let value = Cbor::map([
            (
                "a",
                Cbor::List(vec![Cbor::Int(-3), Cbor::Float(0.5), Cbor::Null]),
            ),
            ("t", Cbor::Time(1.7e9)),
            ("s", Cbor::text("x")),
            ("b", Cbor::Bool(true)),
        ]);
        assert_eq!(decode(&encode(&value)).unwrap(), value);
    }

    #[test]
    fn open_lengths_are_read_as_the_sdk_writes_them() {
        // {_ "k": [_ 1, 2]}
        let bytes = [0xbf, 0x61, b'k', 0x9f, 0x01, 0x02, 0xff, 0xff];
        let value = decode(&bytes).unwrap();
        assert_eq!(value.get("k").as_list(), [Cbor::Int(1), Cbor::Int(2)]);
    }

    #[test]
    fn cut_and_bottomless_bodies_are_errors() {
        assert!(decode(&[0xbf, 0x61]).is_err());
        assert!(decode(&[0x81; 64]).is_err());
    }
}
