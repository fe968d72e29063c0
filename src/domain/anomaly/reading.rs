//! A metric's values around a change: in order, complete, and on steps that are worth one value each.

use super::robust::{median, real, sorted};

/// One point as it came: seconds on the case's clock, and a value; `None` is a gap.
pub type Point = (f64, Option<f64>);

/// A value beyond this is no measurement: its square would not be a number.
const LARGEST: f64 = 1e150;
/// A past of so many steps is enough; finer ones are put together.
const WANTED_STEPS: usize = 120;
/// Steps are never put together beyond a minute, in seconds.
const LONGEST_STEP: f64 = 60.0;
/// A series repeats itself where so many neighbours are equal, no single value rules, and so many values occur.
const REPEATS: f64 = 0.6;
const RULING_VALUE: f64 = 0.4;
const LEAST_DISTINCT: usize = 4;
const REPEATS_FROM: usize = 20;
/// A source tells every so many-th value where so many of the gaps between neighbours are alike; seen in so many of them.
const REGULAR: f64 = 0.8;
const REGULAR_FROM: usize = 8;

/// Values on even steps; gaps left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// Before the change, oldest first.
    pub before: Vec<f64>,
    /// After it, oldest first, each with the seconds since the change at which it was complete.
    pub after: Vec<(f64, f64)>,
    /// The steps after the change, gaps among them.
    pub steps_after: usize,
    /// Seconds between two values.
    pub step_s: f64,
    /// When something was put in place, in seconds after the change: each settles for a while. Empty: at the change.
    pub settles: Vec<f64>,
}

impl Reading {
    /// From points in any order, the clock's time of the change, and the seconds between points.
    ///
    /// Points that share a time are one, their mean. A time stamp names the end of its period where none lies within
    /// the first period after the change, else its start.
    pub fn of(before: &[Point], after: &[Point], change: f64, period_s: f64) -> Self {
        let (before, after) = (in_order(before), in_order(after));
        let names_start = after
            .iter()
            .any(|(time, _)| *time >= change && *time < change + period_s * 0.999);
        let every =
            told_every(&before, period_s).filter(|(told_s, _)| !tells_more(&after, *told_s));
        let (before, after, period_s) = match every {
            Some((told_s, phase)) => {
                let told = |points| told(points, told_s, phase);
                (told(before), told(after), told_s)
            }
            None => (before, after, period_s),
        };
        let delay = if names_start { period_s } else { 0.0 };
        let known = before.iter().filter(|(_, value)| value.is_some()).count();
        let put_together = together(known, period_s);
        let step_s = period_s * real(put_together);
        let after: Vec<Point> = after
            .into_iter()
            .map(|(time, value)| (time - change + delay, value))
            .collect();
        let before: Vec<Point> = before
            .into_iter()
            .map(|(time, value)| (time - change + delay, value))
            .collect();
        let (before, _) = steps(&before, step_s, put_together);
        let (after, steps_after) = steps(&after, step_s, put_together);
        let mut reading = Self {
            before: before.into_iter().map(|(_, value)| value).collect(),
            after,
            steps_after,
            step_s,
            settles: Vec::new(),
        };
        reading.drop_repeats();
        reading
    }

    /// Seconds at `end_s` since something was put in place; since the change where that is all.
    pub(super) fn since_settling(&self, end_s: f64) -> f64 {
        let newest = self.settles.iter().copied().filter(|at| *at <= end_s);
        end_s - newest.fold(0.0, f64::max)
    }

    /// A series that was filled up by repeating each value is worth one value a run.
    fn drop_repeats(&mut self) {
        let missing = self.steps_after.saturating_sub(self.after.len());
        let Some(run) = repeated(&self.before) else {
            return;
        };
        let mut kept = 0;
        let mut last = f64::NAN;
        #[expect(clippy::float_cmp, reason = "a repeated value is the same number")]
        let mut is_new = |value: f64| {
            kept = if value == last && kept < run {
                kept + 1
            } else {
                1
            };
            last = value;
            kept == 1
        };
        self.before.retain(|value| is_new(*value));
        self.after.retain(|(_, value)| is_new(*value));
        self.step_s *= real(run);
        self.steps_after = self.after.len() + missing / run;
    }
}

/// The seconds between values of a source that tells fewer than one a period, in an order; `None`: it tells each, or in none.
pub fn seconds_between(points: &[Point], period_s: f64) -> Option<f64> {
    told_every(points, period_s).map(|(every_s, _)| every_s)
}

/// The seconds between values of a source that tells fewer than one a period, five-minute values among minutes, and a time
/// at which it did; `None`: it tells each, or in no order.
fn told_every(points: &[Point], period_s: f64) -> Option<(f64, f64)> {
    let known: Vec<f64> = points
        .iter()
        .filter_map(|(time, value)| value.map(|_| *time))
        .collect();
    let gaps: Vec<f64> = known.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let usual = median(&gaps).filter(|_| gaps.len() >= REGULAR_FROM)?;
    let alike = gaps
        .iter()
        .filter(|gap| (**gap - usual).abs() < 0.5 * period_s);
    let is_regular = real(alike.count()) >= REGULAR * real(gaps.len());
    (usual > 1.5 * period_s && is_regular).then(|| (usual, known.first().copied().unwrap_or(0.0)))
}

