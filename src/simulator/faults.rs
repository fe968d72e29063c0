//! The network of `flaky-network`: server errors, broken connections, slow answers, limits. By seed and count, never by chance.

use jiff::{SignedDuration, Timestamp};

use super::{dice, scenario::Scenario};

/// Most faults in a row of one kind of request.
const IN_A_ROW: u32 = 2;
/// Requests that may have been on their way when a limit was announced.
const ON_THEIR_WAY: u32 = 4;
/// Seconds of `retry-after`.
pub(super) const RETRY_AFTER: i64 = 15;

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// 502 before anything happened.
    Broken,
    /// The connection breaks before the request is looked at.
    CutBefore,
    /// The connection breaks after it was done.
    CutAfter,
    /// The answer takes that many seconds.
    Slow(i64),
    /// 429 or 403 with `retry-after`.
    Limited(u16),
}

/// Deals out trouble.
#[derive(Debug)]
pub(super) struct Faults {
    on: bool,
    seed: u64,
    reads: i64,
    acts: i64,
    row: (u32, u32),
    until: Option<Timestamp>,
    /// Requests since a limit was announced.
    early: u32,
}

impl Faults {
    pub(super) fn new(scenario: Scenario, seed: u64) -> Self {
        Self {
            on: scenario == Scenario::FlakyNetwork,
            seed,
            reads: 0,
            acts: 0,
            row: (0, 0),
            until: None,
            early: 0,
        }
    }

    /// Whether a limit that was announced still stands.
    pub(super) fn limited(&self, now: Timestamp) -> Option<i64> {
        let until = self.until.filter(|until| *until > now)?;
        Some((until.as_second() - now.as_second()).max(1))
    }

    /// Counts a request within an announced limit; says whether its sender must have known.
    pub(super) fn ignores_limit(&mut self) -> bool {
        self.early += 1;
        self.early > ON_THEIR_WAY
    }

    /// The trouble of the next read. Only GitHub announces how long a limit stands.
    pub(super) fn read(&mut self, now: Timestamp, to_github: bool) -> Option<Trouble> {
        if !self.on {
            return None;
        }
        self.reads += 1;
        // About one read in twenty fails: a list with its parts is some thirty reads, and one that fails spoils it.
        let trouble = match dice::roll(self.seed, "read", self.reads) % 1000 {
            0..20 => Trouble::Broken,
            20..34 => Trouble::CutBefore,
            34..40 => Trouble::CutAfter,
            40..100 => Trouble::Slow(dice::between(self.seed, "slow", self.reads, 2, 6)),
            100..106 => Trouble::Limited(429),
            106..112 => Trouble::Limited(403),
            _ => {
                self.row.0 = 0;
                return None;
            }
        };
        if self.row.0 >= IN_A_ROW {
            self.row.0 = 0;
            return None;
        }
        self.row.0 += 1;
        if to_github && let Trouble::Limited(_) = trouble {
            self.until = Some(now + SignedDuration::from_secs(RETRY_AFTER));
            self.early = 0;
        }
        Some(trouble)
    }

    /// The trouble of the next act: the first of a world is done, and its answer lost.
    pub(super) fn act(&mut self) -> Option<Trouble> {
        if !self.on {
            return None;
        }
        self.acts += 1;
        let trouble = match (self.acts, dice::roll(self.seed, "act", self.acts) % 3) {
            (1, _) | (_, 0) => Trouble::CutAfter,
            (_, 1) => Trouble::Broken,
            _ => {
                self.row.1 = 0;
                return None;
            }
        };
        if self.row.1 >= IN_A_ROW {
            self.row.1 = 0;
            return None;
        }
        self.row.1 += 1;
        Some(trouble)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fail_sometimes_but_never_three_times_in_a_row() {
        let mut faults = Faults::new(Scenario::FlakyNetwork, 3);
        let seen: Vec<_> = (0..2000)
            .map(|_| faults.read(Timestamp::UNIX_EPOCH, true).is_some())
            .collect();
        assert!(seen.iter().filter(|bad| **bad).count() > 120);
        assert!(!seen.windows(3).any(|w| w.iter().all(|bad| *bad)));
    }

    #[test]
    fn other_worlds_have_a_good_network() {
        let mut faults = Faults::new(Scenario::Healthy, 3);
        assert!((0..500).all(|_| faults.read(Timestamp::UNIX_EPOCH, true).is_none()));
        assert!((0..50).all(|_| faults.act().is_none()));
    }
}
