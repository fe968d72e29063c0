//! How far a stretch must stand out before it counts: one boundary over all looks, lengths and references.
//!
//! The looks of a window share one error budget (Armitage, `McPherson` and Rowe, "Repeated significance tests on
//! accumulating data", JRSS A 1969; Lan and `DeMets`, "Discrete sequential boundaries for clinical trials", Biometrika
//! 1983). No formula gives the boundary for series like these, so its constants were set by search: on families of
//! series with and without changes (`tests/backtest`) and on public ones (CloudWatch series of the Numenta Anomaly
//! Benchmark, services of the `AIOps` challenge of 2018), so that the largest of all statistics over a whole window
//! crosses it in about one of a hundred windows without a change.

use super::{noise::Noise, null::Null, robust::real};

/// The lengths of the stretches that are looked at, in values.
pub(super) const WIDTHS: [usize; 8] = [2, 3, 4, 5, 7, 10, 14, 20];
/// Robust standard deviations of the statistic that each length must stand out by.
const SIGMAS: [f64; 8] = [8.51, 2.26, 3.29, 10.24, 5.52, 3.79, 6.13, 4.94];
/// Robust standard deviations of a single value that it must stand out by, whatever the statistic did before.
const PLAIN_SIGMAS: [f64; 8] = [3.70, 3.28, 3.67, 5.55, 2.66, 3.63, 7.43, 2.88];
/// The spans of the references, in values.
pub(super) const SPANS: [usize; 4] = [6, 15, 30, 60];
/// What each reference's boundary is multiplied by.
const SPAN_WEIGHTS: [f64; 4] = [1.02, 0.82, 1.23, 1.71];
/// The chance that the boundary was set for, of one metric in one direction.
const SET_FOR: f64 = 0.01;
/// Each further e-th of chance costs so much of the boundary.
const STEEPNESS: f64 = 0.14;
/// Beyond the boundary the chance falls with this power: as measured on real windows without a known change, whose
/// tails are heavier than any model's.
const TAIL: f64 = 3.5;
/// A ratio beyond this says no more.
pub(super) const MOST_RATIO: f64 = 1e3;
/// Of classical standard deviations of one value, spikes included: for stretches up to three, and longer ones.
const SPIKES_SHORT: f64 = 3.48;
const SPIKES_LONG: f64 = 1.0;
/// Of the greatest that the same statistic was before; more where few places were seen.
const GREATEST: f64 = 1.0;
const GREATEST_FEW: f64 = 3.6;
/// Widening for estimates from few values.
const FEW_PLACES: f64 = 1.37;
const FEW_VALUES: f64 = 9.44;
/// Widening for a stretch further off than the past could show.
const FAR: f64 = 1.12;
/// A change below this share of the level matters to nobody, however certain.
pub(super) const PRACTICAL: f64 = 0.02;

/// How the error budget is shared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// The chance of a false alarm that is accepted: of all metrics, directions and looks together.
    pub rate: f64,
    /// Tests that share it: metrics, those bad in both directions counted twice.
    pub tests: usize,
}

impl Budget {
    /// What the boundary is multiplied by.
    pub(super) fn strictness(self) -> f64 {
        let each = self.rate.clamp(1e-9, 0.5) / real(self.tests.max(1));
        (1.0 + STEEPNESS * (SET_FOR / each).ln()).clamp(0.7, 3.0)
    }

    /// The chance that any of the tests reaches this much of its plain boundary in a window without a change: at the
    /// boundary the rate, and beyond it less.
    pub(super) fn chance(self, ratio: f64) -> f64 {
        let beyond = (ratio / self.strictness()).max(0.0);
        (self.rate.clamp(1e-9, 0.5) * beyond.powf(-TAIL)).min(1.0)
    }
}

/// One stretch of a look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    /// Index into [`WIDTHS`].
    pub(super) width: usize,
    /// Index into [`SPANS`].
    pub(super) span: usize,
    /// Values between the change and the stretch.
    pub(super) gap: usize,
}

/// The boundary of a stretch, in the unit of the values.
pub(super) fn boundary(
    stretch: Stretch,
    null: Option<Null>,
    noise: Noise,
    values: usize,
    level: f64,
) -> f64 {
    let width = WIDTHS.get(stretch.width).copied().unwrap_or(1);
    let weight = SPAN_WEIGHTS.get(stretch.span).copied().unwrap_or(1.0);
    let of_statistic = weight * SIGMAS.get(stretch.width).copied().unwrap_or(6.0);
    let of_values = weight * PLAIN_SIGMAS.get(stretch.width).copied().unwrap_or(6.0);
    let few = 1.0 + FEW_VALUES / real(values.max(1));
    let plain = of_values * noise.usual * few;
    let reach = real(stretch.gap + width + 1);
    let seen = null.map_or(0, |null| null.gap.min(stretch.gap));
    let far = (1.0 + FAR * ((reach / real(seen + width + 1)).sqrt() - 1.0)).max(1.0);
    let by_noise = match null {
        Some(null) => {
            let places = real(null.places.max(3));
            let spread = null.spread * (1.0 + FEW_PLACES / places) * far;
            let greatest = (GREATEST + GREATEST_FEW / places) * null.greatest * far;
            let above = (of_statistic * spread).max(plain);
            (null.middle.max(-noise.usual) + above).max(greatest)
        }
        None => plain * far,
    };
    by_noise
        .max(spikes(width, noise) * few)
        .max(PRACTICAL * level.abs())
        .max(f64::MIN_POSITIVE)
}

/// What no boundary of that stretch lies below, whatever the statistic did before: cheap.
pub(super) fn lowest(stretch: Stretch, noise: Noise, values: usize, level: f64) -> f64 {
    let width = WIDTHS.get(stretch.width).copied().unwrap_or(1);
    let weight = SPAN_WEIGHTS.get(stretch.span).copied().unwrap_or(1.0);
    let of_values = weight * PLAIN_SIGMAS.get(stretch.width).copied().unwrap_or(6.0);
    let few = 1.0 + FEW_VALUES / real(values.max(1));
    // A null's middle is taken to lie at most one deviation below.
    (of_values * noise.usual * few - noise.usual)
        .max(spikes(width, noise) * few)
        .max(PRACTICAL * level.abs())
        .max(f64::MIN_POSITIVE)
}

/// What spikes of the past excuse.
fn spikes(width: usize, noise: Noise) -> f64 {
    if width <= 3 {
        SPIKES_SHORT * noise.with_spikes
    } else {
        SPIKES_LONG * noise.with_bursts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_tests_and_a_smaller_rate_ask_for_more() {
        let of = |rate, tests| Budget { rate, tests }.strictness();
        assert!((of(0.01, 1) - 1.0).abs() < 1e-12);
        assert!(of(0.01, 20) > of(0.01, 2) && of(0.001, 1) > of(0.01, 1));
        assert!(of(0.05, 1) < 1.0);
        // The strictness is where the chance over all tests is the rate.
        let budget = Budget {
            rate: 0.01,
            tests: 12,
        };
        assert!((budget.chance(budget.strictness()) - 0.01).abs() < 1e-9);
        assert!(budget.chance(2.0 * budget.strictness()) < 0.001);
    }
}
