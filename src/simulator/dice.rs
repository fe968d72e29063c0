//! Chance without chance: numbers that look random and depend only on a seed and what they are for.
//!
//! Knows nothing of the world. `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014) over a
//! FNV-1a hash of the words, so that the order in which numbers are asked for does not matter.

/// A number for these words, all 64 bits used.
pub(super) fn roll(seed: u64, what: &str, n: i64) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in what.bytes().chain(n.to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    let mut z = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A share in `0.0..1.0`.
pub(super) fn share(seed: u64, what: &str, n: i64) -> f64 {
    let bits = u32::try_from(roll(seed, what, n) >> 32).unwrap_or(u32::MAX);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

/// A whole number in `from..=to`.
pub(super) fn between(seed: u64, what: &str, n: i64, from: i64, to: i64) -> i64 {
    let span = u64::try_from(to.saturating_sub(from)).unwrap_or(0) + 1;
    from.saturating_add(i64::try_from(roll(seed, what, n) % span).unwrap_or(0))
}

/// A draw near the standard normal distribution (Irwin-Hall of twelve shares): bounded by six, which keeps series sane.
pub(super) fn normal(seed: u64, what: &str, n: i64) -> f64 {
    (0..12)
        .map(|part| share(seed, what, n.wrapping_mul(12).wrapping_add(part)))
        .sum::<f64>()
        - 6.0
}

/// A count with this mean, whole and not negative: Poisson by inversion where it is small, a rounded normal above.
pub(super) fn count(seed: u64, what: &str, n: i64, mean: f64) -> f64 {
    if mean <= 0.0 {
        return 0.0;
    }
    if mean > 30.0 {
        return (mean + mean.sqrt() * normal(seed, what, n))
            .round()
            .max(0.0);
    }
    let goal = share(seed, what, n);
    let (mut k, mut p) = (0.0_f64, (-mean).exp());
    let mut sum = p;
    while sum < goal && k < 200.0 {
        k += 1.0;
        p *= mean / k;
        sum += p;
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_give_the_same_number_and_others_another() {
        assert_eq!(roll(7, "a", 1), roll(7, "a", 1));
        assert_ne!(roll(7, "a", 1), roll(7, "a", 2));
        assert_ne!(roll(7, "a", 1), roll(8, "a", 1));
    }

    #[test]
    fn counts_have_about_their_mean() {
        for mean in [0.4, 5.0, 400.0] {
            let sum: f64 = (0..4000).map(|n| count(1, "x", n, mean)).sum();
            let got = sum / 4000.0;
            assert!((got - mean).abs() < mean.sqrt() * 0.1, "{got} for {mean}");
        }
    }

    #[test]
    fn whole_numbers_stay_in_their_span() {
        assert!((0..500).all(|n| (3..=5).contains(&between(1, "x", n, 3, 5))));
    }
}
