//! The level that most of a past kept to, where there is such a one. Values stand so that up is bad.

use super::robust::{MAD_TO_SIGMA, median, real};

/// A past of so many values may have a ruling level: so many of its values lie within this many deviations of it.
const RULING_FROM: usize = 24;
const RULING_SHARE: f64 = 0.7;
const RULING_REACH: f64 = 2.0;

/// The upper edge of the level that most of the past kept to: a series that comes back to it has not changed for the
/// worse, whatever its last values did. `None`: a short past, or one without such a level (seasons, walks).
pub(super) fn ruling(past: &[f64]) -> Option<f64> {
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
}
