//! The mean of the newest values, none of which may count for more than a few noises: it hears a small step sooner than a
//! level that most values keep to, and one spike decides nothing.
//!
//! Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 1964, for the clipping.

use super::{
    boundary::PRACTICAL, clipped::clipped, noise::Noise, null::Null, robust::real, side::Side,
};

/// The lengths whose mean is looked at, in values.
const WIDTHS: std::ops::RangeInclusive<usize> = 3..=7;
/// Against references over at least so many values: the median of fewer is no surer than the mean.
const LEAST_SPAN: usize = 15;
/// It is asked of steps that begin with the change, no more than so many values behind it: later the levels say enough.
pub(super) const LATEST: usize = 3;
/// Values come back from one of the first two where the newest two are below this share of it: a cold cache.
const COMES_BACK: f64 = 0.5;
/// Standard errors of the mean, and of the median that it is set against, that it must stand out by.
const ERRORS: f64 = 4.8;
/// Of the greatest that it was before, more where few places were seen; and of its spread.
const GREATEST: f64 = 1.25;
const GREATEST_FEW: f64 = 3.6;
const SPREADS: f64 = 4.5;
/// What most of the values reach must be at least this share of the boundary: what stood out once and is over does not count.
const KEPT: f64 = 0.6;
/// What the clipping takes from a value that is added to all is added again so many times; then it reaches this near.
const CLIPPED_STEPS: usize = 3;
const TOLERANCE: f64 = 1e-3;
/// The variance of a median of normal values over that of their mean.
const MEDIAN_COST: f64 = 1.57;
/// Below this share of the boundary nothing needs to be known.
const WORTH_KNOWING: f64 = 0.5;

/// The newest values since the change. Values stand so that up is bad.
#[derive(Debug, Clone, Copy)]
pub(super) struct Newest<'a> {
    /// All of them, the newest 20 at most.
    pub(super) all: &'a [f64],
    /// Those whose mean is asked for.
    pub(super) stretch: &'a [f64],
    /// Values between the change and the stretch.
    pub(super) gap: usize,
    /// What most of the stretch reaches.
    pub(super) level: f64,
}

impl Newest<'_> {
    /// Values ahead of the change at which the stretch has its middle; `None`: its mean is not looked at.
    pub(super) fn ahead(&self) -> Option<f64> {
        let is_asked = self.gap <= LATEST && WIDTHS.contains(&self.stretch.len());
        is_asked.then(|| real(self.gap) + real(self.stretch.len()) / 2.0)
    }

    fn newest_two(&self) -> &[f64] {
        let from = self.stretch.len().saturating_sub(2);
        self.stretch.get(from..).unwrap_or_default()
    }

    /// What counts of the mean's rise over what was expected: the newest two must reach it, and most values keep to it.
    fn found(&self, expected: f64, noise: Noise) -> f64 {
        self.risen(expected, noise)
            .min((self.level - expected) / KEPT)
    }

    fn risen(&self, expected: f64, noise: Noise) -> f64 {
        let mean = clipped(self.stretch, expected, noise);
        mean.min(clipped(self.newest_two(), expected, noise))
    }

    /// Whether the values come back from one of the first two, which was beyond all of the past.
    fn comes_back(&self, past: &[f64], expected: f64) -> bool {
        let greatest = |values: &[f64]| values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let first = greatest(self.all.get(..2).unwrap_or(self.all));
        let newest = self.newest_two();
        let now = newest.iter().sum::<f64>() / real(newest.len().max(1)) - expected;
        now < COMES_BACK * (first - expected) && first > greatest(past)
    }
}

/// How much of its boundary the mean of a stretch reaches against one reference; `None`: less than `floor`, or it does not
/// count. `level` is the metric's, for what matters at all.
pub(super) fn ratio(
    side: &mut Side,
    past: &[f64],
    noise: Noise,
    newest: &Newest<'_>,
    level: f64,
    floor: f64,
) -> Option<f64> {
    let (width, gap) = (newest.stretch.len(), newest.gap);
    if gap > side.reach || side.length < LEAST_SPAN || noise.usual <= 0.0 {
        return None;
    }
    let expected = side.expected(newest.ahead()?)?;
    let found = newest.found(expected, noise);
    let lowest = lowest(width, side.length, noise, level);
    if found / lowest < floor.max(WORTH_KNOWING) || newest.comes_back(past, expected) {
        return None;
    }
    let null = side.mean_null(past, noise, width, gap)?;
    Some(found / boundary(null, width, gap, lowest))
}

/// A stretch of the past whose mean is tried: how much would have had to be added to it?
pub(super) struct Tried<'a> {
    newest: Newest<'a>,
    expected: f64,
    noise: Noise,
    boundary: f64,
}

