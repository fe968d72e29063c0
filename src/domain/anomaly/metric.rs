//! One metric judged value by value, as it would have been live.

use super::{
    boundary::Budget,
    detector::{Detector, Look},
    direction::directions,
    evidence::Evidence,
    rank::mann_whitney,
    reading::Reading,
    recurring::Recurring,
    robust::{median, real},
    terms::{COARSE_S, LATE_S, Terms},
    transient::blip,
};
use crate::domain::{
    Text,
    judge::{State, UnusualKind},
    policy::Bad,
    wording,
};

/// A past of fewer values says nothing.
const LEAST_PAST: usize = 3;
/// Fewer values after a change are not judged.
const LEAST_AFTER: usize = 2;
/// A past of fewer values has no null of its own: the exact rank test must agree.
const SHORT_PAST: usize = 14;
/// The rank test alone decides over so many values after, of a short past.
const RANKED_FROM: usize = 4;
/// Ranks alone do not see sizes: a shift below this share of the level is left to the others.
const WORTH: f64 = 0.2;
/// No alarm before this: a deploy restarts what it replaces, in seconds.
const SETTLING_S: f64 = 125.0;
/// While values come back, an alarm waits for so long after the change, in seconds, and they are on the way back from
/// this share of their peak on.
const RECOVERY_S: f64 = 360.0;
const RECOVERED: f64 = 0.6;
/// From this share of the boundary on it is too near to pass.
const NEAR: f64 = 0.85;
/// More gaps than this among the values since the change leave it open.
const MOST_GAPS: f64 = 0.5;

/// What is known of a metric at the end of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricVerdict {
    /// Pass, fail (it changed for the worse), ambiguous or no data.
    pub state: State,
    /// Seconds after the change at which it would have been said.
    pub alarm_s: Option<f64>,
    /// How sure, from 0 to 1; an alarm starts at 0.5.
    pub score: f64,
    /// The arithmetic.
    pub why: Text,
}

/// Judges a metric after each of its values, in order. The first alarm stands.
pub fn judge_metric(name: &str, bad: Bad, reading: &Reading, budget: Budget) -> MetricVerdict {
    if let Some(open) = unjudged(name, reading) {
        return open;
    }
    let course = follow(name, bad, reading, budget, f64::NEG_INFINITY);
    match course.first {
        Some((at, why)) => MetricVerdict {
            state: State::Fail,
            alarm_s: Some(at),
            score: course.best.score().max(0.5),
            why: Text::line(&why),
        },
        None => quiet(name, bad, reading, &course),
    }
}

/// What a metric shows as of its newest value; `None`: nothing, or too little is known.
///
/// An alarm stands until what stands out falls below what would be too near to pass.
pub fn watch_metric(
    name: &str,
    bad: Bad,
    reading: &Reading,
    budget: Budget,
) -> Option<(UnusualKind, Text)> {
    if unjudged(name, reading).is_some() {
        return None;
    }
    let floor = NEAR * budget.strictness();
    let course = follow(name, bad, reading, budget, floor);
    if let Some(why) = course.standing {
        return Some((UnusualKind::Anomaly, Text::line(&why)));
    }
    if course.best.last >= NEAR {
        let why = format!("{name} {}", near(&course));
        return Some((UnusualKind::Near, Text::line(&why)));
    }
    // What alarmed and is over was more than a blip, and was said.
    let blip = course
        .first
        .is_none()
        .then(|| blip(bad, reading))
        .flatten()?;
    Some((UnusualKind::Blip, Text::line(&format!("{name} {blip}"))))
}

/// How a metric went, look by look.
#[derive(Default)]
struct Course {
    /// The first alarm: seconds after the change, and the arithmetic.
    first: Option<(f64, String)>,
    /// The arithmetic of the alarm that stands as of the newest value.
    standing: Option<String>,
    /// Until when an alarm waits as of the newest value, in seconds after the change: what stands out may be the deploy's own.
    waits_until: Option<f64>,
    best: Standing,
}

/// Looks after each value; ratios below `floor` need not be known.
fn follow(name: &str, bad: Bad, reading: &Reading, budget: Budget, floor: f64) -> Course {
    let after: Vec<f64> = reading.after.iter().map(|(_, value)| *value).collect();
    let terms = terms(reading);
    let mut course = Course::default();
    for down in directions(bad) {
        let Some(mut detector) = Detector::new(&reading.before, *down) else {
            continue;
        };
        let mut stands = false;
        for (count, (end_s, _)) in (1..).zip(&reading.after) {
            let known = after.get(..count).unwrap_or_default();
            let is_last = count == after.len();
            let ask = Ask {
                down: *down,
                terms,
                floor,
            };
            let evidence = Evidence {
                look: look(&mut detector, reading, known, ask, budget),
                recurring: Recurring::of(&detector, reading, count, budget),
            };
            let Some(ratio) = evidence.ratio() else {
                stands = false;
                continue;
            };
            let certainty = ratio / budget.strictness();
            course.best.take(certainty, is_last);
            let settled = reading.since_settling(*end_s);
            let recovers = || recovers(known, evidence.expected(&detector));
            let waits = wait(settled, reading.step_s, recovers);
            let stands_out = evidence.fresh() >= budget.strictness();
            let alarms = stands_out && waits.is_none();
            if let Some(wait_s) = waits.filter(|_| is_last && stands_out) {
                course.waits_until = Some(end_s - settled + wait_s);
            }
            stands = alarms || stands && certainty >= NEAR;
            let is_first = course.first.as_ref().is_none_or(|(at, _)| *end_s < *at);
            if alarms && is_first {
                course.first = Some((*end_s, evidence.said(name, reading, known, budget)));
            }
            if stands && is_last {
                course.standing = Some(evidence.said(name, reading, known, budget));
            }
            // Later looks only raise the score.
        }
    }
    course
}

