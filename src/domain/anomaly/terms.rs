//! What is asked of a stretch besides its boundary: how long it must be, and more where it begins late.

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
