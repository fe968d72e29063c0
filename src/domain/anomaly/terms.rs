//! What is asked of a stretch besides its boundary: how long it must be, and more where it begins late.

use super::robust::real;

/// What stands out for a shorter time may be the restart itself, in seconds.
const SHORTEST_ALARM_S: f64 = 30.0;
/// A stretch that begins so long after the newest deploy begins late, in seconds.
pub(super) const LATE_S: f64 = 900.0;
/// Steps of so many seconds are coarse: a window holds few of them.
pub(super) const COARSE_S: f64 = 120.0;
/// Of coarse steps more is asked: their series have longer memories, and shift by themselves.
const COARSE_FACTOR: f64 = 1.25;
/// What begins late on coarse steps is more likely the series' own: a burst is over after fewer values than these.
const LATE_LEAST: usize = 7;
const LATE_FACTOR: f64 = 1.5;
/// A count of values within minutes ends here: those of seconds are fewer.
const MOST_COUNTED: usize = 1_000;

/// What a look asks of a stretch before it may stand out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// The shortest stretch, in values.
    pub least: usize,
    /// What every boundary is multiplied by.
    pub factor: f64,
    /// From so many values after the change on a stretch begins late: more is asked of it.
    pub late_from: usize,
    /// The shortest late stretch, in values.
    pub late_least: usize,
    /// What the boundary of a late stretch is multiplied by besides.
    pub late_factor: f64,
}

impl Terms {
    /// Stretches of at least so many values, whenever they begin.
    pub const fn plain(least: usize) -> Self {
        Self {
            least,
            factor: 1.0,
            late_from: usize::MAX,
            late_least: least,
            late_factor: 1.0,
        }
    }

    /// Of values that are so many seconds apart, of which those from `late_from` on begin late.
    pub(super) fn on_steps(step_s: f64, late_from: usize) -> Self {
        let least = (2..=5)
            .find(|width| real(*width) * step_s >= SHORTEST_ALARM_S)
            .unwrap_or(5);
        if step_s < COARSE_S {
            return Self::plain(least);
        }
        Self {
            least,
            factor: COARSE_FACTOR,
            late_from,
            late_least: LATE_LEAST,
            late_factor: LATE_FACTOR,
        }
    }

    /// The same of values that all come after one deploy.
    pub(super) fn after_one(step_s: f64) -> Self {
        Self::on_steps(step_s, begun_within(LATE_S, step_s))
    }

    /// What the boundary of a stretch is multiplied by; `None`: it is too short to stand out.
    pub(super) fn factor(self, width: usize, gap: usize) -> Option<f64> {
        let (least, factor) = if gap >= self.late_from {
            (self.late_least, self.factor * self.late_factor)
        } else {
            (self.least, self.factor)
        };
        (width >= least).then_some(factor)
    }
}

/// How many values begin within so many seconds of a deploy.
fn begun_within(seconds: f64, step_s: f64) -> usize {
    (0..MOST_COUNTED)
        .find(|count| real(*count) * step_s >= seconds)
        .unwrap_or(MOST_COUNTED)
}

/// How many values are whole within so many seconds of a deploy.
pub(super) fn whole_within(seconds: f64, step_s: f64) -> usize {
    (0..MOST_COUNTED)
        .find(|count| real(*count + 1) * step_s > seconds)
        .unwrap_or(MOST_COUNTED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::anomaly::Detector;

    fn past() -> Vec<f64> {
        (0..120_u32)
            .map(|i| 100.0 + 4.0 * (f64::from(i * 7_919 % 101) / 50.0 - 1.0))
            .collect()
    }

    #[test]
    fn a_stretch_of_five_minute_values_begins_late_from_the_fourth_on() {
        let terms = Terms::after_one(300.0);
        assert_eq!((terms.least, terms.late_from, terms.late_least), (2, 3, 7));
        assert!(terms.factor > 1.0);
        assert_eq!(Terms::after_one(60.0), Terms::plain(2));
        assert_eq!(
            (whole_within(360.0, 60.0), whole_within(360.0, 300.0)),
            (6, 1)
        );
    }

    #[test]
    fn more_is_asked_of_what_begins_late() {
        let terms = Terms {
            late_from: 3,
            late_least: 4,
            late_factor: 1.5,
            ..Terms::plain(2)
        };
        assert_eq!(terms.factor(2, 2), Some(1.0));
        assert_eq!((terms.factor(3, 3), terms.factor(4, 3)), (None, Some(1.5)));
        // A stretch whose first value is spared begins with its second.
        let mut detector = Detector::new(&past(), false).unwrap();
        let after = [100.0, 100.0, 100.0, 180.0, 181.0, 179.0, 182.0];
        let late = detector.look(&after, terms).unwrap();
        let plain = detector.look(&after, Terms::plain(2)).unwrap();
        assert!(late.ratio < plain.ratio / 1.4, "{late:?} {plain:?}");
    }
}
