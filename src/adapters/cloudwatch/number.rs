//! Whole numbers where CloudWatch's model says double: CBOR lets a server write 5.0 as 5, and the SDK takes floats alone.
//!
//! Source: RFC 8949, section 4.1 (a number in its shortest form). Pure; what cannot be read is left for the SDK to refuse.

use minicbor::{Decoder, Encoder, data::Type, decode::Error};

/// Members that are doubles, or lists of them, in what cockpit asks for.
const DOUBLES: [&str; 2] = ["Values", "Threshold"];

/// Deeper than any answer of CloudWatch.
const DEEPEST: u8 = 12;

/// The answer with its doubles as floats; `None` where they are already, or where it cannot be read.
pub(super) fn widened(answer: &[u8]) -> Option<Vec<u8>> {
    let mut walk = Walk {
        answer,
        decoder: Decoder::new(answer),
        out: Vec::new(),
        copied: 0,
    };
    walk.value(false, DEEPEST).ok()?;
    if walk.copied == 0 {
        return None;
    }
    walk.out.extend_from_slice(&answer[walk.copied..]);
    Some(walk.out)
}

struct Walk<'a> {
    answer: &'a [u8],
    decoder: Decoder<'a>,
    out: Vec<u8>,
    /// How much of the answer is in `out`.
    copied: usize,
}

impl Walk<'_> {
    fn value(&mut self, is_double: bool, depth: u8) -> Result<(), Error> {
        let Some(depth) = depth.checked_sub(1) else {
            return self.decoder.skip();
        };
        match self.decoder.datatype()? {
            Type::Map | Type::MapIndef => {
                let length = self.decoder.map()?;
                self.items(length, |walk| {
                    let key = walk.decoder.str_iter()?.collect::<Result<String, _>>()?;
                    walk.value(DOUBLES.contains(&key.as_str()), depth)
                })
            }
            Type::Array | Type::ArrayIndef => {
                let length = self.decoder.array()?;
                self.items(length, |walk| walk.value(is_double, depth))
            }
            kind if is_double && is_whole(kind) => self.widen(),
            _ => self.decoder.skip(),
        }
    }

    /// So many items, or as many as stand before the break.
    fn items(
        &mut self,
        length: Option<u64>,
        mut item: impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut left = length;
        while left != Some(0) {
            if left.is_none() && self.decoder.datatype()? == Type::Break {
                return self.decoder.skip();
            }
            item(self)?;
            left = left.map(|left| left - 1);
        }
        Ok(())
    }

    fn widen(&mut self) -> Result<(), Error> {
        let from = self.decoder.position();
        let whole = i128::from(self.decoder.int()?);
        self.out.extend_from_slice(&self.answer[self.copied..from]);
        self.copied = self.decoder.position();
        // Beyond 2^53 the nearest float, as a server that writes floats would have written it.
        let Ok(float) = whole.to_string().parse() else {
            return Err(Error::message("no number"));
        };
        let mut number = Encoder::new(&mut self.out);
        let written = number.f64(float);
        written.map(|_| ()).map_err(Error::message)
    }
}

fn is_whole(kind: Type) -> bool {
    matches!(
        kind,
        Type::U8
            | Type::U16
            | Type::U32
            | Type::U64
            | Type::I8
            | Type::I16
            | Type::I32
            | Type::I64
            | Type::Int
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{ _ "Values": [_ 1, 2.5, -1], "Period": 60, "Metrics": [{ "Threshold": 256 }] }`
    const MIXED: &[u8] =
        b"\xbf\x7f\x63Val\x63ues\xff\x9f\x01\xf9\x41\x00\x20\xff\x66Period\x18\x3c\
        \x67Metrics\x81\xa1\x69Threshold\x19\x01\x00\xff";

    #[test]
    fn only_doubles_are_widened_wherever_they_stand() {
        let expected: Vec<u8> = [
            &b"\xbf\x7f\x63Val\x63ues\xff\x9f"[..],
            b"\xfb\x3f\xf0\0\0\0\0\0\0\xf9\x41\x00\xfb\xbf\xf0\0\0\0\0\0\0\xff",
            b"\x66Period\x18\x3c\x67Metrics\x81\xa1\x69Threshold\xfb\x40\x70\0\0\0\0\0\0\xff",
        ]
        .concat();
        assert_eq!(widened(MIXED), Some(expected));
    }

    #[test]
    fn what_is_right_cut_or_no_cbor_is_left_alone() {
        assert_eq!(widened(b"\xa1\x66Values\x81\xf9\x3c\x00"), None);
        assert_eq!(widened(b"<html>"), None);
        assert_eq!(widened(b""), None);
        for length in 0..MIXED.len() {
            assert_eq!(widened(&MIXED[..length]), None, "{length}");
        }
        let deep = vec![0x81; 100_000];
        assert_eq!(widened(&deep), None, "deeper than anything");
    }
}
