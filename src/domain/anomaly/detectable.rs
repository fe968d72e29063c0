//! What a window can see at all, told before a change: the window is tried at places of the past, where nothing changed. How
//! much would have had to be added there for an alarm?

use std::ops::Range;

use super::{
    beyond,
    boundary::{Budget, Stretch, WIDTHS, boundary},
    detector::Detector,
    mean::{self, LATEST, Newest},
    recurring::OPENING_S,
    robust::{ranked, real},
    sustained::sustained,
    terms::{Terms, whole_within},
};

/// It is tried at so many places, and at no fewer; and said at this power.
const MOST_TRIED: usize = 60;
const LEAST_TRIED: usize = 8;
const POWER: f64 = 0.8;
/// Where places are alike, zeros among them, a size at the very boundary is one that rounding may miss.
const HAIR: f64 = 1e-6;

/// A place of the past with a window behind it, and how many boundaries high an alarm stands.
struct Tried {
    window: Range<usize>,
    strictness: f64,
    terms: Terms,
    /// The first values of the window, where a run beyond all before is the deploy's own.
    opening: usize,
    /// Values that must lie beyond all before; `None`: no number of them is enough.
    wanted: Option<usize>,
}

impl Tried {
    /// Its stretches of one width: the values between the place and each, and what it keeps to.
    fn stretches<'a>(
        &self,
        past: &'a [f64],
        width: usize,
    ) -> impl Iterator<Item = (usize, &'a [f64])> + use<'a> {
        let window = past.get(self.window.clone()).unwrap_or_default();
        window.windows(width).enumerate()
    }

    /// How many boundaries high an alarm of a stretch stands; `None`: none is as short as that.
    fn asked(&self, width: usize, gap: usize) -> Option<f64> {
        Some(self.terms.factor(width, gap)? * self.strictness)
    }
}

impl Detector {
    /// The smallest lasting change that a window of so many values would alarm in four of five cases, in the metric's
    /// unit; `None`: the past is too short to try. The values are `step_s` seconds apart.
    pub fn detectable(&mut self, window: usize, step_s: f64, budget: Budget) -> Option<f64> {
        self.make_levels();
        let places = self.values.checked_sub(window)?;
        // The change has the longest span of the past behind it: so has a place, where the past is long enough.
        let longest = self.sides.iter().map(|side| side.length).max()?;
        let first = longest.min(places / 2).max(1);
        let step = places.saturating_sub(first).div_ceil(MOST_TRIED).max(1);
        let each = budget.rate / real(budget.tests.max(1));
        let wanted = beyond::wanted(self.values, each);
        let terms = Terms::after_one(step_s);
        let opening = whole_within(OPENING_S, step_s);
        let mut needed: Vec<f64> = (first..=places)
            .rev()
            .step_by(step)
            .filter_map(|place| {
                self.needed(&Tried {
                    window: place..place + window,
                    strictness: budget.strictness(),
                    terms,
                    opening,
                    wanted,
                })
            })
            .collect();
        if needed.len() < LEAST_TRIED {
            return None;
        }
        let needed = ranked(&mut needed, POWER)?.max(0.0);
        Some(needed * (1.0 + HAIR) * self.scale)
    }

    /// What would have to be added from a place of the past on for an alarm within the window, by whichever kind of evidence
    /// needs least.
    fn needed(&mut self, tried: &Tried) -> Option<f64> {
        let beyond = tried.wanted.and_then(|wanted| {
            let all_before = self.all_before()?;
            let (window, units) = (&tried.window, tried.strictness);
            all_before.needed(&self.past, window, tried.opening, wanted, units)
        });
        let kinds = [
            self.needed_by_level(tried),
            self.needed_by_mean(tried),
            beyond,
        ];
        kinds.into_iter().flatten().reduce(f64::min)
    }

    fn needed_by_level(&mut self, tried: &Tried) -> Option<f64> {
        let mut least: Option<f64> = None;
        let known = self.known_levels();
        for (index, width) in WIDTHS.iter().enumerate() {
            let Some(levels) = self.levels.get(index) else {
                continue;
            };
            for (gap, _) in tried.stretches(&self.past, *width) {
                let Some(level) = levels.get(tried.window.start + gap) else {
                    break;
                };
                let Some(asked) = tried.asked(*width, gap) else {
                    continue;
                };
                let ahead = real(gap) + real(*width) / 2.0;
                for side in self.sides.iter_mut().filter(|side| gap <= side.reach) {
                    let reference = side.all(&self.past);
                    let Some(expected) = reference.expected(tried.window.start, ahead) else {
                        continue;
                    };
                    let null = side.null(&self.past, levels, *width, gap);
                    let stretch = Stretch {
                        width: index,
                        span: side.span,
                        gap,
                    };
                    let limit = boundary(stretch, null, self.noise, self.values, self.level);
                    let short = |times: f64| Some(times * asked * limit - (level - expected));
                    least = lesser(least, known.needed(*level, short));
                }
            }
        }
        least
    }

