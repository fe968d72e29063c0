//! A claim as it stands, and what its holder wrote into it. It comes from outside: anybody who may write refs wrote it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ClaimName, Holder};
use crate::domain::{Login, RunId, Sha, Text, later, record::ServiceLock};

/// Longest time that a claim lasts, whatever its holder wrote.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// How long a claim lasts that cannot be read.
const UNREAD: SignedDuration = SignedDuration::from_hours(1);

/// What is to be claimed. The holder is whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimWish {
    /// What.
    pub name: ClaimName,
    /// Which release asks.
    pub run: RunId,
    /// What people call it.
    pub version: Text,
    /// How a claim whose answer was lost is found again: unique among the claims of one machine.
    pub marker: String,
    /// Since when it is held, by the holder's clock: a renewal keeps it.
    pub since: Timestamp,
    /// Seconds that it lasts from when it was made.
    pub lasts: i64,
    /// The countdown that runs where the seat is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countdown: Option<CountdownAfar>,
    /// What the lock of the service says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<ServiceLock>,
}

/// A countdown on another machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountdownAfar {
    /// When it began, in seconds since 1970: its name.
    pub began: i64,
    /// The trigger.
    pub trigger: Text,
    /// When the rollback is due, by the clock there.
    pub zero: Timestamp,
}

/// What a holder wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimNote {
    /// Who.
    pub by: Holder,
    /// What.
    #[serde(flatten)]
    pub wish: ClaimWish,
}

/// A claim that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What is claimed.
    pub name: ClaimName,
    /// The commit that the ref points at.
    pub id: Sha,
    /// When it was made, by GitHub's clock.
    pub made: Timestamp,
    /// What its holder wrote; `None`: nobody can read it.
    pub note: Option<ClaimNote>,
}

impl Claim {
    /// Whether it still counts at `now`, which is GitHub's time as `made` is: no machine's own clock matters. A lock has
    /// no end of its own.
    pub fn is_live(&self, now: Timestamp) -> bool {
        if self.name == ClaimName::Lock {
            return true;
        }
        let lasts = self.note.as_ref().map_or(UNREAD, |note| {
            SignedDuration::from_secs(note.wish.lasts).clamp(SignedDuration::ZERO, LONGEST)
        });
        now < later(self.made, lasts)
    }

    /// Its age at GitHub's `now`.
    pub fn age(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.made)
    }

    /// Who holds it, for people and the journal.
    pub fn holding(&self) -> Holding {
        let note = self.note.as_ref();
        Holding {
            who: note.map(|note| note.by.clone()),
            since: note.map_or(self.made, |note| note.wish.since.min(self.made)),
            countdown: note.and_then(|note| note.wish.countdown.clone()),
        }
    }
}

/// Who holds something elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// Who; `None`: the claim cannot be read.
    pub who: Option<Holder>,
    /// Since when, as far as known.
    pub since: Timestamp,
    /// The countdown that runs there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countdown: Option<CountdownAfar>,
}

impl Holding {
    /// `@ben on laptop-2`.
    pub fn in_words(&self) -> Text {
        match &self.who {
            Some(who) => who.in_words(),
            None => "somebody whose claim cannot be read".into(),
        }
    }

    /// The person, where that can be read.
    pub fn login(&self) -> Option<&Login> {
        self.who.as_ref().map(|who| &who.login)
    }
}

/// What became of a claim that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimFate {
    /// It stands, and is ours.
    Ours {
        /// Whose claim it took the place of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<Holding>,
    },
    /// Somebody else has it.
    Taken {
        /// Who.
        by: Holding,
        /// Their claim.
        claim: Sha,
    },
    /// Refs cannot be written, or do not answer: other machines are not told.
    Unshared {
        /// Why.
        why: Text,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::claim::MachineId;

    fn claim(name: ClaimName, lasts: i64) -> Claim {
        let made: Timestamp = "2026-11-20T14:00:00Z".parse().unwrap();
        let wish = ClaimWish {
            name,
            run: RunId(8123),
            version: "v2".into(),
            marker: "m".to_owned(),
            since: made,
            lasts,
            countdown: None,
            lock: None,
        };
        let by = Holder {
            login: Login::parse("ben").unwrap(),
            host: "laptop".into(),
            machine: MachineId::parse("0123456789abcdef").unwrap(),
        };
        Claim {
            name,
            id: Sha::parse(&"a".repeat(40)).unwrap(),
            made,
            note: Some(ClaimNote { by, wish }),
        }
    }

    #[test]
    fn a_claim_lasts_as_long_as_it_says_and_never_beyond_a_day() {
        let seat = ClaimName::Seat(RunId(8123));
        let after = |claim: &Claim, seconds| {
            claim.is_live(later(claim.made, SignedDuration::from_secs(seconds)))
        };
        let short = claim(seat, 60);
        assert!(after(&short, 59) && !after(&short, 60));
        let greedy = claim(seat, i64::MAX);
        assert!(after(&greedy, 86_399) && !after(&greedy, 86_400));
        assert!(!after(&claim(seat, -5), 0));
        let unread = Claim {
            note: None,
            ..claim(seat, 60)
        };
        assert!(
            after(&unread, 3_599) && !after(&unread, 3_600),
            "held, not for ever"
        );
        assert!(
            after(&claim(ClaimName::Lock, 0), 1_000_000),
            "a lock is lifted by a person"
        );
    }

    #[test]
    fn a_note_reads_back_and_a_newer_cockpits_fields_do_not_break_it() {
        let claim = claim(ClaimName::Rollback, 60);
        let mut json = serde_json::to_value(&claim.note).unwrap();
        json["later"] = serde_json::json!(1);
        let read: Option<ClaimNote> = serde_json::from_value(json).unwrap();
        assert_eq!(read, claim.note);
    }
}
