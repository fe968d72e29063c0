//! What a test expects of an answer, as read from its file.

use std::fmt;

use jiff::SignedDuration;
use serde_json::Value;

/// Most bytes of a compiled pattern: what a hostile one may cost.
const PATTERN_BYTES: usize = 1024 * 1024;

/// Everything that must hold; what is empty is not asked. Without a status any of 2xx is expected.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expect {
    /// One of them; empty: any of 2xx.
    pub status: Vec<StatusRange>,
    /// Each must hold. Names are lower-case.
    pub headers: Vec<(String, Match)>,
    /// Each must hold of the whole body.
    pub body: Vec<Match>,
    /// Each must hold of the body as JSON.
    pub json: Vec<JsonCheck>,
    /// Slowest answer, from the request to the body's end.
    pub max_latency: Option<SignedDuration>,
}

/// Statuses from `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusRange {
    /// The lowest.
    pub first: u16,
    /// The highest.
    pub last: u16,
}

impl StatusRange {
    /// Any success.
    pub const SUCCESS: Self = Self {
        first: 200,
        last: 299,
    };

    /// Reads `200`, `2xx`, `200-204`.
    pub fn parse(raw: &str) -> Option<Self> {
        let raw = raw.trim();
        let lower = raw.to_ascii_lowercase();
        let (first, last) = if let Some(class) = lower.strip_suffix("xx") {
            let class: u16 = class.parse().ok()?;
            (
                class.checked_mul(100)?,
                class.checked_mul(100)?.checked_add(99)?,
            )
        } else if let Some((first, last)) = raw.split_once('-') {
            (first.trim().parse().ok()?, last.trim().parse().ok()?)
        } else {
            let one = raw.parse().ok()?;
            (one, one)
        };
        (100 <= first && first <= last && last <= 599).then_some(Self { first, last })
    }

    /// Whether it holds this status.
    pub const fn holds(self, status: u16) -> bool {
        self.first <= status && status <= self.last
    }
}

impl fmt::Display for StatusRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last } = *self;
        if first == last {
            write!(f, "{first}")
        } else if first % 100 == 0 && last == first + 99 {
            write!(f, "{}xx", first / 100)
        } else {
            write!(f, "{first}-{last}")
        }
    }
}

/// What a text must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Match {
    /// There, whatever it says.
    Present,
    /// Not there.
    Absent,
    /// Exactly this.
    Equals(String),
    /// With this in it.
    Contains(String),
    /// With this in it, in capitals or not: headers.
    Mentions(String),
    /// Without this in it.
    Lacks(String),
    /// With a match of this in it.
    Matches(Pattern),
}

/// One question to a JSON body.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonCheck {
    /// RFC 6901; empty: the whole document.
    pub pointer: String,
    /// What must stand there.
    pub wanted: JsonMatch,
}

/// What must stand at a pointer.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonMatch {
    /// This value; `1` and `1.0` are the same.
    Equals(Value),
    /// Something, `null` too (`true`); nothing (`false`).
    Exists(bool),
    /// A text that matches (numbers as they are written).
    Text(Match),
}

/// A regular expression, compiled within a limit. The engine is linear in the text.
#[derive(Debug, Clone)]
pub struct Pattern(regex::Regex);

impl Pattern {
    /// Compiles; the error is one line.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let made = regex::RegexBuilder::new(raw)
            .size_limit(PATTERN_BYTES)
            .build();
        made.map(Self).map_err(|error| {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        })
    }

    /// Whether it matches somewhere.
    pub fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// As written.
    pub fn source(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source() == other.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_in_every_form() {
        for (raw, shown) in [
            ("200", "200"),
            (" 2XX ", "2xx"),
            ("200-204", "200-204"),
            ("300-399", "3xx"),
        ] {
            assert_eq!(StatusRange::parse(raw).unwrap().to_string(), shown);
        }
        for raw in [
            "", "0xx", "6xx", "99", "600", "204-200", "xx", "-200", "2xxx", "65536", "999xx",
        ] {
            assert_eq!(StatusRange::parse(raw), None, "{raw}");
        }
    }

    #[test]
    fn a_pattern_that_is_wrong_or_too_large_is_refused() {
        assert!(Pattern::parse("^ok$").unwrap().is_in("ok"));
        assert!(Pattern::parse("(").unwrap_err().contains("unclosed group"));
        assert!(Pattern::parse(r"(\w{1000}){1000}").is_err());
    }
}
