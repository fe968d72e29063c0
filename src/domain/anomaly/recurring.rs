//! Values since the change that lie beyond everything the past was, counted: what comes and goes adds up.

use super::{
    beyond::{WINDOW, chance, chance_alone, wanted},
    boundary::Budget,
    detector::Detector,
    effect::{Effect, percent, unit},
    reading::Reading,
    robust::real,
    terms::COARSE_S,
};

/// A run of them that begins with the deploy and ends within so many seconds is the deploy's own, and does not count.
pub(super) const OPENING_S: f64 = 360.0;
/// On them a run that begins so long after the newest deploy, in seconds, is the series' own until it comes back.
const BURST_S: f64 = 1_500.0;

/// What was counted as of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recurring {
    /// How far as many of them as it takes lie beyond, in noises: from one on they count.
    pub(super) ratio: f64,
    /// Whether the newest value is one of them.
    pub(super) is_fresh: bool,
    values: Vec<f64>,
    chance: f64,
}

impl Recurring {
    /// As of the newest of the first `count` values since the change; `None`: none counts, or the past cannot say.
    pub(super) fn of(
        detector: &Detector,
        reading: &Reading,
        count: usize,
        budget: Budget,
    ) -> Option<Self> {
        let past = reading.before.len();
        let tests = real(budget.tests.max(1));
        let each = budget.rate / tests;
        let wanted = wanted(past, each)?;
        let known = reading.after.get(..count)?;
        let mut counted: Vec<(usize, f64, f64)> = Vec::new();
        let mut opening = Opening::default();
        for (gap, (end_s, value)) in known.iter().enumerate() {
            let beyond = detector.beyond(*value, gap)?;
            let is_beyond = beyond >= 1.0;
            if opening.ends(reading.since_settling(*end_s), is_beyond) {
                counted.retain(|(at, _, _)| *at < opening.from);
            }
            opening.follow(
                gap,
                reading.since_settling(*end_s),
                is_beyond,
                reading.step_s,
            );
            if is_beyond {
                counted.push((gap, beyond, *value));
            }
        }
        counted.retain(|(gap, _, _)| gap + WINDOW >= count);
        if is_burst(reading, &counted) {
            return None;
        }
        let newest = counted.last().map(|(gap, _, _)| *gap)?;
        if is_over(&counted, count - 1 - newest) {
            return None;
        }
        let is_fresh = newest + 1 == count;
        let alone = alone(detector, reading, &counted, budget);
        let mut beyond: Vec<f64> = counted.iter().map(|(_, beyond, _)| *beyond).collect();
        beyond.sort_unstable_by(|a, b| b.total_cmp(a));
        let together = beyond.get(wanted - 1).copied();
        let (ratio, chance) = match (together, alone) {
            (None, None) => return None,
            (Some(ratio), Some((alone, chance))) if alone > ratio => (alone, chance),
            (None, Some(alone)) => alone,
            (Some(ratio), _) => (ratio, chance(counted.len(), past)),
        };
        Some(Self {
            ratio,
            is_fresh,
            chance: (tests * chance).min(1.0),
            values: counted.into_iter().map(|(_, _, value)| value).collect(),
        })
    }

    /// `p99 +120% ±9, beyond all before in 2 of 14 minutes, chance 0.3%`.
    pub(super) fn said(&self, name: &str, reading: &Reading, known: &[f64]) -> String {
        let before = reading
            .before
            .get(reading.before.len().saturating_sub(60)..)
            .unwrap_or_default();
        let size = Effect::of(before, &self.values, known)
            .map(|effect| format!(" {}", effect.size()))
            .unwrap_or_default();
        format!(
            "{name}{size}, beyond all before in {} of {} {}, chance {}",
            self.values.len(),
            known.len().min(WINDOW),
            unit(reading.step_s),
            percent(self.chance)
        )
    }
}

/// Whether they are one run that began late, on coarse steps: such series burst by themselves.
fn is_burst(reading: &Reading, counted: &[(usize, f64, f64)]) -> bool {
    let began = counted
        .first()
        .and_then(|(gap, _, _)| reading.after.get(*gap));
    let is_late = began.is_some_and(|(end_s, _)| reading.since_settling(*end_s) > BURST_S);
    reading.step_s >= COARSE_S && is_late && is_one_run(counted)
}

/// The furthest of them by itself: its ratio, and the chance of one. `None` on coarse steps, whose spikes have no bounds, and
/// of what may be the deploy's own.
fn alone(
    detector: &Detector,
    reading: &Reading,
    counted: &[(usize, f64, f64)],
    budget: Budget,
) -> Option<(f64, f64)> {
    if reading.step_s >= COARSE_S {
        return None;
    }
    let late = |gap: usize| {
        let end_s = reading.after.get(gap).map_or(0.0, |(end_s, _)| *end_s);
        reading.since_settling(end_s) > OPENING_S
    };
    let times = counted
        .iter()
        .filter(|(gap, _, _)| late(*gap))
        .map(|(gap, _, value)| detector.times_beyond(*value, *gap))
        .fold(0.0, f64::max);
    let chance = chance_alone(times, reading.before.len());
    let each = budget.rate / real(budget.tests.max(1));
    (times > 0.0).then(|| (budget.strictness() * (each / chance).sqrt(), chance))
}

/// Whether they were one run that has been quiet for longer than it lasted: it came and went, and does not come back. It
/// was said while it ran.
fn is_over(counted: &[(usize, f64, f64)], quiet: usize) -> bool {
    is_one_run(counted) && quiet > counted.len()
}

