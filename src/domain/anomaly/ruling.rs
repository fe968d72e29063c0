//! Levels that a past knows: the one that most of it kept to, where there is such a one, and what its newest hours reached now
//! and then. Values stand so that up is bad.

use super::robust::{MAD_TO_SIGMA, median, ranked, real};

/// A past of so many values may have a ruling level: so many of its values lie within this many deviations of it.
const RULING_FROM: usize = 24;
const RULING_SHARE: f64 = 0.7;
const RULING_REACH: f64 = 2.0;
/// Of what one in twenty of the newest values reached, three hours of minutes, so much more is asked: traffic that moves
/// between levels comes back to them by itself. Fewer values than these have no such level.
const REACHED_BY: f64 = 0.95;
const NEWEST: usize = 180;
const REACHED_FROM: usize = 36;
const REACHED_FACTOR: f64 = 1.5;

/// The upper edges of both; minus infinity where there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownLevels {
    ruling: f64,
    reached: f64,
}

impl KnownLevels {
    pub(super) fn of(past: &[f64]) -> Self {
        Self {
            ruling: ruling(past).unwrap_or(f64::NEG_INFINITY),
            reached: reached(past).unwrap_or(f64::NEG_INFINITY),
        }
    }

    /// What the boundary of a stretch at that level is multiplied by; `None`: it came back to where most of the past was.
    pub(super) fn factor(self, level: f64) -> Option<f64> {
        (level > self.ruling).then_some(if level > self.reached {
            1.0
        } else {
            REACHED_FACTOR
        })
    }

    /// What would have to be added to a stretch at `level`; `short` says what its boundary takes so many times over. Beyond what
    /// was reached the plain boundary holds, below it the raised one.
    pub(super) fn needed(self, level: f64, short: impl Fn(f64) -> Option<f64>) -> Option<f64> {
        let beyond_reached = short(1.0)?.max(self.reached - level);
        let raised = short(REACHED_FACTOR);
        let needed = raised.map_or(beyond_reached, |raised| raised.min(beyond_reached));
        Some(needed.max(self.ruling - level))
    }
}

/// The level that one in twenty of the newest values reached.
fn reached(past: &[f64]) -> Option<f64> {
    let newest = past.get(past.len().saturating_sub(NEWEST)..)?;
    if newest.len() < REACHED_FROM {
        return None;
    }
    ranked(&mut newest.to_vec(), REACHED_BY)
}

/// The upper edge of the level that most of the past kept to: a series that comes back to it has not changed for the
/// worse, whatever its last values did. `None`: a short past, or one without such a level (seasons, walks).
fn ruling(past: &[f64]) -> Option<f64> {
    if past.len() < RULING_FROM {
        return None;
    }
    let steps: Vec<f64> = past
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .collect();
    let reach = RULING_REACH * median(&steps)? * MAD_TO_SIGMA / std::f64::consts::SQRT_2;
    let middle = median(past)?;
    let near = past
        .iter()
        .filter(|v| (**v - middle).abs() <= reach)
        .count();
    (real(near) >= RULING_SHARE * real(past.len())).then_some(middle + reach)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::anomaly::{Detector, terms::Terms};

    #[test]
    fn what_comes_back_to_the_ruling_level_stands_out_from_nothing() {
        let mut before: Vec<f64> = (0..80).map(|i| 1.0 + 0.1 * f64::from(i % 3)).collect();
        before.extend([60.0, 61.0, 60.5, 60.0, 61.5, 60.0, 60.5]);
        let mut falls = Detector::new(&before, true).unwrap();
        assert_eq!(
            falls.look(&[1.0, 1.1, 1.2, 1.0, 1.1], Terms::plain(2)),
            None
        );
        // Below it is another matter, and so is a past without such a level.
        assert!(falls.look(&[-9.0; 5], Terms::plain(2)).is_some());
        let wave: Vec<f64> = (0..80).map(|i| (f64::from(i) / 13.0).sin()).collect();
        assert_eq!(ruling(&wave), None);
        assert_eq!(ruling(&before[..20]), None);
    }

    #[test]
    fn more_is_asked_of_what_the_newest_hours_reached_now_and_then() {
        let mut before: Vec<f64> = (0..180).map(|i| 1.0 + 0.1 * f64::from(i % 3)).collect();
        before[40..52].fill(5.0);
        let mut detector = Detector::new(&before, false).unwrap();
        let ratio = |detector: &mut Detector, level: f64| {
            let look = detector.look(&[level; 5], Terms::plain(2)).unwrap();
            look.ratio / (level - 1.1)
        };
        let (known, new) = (ratio(&mut detector, 4.9), ratio(&mut detector, 5.1));
        assert!((new / known - REACHED_FACTOR).abs() < 0.05, "{known} {new}");
        // Two or three of them are spikes, not a level.
        before[43..52].fill(1.1);
        assert!(reached(&before).unwrap() < 2.0);
        assert_eq!(reached(&before[..35]), None);
    }
}
