//! The Mann-Whitney rank test, exact where samples are small. Knows neither time nor metrics.
//!
//! Mann and Whitney, "On a test of whether one of two random variables is stochastically larger than the other",
//! Annals of Mathematical Statistics 1947. Ties take midranks; the exact distribution is that of the permutations of
//! what was measured, ties and all (Streitberg and Roehmel, "Exact distributions for permutation and rank tests",
//! 1986). The approximation is normal, with the tie correction and a continuity correction (Lehmann,
//! "Nonparametrics", 1975).

use super::robust::real;

/// Most values of both sides together for which every permutation is counted.
const EXACT_UP_TO: usize = 40;

/// What the ranks say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankTest {
    /// How many of all pairs have the second sample's value above, a tie counting half.
    pub u: f64,
    /// The chance of so large a `u`, or a larger one, if the samples were drawn alike.
    pub chance_above: f64,
    /// The chance of so small a `u`, or a smaller one.
    pub chance_below: f64,
}

/// Whether `after` tends to lie above or below `before`. Values that are no number are left out; `None` where a side
/// is empty.
pub fn mann_whitney(before: &[f64], after: &[f64]) -> Option<RankTest> {
    let finite =
        |values: &[f64]| -> Vec<f64> { values.iter().copied().filter(|v| v.is_finite()).collect() };
    let (before, after) = (finite(before), finite(after));
    if before.is_empty() || after.is_empty() {
        return None;
    }
    let ranks = Ranks::of(&before, &after);
    let total = before.len() + after.len();
    let least = after.len() * (after.len() + 1);
    let u = (real(ranks.doubled_sum) - real(least)) / 2.0;
    let (chance_above, chance_below) = if total <= EXACT_UP_TO {
        exact(&ranks, after.len())
    } else {
        approximate(&ranks, u, before.len(), after.len())
    };
    Some(RankTest {
        u,
        chance_above,
        chance_below,
    })
}

/// Midranks, doubled so that they are whole.
struct Ranks {
    /// The doubled ranks of all values, ascending.
    doubled: Vec<usize>,
    /// Their sum over the second sample.
    doubled_sum: usize,
    /// The sum over ties of `t^3 - t`.
    ties: f64,
}

impl Ranks {
    fn of(before: &[f64], after: &[f64]) -> Self {
        let mut all: Vec<(f64, bool)> = before
            .iter()
            .map(|value| (*value, false))
            .chain(after.iter().map(|value| (*value, true)))
            .collect();
        all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut ranks = Self {
            doubled: Vec::with_capacity(all.len()),
            doubled_sum: 0,
            ties: 0.0,
        };
        // Chunked by numeric equality: -0 and 0 are one value.
        #[expect(clippy::float_cmp, reason = "ties are values that are equal")]
        for tied in all.chunk_by(|a, b| a.0 == b.0) {
            let first = ranks.doubled.len();
            let doubled = 2 * first + tied.len() + 1;
            let new = tied.iter().filter(|(_, is_after)| *is_after).count();
            ranks
                .doubled
                .extend(std::iter::repeat_n(doubled, tied.len()));
            ranks.doubled_sum += doubled * new;
            let size = real(tied.len());
            ranks.ties += size * size * size - size;
        }
        ranks
    }
}

/// Counts, for every subset of `taken` ranks, its sum: the chance of sums at or above, and at or below, the one seen.
fn exact(ranks: &Ranks, taken: usize) -> (f64, f64) {
    let most: usize = ranks.doubled.iter().sum();
    // ways[count][sum]; in f64: 40 choose 20 is below 2^53, so every count is exact.
    let mut ways = vec![vec![0.0_f64; most + 1]; taken + 1];
    if let Some(none) = ways.first_mut().and_then(|sums| sums.first_mut()) {
        *none = 1.0;
    }
    for rank in &ranks.doubled {
        for count in (1..=taken).rev() {
            let (fewer, more) = ways.split_at_mut(count);
            let (Some(fewer), Some(more)) = (fewer.last(), more.first_mut()) else {
                continue;
            };
            for (sum, add) in more.iter_mut().skip(*rank).zip(fewer) {
                *sum += add;
            }
        }
    }
    let Some(sums) = ways.last() else {
        return (1.0, 1.0);
    };
    let all: f64 = sums.iter().sum();
    let above: f64 = sums.iter().skip(ranks.doubled_sum).sum();
    let below: f64 = sums.iter().take(ranks.doubled_sum + 1).sum();
    (above / all, below / all)
}

fn approximate(ranks: &Ranks, u: f64, before: usize, after: usize) -> (f64, f64) {
    let (m, n) = (real(before), real(after));
    let total = m + n;
    let spread = m * n / 12.0 * (total + 1.0 - ranks.ties / (total * (total - 1.0)));
    if spread <= 0.0 {
        return (1.0, 1.0);
    }
    let (middle, sigma) = (m * n / 2.0, spread.sqrt());
    (
        normal_tail((u - middle - 0.5) / sigma),
        normal_tail((middle - u - 0.5) / sigma),
    )
}

