//! Which minutes a rule is judged on, and the documented constants of judging.

use crate::domain::{observation::Minute, policy::Side};

/// Minutes with a value that a gate needs before it can pass or fail, unless the window asks for more.
pub const FEWEST_MINUTES: usize = 3;
/// A bare trigger fires when it holds in this many ...
pub const BARE_COUNT: u32 = 3;
/// ... of this many newest minutes.
pub const BARE_OF: u32 = 5;
/// A metric without a value in this many newest minutes is silent: nothing about it passes or fires.
pub const SILENT_MINUTES: i64 = 3;
/// Minutes with a value that a baseline needs before anything is compared with it.
pub const FEWEST_BASELINE_MINUTES: u32 = 10;
/// A relative gate fails only when this share of its minutes fails by itself: 3 of 5.
pub const FAILING_SHARE: f64 = 0.6;
/// The noise of a relative comparison is at least this share of the baseline.
pub const NOISE_FLOOR_SHARE: f64 = 0.01;

/// The minutes to judge on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Ascending. Of a gate the complete minutes; of a trigger every minute since the deploy, up to now.
    pub minutes: Vec<Minute>,
    /// Minutes with a value that a bare gate needs to pass or fail: the whole window (15) at its end, fewer on the way.
    pub needed: usize,
    /// Which hosts plain metric names speak of. A metric that is not measured on that side is taken whole, and then a
    /// gate cannot pass by itself ([`super::Verdict::is_diluted`]).
    pub side: Side,
    /// Fewest requests a minute for relative rules; 0 asks none.
    pub min_samples: u32,
}

impl Window {
    /// These minutes, in any order.
    pub fn of(minutes: impl IntoIterator<Item = Minute>) -> Self {
        let mut minutes: Vec<Minute> = minutes.into_iter().collect();
        minutes.sort_unstable();
        minutes.dedup();
        Self {
            minutes,
            needed: FEWEST_MINUTES,
            side: Side::All,
            min_samples: 0,
        }
    }

    /// Every minute `from..=last`, at most a week of them.
    pub fn through(from: Minute, last: Minute) -> Self {
        let first = from.0.max(last.0.saturating_sub(7 * 24 * 60));
        Self::of((first..=last.0).map(Minute))
    }

    /// With that many minutes needed.
    #[must_use]
    pub fn needing(mut self, minutes: usize) -> Self {
        self.needed = minutes.max(1);
        self
    }

    /// Of that side.
    #[must_use]
    pub fn on(mut self, side: Side) -> Self {
        self.side = side;
        self
    }

    /// With that many requests a minute needed for relative rules.
    #[must_use]
    pub fn sampling(mut self, min_samples: u32) -> Self {
        self.min_samples = min_samples;
        self
    }
}
