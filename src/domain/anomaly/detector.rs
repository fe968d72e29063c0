//! One metric in one direction: its past, and a look after each new value.

use super::{
    beyond::Beyond,
    boundary::{MOST_RATIO, Stretch, WIDTHS, boundary, lowest},
    continued::is_continued,
    mean::{self, Newest},
    noise::Noise,
    robust::{median, real},
    ruling::KnownLevels,
    side::{Side, sides},
    sustained::sustained,
    terms::Terms,
};

/// The newest values before a change that are used.
pub const MOST_PAST: usize = 3_000;
/// Of a past that never varied any change stands out; it must keep to it for so many values.
const LEAST_OF_CONSTANT: usize = 3;

/// A metric's past in one direction. Values stand so that up is bad, about their middle, in units of their range:
/// what is judged does not depend on the metric's unit.
#[derive(Debug, Clone)]
pub struct Detector {
    down: bool,
    middle: f64,
    pub(super) scale: f64,
    pub(super) values: usize,
    pub(super) noise: Noise,
    /// The median of the last values as they stand, and the level in the scaled unit, for what matters at all.
    tail: f64,
    pub(super) level: f64,
    /// Levels that were there before; made when something stands out for the first time.
    known_levels: std::cell::OnceCell<KnownLevels>,
    /// What lies beyond everything it was; made when a value does.
    beyond: std::cell::OnceCell<Option<Beyond>>,
    pub(super) past: Vec<f64>,
    pub(super) sides: Vec<Side>,
    /// Sustained levels of the past by width; made when something stands out for the first time.
    pub(super) levels: Vec<Vec<f64>>,
}

/// What a look says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// The statistic over its boundary: one is the boundary for one test at 1%.
    pub ratio: f64,
    /// The stretch, in values, that stood out most.
    pub width: usize,
    /// The values before the change that it stood out from.
    pub span: usize,
    /// What was expected of it, in the metric's unit.
    pub expected: f64,
}

impl Detector {
    /// From the values before the change, oldest first, all finite; `None` of none.
    pub fn new(before: &[f64], down: bool) -> Option<Self> {
        let before = before
            .get(before.len().saturating_sub(MOST_PAST)..)
            .unwrap_or_default();
        let middle = median(before)?;
        let range = before
            .iter()
            .map(|value| (value - middle).abs())
            .fold(0.0, f64::max);
        let scale = match range {
            range if range > 0.0 && range.is_finite() => range,
            _ if middle != 0.0 => middle.abs(),
            _ => 1.0,
        };
        let mut detector = Self {
            down,
            middle,
            scale,
            values: before.len(),
            noise: Noise::of(&[]),
            tail: 0.0,
            level: 0.0,
            known_levels: std::cell::OnceCell::new(),
            beyond: std::cell::OnceCell::new(),
            past: Vec::new(),
            sides: Vec::new(),
            levels: Vec::new(),
        };
        let past = detector.scaled(before);
        detector.noise = Noise::of(&past);
        let tail = past
            .get(past.len().saturating_sub(30)..)
            .unwrap_or_default();
        let level = median(tail).unwrap_or(0.0);
        let sign = if down { -1.0 } else { 1.0 };
        detector.tail = level;
        detector.level = level * sign + middle / scale;
        detector.sides = sides(&past);
        detector.past = past;
        Some(detector)
    }

    /// What the past was at most; `None`: it cannot say.
    pub(super) fn all_before(&self) -> Option<&Beyond> {
        let made = || Beyond::of(&self.past, self.noise, self.level);
        self.beyond.get_or_init(made).as_ref()
    }

    /// How far a value, `gap` values after the change, lies beyond everything that the past was: from one on it
    /// counts. `None`: the past cannot say.
    pub(super) fn beyond(&self, value: f64, gap: usize) -> Option<f64> {
        let beyond = self.all_before()?;
        Some(beyond.of_value(&self.past, self.scaled_one(value), gap))
    }

