//! Small samples told honestly: medians with the interval that their size allows, shares with Wilson's.

use serde::Serialize;

/// Fewer than this is called small.
pub const SMALL: usize = 20;

/// How a number of values lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// How many values.
    pub n: usize,
    /// The middle one; of an even number the mean of the two.
    pub median: f64,
    /// Nine of ten are at most this (nearest rank).
    pub p90: f64,
    /// Holds the true median with 95% confidence at least; `None`: fewer than six values say nothing.
    pub interval: Option<(f64, f64)>,
}

impl Spread {
    /// Of values in any order; `None` of none. Values that are no numbers are left out.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let n = values.len();
        let last = *values.last()?;
        let median = f64::midpoint(values[(n - 1) / 2], values[n / 2]);
        let p90 = values.get((n * 9).div_ceil(10).saturating_sub(1));
        Some(Self {
            n,
            median,
            p90: p90.copied().unwrap_or(last),
            interval: rank(n).map(|k| (values[k], values[n - 1 - k])),
        })
    }

    /// Whether the sample is small.
    pub fn is_small(&self) -> bool {
        self.n < SMALL
    }
}

/// The largest `k` such that the values at `k` and `n - 1 - k` hold the median with 95%: the sign test turned round, exact
/// (Conover, Practical Nonparametric Statistics, 3.2). Beyond a thousand values by the normal curve.
fn rank(n: usize) -> Option<usize> {
    if n > 1_000 {
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let size = n as f64;
        let k = (size / 2.0 - 1.96 * size.sqrt() / 2.0).floor();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "half of a count, above zero for more than a thousand"
        )]
        return Some((k as usize).saturating_sub(1));
    }
    // P(X <= k) for X ~ Bin(n, 1/2), in logarithms where 2^-n would vanish.
    let mut log = -std::f64::consts::LN_2 * f64::from(u32::try_from(n).ok()?);
    let (mut below, mut found) = (0.0, None);
    for k in 0..n / 2 {
        below += log.exp();
        if below > 0.025 {
            break;
        }
        found = Some(k);
        let (up, down) = (u32::try_from(n - k).ok()?, u32::try_from(k + 1).ok()?);
        log += (f64::from(up) / f64::from(down)).ln();
    }
    found
}

/// A share with its 95% interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many of them.
    pub of: usize,
    /// How many in all.
    pub n: usize,
    /// The share, 0 to 1.
    pub share: f64,
    /// Wilson's interval, 95% (E. B. Wilson, 1927), 0 to 1.
    pub interval: (f64, f64),
}

impl Share {
    /// `None` of none.
    pub fn of(of: usize, n: usize) -> Option<Self> {
        if n == 0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let (k, size) = (of.min(n) as f64, n as f64);
        let (share, z) = (k / size, 1.96_f64);
        let wide = 1.0 + z * z / size;
        let middle = (share + z * z / (2.0 * size)) / wide;
        let half = z * (share * (1.0 - share) / size + z * z / (4.0 * size * size)).sqrt() / wide;
        Some(Self {
            of: of.min(n),
            n,
            share,
            interval: ((middle - half).max(0.0), (middle + half).min(1.0)),
        })
    }

    /// Whether the sample is small.
    pub fn is_small(&self) -> bool {
        self.n < SMALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_median_is_the_tables() {
        // Conover's table A3 at p = 1/2: the ranks of the 95% interval, counted from 1.
        for (n, low) in [
            (6, 1),
            (8, 1),
            (9, 2),
            (12, 3),
            (20, 6),
            (50, 18),
            (100, 40),
        ] {
            assert_eq!(rank(n), Some(low - 1), "{n}");
        }
        assert_eq!(rank(5), None, "too few to say anything");
        let all = Spread::of((1..=9).map(f64::from)).unwrap();
        assert_eq!((all.median, all.p90), (5.0, 9.0));
        assert_eq!(all.interval, Some((2.0, 8.0)));
        let two = Spread::of([4.0, 1.0]).unwrap();
        assert_eq!((two.median, two.interval), (2.5, None));
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_share_of_few_is_wide_and_never_certain() {
        let none = Share::of(0, 10).unwrap();
        assert!(none.interval.0.abs() < 1e-9 && (none.interval.1 - 0.2775).abs() < 1e-3);
        let some = Share::of(2, 40).unwrap();
        assert!((some.share - 0.05).abs() < 1e-12);
        assert!((some.interval.0 - 0.0138).abs() < 1e-3 && (some.interval.1 - 0.1650).abs() < 1e-3);
        assert_eq!(Share::of(0, 0), None);
    }
}
