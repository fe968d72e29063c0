//! How much minutes repeat each other, and how many independent ones they are worth.
//!
//! Bayley and Hammersley, "The effective number of independent observations in an autocorrelated time series",
//! Supplement to the JRSS 1946, for the first-order case.

use super::robust::{median, real};

/// Correlation beyond this counts as this: a longer memory is a trend, which the references take out.
const MOST: f64 = 0.95;

/// The correlation of each value with the one before, between 0 and 0.95; values below zero count as zero.
///
/// Of ranks-like signs about the median, so that one spike does not decide it.
pub fn persistence(values: &[f64]) -> f64 {
    let Some(middle) = median(values) else {
        return 0.0;
    };
    let spread = super::robust::mad_sigma(values, middle);
    if spread <= 0.0 || values.len() < 4 {
        return 0.0;
    }
    let clipped: Vec<f64> = values
        .iter()
        .map(|value| ((value - middle) / spread).clamp(-2.5, 2.5))
        .collect();
    let power: f64 = clipped.iter().map(|value| value * value).sum();
    let shared: f64 = clipped
        .iter()
        .zip(clipped.iter().skip(1))
        .map(|(a, b)| a * b)
        .sum();
    if power <= 0.0 {
        return 0.0;
    }
    (shared / power).clamp(0.0, MOST)
}

/// How many independent values these are worth: `n (1 - r) / (1 + r)`, at least one.
pub fn effective_count(count: usize, persistence: f64) -> f64 {
    let r = persistence.clamp(0.0, MOST);
    (real(count) * (1.0 - r) / (1.0 + r)).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_does_not_repeat_itself_and_a_slow_wave_does() {
        let noise: Vec<f64> = (0..400).map(|i| f64::from((i * 7_919) % 101)).collect();
        let wave: Vec<f64> = (0..400).map(|i| (f64::from(i) / 20.0).sin()).collect();
        assert!(persistence(&noise) < 0.2, "{}", persistence(&noise));
        assert!(persistence(&wave) > 0.9, "{}", persistence(&wave));
        assert!(effective_count(400, persistence(&wave)) < 25.0);
        assert!(effective_count(400, persistence(&noise)) > 250.0);
    }

    #[test]
    fn what_does_not_vary_has_no_memory() {
        assert!(persistence(&[3.0; 50]).abs() < 1e-12);
        assert!(persistence(&[]).abs() < 1e-12);
        assert!((effective_count(1, 0.95) - 1.0).abs() < 1e-12);
    }
}