/// How long after a deploy an alarm of a value that ends `settled` seconds after it waits; `None`: it does not.
fn wait(settled: f64, step_s: f64, recovers: impl Fn() -> bool) -> Option<f64> {
    // What stands out may still be the restart of what the deploy replaced.
    if step_s < COARSE_S && settled < SETTLING_S {
        return Some(SETTLING_S);
    }
    // The first value that ends later may alarm.
    let later = ((RECOVERY_S - settled) / step_s).floor() + 1.0;
    (settled <= RECOVERY_S && recovers()).then_some(settled + later * step_s)
}

/// Whether the values come back from a peak toward what was expected: a cold cache that warms up.
fn recovers(known: &[f64], expected: f64) -> bool {
    let excess = |value: &f64| (value - expected).abs();
    let peak = known.iter().map(excess).fold(0.0, f64::max);
    let falls = known
        .iter()
        .rev()
        .zip(known.iter().rev().skip(1))
        .take(2)
        .all(|(new, old)| excess(new) <= excess(old));
    known
        .last()
        .is_some_and(|newest| falls && excess(newest) < RECOVERED * peak)
}

/// What is asked of a stretch that may alarm.
fn terms(reading: &Reading) -> Terms {
    let step_s = reading.step_s;
    let settled = reading.settles.iter().copied().fold(0.0, f64::max);
    let in_time = reading
        .after
        .iter()
        .filter(|(end_s, _)| *end_s - step_s < settled + LATE_S);
    Terms::on_steps(step_s, in_time.count())
}

/// The greatest certainty of all looks, and that of the last one.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    greatest: f64,
    last: f64,
}

impl Standing {
    fn take(&mut self, certainty: f64, is_last: bool) {
        self.greatest = self.greatest.max(certainty);
        if is_last {
            self.last = self.last.max(certainty);
        }
    }

    fn score(self) -> f64 {
        let certainty = self.greatest.max(0.0);
        certainty / (1.0 + certainty)
    }
}

/// What is asked of a look.
#[derive(Clone, Copy)]
struct Ask {
    down: bool,
    /// What is asked of a stretch.
    terms: Terms,
    /// Ratios below it need not be known.
    floor: f64,
}

/// The look after the newest value. Of a short past the exact rank test bounds it, and may speak alone.
fn look(
    detector: &mut Detector,
    reading: &Reading,
    known: &[f64],
    ask: Ask,
    budget: Budget,
) -> Option<Look> {
    let down = ask.down;
    let look = detector.look_from(known, ask.terms, ask.floor);
    if reading.before.len() >= SHORT_PAST {
        return look;
    }
    let each = budget.rate / real(budget.tests.max(1));
    let chance = |stretch: &[f64]| {
        let test = mann_whitney(&reading.before, stretch);
        test.map_or(1.0, |test| {
            if down {
                test.chance_below
            } else {
                test.chance_above
            }
        })
    };
    let by_size = look.map(|look| {
        let stretch = known
            .get(known.len().saturating_sub(look.width)..)
            .unwrap_or_default();
        let bounded = if chance(stretch) <= each.max(0.01) {
            look.ratio
        } else {
            look.ratio.min(0.99)
        };
        Look {
            ratio: bounded,
            ..look
        }
    });
    let certainty = chance(known).max(1e-12).ln() / each.ln() * budget.strictness();
    let by_rank = by_ranks(detector, reading, known, down, certainty / ask.terms.factor);
    match (by_size, by_rank) {
        (Some(a), Some(b)) => Some(if b.ratio > a.ratio { b } else { a }),
        (one, other) => one.or(other),
    }
}

/// All values since the change against a short past, by ranks alone; the shift must be worth something too.
fn by_ranks(
    detector: &Detector,
    reading: &Reading,
    known: &[f64],
    down: bool,
    ratio: f64,
) -> Option<Look> {
    let usual = detector.expected(known.len() / 2)?;
    let now = median(known)?;
    let shift = if down { usual - now } else { now - usual };
    let matters = shift > detector.noise().max(WORTH * median(&reading.before)?.abs());
    if known.len() < RANKED_FROM || !matters {
        return None;
    }
    Some(Look {
        ratio,
        width: known.len(),
        span: reading.before.len(),
        expected: usual,
    })
}

