//! The level that a stretch of values keeps to: what three quarters of them reach or exceed.
//!
//! One spike in a stretch, or one dip in a jump, decides nothing.

/// For every `width` consecutive values the greatest level that at least three quarters of them reach; empty where
/// there are fewer values. For two to four values that is the least.
pub(super) fn sustained(values: &[f64], width: usize) -> Vec<f64> {
    if width == 0 {
        return Vec::new();
    }
    let mut stretch = Vec::with_capacity(width);
    values
        .windows(width)
        .filter_map(|window| {
            stretch.clear();
            stretch.extend_from_slice(window);
            let (_, level, _) = stretch.select_nth_unstable_by(spared(width), f64::total_cmp);
            level.is_finite().then_some(*level)
        })
        .collect()
}

/// How many of a stretch may lie below its level.
pub(super) const fn spared(width: usize) -> usize {
    width.saturating_sub(1) / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_of_five_may_miss() {
        let level = |values: &[f64]| sustained(values, values.len());
        assert_eq!(level(&[9.0, 8.0, 1.0, 7.0, 9.0]), [7.0]);
        assert_eq!(level(&[9.0, 8.0, 1.0, 1.0, 9.0]), [1.0]);
        assert_eq!(level(&[9.0, 1.0]), [1.0]);
        assert_eq!(sustained(&[1.0, 2.0, 3.0], 2), [1.0, 2.0]);
        assert!(sustained(&[1.0], 2).is_empty() && sustained(&[1.0], 0).is_empty());
    }
}
