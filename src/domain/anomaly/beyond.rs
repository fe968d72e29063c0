//! Values beyond everything that the past was: what comes and goes, and never was like this before.
//!
//! Of `w` values after a change and `n` before it, all exchangeable, the chance that `k` of the newer ones are greater than
//! every older one is `w (w-1) ... / (n+w) (n+w-1) ...` (Gumbel and von Schelling, "The distribution of the number of
//! exceedances", Annals of Mathematical Statistics 1950). A count only grows within a window: one bound holds for all looks.

use std::ops::Range;

use super::{
    boundary::PRACTICAL,
    noise::Noise,
    reference::Reference,
    robust::{median, real},
};

/// The newest values of the past that are compared with: three hours of minutes; and no fewer than these.
const PAST: usize = 180;
const LEAST_PAST: usize = 36;
/// The newest values after a change among which they are counted.
pub(super) const WINDOW: usize = 15;
/// Values that must lie beyond: one is a spike, and more of them are looked for where so many metrics share the budget.
const COUNTS: std::ops::RangeInclusive<usize> = 2..=5;
/// A value counts only a whole noise beyond the greatest: of the tails that series have, at most half of what is
/// beyond the greatest is beyond that too.
const FURTHER: f64 = 0.5;
/// One value alone counts where it lies so many times as far as anything before: beyond the greatest the chance falls with
/// this power of the distance (Pareto), which is slower than in series that have a variance at all.
const TAIL: i32 = 2;
/// And no nearer than so many noises.
const ALONE_UNITS: f64 = 8.0;
/// What is expected carries the level and slope of so many values on, over one of these gaps; of half of a short past, so that
/// enough of it is left to see how far values lay from what was expected.
const SPAN: usize = 30;
const GAPS: [usize; 3] = [0, 5, 10];

/// What the past was at most. Values stand so that up is bad.
#[derive(Debug, Clone)]
pub(super) struct Beyond {
    greatest: f64,
    middle: f64,
    /// One noise, and no less than what matters at all.
    unit: f64,
    /// Dear, and needed only where a value is greater than all of the past.
    led: std::cell::OnceCell<Led>,
}

/// What the past led to.
#[derive(Debug, Clone)]
struct Led {
    reference: Reference,
    /// Values behind the reference.
    values: usize,
    /// The furthest that a value of the past lay beyond what was expected of it, by gap.
    furthest: [f64; GAPS.len()],
}

impl Led {
    fn of(past: &[f64]) -> Self {
        let span = SPAN.min(past.len() / 2);
        let reference = Reference::of(past, span);
        let furthest = GAPS.map(|gap| {
            (span..past.len().saturating_sub(gap))
                .filter_map(|place| {
                    let expected = reference.expected(place, real(gap) + 0.5)?;
                    Some(past.get(place + gap)? - expected)
                })
                .fold(0.0, f64::max)
        });
        Self {
            reference,
            values: past.len(),
            furthest,
        }
    }

    /// What was expected `gap` values after a place, and the furthest that any value of the past lay beyond it, together.
    fn furthest_of(&self, place: usize, gap: usize) -> Option<f64> {
        let listed = GAPS.iter().rposition(|listed| *listed <= gap)?;
        let expected = self.reference.expected(place, real(gap) + 0.5)?;
        Some(expected + self.furthest.get(listed)?)
    }

    /// How far a value lies beyond what was expected, more than any value of the past did.
    fn further(&self, value: f64, gap: usize) -> Option<f64> {
        Some(value - self.furthest_of(self.values, gap)?)
    }

    /// How many times as far from what was expected a value lies as any value of the past did.
    fn times(&self, value: f64, gap: usize, unit: f64) -> Option<f64> {
        let listed = GAPS.iter().rposition(|listed| *listed <= gap)?;
        let expected = self.reference.expected(self.values, real(gap) + 0.5)?;
        Some((value - expected) / self.furthest.get(listed)?.max(unit))
    }
}

