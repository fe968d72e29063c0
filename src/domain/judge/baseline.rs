//! What a metric was before: a robust middle and spread, and the change against it.
//!
//! Median and median absolute deviation (Hampel, "The influence curve and its role in robust estimation", 1974): half
//! of the minutes may be outliers before either moves without bound.

use serde::{Deserialize, Serialize};

use crate::domain::{observation::Sample, policy::Bad};

/// The median absolute deviation of a normal distribution times this is its standard deviation.
const MAD_TO_SIGMA: f64 = 1.482_602_218_505_602;
/// The band of the chart: this many robust standard deviations to each side.
const BAND_SIGMAS: f64 = 2.0;
/// A change below this many robust standard deviations, or below 1%, is none.
const SAME_SIGMAS: f64 = 1.0;
const SAME_SHARE: f64 = 0.01;
/// A value further than this many is unusual; nearer ones are too many to be news.
const UNUSUAL_SIGMAS: f64 = 3.0;

/// A metric's minutes before the deploy, in the metric's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BaselineStats {
    /// The middle.
    pub median: f64,
    /// Robust standard deviation of one minute: 1.4826 times the median absolute deviation. Where more than half of
    /// the minutes are equal that is zero; then it is half the distance between the 16th and the 84th percentile.
    pub spread: f64,
    /// The 2.5th percentile of the minutes.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
    /// How many minutes had a value.
    pub minutes: u32,
}

impl BaselineStats {
    /// From samples in any order; `None` where no minute has a finite value.
    pub fn of(samples: impl IntoIterator<Item = Sample>) -> Option<Self> {
        let mut values: Vec<f64> = samples
            .into_iter()
            .filter_map(Sample::value)
            .filter(|value| value.is_finite())
            .collect();
        values.sort_by(f64::total_cmp);
        let median = quantile(&values, 0.5)?;
        let mut distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
        distances.sort_by(f64::total_cmp);
        let mad = quantile(&distances, 0.5)? * MAD_TO_SIGMA;
        let middle = (quantile(&values, 0.84)? - quantile(&values, 0.16)?) / 2.0;
        Some(Self {
            median,
            spread: if mad > 0.0 { mad } else { middle },
            low: quantile(&values, 0.025)?,
            high: quantile(&values, 0.975)?,
            minutes: u32::try_from(values.len()).unwrap_or(u32::MAX),
        })
    }

    /// Whether a value lies far from all that is usual.
    pub fn is_unusual(&self, value: f64) -> bool {
        (value - self.median).abs() > UNUSUAL_SIGMAS * self.spread
    }

    /// The usual band: two robust standard deviations around the median, not beyond what was measured.
    pub fn band(&self) -> (f64, f64) {
        let reach = BAND_SIGMAS * self.spread;
        (
            (self.median - reach).max(self.low).min(self.median),
            (self.median + reach).min(self.high).max(self.median),
        )
    }
}

/// The quantile of sorted values, linear between neighbours (Hyndman and Fan, 1996, type 7).
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of minutes are far below 2^52"
    )]
    let position = share.clamp(0.0, 1.0) * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between zero and the last index"
    )]
    let below = position.floor() as usize;
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    Some(low + (high - low) * position.fract())
}

/// What a change means for the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// Moved the good way.
    Better,
    /// Within its usual noise.
    Same,
    /// Moved the bad way, or any way where both are suspicious.
    Worse,
}

impl Course {
    /// For people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Same => "same",
            Self::Worse => "worse",
        }
    }
}

/// Before, after, and what lies between.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The baseline's median.
    pub before: f64,
    /// Now.
    pub after: f64,
    /// `after - before`.
    pub difference: f64,
    /// The difference as a share of `before`, in per cent; `None` where `before` is zero.
    pub percent: Option<f64>,
    /// Which way, by the metric's direction.
    pub course: Course,
}

/// The change from the baseline to a value. Within one robust standard deviation, or within 1%, it is the same.
pub fn change(before: &BaselineStats, after: f64, bad: Bad) -> Change {
    let difference = after - before.median;
    let noise = (SAME_SIGMAS * before.spread).max(SAME_SHARE * before.median.abs());
    let course = if difference.abs() <= noise {
        Course::Same
    } else {
        match bad {
            Bad::Up if difference > 0.0 => Course::Worse,
            Bad::Down if difference < 0.0 => Course::Worse,
            Bad::Both => Course::Worse,
            Bad::Up | Bad::Down => Course::Better,
        }
    };
    Change {
        before: before.median,
        after,
        difference,
        percent: (before.median != 0.0).then(|| difference / before.median.abs() * 100.0),
        course,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(values: &[f64]) -> BaselineStats {
        BaselineStats::of(values.iter().copied().map(Sample::Value)).unwrap()
    }

    #[test]
    fn an_outlier_moves_neither_middle_nor_spread() {
        let calm = stats(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        let wild = stats(&[1.0, 2.0, 3.0, 4.0, 5_000.0]);
        assert!((calm.median - 3.0).abs() < 1e-12);
        assert!((calm.spread - MAD_TO_SIGMA).abs() < 1e-12);
        assert_eq!((calm.median, calm.spread), (wild.median, wild.spread));
    }

    #[test]
    fn what_is_no_number_does_not_count() {
        let samples = [
            Sample::Absent,
            Sample::NoTraffic,
            Sample::Broken,
            Sample::Value(f64::NAN),
        ];
        assert_eq!(BaselineStats::of(samples), None);
        let one = BaselineStats::of(samples.into_iter().chain([Sample::Value(2.0)])).unwrap();
        assert_eq!((one.minutes, one.median, one.spread), (1, 2.0, 0.0));
    }

    #[test]
    fn where_most_minutes_are_equal_the_percentiles_give_the_spread() {
        let mut values = vec![0.0; 12];
        values.extend([1.0; 8]);
        let sparse = stats(&values);
        assert!((sparse.median, sparse.spread) == (0.0, 0.5), "{sparse:?}");
        let (low, high) = sparse.band();
        assert!(low >= sparse.low && high <= sparse.high && low <= high);
    }

    #[test]
    fn a_change_within_the_noise_is_the_same_and_beyond_it_has_a_direction() {
        let before = stats(&[98.0, 99.0, 100.0, 101.0, 102.0]);
        let course = |after, bad| change(&before, after, bad).course;
        assert_eq!(course(101.0, Bad::Up), Course::Same);
        assert_eq!(course(110.0, Bad::Up), Course::Worse);
        assert_eq!(course(110.0, Bad::Down), Course::Better);
        assert_eq!(course(90.0, Bad::Down), Course::Worse);
        assert_eq!(course(90.0, Bad::Both), Course::Worse);
        let more = change(&before, 110.0, Bad::Up).percent.unwrap();
        assert!((more - 10.0).abs() < 1e-9);
        assert_eq!(change(&stats(&[0.0]), 1.0, Bad::Up).percent, None);
    }
}