/// What stands out without an alarm, and why there is none where that is more than an alarm takes.
fn near(course: &Course) -> String {
    let certainty = course.best.last;
    let share = wording::significant(certainty * 100.0, 2);
    match course.waits_until {
        Some(until_s) => {
            let minute = wording::significant((until_s / 60.0).ceil(), 3);
            format!(
                "stands out, at {share}% of what an alarm takes: may be the deploy's own blip, until minute {minute}"
            )
        }
        None if certainty >= 1.0 => {
            format!("stood out, at {share}% of what an alarm takes; its newest value does not")
        }
        None => format!("stands out, at {share}% of what an alarm takes"),
    }
}

/// What cannot be judged, and why.
fn unjudged(name: &str, reading: &Reading) -> Option<MetricVerdict> {
    let (before, after) = (reading.before.len(), reading.after.len());
    let (state, why) = if after == 0 {
        (State::NoData, "no value since the change".to_owned())
    } else if before == 0 {
        (State::NoData, "no value before the change".to_owned())
    } else if before < LEAST_PAST {
        let count = wording::count(u64::try_from(before).unwrap_or(u64::MAX), "value");
        (
            State::Ambiguous,
            format!("{count} before the change: too few to compare with"),
        )
    } else if after < LEAST_AFTER {
        (
            State::Ambiguous,
            "one value since the change: too few to judge".to_owned(),
        )
    } else {
        return None;
    };
    Some(MetricVerdict {
        state,
        alarm_s: None,
        score: 0.0,
        why: Text::line(&format!("{name}: {why}")),
    })
}

/// No alarm: whether that is a pass.
fn quiet(name: &str, bad: Bad, reading: &Reading, course: &Course) -> MetricVerdict {
    let best = course.best;
    let (known, steps) = (reading.after.len(), reading.steps_after);
    let (state, why) = if real(steps.saturating_sub(known)) > MOST_GAPS * real(steps) {
        (
            State::Ambiguous,
            format!("{known} of {steps} values since the change: too many gaps"),
        )
    } else if best.last >= NEAR {
        (State::Ambiguous, near(course))
    } else if let Some(blip) = blip(bad, reading) {
        (State::Pass, blip)
    } else {
        (State::Pass, format!("as before in {known} values"))
    };
    MetricVerdict {
        state,
        alarm_s: None,
        score: best.score().min(0.499),
        why: Text::line(&format!("{name}: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Budget = Budget {
        rate: 0.01,
        tests: 1,
    };

    fn reading(after: &[f64]) -> Reading {
        let before = (0..120_u32).map(|i| 100.0 + f64::from(i * 7_919 % 11));
        Reading {
            before: before.collect(),
            after: (1..)
                .zip(after)
                .map(|(minute, value)| (60.0 * f64::from(minute), *value))
                .collect(),
            steps_after: after.len(),
            step_s: 60.0,
            settles: Vec::new(),
        }
    }

    fn said(after: &[f64]) -> (UnusualKind, String) {
        let (kind, why) = watch_metric("p99", Bad::Up, &reading(after), ONE).unwrap();
        (kind, why.to_string())
    }

    #[test]
    fn more_than_an_alarm_takes_without_an_alarm_says_why_and_until_when() {
        let (kind, why) = said(&[300.0, 300.0]);
        assert_eq!(kind, UnusualKind::Near);
        let share = |why: &str| -> f64 {
            let from = why.find("at ").unwrap() + 3;
            why[from..why.find('%').unwrap()].parse().unwrap()
        };
        assert!(share(&why) > 100.0, "{why}");
        assert!(
            why.ends_with("may be the deploy's own blip, until minute 3"),
            "{why}"
        );
        let (kind, _) = said(&[300.0, 300.0, 300.0]);
        assert_eq!(kind, UnusualKind::Anomaly);
        // A cold cache warms up.
        let (kind, why) = said(&[500.0, 300.0, 240.0]);
        assert_eq!(kind, UnusualKind::Near);
        assert!(why.ends_with("blip, until minute 7"), "{why}");
        // A case that ends there is open, and says the same.
        let case = judge_metric("p99", Bad::Up, &reading(&[300.0, 300.0]), ONE);
        assert_eq!(case.state, State::Ambiguous);
        assert!(
            case.why.as_str().ends_with("until minute 3"),
            "{}",
            case.why
        );
    }

    #[test]
    fn a_stage_that_was_put_in_place_later_is_waited_for_anew() {
        let mut staged = reading(&[104.0, 103.0, 105.0, 102.0, 104.0, 300.0, 300.0]);
        staged.settles = vec![0.0, 300.0];
        let (kind, why) = watch_metric("p99", Bad::Up, &staged, ONE).unwrap();
        assert_eq!(kind, UnusualKind::Near);
        assert!(why.as_str().ends_with("until minute 8"), "{why}");
    }
}