/// Whether values come more often than that: what was rare before a change and is not after it is told each time.
fn tells_more(points: &[Point], every_s: f64) -> bool {
    let known = points.iter().filter(|(_, value)| value.is_some());
    let times: Vec<f64> = known.map(|(time, _)| *time).collect();
    let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    median(&gaps).is_some_and(|usual| usual < 0.5 * every_s)
}

/// Without the gaps in between, where such a source tells nothing.
fn told(points: Vec<Point>, every_s: f64, phase: f64) -> Vec<Point> {
    let is_due = |time: f64| {
        let steps = (time - phase) / every_s;
        (steps - steps.round()).abs() < 1e-6
    };
    let kept = |point: &Point| point.1.is_some() || is_due(point.0);
    points.into_iter().filter(kept).collect()
}

/// Sorted by time, one point a time.
fn in_order(points: &[Point]) -> Vec<Point> {
    let usable = |value: f64| value.is_finite() && value.abs() <= LARGEST;
    let mut points: Vec<Point> = points
        .iter()
        .filter(|(time, _)| time.is_finite())
        .map(|(time, value)| (*time, value.filter(|value| usable(*value))))
        .collect();
    points.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(order(a.1, b.1)));
    #[expect(clippy::float_cmp, reason = "the same time stamp is the same number")]
    let alike = |a: &Point, b: &Point| a.0 == b.0;
    points
        .chunk_by(alike)
        .filter_map(|same| {
            let values: Vec<f64> = same.iter().filter_map(|(_, value)| *value).collect();
            Some((same.first()?.0, mean(&values)))
        })
        .collect()
}

fn order(a: Option<f64>, b: Option<f64>) -> std::cmp::Ordering {
    let key = |value: Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
    key(a).total_cmp(&key(b))
}

fn mean(values: &[f64]) -> Option<f64> {
    let count = real(values.len());
    (!values.is_empty()).then(|| values.iter().map(|value| value / count).sum())
}

/// How many points make a step: so many that about 120 steps of the past remain, and at most a minute.
fn together(points: usize, period_s: f64) -> usize {
    let by_count = points / WANTED_STEPS;
    let by_time = (1..=60)
        .rev()
        .find(|count| real(*count) * period_s <= LONGEST_STEP)
        .unwrap_or(1);
    by_count.clamp(1, by_time)
}

/// Points put together into steps counted from the change; the value of a step is the mean of its points. A step with
/// fewer than half of its points is a gap, the last one too while it is not complete.
fn steps(points: &[Point], step_s: f64, each: usize) -> (Vec<(f64, f64)>, usize) {
    if each <= 1 {
        let known = points
            .iter()
            .filter_map(|(time, value)| Some((*time, (*value)?)))
            .collect();
        return (known, points.len());
    }
    let number = |point: &Point| (point.0 / step_s - 1e-9).ceil();
    #[expect(clippy::float_cmp, reason = "whole numbers")]
    let alike = |a: &Point, b: &Point| number(a) == number(b);
    let mut count = 0;
    let known = points
        .chunk_by(alike)
        .filter_map(|step| {
            count += 1;
            let values: Vec<f64> = step.iter().filter_map(|(_, value)| *value).collect();
            if 2 * values.len() < each {
                return None;
            }
            Some((step.last()?.0, mean(&values)?))
        })
        .collect();
    (known, count)
}

