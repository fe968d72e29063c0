//! Where a journal stands: its last sequence and the hash that the next line must name. Pure arithmetic on bytes.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::domain::Seq;

/// Longest line of a journal in bytes, its newline not counted.
pub const LINE_BYTES: usize = 64 * 1024;

/// The end of a journal: what the next line continues.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Head {
    seq: Seq,
    hash: [u8; 32],
}

impl Head {
    /// The head of an empty journal: sequence 0 and a hash of zeros.
    pub const START: Self = Self {
        seq: Seq(0),
        hash: [0; 32],
    };

    /// The head after the line `raw` (without its newline) at position `seq`.
    pub fn after(seq: Seq, raw: &[u8]) -> Self {
        Self {
            seq,
            hash: Sha256::digest(raw).into(),
        }
    }

    /// The head that `hex` (64 lower-case hexadecimal digits) names at position `seq`; `None` for anything else.
    pub fn named(seq: Seq, hex: &str) -> Option<Self> {
        let digit = |c: u8| match c {
            b'0'..=b'9' => Some(c - b'0'),
            b'a'..=b'f' => Some(c - b'a' + 10),
            _ => None,
        };
        let digits = hex.as_bytes();
        let mut hash = [0; 32];
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self { seq, hash })
    }

    /// The sequence of the last entry, 0 where there is none.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// The sequence that the next entry must carry.
    pub fn next_seq(&self) -> Seq {
        Seq(self.seq.0 + 1)
    }

    /// SHA-256 of the last line's raw bytes, as 64 lower-case hexadecimal digits; zeros at the start.
    pub fn hex(&self) -> String {
        self.digits().iter().copied().map(char::from).collect()
    }

    /// The same without an allocation, for comparing 100,000 lines.
    pub(super) fn digits(&self) -> [u8; 64] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut out = [b'0'; 64];
        for (pair, byte) in out.chunks_exact_mut(2).zip(self.hash) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        out
    }
}

impl Default for Head {
    fn default() -> Self {
        Self::START
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Head({} {})", self.seq, self.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_is_zeros_and_a_line_is_named_by_its_sha256() {
        assert_eq!(Head::START.hex(), "0".repeat(64));
        // FIPS 180-2, appendix B.1: the digest of "abc".
        assert_eq!(
            Head::after(Seq(1), b"abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let head = Head::after(Seq(7), b"abc");
        assert_eq!(Head::named(Seq(7), &head.hex()), Some(head));
        for bad in ["", "ba78", &"g".repeat(64), &head.hex().to_uppercase()] {
            assert_eq!(Head::named(Seq(7), bad), None, "{bad}");
        }
    }
}
