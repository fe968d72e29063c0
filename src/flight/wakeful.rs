//! Whether this process was awake all along: its own beat, held against the clock.
//!
//! A suspended machine, a stopped process and a clock that is set look the same from here: a beat that comes far too
//! late, or before the one before it.

use jiff::{SignedDuration, Timestamp};

use crate::domain::later;

/// Between two beats.
const BEAT: SignedDuration = SignedDuration::from_secs(2);
/// A beat that is later than this says that time is missing.
const GAP: SignedDuration = SignedDuration::from_secs(20);

/// The beat.
#[derive(Debug, Default)]
pub(super) struct Wakeful {
    last: Option<Timestamp>,
}

impl Wakeful {
    /// When the next beat is due; `None` while nobody counts them.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.last.map(|last| later(last, BEAT))
    }

    /// One beat, where beats count: the seconds by which the clock and this process disagree.
    pub(super) fn beat(&mut self, now: Timestamp, counts: bool) -> Option<i64> {
        let last = self.last.take();
        if !counts {
            return None;
        }
        self.last = Some(now);
        let passed = now.duration_since(last?);
        (passed > GAP || passed.is_negative()).then(|| passed.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_and_a_step_back_are_told_once_and_only_while_beats_count() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let mut wakeful = Wakeful::default();
        assert_eq!(wakeful.beat(at(0), false), None);
        assert_eq!((wakeful.next(), wakeful.beat(at(900), true)), (None, None));
        assert_eq!(wakeful.next(), Some(at(902)));
        assert_eq!(wakeful.beat(at(920), true), None);
        assert_eq!(wakeful.beat(at(941), true), Some(21));
        assert_eq!(wakeful.beat(at(942), true), None);
        assert_eq!(wakeful.beat(at(940), true), Some(-2));
        assert_eq!(wakeful.beat(at(9_000), false), None);
        assert_eq!(wakeful.beat(at(90_000), true), None);
    }
}