impl Beyond {
    /// `None`: too short a past, or one that never varied.
    pub(super) fn of(past: &[f64], noise: Noise, level: f64) -> Option<Self> {
        let past = newest(past);
        if past.len() < LEAST_PAST || noise.usual <= 0.0 {
            return None;
        }
        Some(Self {
            greatest: past.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            middle: median(past)?,
            unit: noise.usual.max(PRACTICAL * level.abs()),
            led: std::cell::OnceCell::new(),
        })
    }

    /// How many units a value lies beyond the greatest of the past, and beyond what was expected more than any value of
    /// the past did: the lesser of the two. `past` is what this was made of.
    pub(super) fn of_value(&self, past: &[f64], value: f64, gap: usize) -> f64 {
        let above = (value - self.greatest) / self.unit;
        if above < 1.0 {
            return above;
        }
        let led = self.led.get_or_init(|| Led::of(newest(past)));
        let further = led.further(value, gap).map(|further| further / self.unit);
        further.map_or(above, |further| above.min(further))
    }

    /// What would have to be added to a window of the past for so many of its values to lie `units` beyond all outside of it.
    /// A run that is over within its first `opening` values is the deploy's own: they are not counted.
    pub(super) fn needed(
        &self,
        past: &[f64],
        window: &Range<usize>,
        opening: usize,
        wanted: usize,
        units: f64,
    ) -> Option<f64> {
        let cut = past.len() - newest(past).len();
        let (past, window) = (
            newest(past),
            window.start.checked_sub(cut)?..window.end.checked_sub(cut)?,
        );
        let (before, since) = (past.get(..window.start)?, past.get(window.end..)?);
        let greatest = before
            .iter()
            .chain(since)
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        let led = self.led.get_or_init(|| Led::of(past));
        let mut short: Vec<f64> = (opening..)
            .zip(past.get(window.clone())?.iter().skip(opening))
            .filter_map(|(gap, value)| {
                let further = led.furthest_of(window.start, gap)?;
                Some(greatest.max(further) - value)
            })
            .collect();
        let at = wanted.checked_sub(1).filter(|at| *at < short.len())?;
        let (_, short, _) = short.select_nth_unstable_by(at, f64::total_cmp);
        Some(*short + units.max(1.0) * self.unit)
    }

    /// How many times as far a value lies from the past's middle, and from what was expected, as any value of the past did:
    /// the lesser of the two. Zero where that says nothing: too near to the noise.
    pub(super) fn times(&self, past: &[f64], value: f64, gap: usize) -> f64 {
        if self.of_value(past, value, gap) < ALONE_UNITS {
            return 0.0;
        }
        let led = self.led.get_or_init(|| Led::of(newest(past)));
        let usual = (value - self.middle) / (self.greatest - self.middle).max(self.unit);
        led.times(value, gap, self.unit)
            .map_or(usual, |times| times.min(usual))
    }
}

fn newest(past: &[f64]) -> &[f64] {
    past.get(past.len().saturating_sub(PAST)..).unwrap_or(past)
}

/// The chance of so many values of a window beyond a past of `past` values, in a window without a change.
pub(super) fn chance(count: usize, past: usize) -> f64 {
    let past = real(past.min(PAST));
    (0..count)
        .map(|taken| {
            let left = real(WINDOW) - real(taken);
            FURTHER * (left / (past + left)).max(0.0)
        })
        .product()
}

/// The chance of one value of a window that lies so many times as far as the furthest of a past of `past` values.
pub(super) fn chance_alone(times: f64, past: usize) -> f64 {
    let past = real(past.min(PAST));
    real(WINDOW) / (past + real(WINDOW)) * times.max(1.0).powi(-TAIL)
}

