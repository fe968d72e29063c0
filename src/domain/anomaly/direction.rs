//! Which way a metric is looked at.

use crate::domain::policy::Bad;

/// The directions that are bad: `true` is down.
pub const fn directions(bad: Bad) -> &'static [bool] {
    match bad {
        Bad::Up => &[false],
        Bad::Down => &[true],
        Bad::Both => &[false, true],
    }
}