/// How long each value is repeated, where a series is made of repeated values.
fn repeated(values: &[f64]) -> Option<usize> {
    if values.len() < REPEATS_FROM {
        return None;
    }
    #[expect(clippy::float_cmp, reason = "a repeated value is the same number")]
    let alike = |a: &f64, b: &f64| a == b;
    let runs: Vec<f64> = values.chunk_by(alike).map(|run| real(run.len())).collect();
    let pairs = real(values.len() - 1);
    let equal = pairs - (real(runs.len()) - 1.0);
    let ordered = sorted(values);
    let counts: Vec<usize> = ordered.chunk_by(alike).map(<[f64]>::len).collect();
    let ruling = real(counts.iter().copied().max().unwrap_or(0));
    let is_filled = equal / pairs >= REPEATS
        && ruling <= RULING_VALUE * real(values.len())
        && counts.len() >= LEAST_DISTINCT;
    if !is_filled {
        return None;
    }
    let usual = median(&runs)?;
    (1..values.len()).rev().find(|run| real(*run) <= usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(from: f64, step: f64, values: &[f64]) -> Vec<Point> {
        (0..)
            .zip(values)
            .map(|(i, value)| (from + step * f64::from(i), Some(*value)))
            .collect()
    }

    #[test]
    fn a_stamp_names_the_end_where_none_lies_in_the_first_period() {
        let before = points(-180.0, 60.0, &[1.0, 2.0, 3.0]);
        let ends = Reading::of(&before, &points(60.0, 60.0, &[4.0, 5.0]), 0.0, 60.0);
        let starts = Reading::of(&before, &points(0.0, 60.0, &[4.0, 5.0]), 0.0, 60.0);
        assert_eq!(ends.after, [(60.0, 4.0), (120.0, 5.0)]);
        assert_eq!(starts.after, ends.after);
        assert_eq!(ends.before, [1.0, 2.0, 3.0]);
    }

    #[test]
    fn order_and_repetition_of_points_leave_no_trace() {
        let before = points(-300.0, 60.0, &[1.0, 2.0, 3.0, 4.0, 5.0]);
        let after = points(60.0, 60.0, &[4.0, 5.0, 6.0]);
        let plain = Reading::of(&before, &after, 0.0, 60.0);
        let mut shuffled = before.clone();
        shuffled.reverse();
        shuffled.push(shuffled[2]);
        assert_eq!(Reading::of(&shuffled, &after, 0.0, 60.0), plain);
    }

    #[test]
    fn a_source_that_tells_every_fifth_minute_has_values_of_five_minutes() {
        let among_gaps = |from: i32, until: i32| -> Vec<Point> {
            let tells = |minute: i32| minute.rem_euclid(5) == 2 && minute != 12;
            (from..until)
                .map(|minute| (60.0 * f64::from(minute), tells(minute).then_some(7.0)))
                .collect()
        };
        let reading = Reading::of(&among_gaps(-360, 0), &among_gaps(0, 15), 0.0, 60.0);
        assert!((reading.step_s - 300.0).abs() < 1e-9, "{}", reading.step_s);
        // Each is complete five minutes after its stamp; the one at minute 12 has not come.
        assert_eq!(reading.after, [(420.0, 7.0), (720.0, 7.0)]);
        assert_eq!((reading.before.len(), reading.steps_after), (72, 3));
        // What is told in no order stays a value of its minute.
        let sparse: Vec<Point> = (0..180)
            .map(|i| {
                (
                    60.0 * f64::from(i - 180),
                    (i * 7_919 % 11 < 2).then_some(3.0),
                )
            })
            .collect();
        let reading = Reading::of(&sparse, &among_gaps(0, 15), 0.0, 60.0);
        assert!((reading.step_s - 60.0).abs() < 1e-9);
        // Nor does what was rare and is told each minute after the change.
        let each: Vec<Point> = (0..15).map(|i| (60.0 * f64::from(i), Some(9.0))).collect();
        let reading = Reading::of(&among_gaps(-360, 0), &each, 0.0, 60.0);
        assert!((reading.step_s - 60.0).abs() < 1e-9, "{}", reading.step_s);
    }

    #[test]
    fn what_is_no_measurement_is_a_gap() {
        let after = [
            (60.0, Some(f64::NAN)),
            (120.0, Some(1e300)),
            (180.0, None),
            (240.0, Some(7.0)),
            (f64::INFINITY, Some(1.0)),
        ];
        let reading = Reading::of(&[], &after, 0.0, 60.0);
        assert_eq!(reading.after, [(240.0, 7.0)]);
        assert_eq!(reading.steps_after, 4);
    }

    #[test]
    fn seconds_are_put_together_where_there_are_many() {
        let before = points(-1_200.0, 1.0, &[2.0; 1_200]);
        let after = points(1.0, 1.0, &[2.0; 35]);
        let reading = Reading::of(&before, &after, 0.0, 1.0);
        assert!((reading.step_s - 10.0).abs() < 1e-9);
        assert_eq!(reading.before.len(), 120);
        // Five of the last step's ten seconds came.
        let ends: Vec<f64> = reading.after.iter().map(|(end, _)| *end).collect();
        assert_eq!(ends, [10.0, 20.0, 30.0, 35.0]);
        let few = Reading::of(&points(-60.0, 1.0, &[2.0; 60]), &after, 0.0, 1.0);
        assert!((few.step_s - 1.0).abs() < 1e-9);
    }

    #[test]
    fn filled_up_values_count_once() {
        let filled: Vec<f64> = (0..60).map(|i| f64::from(i / 5 * 7 % 11)).collect();
        assert_eq!(repeated(&filled), Some(5));
        assert_eq!(repeated(&[0.0; 60]), None);
        let noise: Vec<f64> = (0..60).map(|i| f64::from(i * 7 % 11)).collect();
        assert_eq!(repeated(&noise), None);
        let reading = Reading::of(
            &points(-3_600.0, 60.0, &filled),
            &points(60.0, 60.0, &[30.0; 7]),
            0.0,
            60.0,
        );
        let ends: Vec<f64> = reading.after.iter().map(|(end, _)| *end).collect();
        assert_eq!((reading.before.len(), ends), (12, vec![60.0, 360.0]));
        assert_eq!(reading.steps_after, 2);
    }
}
