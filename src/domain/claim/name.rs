//! What can be claimed, and how that is spelled as a git ref.
//!
//! `refs/cockpit/SERVICE/ENVIRONMENT/WHAT[/...]`. A service may be called anything, a ref may not (git-check-ref-format(1)):
//! what is no letter, digit, `-` or `_` becomes `=` and two hexadecimal digits a byte, and a long name ends in its hash, so
//! that no two names share a ref.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::RunId;

/// Longest component of a ref that is spelled out, in bytes.
const LONGEST: usize = 120;

/// What is claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimName {
    /// The driver's seat of a release.
    Seat(RunId),
    /// The lock of the service after a rollback.
    Lock,
    /// Rolling production back: one at a time, whichever release asks.
    Rollback,
    /// A countdown of a release shall not fire.
    Hold {
        /// The release.
        run: RunId,
        /// When the countdown began, in seconds since 1970.
        countdown: i64,
    },
}

impl ClaimName {
    /// Its last components: `seat/8123`.
    pub fn path(&self) -> String {
        match self {
            Self::Seat(run) => format!("seat/{run}"),
            Self::Lock => "lock".to_owned(),
            Self::Rollback => "rollback".to_owned(),
            Self::Hold { run, countdown } => format!("hold/{run}/{countdown}"),
        }
    }

    /// Reads what [`ClaimName::path`] wrote; `None` for anything else.
    pub fn parse(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        let run = |digits: &str| digits.parse().ok().map(RunId);
        let name = match parts.as_slice() {
            ["seat", id] => Self::Seat(run(id)?),
            ["lock"] => Self::Lock,
            ["rollback"] => Self::Rollback,
            ["hold", id, countdown] => Self::Hold {
                run: run(id)?,
                countdown: countdown.parse().ok()?,
            },
            _ => return None,
        };
        (name.path() == path).then_some(name)
    }
}

/// Below which refs the claims of one service in one environment stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimPlace(String);

impl ClaimPlace {
    /// Of a service and its production environment, whatever they are called.
    pub fn new(service: &str, environment: &str) -> Self {
        Self(format!(
            "cockpit/{}/{}",
            component(service),
            component(environment)
        ))
    }

    /// The common beginning, without `refs/`.
    pub fn prefix(&self) -> &str {
        &self.0
    }

    /// Where a claim stands, without `refs/`.
    pub fn reference(&self, name: &ClaimName) -> String {
        format!("{}/{}", self.0, name.path())
    }

    /// What a whole ref (`refs/...`) claims; `None` where it is not one of this place, or none that is known.
    pub fn claim_of(&self, reference: &str) -> Option<ClaimName> {
        let path = reference.strip_prefix("refs/")?.strip_prefix(&self.0)?;
        ClaimName::parse(path.strip_prefix('/')?)
    }
}

/// A name as one component of a ref.
fn component(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "={byte:02X}");
        }
    }
    if out.is_empty() {
        "=".clone_into(&mut out);
    }
    if out.len() > LONGEST {
        let digest = Sha256::digest(name.as_bytes());
        out.truncate(LONGEST - 32);
        out.push_str("==");
        for byte in &digest[..12] {
            let _ = write!(out, "{byte:02x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RUN: RunId = RunId(8123);

    fn all() -> [ClaimName; 4] {
        let hold = ClaimName::Hold {
            run: RUN,
            countdown: 1_763_553_600,
        };
        [
            ClaimName::Seat(RUN),
            ClaimName::Lock,
            ClaimName::Rollback,
            hold,
        ]
    }

    /// The rules of git-check-ref-format(1), for one ref.
    fn is_sound(reference: &str) -> bool {
        let bad = [' ', '~', '^', ':', '?', '*', '[', '\\', '\u{7f}'];
        reference.split('/').count() > 1
            && reference.split('/').all(|part| {
                !part.is_empty()
                    && !part.starts_with('.')
                    && !part.ends_with('.')
                    && part.strip_suffix(".lock").is_none()
            })
            && !reference.contains("..")
            && !reference.contains("@{")
            && !reference.contains(|c: char| c.is_control() || bad.contains(&c))
    }

    #[test]
    fn every_name_reads_back_and_others_are_none() {
        let place = ClaimPlace::new("storefront", "production");
        for name in all() {
            let reference = format!("refs/{}", place.reference(&name));
            assert_eq!(place.claim_of(&reference), Some(name), "{reference}");
        }
        for other in [
            "refs/cockpit/storefront/production2/lock",
            "refs/cockpit/storefront/production/seat/08123",
            "refs/cockpit/storefront/production/seat/x",
            "refs/cockpit/storefront/production/hold/1",
            "refs/cockpit/storefront/production/",
            "refs/heads/main",
        ] {
            assert_eq!(place.claim_of(other), None, "{other}");
        }
    }

    #[test]
    fn hostile_names_become_sound_refs_of_their_own() {
        let names = [
            "",
            ".",
            "..",
            "a.lock",
            "a/b",
            "a b",
            "@{",
            "a..b",
            "\u{1b}[31m",
            "=2E",
            "käse",
        ];
        let mut seen = std::collections::BTreeSet::new();
        for name in names {
            let place = ClaimPlace::new(name, name);
            assert!(
                is_sound(&format!("refs/{}/lock", place.prefix())),
                "{name:?}: {place:?}"
            );
            assert!(
                seen.insert(place.prefix().to_owned()),
                "{name:?} shares a ref"
            );
        }
    }

    proptest! {
        #[test]
        fn any_service_has_a_sound_ref_of_its_own(one in ".{0,200}", two in ".{0,200}") {
            let refs = |name: &str| ClaimPlace::new(name, "production").reference(&ClaimName::Lock);
            let whole = format!("refs/{}", refs(&one));
            prop_assert!(is_sound(&whole) && whole.len() < 260);
            prop_assert_eq!(refs(&one) == refs(&two), one == two);
        }
    }
}
