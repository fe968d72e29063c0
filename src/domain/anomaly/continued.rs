//! What stood as high before a change did not begin with it.
//!
//! A live watch counts the change from the start of the job that deploys, and leaves that minute out: what two whole minutes
//! before it already had is nothing that the deploy could do.

/// The newest values before a change that must have stood as high; of one the change's own minute may be a part.
const LAST: usize = 2;
/// As high: this share of the rise.
const SHARE: f64 = 0.6;

/// Whether a stretch at `level`, of which `expected` was expected, only carries on what the past ended with. `since` are the
/// values between the change and the stretch. Values stand so that up is bad.
pub(super) fn is_continued(past: &[f64], since: &[f64], level: f64, expected: f64) -> bool {
    let edge = expected + SHARE * (level - expected);
    let stands = |values: &[f64]| values.iter().all(|value| *value >= edge);
    let newest = past.len().checked_sub(LAST).and_then(|at| past.get(at..));
    newest.is_some_and(|newest| stands(newest) && stands(since))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::anomaly::{Detector, Terms};

    #[test]
    fn it_goes_back_without_a_break_to_two_values_before_the_change() {
        let past = [1.0, 1.0, 1.0, 9.0, 8.0];
        assert!(is_continued(&past, &[], 9.0, 1.0));
        assert!(is_continued(&past, &[9.0, 7.0], 9.0, 1.0));
        assert!(!is_continued(&past, &[9.0, 1.0], 9.0, 1.0), "it began anew");
        assert!(!is_continued(&past, &[], 20.0, 1.0), "it grew");
        assert!(!is_continued(&past[..4], &[], 9.0, 1.0), "one value");
        assert!(!is_continued(&past[4..], &[], 9.0, 1.0), "no past");
    }

    #[test]
    fn a_burst_that_the_change_fell_into_does_not_stand_out() {
        let calm: Vec<f64> = (0..120_u32)
            .map(|i| 100.0 + f64::from(i * 7_919 % 11))
            .collect();
        let stands_out = |past: &[f64]| {
            let look = Detector::new(past, false)
                .unwrap()
                .look(&[190.0, 191.0, 189.0, 192.0], Terms::plain(2));
            look.is_some_and(|look| look.ratio >= 1.0)
        };
        assert!(stands_out(&calm));
        assert!(stands_out(&[&calm[..], &[188.0]].concat()));
        assert!(!stands_out(&[&calm[..], &[188.0, 191.0]].concat()));
    }
}
