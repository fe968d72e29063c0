//! When the next message may go: about one a second and channel, and nothing while Slack asked for quiet.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

use crate::domain::later;

/// Between two messages in one channel.
const BETWEEN: SignedDuration = SignedDuration::from_millis(1_100);
/// Channels that are remembered.
const MOST: usize = 64;

/// The pace.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Slots>);

#[derive(Debug, Default)]
struct Slots {
    next: BTreeMap<String, Timestamp>,
    quiet: Option<Timestamp>,
}

impl Pace {
    /// Takes the next slot of a channel: when it is.
    pub(super) fn slot(&self, channel: &str, now: Timestamp) -> Timestamp {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let after = slots.next.get(channel).copied();
        // A clock that was set back must not make anybody wait for an hour.
        let after = after.filter(|at| at.duration_since(now) < SignedDuration::from_mins(1));
        let slot = after.unwrap_or(now).max(now);
        if slots.next.len() >= MOST {
            slots.next.clear();
        }
        slots.next.insert(channel.to_owned(), later(slot, BETWEEN));
        slot
    }

    /// Until when Slack asked for quiet.
    pub(super) fn quiet(&self, now: Timestamp) -> Option<Timestamp> {
        let slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.quiet.filter(|until| *until > now)
    }

    /// Slack asks for quiet.
    pub(super) fn hush(&self, until: Timestamp) {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.quiet = Some(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_takes_a_message_a_second_and_another_does_not_wait_for_it() {
        let pace = Pace::default();
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(pace.slot("C1", now), now);
        assert_eq!(pace.slot("C1", now), later(now, BETWEEN));
        assert_eq!(pace.slot("C2", now), now);
        let long = later(now, SignedDuration::from_hours(1));
        assert_eq!(pace.slot("C1", long), long);
        assert_eq!(pace.slot("C1", now), now, "the clock was set back");
        pace.hush(long);
        assert_eq!((pace.quiet(now), pace.quiet(long)), (Some(long), None));
    }
}