    fn needed_by_mean(&mut self, tried: &Tried) -> Option<f64> {
        let mut least: Option<f64> = None;
        let known = self.known_levels();
        for width in WIDTHS {
            for (gap, stretch) in tried.stretches(&self.past, width).take(LATEST + 1) {
                let Some(asked) = tried.asked(width, gap) else {
                    continue;
                };
                let newest = Newest {
                    all: stretch,
                    stretch,
                    gap,
                    level: *sustained(stretch, width).first()?,
                };
                for side in &mut self.sides {
                    let place = tried.window.start;
                    let Some(tried_mean) =
                        mean::tried(side, &self.past, self.noise, &newest, place, self.level)
                    else {
                        continue;
                    };
                    let short = |times: f64| tried_mean.short(times * asked);
                    least = lesser(least, known.needed(newest.level, short));
                }
            }
        }
        least
    }
}

fn lesser(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        anomaly::{Reading, judge_metric},
        policy::Bad,
    };

    const ONE: Budget = Budget {
        rate: 0.01,
        tests: 1,
    };

    fn past(noise: f64) -> Vec<f64> {
        (0..120_u32)
            .map(|i| 100.0 + noise * (f64::from(i * 7_919 % 101) / 50.0 - 1.0))
            .collect()
    }

    #[test]
    fn what_is_detectable_follows_the_noise_and_the_window() {
        let of = |noise: f64, window| {
            let mut detector = Detector::new(&past(noise), false).unwrap();
            detector.detectable(window, 60.0, ONE).unwrap()
        };
        assert!(of(20.0, 15) > 3.0 * of(4.0, 15));
        assert!(of(20.0, 15) <= of(20.0, 4));
        let mut short = Detector::new(&[1.0, 2.0, 3.0], false).unwrap();
        assert_eq!(short.detectable(15, 60.0, ONE), None);
    }

    #[test]
    fn what_is_detectable_is_detected() {
        let noise = past(10.0);
        let mut detector = Detector::new(&noise[..100], false).unwrap();
        let size = detector.detectable(15, 60.0, ONE).unwrap();
        let alarms = |times: f64| {
            let after = (1..).zip(&noise[100..115]);
            let reading = Reading {
                before: noise[..100].to_vec(),
                after: after
                    .map(|(minute, value)| (60.0 * f64::from(minute), value + times * size))
                    .collect(),
                steps_after: 15,
                step_s: 60.0,
                settles: Vec::new(),
            };
            judge_metric("m", Bad::Up, &reading, ONE).alarm_s.is_some()
        };
        assert!(alarms(1.3), "{size}");
        assert!(!alarms(0.1));
    }

    #[test]
    fn spikes_of_the_past_hide_no_step_that_its_mean_would_show() {
        let calm = past(4.0);
        let mut spiky = calm.clone();
        for at in [7, 31, 58, 83, 109] {
            spiky[at] += 60.0;
        }
        let of = |past: &[f64]| {
            let mut detector = Detector::new(past, false).unwrap();
            detector.detectable(15, 60.0, ONE).unwrap()
        };
        assert!(of(&spiky) < 3.0 * of(&calm), "{} {}", of(&spiky), of(&calm));
    }

    #[test]
    fn a_size_that_many_places_share_is_seen() {
        // Zeros but for a few: nearly every place needs the same.
        let mostly_zero: Vec<f64> = (0..180).map(|i| f64::from(u8::from(i % 23 == 7))).collect();
        let mut detector = Detector::new(&mostly_zero, false).unwrap();
        let size = detector.detectable(15, 60.0, ONE).unwrap();
        let seen = (2..=15).any(|count| {
            let look = detector.look(&vec![size; count], Terms::plain(2));
            look.is_some_and(|look| look.ratio >= 1.0)
        });
        assert!(seen, "{size}");
    }
}
