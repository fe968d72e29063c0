//! Series as services make them, and what a change does to them.

use std::f64::consts::TAU;

use cockpit::domain::{
    Text,
    anomaly::{Case, CaseMetric, Label, Point, deviation, median},
    policy::Bad,
};

use crate::dice::Dice;

/// How a series behaves when nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    Calm,
    Sticky,
    HeavyTailed,
    Skewed,
    RareCounts,
    ZeroInflated,
    Seasonal,
    Drifting,
    Wandering,
    Constant,
    Spiky,
    Sawtooth,
    Tiny,
    Huge,
}

pub(crate) const FAMILIES: [Family; 14] = [
    Family::Calm,
    Family::Sticky,
    Family::HeavyTailed,
    Family::Skewed,
    Family::RareCounts,
    Family::ZeroInflated,
    Family::Seasonal,
    Family::Drifting,
    Family::Wandering,
    Family::Constant,
    Family::Spiky,
    Family::Sawtooth,
    Family::Tiny,
    Family::Huge,
];

/// What the change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Nothing,
    /// A restart: one or two values far off.
    Restart,
    /// A cold cache: far off at once, and better each minute.
    ColdCache,
    /// A step the good way.
    Better,
    Step,
    LateStep,
    Ramp,
    Multiple,
}

const EFFECTS: [Effect; 10] = [
    Effect::Nothing,
    Effect::Nothing,
    Effect::Nothing,
    Effect::Restart,
    Effect::ColdCache,
    Effect::Better,
    Effect::Step,
    Effect::LateStep,
    Effect::Ramp,
    Effect::Multiple,
];

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap())
}

impl Family {
    pub(crate) fn series(self, dice: &mut Dice, length: usize) -> Vec<f64> {
        let slope = dice.pick(&[-0.3, 0.1, 0.3]);
        let period = dice.pick(&[60.0, 240.0, 1_440.0]);
        let phase = dice.unit() * TAU;
        let memory = dice.pick(&[0.5, 0.8, 0.95]);
        let mean = dice.pick(&[0.3, 1.0, 4.0, 20.0]);
        let level = dice.pick(&[0.0, 5.0, 100.0]);
        let mut state = 3.0 * dice.normal();
        (0..length)
            .map(|i| {
                let t = count(i);
                match self {
                    Self::Calm => 100.0 + 5.0 * dice.normal(),
                    Self::Sticky => {
                        state = memory * state + dice.normal();
                        50.0 + 3.0 * state
                    }
                    Self::HeavyTailed => 200.0 + 10.0 * dice.heavy(),
                    Self::Skewed => (3.0 + 0.4 * dice.normal()).exp(),
                    Self::RareCounts => dice.poisson(mean),
                    Self::ZeroInflated if dice.unit() < 0.1 => 2.0 * dice.exponential(),
                    Self::ZeroInflated => 0.0,
                    Self::Seasonal => {
                        100.0 + 30.0 * (TAU * t / period + phase).sin() + 3.0 * dice.normal()
                    }
                    Self::Drifting => 100.0 + slope * t + 3.0 * dice.normal(),
                    Self::Wandering => {
                        state += dice.normal();
                        1_000.0 + 2.0 * state + 2.0 * dice.normal()
                    }
                    Self::Constant => level,
                    Self::Spiky => {
                        let spike = if dice.unit() < 0.04 { 30.0 } else { 0.0 };
                        20.0 + dice.normal() + spike * dice.exponential()
                    }
                    Self::Sawtooth => {
                        let collected = if i % 10 == 0 { 25.0 } else { 0.0 };
                        20.0 + dice.normal() + collected
                    }
                    Self::Tiny => 1e-9 * (100.0 + 5.0 * dice.normal()),
                    Self::Huge => 1e12 * (100.0 + 5.0 * dice.normal()),
                }
            })
            .collect()
    }
}

/// What a step is measured in: the noise from value to value, or a third of the spread about the line.
pub(crate) fn noise(values: &[f64]) -> f64 {
    let steps: Vec<f64> = values
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .collect();
    let step = median(&steps).unwrap_or(0.0) * 1.48 / std::f64::consts::SQRT_2;
    let (first, last) = (values[0], values[values.len() - 1]);
    let rise = (last - first) / count(values.len() - 1);
    let flat: Vec<f64> = (0..)
        .zip(values)
        .map(|(i, value)| value - rise * f64::from(i))
        .collect();
    let level = median(values).unwrap_or(0.0).abs();
    let least = if level > 0.0 { 1e-2 * level } else { 1.0 };
    step.max(0.3 * deviation(&flat)).max(least)
}

