//! Robust middles and spreads of plain numbers. Knows neither time nor metrics.
//!
//! Hampel, "The influence curve and its role in robust estimation", JASA 1974 (median, MAD); Hyndman and Fan, "Sample
//! quantiles in statistical packages", The American Statistician 1996 (type 7); Hodges and Lehmann, "Estimates of
//! location based on rank tests", Annals of Mathematical Statistics 1963.

/// The median absolute deviation of a normal distribution times this is its standard deviation.
pub const MAD_TO_SIGMA: f64 = 1.482_602_218_505_602;
/// Most values of each side that the pairs of [`hodges_lehmann`] are made of: a million pairs.
const MOST_PAIRED: usize = 1_000;

/// A count as a number. Counts beyond 2^32 read as 2^32.
pub fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A position as an index: rounded down, never below zero.
fn index(position: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates, and callers bound it by a length"
    )]
    let index = position.max(0.0) as usize;
    index
}

/// The values in ascending order.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// The quantile of sorted values, linear between neighbours; `None` of nothing.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = share.clamp(0.0, 1.0) * real(last);
    let below = index(position).min(last);
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    // Halves first: the difference of two huge numbers may not be one.
    let share = position - real(below);
    Some(low * (1.0 - share) + high * share)
}

/// The value at a quantile, without a mean of neighbours and without sorting all; `None` of nothing.
pub fn ranked(values: &mut [f64], share: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let at = index(share.clamp(0.0, 1.0) * real(last) + 0.5).min(last);
    let (_, value, _) = values.select_nth_unstable_by(at, f64::total_cmp);
    Some(*value)
}

/// The median of values in any order; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    median_of(values.to_vec())
}

/// The same of values whose order may be lost: only as far as it takes are they sorted.
fn median_of(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len() / 2;
    let is_even = values.len().is_multiple_of(2);
    if values.is_empty() {
        return None;
    }
    let (below, high, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if !is_even {
        return Some(*high);
    }
    let low = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Halves first: the difference of two huge numbers may not be one.
    Some(low * 0.5 + *high * 0.5)
}

/// The median distance from a middle, scaled to a standard deviation; zero of nothing.
pub fn mad_sigma(values: &[f64], middle: f64) -> f64 {
    let distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    median_of(distances).unwrap_or(0.0) * MAD_TO_SIGMA
}

/// The classical standard deviation about the mean (by n); zero of nothing. Feels every outlier, on purpose.
pub fn deviation(values: &[f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let count = real(values.len());
    let mean = values.iter().map(|value| value / count).sum::<f64>();
    let variance = values
        .iter()
        .map(|value| (value - mean) * (value - mean) / count)
        .sum::<f64>();
    variance.sqrt()
}

/// The medians of every `width` consecutive values; empty where there are fewer.
pub fn rolling_medians(values: &[f64], width: usize) -> Vec<f64> {
    if width == 0 || values.len() < width {
        return Vec::new();
    }
    let mut window = sorted(values.get(..width).unwrap_or_default());
    let mut medians = Vec::with_capacity(values.len() - width + 1);
    medians.extend(quantile(&window, 0.5));
    for (gone, come) in values.iter().zip(values.iter().skip(width)) {
        let out = window.partition_point(|value| value.total_cmp(gone).is_lt());
        if out < window.len() {
            window.remove(out);
        }
        let at = window.partition_point(|value| value.total_cmp(come).is_lt());
        window.insert(at, *come);
        medians.extend(quantile(&window, 0.5));
    }
    medians
}

/// How far `after` lies from `before`: the median of all differences, and the bounds that `share` of them lies
/// between when the ranks' normal approximation is inverted (`z` standard deviations). `None` where a side is empty.
///
/// Each side is thinned to 1,000 values.
pub fn hodges_lehmann(before: &[f64], after: &[f64], z: f64) -> Option<(f64, f64, f64)> {
    let thin = |values: &[f64]| -> Vec<f64> {
        let step = values.len().div_ceil(MOST_PAIRED).max(1);
        values.iter().step_by(step).copied().collect()
    };
    let (before, after) = (thin(before), thin(after));
    let mut differences: Vec<f64> = Vec::with_capacity(before.len() * after.len());
    for new in &after {
        differences.extend(before.iter().map(|old| new - old));
    }
    differences.sort_unstable_by(f64::total_cmp);
    let (m, n) = (real(before.len()), real(after.len()));
    let pairs = m * n;
    let reach = z * (pairs * (m + n + 1.0) / 12.0).sqrt();
    let share = ((pairs / 2.0 - reach) / pairs).clamp(0.0, 0.5);
    Some((
        quantile(&differences, 0.5)?,
        quantile(&differences, share)?,
        quantile(&differences, 1.0 - share)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_values_may_be_wild_before_the_median_is() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[1.0, 2.0, 1e300]), Some(2.0));
        assert_eq!(median(&[]), None);
        assert!((mad_sigma(&[1.0, 2.0, 3.0, 4.0, 1e9], 3.0) - MAD_TO_SIGMA).abs() < 1e-12);
    }

    #[test]
    fn rolling_medians_are_the_medians_of_each_window() {
        let values: Vec<f64> = (0..60).map(|i| f64::from((i * 37) % 23)).collect();
        for width in [1, 2, 5, 15, 60] {
            let plain: Vec<f64> = values.windows(width).filter_map(median).collect();
            assert_eq!(rolling_medians(&values, width), plain, "{width}");
        }
        assert!(rolling_medians(&values, 61).is_empty());
        assert!(rolling_medians(&values, 0).is_empty());
    }

    #[test]
    fn the_shift_is_the_median_of_all_differences() {
        // Hollander and Wolfe, "Nonparametric Statistical Methods", example 4.1: tritiated water across membranes;
        // the estimate there, before minus after, is 0.305.
        let term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let early = [1.15, 0.88, 0.90, 0.74, 1.21];
        let (shift, low, high) = hodges_lehmann(&term, &early, 1.96).unwrap();
        assert!((shift + 0.305).abs() < 1e-9, "{shift}");
        assert!(
            low < shift && shift < high && low < -0.6 && high < 0.2,
            "{low} {high}"
        );
    }

    #[test]
    fn huge_numbers_stay_numbers() {
        assert_eq!(median(&[-1e308, 1e308]), Some(0.0));
        assert_eq!(median(&[1e308, 1e308]), Some(1e308));
    }
}
