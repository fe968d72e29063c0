//! When the next message may go: about one a second and channel, and no call of a method for which Slack asked for quiet.
//!
//! After docs.slack.dev, "Rate limits": a limit is of one method in one workspace. While cards may not be updated an answer to
//! a click, or the window for a reason, still may go.

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
    /// By method; there are a dozen of them.
    quiet: BTreeMap<String, Timestamp>,
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

    /// Until when Slack asked for no call of this method.
    pub(super) fn quiet(&self, method: &str, now: Timestamp) -> Option<Timestamp> {
        let slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = slots.quiet.get(method).copied();
        until.filter(|until| *until > now)
    }

    /// Slack asks for no call of this method.
    pub(super) fn hush(&self, method: &str, until: Timestamp) {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.quiet.insert(method.to_owned(), until);
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
        pace.hush("chat.update", long);
        let quiet = |now| pace.quiet("chat.update", now);
        assert_eq!((quiet(now), quiet(long)), (Some(long), None));
        assert_eq!(pace.quiet("views.open", now), None);
    }
}