/// How many values must lie beyond so that the chance is at most `each`; `None`: no number of them is enough.
pub(super) fn wanted(past: usize, each: f64) -> Option<usize> {
    COUNTS
        .into_iter()
        .find(|count| chance(*count, past) <= each)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noisy(length: u32) -> Vec<f64> {
        (0..length)
            .map(|i| f64::from(i * 7_919 % 101) / 50.0 - 1.0)
            .collect()
    }

    #[test]
    fn the_chance_is_that_of_counting_all_orders() {
        // The two greatest of 195 are both among the 15 newest, each halved for the noise that it must lie beyond.
        let by_hand = 15.0 / 195.0 * 14.0 / 194.0 / 4.0;
        assert!((chance(2, 180) - by_hand).abs() < 1e-15);
        assert!(
            (chance(2, 4_000) - by_hand).abs() < 1e-15,
            "a longer past is cut"
        );
        assert_eq!(wanted(180, 0.01), Some(2));
        assert_eq!(wanted(180, 0.000_5), Some(3));
        assert_eq!(wanted(60, 0.000_01), Some(5));
        assert_eq!(wanted(60, 1e-9), None);
    }

    #[test]
    fn a_value_counts_beyond_the_greatest_and_beyond_what_a_rise_leads_to() {
        let past = noisy(120);
        let of = |past: &[f64], value: f64, gap: usize| {
            let beyond = Beyond::of(past, Noise::of(past), 10.0).unwrap();
            beyond.of_value(past, value, gap)
        };
        assert!(of(&past, 0.9, 3) < 0.0 && of(&past, 9.0, 3) > 1.0);
        let rising: Vec<f64> = (0..)
            .zip(past)
            .map(|(i, value)| value + 0.2 * f64::from(i))
            .collect();
        let carried_on = 0.2 * 132.0;
        assert!(of(&rising, carried_on, 12) < 1.0);
        assert!(of(&rising, carried_on + 9.0, 12) > 1.0);
    }

    #[test]
    fn what_would_have_to_be_added_puts_as_many_values_beyond() {
        let past = noisy(120);
        let beyond = Beyond::of(&past, Noise::of(&past), 0.0).unwrap();
        let needed = beyond.needed(&past, &(60..75), 6, 2, 1.0).unwrap();
        let outside = past[..60].iter().chain(&past[75..]);
        let greatest = outside.copied().fold(f64::NEG_INFINITY, f64::max);
        let counted = past[66..75]
            .iter()
            .filter(|value| **value + needed - greatest >= beyond.unit - 1e-9);
        assert!(counted.count() >= 2, "{needed}");
        assert!(
            beyond.needed(&past, &(60..75), 6, 10, 1.0).is_none(),
            "so many"
        );
        assert!(
            beyond.needed(&past, &(10..25), 6, 2, 1.0).is_none(),
            "no past"
        );
    }

    #[test]
    fn of_a_short_past_half_shows_how_far_values_lay_from_what_was_expected() {
        // Three hours of five minutes: a morning that rises ever faster.
        let rising: Vec<f64> = (0..)
            .zip(noisy(36))
            .map(|(i, noise)| 0.2 * noise + f64::from(i * i) / 60.0)
            .collect();
        let beyond = Beyond::of(&rising, Noise::of(&rising), 0.0).unwrap();
        let led = Led::of(&rising);
        assert!(led.furthest.iter().all(|furthest| *furthest > 0.0));
        let carried_on = 41.0 * 41.0 / 60.0;
        assert!(beyond.of_value(&rising, carried_on, 5) < 1.0);
        assert!(beyond.of_value(&rising, carried_on + 30.0, 5) > 1.0);
    }

    #[test]
    fn a_short_or_constant_past_says_nothing() {
        let constant = [0.0; 120];
        assert!(Beyond::of(&constant, Noise::of(&constant), 4.0).is_none());
        let short = noisy(35);
        assert!(Beyond::of(&short, Noise::of(&short), 1.0).is_none());
    }
}
