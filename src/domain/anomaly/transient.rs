//! A deploy's own blip: a restart or a cold cache that stood out in the first minutes and is over.

use super::{detector::Detector, direction::directions, reading::Reading, robust::median};
use crate::domain::{policy::Bad, wording};

/// The first minutes, in seconds.
const FIRST_S: f64 = 300.0;
/// Quiet for at least so many values, and for longer than the blip was.
const QUIET_VALUES: usize = 2;
/// A blip stands out from the past's noise by at least this.
const SIGMAS: f64 = 5.0;

/// Says the blip of a window without an alarm, where there was one: `3 of the first values stood out, over after 3 min:
/// the deploy's own blip`.
pub(super) fn blip(bad: Bad, reading: &Reading) -> Option<String> {
    directions(bad).iter().find_map(|down| {
        let usual = median(
            reading
                .before
                .get(reading.before.len().saturating_sub(30)..)?,
        )?;
        let rise = |value: f64| if *down { usual - value } else { value - usual };
        let greatest = reading.before.iter().copied().map(rise).fold(0.0, f64::max);
        // The noise is dear, and needed only where something is beyond all that was.
        if reading
            .after
            .iter()
            .all(|(_, value)| rise(*value) <= greatest)
        {
            return None;
        }
        let noise = Detector::new(&reading.before, *down)?.noise();
        let limit = (SIGMAS * noise).max(greatest);
        let stands_out = |value: f64| rise(value) > limit && rise(value) > 0.0;
        let out: Vec<(usize, f64)> = reading
            .after
            .iter()
            .enumerate()
            .filter(|(_, (_, value))| stands_out(*value))
            .map(|(at, (end_s, _))| (at, *end_s))
            .collect();
        let ((first, _), (last, end_s)) = (*out.first()?, *out.last()?);
        let quiet = reading.after.len() - 1 - last;
        let settled = reading.since_settling(end_s);
        let is_over = settled <= FIRST_S && quiet >= QUIET_VALUES && quiet >= last - first;
        is_over.then(|| {
            let minutes = wording::significant(settled / 60.0, 2);
            format!("stood out in the first {minutes} min and is over: the deploy's own blip")
        })
    })
}
