//! Where ticks stand: round values, round minutes. After Heckbert, "Nice Numbers for Graph Labels" (1990).

use crate::domain::observation::Minute;

/// Values beyond are clamped: their differences would not be finite.
const LARGEST: f64 = 1e300;
/// Most ticks on an axis.
const MOST_TICKS: usize = 24;
/// Steps of the time axis, minutes: each divides the next day evenly.
const TIME_STEPS: [i64; 14] = [
    1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080,
];

/// A range of values with the step of its ticks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueAxis {
    /// The value of the lowest dot.
    pub low: f64,
    /// The value of the highest dot; always above `low`.
    pub high: f64,
    /// Distance between ticks: 1, 2 or 5 times a power of ten.
    pub step: f64,
}

impl ValueAxis {
    /// Around these values, with about that many ticks. Ends lie on ticks; zero is taken in where it is near.
    pub fn around(values: impl IntoIterator<Item = f64>, ticks: u16) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            low = low.min(value.clamp(-LARGEST, LARGEST));
            high = high.max(value.clamp(-LARGEST, LARGEST));
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if low > 0.0 && low < high * 0.4 {
            low = 0.0;
        }
        let least = (high.abs().max(low.abs()) * 1e-3).max(1e-9);
        if high - low < least {
            let middle = f64::midpoint(low, high);
            // Of zeros alone nothing is known but that they are zero: one of the unit says so, and limits near it are seen.
            let reach = if middle == 0.0 {
                1.0
            } else {
                (middle.abs() * 0.1).max(least)
            };
            // A constant that is never below zero keeps its floor there.
            (low, high) = (
                if low >= 0.0 {
                    (middle - reach).max(0.0)
                } else {
                    middle - reach
                },
                middle + reach,
            );
        }
        let step = nice((high - low) / f64::from(ticks.max(1)));
        Self {
            low: (low / step).floor() * step,
            high: (high / step).ceil() * step,
            step,
        }
    }

    /// The tick values, ascending, `low` and `high` among them.
    pub fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut at = 0.0;
        while ticks.len() < MOST_TICKS {
            let value = self.low + at * self.step;
            if value > self.high + self.step * 1e-6 {
                break;
            }
            // Sums of steps leave dust around zero.
            ticks.push(if value.abs() < self.step * 1e-6 {
                0.0
            } else {
                value
            });
            at += 1.0;
        }
        ticks
    }

    /// Where a value lies: 0 at `low`, 1 at `high`; outside where it is beyond.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below.
fn nice(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let lead = step / power;
    let rounded = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|round| lead <= round * (1.0 + 1e-9))
        .unwrap_or(10.0);
    rounded * power
}

/// Round minutes in `from..until`, at least `apart` columns from each other.
pub fn time_ticks(from: Minute, until: Minute, columns: u16, apart: u16) -> Vec<Minute> {
    let length = until.0.saturating_sub(from.0).max(1);
    let columns = i64::from(columns.max(1));
    let wanted = rounded_up(length.saturating_mul(i64::from(apart.max(1))), columns);
    let step = TIME_STEPS
        .into_iter()
        .find(|step| *step >= wanted)
        .unwrap_or(wanted);
    let first = from.0.div_euclid(step) * step;
    let first = if first < from.0 { first + step } else { first };
    (0..)
        .map(|count: i64| Minute(first.saturating_add(count.saturating_mul(step))))
        .take_while(|minute| *minute < until)
        .take(MOST_TICKS)
        .collect()
}

/// `value / by`, rounded up; both above zero.
fn rounded_up(value: i64, by: i64) -> i64 {
    value / by + i64::from(value % by != 0)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[0.05, 0.4], 4, 0.0, 0.4, 0.1)]
    #[case(&[171.0, 198.0], 4, 170.0, 200.0, 10.0)]
    #[case(&[0.0, 0.0], 4, 0.0, 1.0, 0.5)]
    #[case(&[-3.0, 7.0], 5, -4.0, 8.0, 2.0)]
    #[case(&[f64::NAN], 4, 0.0, 1.0, 0.5)]
    fn ends_are_round(
        #[case] values: &[f64],
        #[case] ticks: u16,
        #[case] low: f64,
        #[case] high: f64,
        #[case] step: f64,
    ) {
        let axis = ValueAxis::around(values.iter().copied(), ticks);
        assert!((axis.low - low).abs() < step * 1e-6, "{axis:?}");
        assert!((axis.high - high).abs() < step * 1e-6, "{axis:?}");
        assert!((axis.step - step).abs() < step * 1e-6, "{axis:?}");
    }

    #[test]
    fn the_ends_are_ticks_and_zero_is_exactly_zero() {
        let axis = ValueAxis::around([-0.3, 0.3], 6);
        let ticks = axis.ticks();
        assert!(ticks.contains(&0.0), "{ticks:?}");
        assert!((ticks[0] - axis.low).abs() < 1e-9);
        assert!((ticks[ticks.len() - 1] - axis.high).abs() < 1e-9);
    }

    #[test]
    fn time_ticks_are_round_and_apart() {
        let minutes = time_ticks(Minute(127), Minute(157), 60, 10);
        assert_eq!(minutes, [130, 135, 140, 145, 150, 155].map(Minute));
        let minutes = time_ticks(Minute(127), Minute(157), 20, 10);
        assert_eq!(minutes, [135, 150].map(Minute));
        assert_eq!(time_ticks(Minute(5), Minute(5), 20, 10), []);
    }
}
