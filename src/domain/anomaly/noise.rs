//! The noise of the last hour before a change, about its own slope.

use super::robust::{MAD_TO_SIGMA, deviation, mad_sigma, median, real};

/// The values that are looked at: an hour of minutes.
const TAIL: usize = 60;
/// Bursts are rarer than that: they are looked for in three times as many values.
const SPIKES_TAIL: usize = 180;
/// Steps between neighbours count this much: much noise from value to value, none about the line, is sawtooth.
const STEP_SHARE: f64 = 0.71;

/// Where more than half of the values are equal no robust measure says anything: rare counts, a rate that is mostly
/// zero. Then the classical one counts this much.
const EQUAL_SHARE: f64 = 0.7;

/// The noise of one value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Noise {
    /// Robust standard deviation of one value.
    pub(super) usual: f64,
    /// The classical one: spikes count.
    pub(super) with_spikes: f64,
    /// The same over a longer past: bursts count.
    pub(super) with_bursts: f64,
}

impl Noise {
    /// Of the last values of a series.
    pub(super) fn of(values: &[f64]) -> Self {
        let tail = values
            .get(values.len().saturating_sub(TAIL)..)
            .unwrap_or_default();
        let half = tail.len() / 2;
        let rise = match (tail.get(..half), tail.get(half..)) {
            (Some(old), Some(new)) if tail.len() >= 8 => {
                let rise = median(new).unwrap_or(0.0) - median(old).unwrap_or(0.0);
                rise / real(tail.len() - half)
            }
            _ => 0.0,
        };
        let flat: Vec<f64> = (0..)
            .zip(tail)
            .map(|(place, value)| value - rise * f64::from(place))
            .collect();
        let middle = median(&flat).unwrap_or(0.0);
        let steps: Vec<f64> = tail
            .iter()
            .zip(tail.iter().skip(1))
            .map(|(old, new)| (new - old).abs())
            .collect();
        let step = median(&steps).unwrap_or(0.0) * MAD_TO_SIGMA / std::f64::consts::SQRT_2;
        let wide = values
            .get(values.len().saturating_sub(SPIKES_TAIL)..)
            .unwrap_or_default();
        let with_spikes = deviation(&flat);
        let with_bursts = with_spikes.max(deviation(wide));
        let usual = mad_sigma(&flat, middle).max(STEP_SHARE * step);
        Self {
            usual: if usual > 0.0 {
                usual
            } else {
                EQUAL_SHARE * with_bursts
            },
            with_spikes,
            with_bursts,
        }
    }
}
