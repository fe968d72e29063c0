//! The empirical null: what the same statistic was at every place before the change, where nothing had changed.
//!
//! Sliding the statistic over the past takes autocorrelation, seasons, heavy tails and skew into account without a
//! model of any (in the spirit of Politis, Romano and Wolf, "Subsampling", 1999).

use super::{
    reference::Reference,
    robust::{MAD_TO_SIGMA, ranked, real},
};

/// The gaps between a change and the stretch that is looked at for which a null is made, in values.
pub(super) const GAPS: [usize; 5] = [0, 2, 5, 10, 20];
/// A null of fewer places says nothing.
const LEAST_PLACES: usize = 6;
/// Quantiles are taken of at most about so many places; the greatest is of all.
const MOST_SORTED: usize = 512;

/// What a statistic was while nothing had changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Null {
    pub(super) middle: f64,
    /// Robust standard deviation, to the bad side.
    pub(super) spread: f64,
    pub(super) greatest: f64,
    pub(super) places: usize,
    /// The gap that it was made for.
    pub(super) gap: usize,
}

impl Null {
    /// At every place that has `reference` before it and a stretch of `width` after a gap; `None`: too few places.
    ///
    /// `levels` are the sustained levels of all stretches of that width.
    pub(super) fn of(
        reference: &Reference,
        levels: &[f64],
        width: usize,
        gap: usize,
    ) -> Option<Self> {
        let ahead = real(gap) + real(width) / 2.0;
        let first = reference.span();
        let rises: Vec<f64> = levels
            .iter()
            .skip(first + gap)
            .zip(first..)
            .filter_map(|(level, place)| Some(level - reference.expected(place, ahead)?))
            .collect();
        Self::of_rises(&rises, gap)
    }

    /// From what the statistic was at every place.
    pub(super) fn of_rises(rises: &[f64], gap: usize) -> Option<Self> {
        if rises.len() < LEAST_PLACES {
            return None;
        }
        let step = rises.len().div_ceil(MOST_SORTED);
        let mut some: Vec<f64> = rises.iter().step_by(step).copied().collect();
        let middle = ranked(&mut some, 0.5)?;
        let upper = ranked(&mut some, 0.84)? - middle;
        for rise in &mut some {
            *rise = (*rise - middle).abs();
        }
        let around = ranked(&mut some, 0.5)? * MAD_TO_SIGMA;
        Some(Self {
            middle,
            spread: upper.max(0.5 * around),
            greatest: rises.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            places: rises.len(),
            gap,
        })
    }
}

/// The nulls of one reference, made when first asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Nulls(Vec<((usize, usize), Option<Null>)>);

impl Nulls {
    /// The null for a stretch of `width` after `gap` values: of the next listed gap, or the longest that the past
    /// is long enough for.
    pub(super) fn at(
        &mut self,
        reference: &Reference,
        levels: &[f64],
        width: usize,
        gap: usize,
    ) -> Option<Null> {
        self.at_with(width, gap, |listed| {
            Null::of(reference, levels, width, listed)
        })
    }

    /// The same of any statistic.
    pub(super) fn at_with(
        &mut self,
        width: usize,
        gap: usize,
        make: impl Fn(usize) -> Option<Null>,
    ) -> Option<Null> {
        let fitting = GAPS.iter().rev().filter(|listed| {
            // The next longer one, and all shorter ones.
            **listed <= gap || GAPS.iter().filter(|g| **g >= gap).min() == Some(listed)
        });
        for listed in fitting {
            let key = (width, *listed);
            let known = self.0.iter().find(|(at, _)| *at == key).map(|(_, n)| *n);
            let null = known.unwrap_or_else(|| {
                let made = make(*listed);
                self.0.push((key, made));
                made
            });
            if null.is_some() {
                return null;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::anomaly::sustained::sustained;

    #[test]
    fn a_past_that_jumped_makes_jumps_usual() {
        let mut calm: Vec<f64> = (0..80).map(|i| f64::from(i % 3)).collect();
        let null = |values: &[f64]| {
            let reference = Reference::of(values, 6);
            Null::of(&reference, &sustained(values, 3), 3, 0).unwrap()
        };
        assert!(null(&calm).greatest <= 1.0);
        for value in calm.iter_mut().skip(40) {
            *value += 50.0;
        }
        assert!(null(&calm).greatest >= 49.0);
    }

    #[test]
    fn a_short_past_makes_no_null() {
        let values = [1.0; 10];
        let reference = Reference::of(&values, 6);
        assert_eq!(Null::of(&reference, &sustained(&values, 3), 3, 0), None);
        let mut nulls = Nulls::default();
        assert_eq!(nulls.at(&reference, &sustained(&values, 3), 3, 20), None);
    }

    #[test]
    fn a_gap_that_the_past_is_too_short_for_falls_back_to_a_shorter_one() {
        let values: Vec<f64> = (0..24).map(|i| f64::from(i % 4)).collect();
        let reference = Reference::of(&values, 6);
        let levels = sustained(&values, 3);
        let null = Nulls::default().at(&reference, &levels, 3, 20).unwrap();
        assert_eq!(null.gap, 10);
    }
}