    /// How many times as far a value lies as anything before; zero where that says nothing.
    pub(super) fn times_beyond(&self, value: f64, gap: usize) -> f64 {
        let beyond = self.beyond.get().and_then(Option::as_ref);
        beyond.map_or(0.0, |beyond| {
            beyond.times(&self.past, self.scaled_one(value), gap)
        })
    }

    pub(super) fn known_levels(&self) -> KnownLevels {
        *self
            .known_levels
            .get_or_init(|| KnownLevels::of(&self.past))
    }

    pub(super) fn make_levels(&mut self) {
        if self.levels.is_empty() {
            self.levels = WIDTHS
                .iter()
                .map(|width| sustained(&self.past, *width))
                .collect();
        }
    }

    fn scaled(&self, values: &[f64]) -> Vec<f64> {
        values.iter().map(|value| self.scaled_one(*value)).collect()
    }

    fn scaled_one(&self, value: f64) -> f64 {
        let sign = if self.down { -1.0 } else { 1.0 };
        sign * (value / self.scale - self.middle / self.scale)
    }

    /// What the values would be so many values after the change without it, in the metric's unit.
    pub fn expected(&self, ahead: usize) -> Option<f64> {
        let side = self.sides.last()?;
        let expected = side.expected(real(ahead))?;
        let sign = if self.down { -1.0 } else { 1.0 };
        Some(sign * expected * self.scale + self.middle)
    }

    /// What was usual at the change, in the metric's unit.
    pub fn usual(&self) -> f64 {
        let sign = if self.down { -1.0 } else { 1.0 };
        sign * self.tail * self.scale + self.middle
    }

    /// How many values stand behind it.
    pub const fn values(&self) -> usize {
        self.values
    }

    /// The noise of one value, in the metric's unit.
    pub fn noise(&self) -> f64 {
        self.noise.usual * self.scale
    }

    /// The look after the newest of these values, all that came since the change; `None` while there are too few,
    /// or none stands out at all.
    pub fn look(&mut self, after: &[f64], terms: Terms) -> Option<Look> {
        self.look_from(after, terms, f64::NEG_INFINITY)
    }

    /// The same where only ratios from `floor` on matter: what cannot reach it is passed over cheaply.
    pub fn look_from(&mut self, after: &[f64], terms: Terms, floor: f64) -> Option<Look> {
        let newest = after.get(after.len().saturating_sub(WIDTHS[WIDTHS.len() - 1])..)?;
        let newest = self.scaled(newest);
        let mut best: Option<Look> = None;
        for (index, width) in WIDTHS.iter().enumerate() {
            if self.noise.usual <= 0.0 && *width < LEAST_OF_CONSTANT {
                continue;
            }
            let Some(gap) = after.len().checked_sub(*width) else {
                break;
            };
            let stretch = newest.get(newest.len().saturating_sub(*width)..)?;
            let level = *sustained(stretch, *width).first()?;
            // Values that are spared do not make it begin earlier.
            let spared = stretch.iter().take_while(|value| **value < level).count();
            let Some(factor) = terms.factor(*width, gap + spared) else {
                continue;
            };
            let mut looks = self.over_references(index, gap, level, floor * factor);
            let of_mean = Newest {
                all: &newest,
                stretch,
                gap,
                level,
            };
            looks.extend(self.by_mean(&of_mean, floor * factor));
            if looks.is_empty() {
                continue;
            }
            let Some(known) = self.known_levels().factor(level) else {
                continue;
            };
            let factor = factor * known;
            let since = self.scaled(after.get(..gap).unwrap_or_default());
            for found in looks {
                let expected = self.scaled_one(found.expected);
                if is_continued(&self.past, &since, level, expected) {
                    continue;
                }
                let found = Look {
                    ratio: found.ratio / factor,
                    ..found
                };
                if best.is_none_or(|best| found.ratio > best.ratio) {
                    best = Some(found);
                }
            }
        }
        best
    }

