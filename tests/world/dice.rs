//! Chance that is the same in every run. Knows no world.

/// Numbers by seed: `SplitMix64`.
pub(crate) struct Dice(u64);

impl Dice {
    /// By that seed.
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// The next, below `below`.
    pub(crate) fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }
}
