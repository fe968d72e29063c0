//! How long the seats of one process last: the more it keeps, the more seldom each is renewed.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use jiff::SignedDuration;

use crate::domain::RunId;

/// A seat that is not renewed for so long may be taken by whoever starts cockpit; by a person at any time.
const SHORTEST: SignedDuration = SignedDuration::from_mins(30);
/// A server that died must not be waited for much longer than that.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// Half of it for each seat passes between two renewals: a hundred an hour whatever their number. A renewal is two
/// requests that make something, of which GitHub takes 500 an hour ("Rate limits for the REST API", docs.github.com).
const EACH: i64 = 72;

/// The seats that this process keeps.
#[derive(Default)]
pub(super) struct Seats(Mutex<BTreeSet<RunId>>);

impl Seats {
    /// This process has the seat of a release, or has it no more.
    pub(super) fn note(&self, run: RunId, is_ours: bool) {
        let mut seats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_ours {
            seats.insert(run);
        } else {
            seats.remove(&run);
        }
    }

    /// How long a seat that is taken or renewed now lasts.
    pub(super) fn last(&self) -> SignedDuration {
        let seats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = i64::try_from(seats.len()).unwrap_or(i64::MAX);
        SignedDuration::from_secs(count.saturating_mul(EACH)).clamp(SHORTEST, LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renewals_stay_a_hundred_an_hour_whatever_their_number() {
        let seats = Seats::default();
        assert_eq!(seats.last(), SHORTEST);
        for run in 1..=200 {
            seats.note(RunId(run), true);
            seats.note(RunId(run), true);
            let renewed_after = seats.last().as_secs() / 2;
            let an_hour = i64::try_from(run).unwrap() * 3_600 / renewed_after;
            assert!(an_hour <= 100, "{run}: {an_hour}");
        }
        assert_eq!(seats.last(), SignedDuration::from_hours(4));
        for run in 1..=190 {
            seats.note(RunId(run), false);
        }
        assert_eq!(seats.last(), SHORTEST);
    }
}