fn is_one_run(counted: &[(usize, f64, f64)]) -> bool {
    counted.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0)
}

/// The run of values beyond the past that began when something was put in place.
#[derive(Debug, Default)]
struct Opening {
    /// Where it began.
    from: usize,
    runs: bool,
}

impl Opening {
    /// Whether it ends with this value, soon enough to be the deploy's own.
    fn ends(&self, settled_s: f64, is_beyond: bool) -> bool {
        self.runs && !is_beyond && settled_s <= OPENING_S
    }

    fn follow(&mut self, gap: usize, settled_s: f64, is_beyond: bool, step_s: f64) {
        if is_beyond && !self.runs && settled_s < 2.0 * step_s {
            self.from = gap;
        }
        self.runs = is_beyond && (self.runs || settled_s < 2.0 * step_s);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Budget = Budget {
        rate: 0.01,
        tests: 2,
    };

    fn of(after: &[f64]) -> Option<Recurring> {
        let point = |(at, value): (u32, f64)| (60.0 * f64::from(at), Some(value));
        let before: Vec<_> = (0..180)
            .map(|i| (i, 100.0 + f64::from(i * 7_919 % 11)))
            .map(|(i, value)| (60.0 * (f64::from(i) - 180.0), Some(value)))
            .collect();
        let after: Vec<_> = (1..).zip(after.iter().copied()).map(point).collect();
        let reading = Reading::of(&before, &after, 0.0, 60.0);
        let detector = Detector::new(&reading.before, false)?;
        Recurring::of(&detector, &reading, after.len(), BUDGET)
    }

    #[test]
    fn one_spike_is_none_and_two_are() {
        let mut after = [104.0; 12];
        after[5] = 190.0;
        assert_eq!(of(&after), None);
        after[11] = 170.0;
        let two = of(&after).unwrap();
        assert!(two.is_fresh && two.ratio > 1.0, "{two:?}");
        assert_eq!(two.values, [190.0, 170.0]);
        // Later it is still known, and alarms no more.
        let later = [&after[..], &[104.0; 2]].concat();
        let known = of(&later).unwrap();
        assert!(!known.is_fresh && (known.ratio - two.ratio).abs() < 1e-9);
    }

    #[test]
    fn one_value_many_times_as_far_as_anything_before_counts_alone() {
        let spike = |minute: usize, value: f64| {
            let mut after = vec![104.0; minute];
            after[minute - 1] = value;
            of(&after)
        };
        let far = spike(7, 190.0).unwrap();
        assert!(
            far.is_fresh && far.ratio > BUDGET.strictness() && far.chance < 0.01,
            "{far:?}"
        );
        assert_eq!(spike(7, 125.0), None, "too near");
        assert_eq!(spike(5, 190.0), None, "a restart");
        let mut quiet = vec![104.0; 9];
        quiet[6] = 190.0;
        assert_eq!(of(&quiet), None, "it is over");
    }

    #[test]
    fn a_late_burst_of_coarse_values_counts_once_it_comes_back() {
        let point = |(at, value): (u32, f64)| (300.0 * f64::from(at), Some(value));
        let before: Vec<_> = (0..180)
            .map(|i| (i, 100.0 + f64::from(i * 7_919 % 11)))
            .map(|(i, value)| (300.0 * (f64::from(i) - 180.0), Some(value)))
            .collect();
        let of = |after: &[f64]| {
            let after: Vec<_> = (1..).zip(after.iter().copied()).map(point).collect();
            let reading = Reading::of(&before, &after, 0.0, 300.0);
            let detector = Detector::new(&reading.before, false)?;
            Recurring::of(&detector, &reading, after.len(), BUDGET)
        };
        let burst = [104.0, 104.0, 104.0, 104.0, 104.0, 190.0, 190.0, 190.0];
        assert_eq!(of(&burst), None);
        assert!(of(&[&burst[..], &[104.0, 190.0]].concat()).is_some());
        assert!(of(&burst[3..]).is_some(), "early");
    }

    #[test]
    fn what_begins_with_the_deploy_and_ends_soon_does_not_count() {
        let restart = [190.0, 180.0, 170.0, 104.0, 103.0, 106.0, 104.0];
        assert_eq!(of(&restart), None);
        let with_a_spike = [&restart[..], &[118.0]].concat();
        assert_eq!(of(&with_a_spike), None);
        // What does not end is none of it, and what ends late neither.
        assert!(of(&[190.0, 180.0, 170.0]).is_some_and(|found| found.is_fresh));
        assert!(of(&[190.0, 180.0, 170.0, 175.0, 180.0, 181.0, 190.0, 104.0]).is_some());
    }

    #[test]
    fn one_run_is_known_until_it_has_been_quiet_for_longer_than_it_lasted() {
        let run = [&[104.0; 6][..], &[190.0; 4], &[104.0; 4]].concat();
        assert!(of(&run).is_some_and(|known| !known.is_fresh));
        assert_eq!(of(&[&run[..], &[104.0]].concat()), None, "it is over");
        let again = [&run[..], &[104.0, 190.0]].concat();
        assert!(of(&again).is_some_and(|back| back.is_fresh && back.values.len() == 5));
    }

    #[test]
    fn what_lies_within_a_noise_of_the_past_does_not_count() {
        assert_eq!(of(&[111.0; 10]), None);
    }
}