    /// The mean of a stretch against each reference.
    fn by_mean(&mut self, newest: &Newest<'_>, floor: f64) -> Vec<Look> {
        if newest.ahead().is_none() {
            return Vec::new();
        }
        let (past, noise, level) = (&self.past, self.noise, self.level);
        let (sign, scale, middle) = (if self.down { -1.0 } else { 1.0 }, self.scale, self.middle);
        let look = |side: &mut Side| {
            let ratio = mean::ratio(side, past, noise, newest, level, floor)?;
            Some(Look {
                ratio: ratio.min(MOST_RATIO),
                width: newest.stretch.len(),
                span: side.length,
                expected: sign * side.newest.level() * scale + middle,
            })
        };
        self.sides.iter_mut().filter_map(look).collect()
    }

    fn over_references(&mut self, index: usize, gap: usize, level: f64, floor: f64) -> Vec<Look> {
        let width = WIDTHS.get(index).copied().unwrap_or(1);
        let ahead = real(gap) + real(width) / 2.0;
        let mut looks = Vec::new();
        for at in 0..self.sides.len() {
            let Some((span, expected)) = self
                .sides
                .get(at)
                .filter(|side| gap <= side.reach)
                .and_then(|side| Some((side.span, side.expected(ahead)?)))
            else {
                continue;
            };
            let stretch = Stretch {
                width: index,
                span,
                gap,
            };
            let rise = level - expected;
            if rise / lowest(stretch, self.noise, self.values, self.level) < floor {
                continue;
            }
            self.make_levels();
            let (Some(side), Some(levels)) = (self.sides.get_mut(at), self.levels.get(index))
            else {
                continue;
            };
            let null = side.null(&self.past, levels, width, gap);
            let ratio = rise / boundary(stretch, null, self.noise, self.values, self.level);
            let sign = if self.down { -1.0 } else { 1.0 };
            looks.push(Look {
                ratio: if ratio.is_nan() {
                    0.0
                } else {
                    ratio.min(MOST_RATIO)
                },
                width,
                span: side.length,
                expected: sign * side.newest.level() * self.scale + self.middle,
            });
        }
        looks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(noise: f64) -> Vec<f64> {
        (0..120_u32)
            .map(|i| 100.0 + noise * (f64::from(i * 7_919 % 101) / 50.0 - 1.0))
            .collect()
    }

    #[test]
    fn what_is_passed_over_could_not_have_reached_the_floor() {
        let noise = past(10.0);
        for shift in [0.0, 4.0, 9.0, 15.0, 40.0] {
            let after: Vec<f64> = noise[60..75].iter().map(|value| value + shift).collect();
            for count in 2..=15 {
                let plain = Detector::new(&noise, false)
                    .unwrap()
                    .look(&after[..count], Terms::plain(2));
                let quick = Detector::new(&noise, false).unwrap().look_from(
                    &after[..count],
                    Terms::plain(2),
                    0.8,
                );
                let stands = |look: &Option<Look>| look.filter(|look| look.ratio >= 0.8);
                assert_eq!(stands(&plain), stands(&quick), "{shift} {count}");
            }
        }
    }

    #[test]
    fn a_constant_past_is_no_trouble() {
        let mut detector = Detector::new(&[5.0; 60], false).unwrap();
        assert_eq!(detector.look(&[5.0; 4], Terms::plain(2)), None);
        assert!(
            detector
                .look(&[9.0, 9.0, 9.0], Terms::plain(2))
                .unwrap()
                .ratio
                >= 1.0
        );
        assert_eq!(detector.look(&[9.0, 9.0], Terms::plain(2)), None);
        assert!(
            detector
                .look(&[5.01, 5.01, 5.01, 5.01], Terms::plain(2))
                .unwrap()
                .ratio
                < 1.0
        );
        assert_eq!(Detector::new(&[], false).map(|d| d.values()), None);
    }
}
