//! GitHub's primary rate limit: five thousand an hour for a user. An answer of 304 is free.

use jiff::{SignedDuration, Timestamp};

/// Requests an hour.
const HOURLY: u32 = 5_000;

/// How much of the hour is used.
#[derive(Debug)]
pub(super) struct Limits {
    used: u32,
    began: Timestamp,
}

impl Limits {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            used: 0,
            began: now,
        }
    }

    /// Begins a new hour where the old one is over; says whether anything is left.
    pub(super) fn allows(&mut self, now: Timestamp) -> bool {
        if now >= self.resets() {
            *self = Self::new(now);
        }
        self.used < HOURLY
    }

    pub(super) fn take(&mut self) {
        self.used += 1;
    }

    pub(super) fn resets(&self) -> Timestamp {
        self.began + SignedDuration::from_hours(1)
    }

    /// The five headers.
    pub(super) fn headers(&self) -> [(String, String); 5] {
        let left = HOURLY.saturating_sub(self.used);
        [
            ("limit", HOURLY.to_string()),
            ("remaining", left.to_string()),
            ("used", self.used.to_string()),
            ("reset", self.resets().as_second().to_string()),
            ("resource", "core".to_owned()),
        ]
        .map(|(name, value)| (format!("x-ratelimit-{name}"), value))
    }

    /// Limit, remaining, used and reset, as `GET /rate_limit` words them.
    pub(super) fn numbers(&self) -> (u32, u32, u32, i64) {
        let left = HOURLY.saturating_sub(self.used);
        (HOURLY, left, self.used, self.resets().as_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_empties_and_fills_again() {
        let start = Timestamp::UNIX_EPOCH;
        let mut limits = Limits::new(start);
        for _ in 0..HOURLY {
            assert!(limits.allows(start));
            limits.take();
        }
        assert!(!limits.allows(start));
        assert!(limits.allows(start + SignedDuration::from_hours(1)));
    }
}