impl Effect {
    pub(crate) fn label(self) -> Label {
        match self {
            Self::Nothing | Self::Restart | Self::ColdCache | Self::Better => Label::Healthy,
            Self::Step | Self::LateStep | Self::Ramp | Self::Multiple => Label::Regression,
        }
    }

    /// Changes the values after; `unit` is one noise, signed to the bad side.
    pub(crate) fn apply(self, dice: &mut Dice, after: &mut [f64], unit: f64, level: f64) {
        let length = after.len();
        let start = if self == Self::LateStep {
            2 + dice.below(length / 2 - 2)
        } else {
            0
        };
        let size = match self {
            Self::Nothing => 0.0,
            Self::Better => -8.0,
            Self::Restart => dice.pick(&[4.0, 8.0, 20.0]),
            Self::ColdCache => dice.pick(&[8.0, 20.0, 40.0]),
            Self::Step => dice.pick(&[4.0, 6.0, 10.0, 30.0]),
            Self::LateStep => dice.pick(&[6.0, 10.0, 30.0]),
            Self::Ramp => dice.pick(&[0.8, 1.5]),
            Self::Multiple => (level.abs() / unit.abs() * dice.pick(&[0.3, 1.0])).max(6.0),
        };
        let restart = 1 + dice.below(2);
        for (i, value) in after.iter_mut().enumerate().skip(start) {
            let shape = match self {
                Self::Restart => f64::from(u8::from(i < restart)),
                // Warm from the fourth minute on: what is left is nothing.
                Self::ColdCache if i > 3 => 0.0,
                Self::ColdCache => (-count(i)).exp(),
                Self::Ramp => count(i),
                _ => 1.0,
            };
            *value += unit * size * shape;
        }
    }
}

/// A case as data: minutes that end at whole minutes, some of them gaps.
pub(crate) fn case(id: &str, bad: Bad, before: &[f64], after: &[f64], label: Label) -> Case {
    let points = |from: f64, values: &[f64]| -> Vec<Point> {
        (0..)
            .zip(values)
            .map(|(i, value)| {
                let value = value.is_finite().then_some(*value);
                (from + 60.0 * f64::from(i), value)
            })
            .collect()
    };
    Case {
        id: Text::line(id),
        period_s: 60.0,
        change: 0.0,
        label: Some(label),
        metrics: vec![CaseMetric {
            name: Text::line("m"),
            bad,
            before: points(-60.0 * count(before.len()), before),
            after: points(60.0, after),
        }],
    }
}

/// One case of a family.
pub(crate) fn draw(family: Family, effect: Effect, dice: &mut Dice, id: &str) -> Case {
    let past = dice.pick(&[30, 60, 120, 240]);
    let window = dice.pick(&[15, 30]);
    let values = family.series(dice, past + window);
    let (before, after) = values.split_at(past);
    let (mut before, mut after) = (before.to_vec(), after.to_vec());
    let one_sided = [Family::RareCounts, Family::ZeroInflated, Family::Constant];
    let bad = match dice.pick(&[Bad::Up, Bad::Down, Bad::Both]) {
        Bad::Down if one_sided.contains(&family) => Bad::Up,
        Bad::Both if effect == Effect::Better => Bad::Up,
        bad => bad,
    };
    let unit = noise(&before) * if bad == Bad::Down { -1.0 } else { 1.0 };
    let level = median(&before).unwrap();
    effect.apply(dice, &mut after, unit, level);
    for side in [&mut before, &mut after] {
        if dice.unit() < 0.2 {
            for value in side.iter_mut() {
                if dice.unit() < 0.1 {
                    *value = f64::NAN;
                }
            }
        }
    }
    case(id, bad, &before, &after, effect.label())
}

/// Cases of all families and effects in turn.
pub(crate) fn suite(seed: u64, cases: usize) -> Vec<(Family, Effect, Case)> {
    let mut dice = Dice::new(seed);
    (0..cases)
        .map(|i| {
            let family = FAMILIES[i % FAMILIES.len()];
            let effect = dice.pick(&EFFECTS);
            let id = format!("{family:?}-{effect:?}-{i}");
            (family, effect, draw(family, effect, &mut dice, &id))
        })
        .collect()
}
