//! Series of five-minute points as CloudWatch keeps them, whose windows hold few values and whose pasts have bursts,
//! shifts and gaps of their own; and what a change does to them.

use std::f64::consts::TAU;

use cockpit::domain::{
    Text,
    anomaly::{Case, CaseMetric, Label, Point, deviation, mad_sigma, median},
    policy::Bad,
};

use crate::dice::Dice;

/// Seconds of one value.
const PERIOD: f64 = 300.0;

/// How a series behaves when nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Coarse {
    /// A busy processor: noise about a level, with a memory.
    Busy,
    /// An idle one that works for some minutes every few hours.
    Bursts,
    /// A day of traffic.
    Day,
    /// A level that shifted for reasons of its own within the past.
    Shifted,
    /// A sparse counter: zero, now and then a few.
    Sparse,
    /// Spikes of one value every few hours.
    Spikes,
    /// Two or three values that take turns: a percentage that was rounded.
    Rounded,
    /// Gaps in a heavy-tailed latency.
    Gaps,
}

pub(crate) const COARSE: [Coarse; 8] = [
    Coarse::Busy,
    Coarse::Bursts,
    Coarse::Day,
    Coarse::Shifted,
    Coarse::Sparse,
    Coarse::Spikes,
    Coarse::Rounded,
    Coarse::Gaps,
];

/// What the change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Nothing,
    Spike,
    Step,
    Ramp,
    Multiple,
}

const CHANGES: [Change; 8] = [
    Change::Nothing,
    Change::Nothing,
    Change::Nothing,
    Change::Nothing,
    Change::Spike,
    Change::Step,
    Change::Ramp,
    Change::Multiple,
];

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap())
}

impl Coarse {
    fn series(self, dice: &mut Dice, length: usize) -> Vec<f64> {
        let phase = dice.unit() * TAU;
        let every = 18 + dice.below(24);
        let offset = dice.below(every);
        let lasts = 2 + dice.below(4);
        // Within the past, up to just before the change; never after it.
        let shift = dice.below(length - 12);
        let jump = dice.pick(&[-12.0, 10.0, 25.0]);
        let mut state = 0.0;
        (0..length)
            .map(|i| {
                let since = (i + offset) % every;
                match self {
                    Self::Busy => {
                        state = 0.6 * state + dice.normal();
                        42.0 + 2.5 * state
                    }
                    Self::Bursts if since < lasts => 40.0 + 20.0 * dice.unit(),
                    Self::Bursts => 0.1 + 0.03 * dice.unit(),
                    Self::Day => {
                        let t = count(i) / 288.0 * TAU + phase;
                        300.0 + 120.0 * t.sin() + 12.0 * dice.normal()
                    }
                    Self::Shifted => {
                        let level = if i < shift { 30.0 } else { 30.0 + jump };
                        level + 1.2 * dice.normal()
                    }
                    Self::Sparse => dice.poisson(0.25),
                    Self::Spikes => {
                        let spike = if since == 0 {
                            15.0 + 10.0 * dice.unit()
                        } else {
                            0.0
                        };
                        6.0 + 0.3 * dice.normal() + spike
                    }
                    Self::Rounded => dice.pick(&[33.33, 33.45, 35.71]),
                    Self::Gaps if dice.unit() < 0.15 => f64::NAN,
                    Self::Gaps => 120.0 + 8.0 * dice.heavy(),
                }
            })
            .collect()
    }
}

/// What a change is measured in: the spread of the values, a third of it where bursts make most of it.
fn unit(values: &[f64]) -> f64 {
    let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let level = median(&known).unwrap_or(0.0);
    let spread = mad_sigma(&known, level).max(0.3 * deviation(&known));
    spread.max(0.05 * level.abs()).max(0.3)
}

fn changed(change: Change, dice: &mut Dice, after: &mut [f64], unit: f64, level: f64) {
    let size = match change {
        Change::Nothing => 0.0,
        Change::Spike => dice.pick(&[10.0, 30.0]),
        Change::Step => dice.pick(&[6.0, 9.0, 15.0]),
        Change::Ramp => dice.pick(&[2.0, 3.0]),
        Change::Multiple => (level.abs() / unit.abs() * dice.pick(&[1.0, 2.0])).max(8.0),
    };
    for (i, value) in after.iter_mut().enumerate() {
        *value += unit
            * size
            * match change {
                Change::Spike => f64::from(u8::from(i == 0)),
                Change::Ramp => count(i + 1),
                Change::Nothing | Change::Step | Change::Multiple => 1.0,
            };
    }
}

fn points(from: f64, values: &[f64]) -> Vec<Point> {
    (0..)
        .zip(values)
        .map(|(i, value)| {
            let value = value.is_finite().then_some(*value);
            (from + PERIOD * f64::from(i), value)
        })
        .collect()
}

/// Cases of all families and changes in turn.
pub(crate) fn coarse(seed: u64, cases: usize) -> Vec<(Coarse, Case)> {
    let mut dice = Dice::new(seed);
    (0..cases)
        .map(|i| {
            let family = COARSE[i % COARSE.len()];
            let change = dice.pick(&CHANGES);
            let past = dice.pick(&[72, 144, 288]);
            let window = dice.pick(&[6, 9, 12]);
            let values = family.series(&mut dice, past + window);
            let (before, after) = values.split_at(past);
            let mut after = after.to_vec();
            let bad = match family {
                Coarse::Sparse | Coarse::Bursts | Coarse::Spikes => Bad::Up,
                _ => dice.pick(&[Bad::Up, Bad::Down, Bad::Both]),
            };
            let known: Vec<f64> = before.iter().copied().filter(|v| v.is_finite()).collect();
            let sign = if bad == Bad::Down { -1.0 } else { 1.0 };
            let level = median(&known).unwrap();
            changed(change, &mut dice, &mut after, sign * unit(before), level);
            let label = match change {
                Change::Nothing | Change::Spike => Label::Healthy,
                Change::Step | Change::Ramp | Change::Multiple => Label::Regression,
            };
            let case = Case {
                id: Text::line(&format!("{family:?}-{change:?}-{i}")),
                period_s: PERIOD,
                change: 0.0,
                label: Some(label),
                metrics: vec![CaseMetric {
                    name: Text::line("m"),
                    bad,
                    before: points(-PERIOD * count(past), before),
                    after: points(PERIOD, &after),
                }],
            };
            (family, case)
        })
        .collect()
}
