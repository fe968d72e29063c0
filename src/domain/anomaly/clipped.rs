//! The clipped mean of a stretch, and what it was at every place of the past.

use super::{
    noise::Noise,
    null::{Null, Nulls},
    reference::Reference,
    robust::real,
};

/// A value counts for at most so many noises.
const CLIP: f64 = 4.0;

/// The mean rise over what was expected, each value clipped.
pub(super) fn clipped(values: &[f64], expected: f64, noise: Noise) -> f64 {
    let most = CLIP * noise.usual;
    let sum: f64 = values
        .iter()
        .map(|value| (value - expected).clamp(-most, most))
        .sum();
    sum / real(values.len().max(1))
}

/// What it was at every place of the past.
pub(super) fn null(
    nulls: &mut Nulls,
    reference: &Reference,
    past: &[f64],
    noise: Noise,
    width: usize,
    gap: usize,
) -> Option<Null> {
    nulls.at_with(width, gap, |gap| {
        let ahead = real(gap) + real(width) / 2.0;
        let rises: Vec<f64> = past
            .windows(width)
            .skip(reference.span() + gap)
            .zip(reference.span()..)
            .filter_map(|(values, place)| {
                Some(clipped(values, reference.expected(place, ahead)?, noise))
            })
            .collect();
        Null::of_rises(&rises, gap)
    })
}
