//! The value that switches a flag off. Its fields are private, it has one constructor, and it cannot be read from a file:
//! only the kill prompt makes one.

use serde::{Deserialize, Serialize};

use super::FlagReading;
use crate::domain::{
    ReleaseKey, Text,
    approval::{Change, Consent, Unconfirmed, recorded_reason},
};

/// What the prompt showed of a flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KillShown {
    /// Which.
    pub flag: String,
    /// How it stood; `None`: it was never read.
    pub reading: Option<FlagReading>,
}

impl KillShown {
    /// How it stood, in words.
    pub fn words(&self) -> Text {
        let reading = self.reading.as_ref();
        reading.map_or_else(|| "not read".into(), FlagReading::words)
    }

    /// How it stands otherwise now; `None`: as it was shown.
    pub fn change(&self, now: &Self) -> Option<Change> {
        (now != self).then(|| Change {
            what: Text::line(&self.flag),
            was: self.words(),
            now: now.words(),
        })
    }
}

/// A kill by a person who saw how the flag stands and typed its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedKill {
    release: ReleaseKey,
    shown: KillShown,
    reason: Text,
    consent: Consent,
}

impl ConfirmedKill {
    /// Confirms with the flag's typed name and a reason.
    pub fn typed(
        release: ReleaseKey,
        shown: KillShown,
        typed: &str,
        reason: &str,
    ) -> Result<Self, Unconfirmed> {
        Ok(Self {
            release,
            consent: Consent::by_typing(&shown.flag, typed)?,
            shown,
            reason: recorded_reason(reason)?,
        })
    }

    /// Of which release.
    pub fn release(&self) -> &ReleaseKey {
        &self.release
    }

    /// What was shown.
    pub fn shown(&self) -> &KillShown {
        &self.shown
    }

    /// Why.
    pub fn reason(&self) -> &Text {
        &self.reason
    }

    /// How it was agreed to.
    pub fn consent(&self) -> &Consent {
        &self.consent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Repository, RunId};

    #[test]
    fn only_the_flags_own_name_and_a_reason_confirm() {
        let confirm = |typed: &str, reason: &str| {
            let release = ReleaseKey {
                repository: Repository::parse("github.com", "acme/shop").unwrap(),
                run: RunId(1),
            };
            let shown = KillShown {
                flag: "new-checkout".to_owned(),
                reading: Some(FlagReading::On),
            };
            ConfirmedKill::typed(release, shown, typed, reason).is_ok()
        };
        assert!(confirm("new-checkout", "errors"));
        for (typed, reason) in [
            ("new-checkout", " \n"),
            ("New-checkout", "x"),
            ("y", "x"),
            ("", "x"),
        ] {
            assert!(!confirm(typed, reason), "{typed} {reason}");
        }
    }
}
