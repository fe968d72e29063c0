//! What a value would be without a change: the level of the last values, or that level carried on by its slope,
//! whichever speaks less for a change. Values stand so that up is bad.

use super::robust::{real, rolling_medians};

/// A slope needs at least so many values.
const SLOPE_FROM: usize = 8;
/// A slope seen over so many values is carried on for this many times as long; a shorter one for as long as it was seen.
const LONG: usize = 30;
const CARRIED: usize = 4;

/// The reference at every place of a series: made from the `span` values before that place.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    span: usize,
    levels: Vec<f64>,
    /// Where the line through both halves' medians stands at the place, and its rise a step; empty for short spans.
    lines: Vec<(f64, f64)>,
}

impl Reference {
    /// Over the last `span` values; a span longer than the series is cut to it.
    pub(super) fn of(values: &[f64], span: usize) -> Self {
        let span = span.min(values.len()).max(1);
        let levels = rolling_medians(values, span);
        let half = span / 2;
        let lines = if span < SLOPE_FROM {
            Vec::new()
        } else {
            let halves = rolling_medians(values, half);
            (span..=values.len())
                .filter_map(|place| {
                    let new = halves.get(place.checked_sub(half)?)?;
                    let old = halves.get(place.checked_sub(2 * half)?)?;
                    let rise = (new - old) / real(half);
                    Some((new + rise * real(half) / 2.0, rise))
                })
                .collect()
        };
        Self {
            span,
            levels,
            lines,
        }
    }

    /// How many values stand behind one reference.
    pub(super) const fn span(&self) -> usize {
        self.span
    }

    /// What is expected `ahead` steps after a place; `None` before there are `span` values.
    pub(super) fn expected(&self, place: usize, ahead: f64) -> Option<f64> {
        let at = place.checked_sub(self.span)?;
        let level = *self.levels.get(at)?;
        let longest = if self.span >= LONG {
            self.span.saturating_mul(CARRIED)
        } else {
            self.span
        };
        let carried = self
            .lines
            .get(at)
            .map(|(start, rise)| start + rise * ahead.min(real(longest)));
        Some(carried.map_or(level, |carried| level.max(carried)))
    }

    /// The plain level at the end of the series.
    pub(super) fn level(&self) -> f64 {
        self.levels.last().copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_that_goes_on_is_expected() {
        let values: Vec<f64> = (0..40).map(f64::from).collect();
        let reference = Reference::of(&values, 20);
        let expected = reference.expected(40, 5.0).unwrap();
        assert!((expected - 44.5).abs() < 1.0, "{expected}");
        assert!(reference.expected(19, 0.0).is_none());
    }

    #[test]
    fn a_fall_does_not_lower_what_is_expected() {
        let values: Vec<f64> = (0..40).rev().map(f64::from).collect();
        let reference = Reference::of(&values, 20);
        assert!((reference.expected(40, 5.0).unwrap() - 9.5).abs() < 1e-9);
    }

    #[test]
    fn a_span_longer_than_the_series_is_cut_to_it() {
        let reference = Reference::of(&[1.0, 2.0, 9.0], 30);
        assert_eq!(reference.span(), 3);
        assert_eq!(reference.expected(3, 4.0), Some(2.0));
        assert!(Reference::of(&[], 6).expected(0, 0.0).is_none());
    }
}