/// The same against one reference, `place` values from the beginning of the past; `None`: it would not be looked at.
pub(super) fn tried<'a>(
    side: &mut Side,
    past: &[f64],
    noise: Noise,
    newest: &Newest<'a>,
    place: usize,
    level: f64,
) -> Option<Tried<'a>> {
    let (width, gap) = (newest.stretch.len(), newest.gap);
    if gap > side.reach || side.length < LEAST_SPAN || noise.usual <= 0.0 {
        return None;
    }
    let expected = side.all(past).expected(place, newest.ahead()?)?;
    let lowest = lowest(width, side.length, noise, level);
    let null = side.mean_null(past, noise, width, gap)?;
    Some(Tried {
        newest: *newest,
        expected,
        noise,
        boundary: boundary(null, width, gap, lowest),
    })
}

impl Tried<'_> {
    /// What would have to be added for the mean to reach its boundary so many times over; `None`: it would be clipped before.
    pub(super) fn short(&self, times: f64) -> Option<f64> {
        let limit = times * self.boundary;
        let kept = KEPT * limit - (self.newest.level - self.expected);
        // To add to all values is to expect less of them.
        let short = |added: f64| limit - self.newest.risen(self.expected - added, self.noise);
        let mut added = short(0.0);
        for _ in 0..CLIPPED_STEPS {
            added += short(added).max(0.0);
        }
        (short(added) <= TOLERANCE * limit).then(|| added.max(kept))
    }
}

/// What no boundary lies below: cheap.
fn lowest(width: usize, span: usize, noise: Noise, level: f64) -> f64 {
    let error = (1.0 / real(width) + MEDIAN_COST / real(span)).sqrt() * noise.usual;
    (ERRORS * error)
        .max(PRACTICAL * level.abs())
        .max(f64::MIN_POSITIVE)
}

fn boundary(null: Null, width: usize, gap: usize, lowest: f64) -> f64 {
    let seen = null.gap.min(gap);
    let far = (real(gap + width + 1) / real(seen + width + 1)).sqrt();
    let places = real(null.places.max(3));
    let greatest = (GREATEST + GREATEST_FEW / places) * null.greatest * far;
    let spread = null.middle + SPREADS * null.spread * far;
    lowest.max(greatest).max(spread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::anomaly::{side::sides, sustained::sustained};

    /// The greatest ratio of values in noises, `gap` values after the change.
    fn heard(after: &[f64], gap: usize) -> Option<f64> {
        let past: Vec<f64> = (0..180_u32)
            .map(|i| f64::from(i * 7_919 % 101) / 50.0 - 1.0)
            .collect();
        let noise = Noise::of(&past);
        let after: Vec<f64> = after.iter().map(|value| value * noise.usual).collect();
        let newest = Newest {
            all: &after,
            stretch: &after,
            gap,
            level: sustained(&after, after.len())[0],
        };
        sides(&past)
            .iter_mut()
            .filter_map(|side| ratio(side, &past, noise, &newest, 0.0, 0.0))
            .reduce(f64::max)
    }

    #[test]
    fn a_step_of_three_noises_is_heard_at_its_third_value() {
        assert!(heard(&[3.4, 2.6, 3.9], 0).is_some_and(|ratio| ratio >= 1.0));
        assert!(heard(&[1.4, 2.6, 1.9], 0).is_none_or(|ratio| ratio < 1.0));
        assert_eq!(heard(&[3.4, 2.6, 3.9], LATEST + 1), None, "it begins late");
        assert_eq!(heard(&[9.0, 9.0], 0), None, "two values have no mean");
    }

    fn with_the_change(stretch: &[f64]) -> Newest<'_> {
        Newest {
            all: stretch,
            stretch,
            gap: 0,
            level: sustained(stretch, stretch.len())[0],
        }
    }

    #[test]
    fn what_would_have_to_be_added_is_what_is_then_heard() {
        let past: Vec<f64> = (0..180_u32)
            .map(|i| f64::from(i * 7_919 % 101) / 50.0 - 1.0)
            .collect();
        let (noise, place) = (Noise::of(&past), 90);
        let stretch = &past[place..place + 5];
        for side in &mut sides(&past)[1..] {
            let quiet = with_the_change(stretch);
            let needed = tried(side, &past, noise, &quiet, place, 0.0).unwrap();
            let added: Vec<f64> = stretch
                .iter()
                .map(|value| value + needed.short(1.0).unwrap())
                .collect();
            let loud = with_the_change(&added);
            let heard = tried(side, &past, noise, &loud, place, 0.0).unwrap();
            let found = loud.found(heard.expected, noise) / heard.boundary;
            assert!((found - 1.0).abs() < 0.01, "{found}");
            assert_eq!(needed.short(9.0), None, "clipped");
        }
    }

    #[test]
    fn spikes_and_what_comes_back_are_not_heard() {
        assert!(heard(&[0.1, -0.3, 90.0], 0).is_none_or(|ratio| ratio < 1.0));
        assert!(heard(&[4.0, 4.0, 4.0, 0.2], 0).is_none_or(|ratio| ratio < 1.0));
        assert_eq!(heard(&[40.0, 14.0, 5.0, 3.5], 0), None, "a cold cache");
        assert!(heard(&[40.0, 44.0, 41.0, 39.0], 0).is_some_and(|ratio| ratio >= 1.0));
    }
}