/// The chance that a standard normal variable exceeds `z`: the complementary error function by Chebyshev fitting,
/// relative error below 1.2e-7 (Press et al., "Numerical Recipes", 2nd edition, section 6.2).
pub fn normal_tail(z: f64) -> f64 {
    const FIT: [f64; 10] = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x);
    let fit = FIT.iter().rev().fold(0.0, |sum, c| sum * t + c);
    let tail = 0.5 * t * (fit - x * x).exp();
    if z >= 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(values: &[i32]) -> Vec<f64> {
        values.iter().map(|v| f64::from(*v)).collect()
    }

    /// The chances by trying every way to choose which values are the second sample's.
    fn brute(before: &[f64], after: &[f64]) -> (f64, f64) {
        let all: Vec<f64> = before.iter().chain(after).copied().collect();
        let pairs = |chosen: u32| -> f64 {
            let mut u = 0.0;
            for (i, new) in all.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1) {
                for (j, old) in all.iter().enumerate().filter(|(j, _)| chosen >> j & 1 == 0) {
                    assert_ne!(i, j);
                    u += if new > old {
                        1.0
                    } else if new < old {
                        0.0
                    } else {
                        0.5
                    };
                }
            }
            u
        };
        let seen = pairs(((1_u32 << after.len()) - 1) << before.len());
        let (mut above, mut below, mut count) = (0.0, 0.0, 0.0);
        for chosen in 0_u32..1 << all.len() {
            if chosen.count_ones() as usize == after.len() {
                let u = pairs(chosen);
                count += 1.0;
                above += f64::from(u8::from(u >= seen));
                below += f64::from(u8::from(u <= seen));
            }
        }
        (above / count, below / count)
    }

    #[test]
    fn small_samples_agree_with_every_permutation_ties_included() {
        for (before, after) in [
            (&[1, 2, 3, 4, 5][..], &[6, 7, 8, 9, 10][..]),
            (&[1, 1, 2, 2, 3], &[1, 2, 3, 3]),
            (&[0, 0, 0, 0], &[0, 0, 0, 5, 5]),
            (&[5], &[1, 2, 3, 4, 5, 6]),
            (&[9, 1, 9, 1, 9, 1, 9], &[1, 9, 9, 9]),
            (&[7, 7, 7], &[7, 7]),
        ] {
            let (before, after) = (whole(before), whole(after));
            let test = mann_whitney(&before, &after).unwrap();
            let (above, below) = brute(&before, &after);
            assert!(
                (test.chance_above - above).abs() < 1e-12,
                "{test:?} {above}"
            );
            assert!(
                (test.chance_below - below).abs() < 1e-12,
                "{test:?} {below}"
            );
        }
    }

    /// Critical values of U, two-sided 5% and 1%, as printed in Siegel, "Nonparametric Statistics", 1956, table K,
    /// and in most textbooks since: the largest U that is significant.
    #[test]
    fn the_published_tables_come_out() {
        for (m, n, at_5, at_1) in [
            (5, 5, 2, 0),
            (5, 8, 6, 2),
            (6, 6, 5, 2),
            (7, 7, 8, 4),
            (8, 8, 13, 7),
            (9, 10, 20, 13),
            (10, 10, 23, 16),
            (12, 15, 49, 37),
            (15, 15, 64, 51),
            (20, 20, 127, 105),
        ] {
            for (critical, level) in [(at_5, 0.025), (at_1, 0.005)] {
                assert!(chance_of(m, n, critical) <= level, "{m} {n} {critical}");
                assert!(
                    chance_of(m, n, critical + 1) > level,
                    "{m} {n} {critical}+1"
                );
            }
        }
    }

    /// The chance of a `u` at or below `wanted`, by samples without ties that have exactly that `u`.
    fn chance_of(m: usize, n: usize, wanted: usize) -> f64 {
        let before: Vec<f64> = (1..=m).map(|i| real(i) * 100.0).collect();
        let mut left = wanted;
        let after: Vec<f64> = (0..n)
            .map(|i| {
                let passed = left.min(m);
                left -= passed;
                real(passed) * 100.0 + 10.0 + real(i)
            })
            .collect();
        let test = mann_whitney(&before, &after).unwrap();
        assert!((test.u - real(wanted)).abs() < 1e-9);
        test.chance_below
    }

    #[test]
    fn the_approximation_meets_the_exact_test_where_they_change_over() {
        let before: Vec<f64> = (0..20).map(f64::from).collect();
        let after: Vec<f64> = (0..20).map(|i| f64::from(i) + 4.3).collect();
        let ranks = Ranks::of(&before, &after);
        let (above, below) = exact(&ranks, 20);
        let u = mann_whitney(&before, &after).unwrap().u;
        let (near_above, near_below) = approximate(&ranks, u, 20, 20);
        assert!((above - near_above).abs() < 0.002, "{above} {near_above}");
        assert!((below - near_below).abs() < 0.002, "{below} {near_below}");
    }

    #[test]
    fn what_cannot_be_ranked_says_nothing() {
        assert_eq!(mann_whitney(&[], &[1.0]), None);
        assert_eq!(mann_whitney(&[f64::NAN], &[1.0]), None);
        let same = mann_whitney(&[1.0; 50], &[1.0; 50]).unwrap();
        assert_eq!((same.chance_above, same.chance_below), (1.0, 1.0));
    }

    #[test]
    fn normal_tails_are_those_of_the_tables() {
        for (z, tail) in [
            (0.0, 0.5),
            (1.0, 0.158_655),
            (1.96, 0.024_998),
            (3.0, 0.001_349_9),
        ] {
            assert!((normal_tail(z) - tail).abs() < 1e-6, "{z}");
            assert!((normal_tail(-z) - (1.0 - tail)).abs() < 1e-6, "{z}");
        }
    }
}
