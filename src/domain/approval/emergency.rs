//! What a person may set beside the decision itself: the emergency way, and a start that is scheduled.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Login, Text};

/// An emergency is looked at again by another person within so long.
pub const REVIEW_WITHIN: SignedDuration = SignedDuration::from_hours(48);
/// Longest link to an incident, in characters.
const LONGEST_LINK: usize = 500;

/// The emergency way, as a person took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Login,
    /// Why.
    pub reason: Text,
    /// The incident's address.
    pub incident: Text,
    /// When another person must have looked at it.
    pub review_by: Timestamp,
    /// Whether something was let go while it stood: from then on it is reviewed, not withdrawn.
    pub used: bool,
}

impl Emergency {
    /// `EMERGENCY by ana: https://incidents.example/42`.
    pub fn in_short(&self) -> String {
        format!("EMERGENCY by {}: {}", self.by, self.incident)
    }
}

/// A start that a person scheduled, or lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Nothing is approved before; `None`: the start was lifted.
    pub not_before: Option<Timestamp>,
    /// Who.
    pub by: Option<Login>,
    /// Why.
    pub reason: Text,
}

/// An incident's address: one that a browser opens, without a secret in it.
pub fn incident_link(written: &str) -> Result<Text, &'static str> {
    let written = written.trim();
    let rest = written
        .strip_prefix("https://")
        .or_else(|| written.strip_prefix("http://"))
        .ok_or("the incident is a link: https://...")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || written.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("the incident is a link: https://...");
    }
    if host.contains('@') {
        return Err("the link holds a user name or a password: leave it out");
    }
    if written.chars().count() > LONGEST_LINK {
        return Err("the link is longer than 500 characters");
    }
    Ok(Text::line(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incident_is_a_link_and_nothing_else() {
        for good in ["https://incidents.example/42", " http://x.example/?id=4#a "] {
            assert_eq!(incident_link(good).unwrap().as_str(), good.trim());
        }
        for bad in [
            "",
            "INC-42",
            "https://",
            "https://ana:secret@x.example/",
            "https://x.example/a b",
            "https://x.example/\u{1b}[2J",
            "ftp://x.example/",
        ] {
            assert!(incident_link(bad).is_err(), "{bad:?}");
        }
        assert!(incident_link(&format!("https://x/{}", "a".repeat(600))).is_err());
    }
}
