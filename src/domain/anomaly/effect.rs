//! How large a change is, how sure that is, and how it is said: `p99 +34% ±6, 7 of 7 minutes, chance 0.1%`.

use super::{
    dependence::persistence,
    robust::{hodges_lehmann, mad_sigma, median},
};
use crate::domain::wording;

/// Half-width in standard deviations: 95%.
const SURE: f64 = 1.96;
/// A level below so many times the noise is no base for a share.
const BASE_FROM: f64 = 1.0;
/// What is so many times the usual is said to be more than that.
const MOST_TIMES: f64 = 10_000.0;

/// A change in a metric's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// What was usual: the median of the last values before.
    pub usual: f64,
    /// How far the values since lie from it (Hodges and Lehmann).
    pub shift: f64,
    /// Half of the 95% interval, widened by how much neighbours repeat each other.
    pub give: f64,
    /// Values of those after the change that lie beyond the usual noise on that side.
    pub beyond: usize,
    /// Values after the change.
    pub of: usize,
    /// The noise of one value.
    noise: f64,
}

impl Effect {
    /// From the values before that it stands out from, those of the stretch that stands out, and all since the change. `None` where a side is
    /// empty.
    pub fn of(before: &[f64], stretch: &[f64], after: &[f64]) -> Option<Self> {
        let usual = median(before)?;
        let noise = mad_sigma(before, usual);
        let memory = persistence(before);
        let widened = SURE * ((1.0 + memory) / (1.0 - memory)).sqrt();
        let (shift, low, high) = hodges_lehmann(before, stretch, widened)?;
        let beyond = after
            .iter()
            .filter(|value| (**value - usual) * shift.signum() > noise)
            .count();
        Some(Self {
            usual,
            shift,
            give: ((high - low) / 2.0).abs(),
            beyond,
            of: after.len(),
            noise,
        })
    }

    /// The size: as a share of what was usual where that is a base, else in the metric's own unit.
    pub(super) fn size(&self) -> String {
        let base = self.usual.abs();
        if base > BASE_FROM * self.noise && base > 0.0 {
            let share = |part: f64| part / base * 100.0;
            if self.shift / base >= MOST_TIMES {
                // More digits would say no more.
                return format!("over {MOST_TIMES} times what was usual");
            }
            format!(
                "{} ±{}",
                wording::signed_percent(share(self.shift)),
                wording::significant(share(self.give), 2)
            )
        } else {
            let sign = if self.shift < 0.0 { "−" } else { "+" };
            format!(
                "{sign}{} ±{}",
                wording::significant(self.shift.abs(), 3),
                wording::significant(self.give, 2)
            )
        }
    }

    /// The whole sentence. `step_s`: seconds of one value; `chance`: of so much in a window without a change.
    pub fn said(&self, name: &str, step_s: f64, chance: f64) -> String {
        let unit = unit(step_s);
        format!(
            "{name} {}, {} of {} {unit}, chance {}",
            self.size(),
            self.beyond,
            self.of,
            percent(chance)
        )
    }
}

/// What values of so many seconds are called.
pub(super) fn unit(step_s: f64) -> String {
    if (step_s - 60.0).abs() < 1.0 {
        "minutes".to_owned()
    } else {
        format!("steps of {} s", wording::significant(step_s, 3))
    }
}

/// A chance in per cent; what is too small to be believed to the digit is said as a bound.
pub(super) fn percent(chance: f64) -> String {
    if chance < 0.000_1 {
        "<0.01%".to_owned()
    } else {
        format!("{}%", wording::significant(chance * 100.0, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_has_size_confidence_minutes_and_chance() {
        let before: Vec<f64> = (0..60)
            .map(|i| 100.0 + f64::from(i * 7 % 11) - 5.0)
            .collect();
        let after = [134.0, 135.0, 133.0, 136.0, 134.0, 132.0, 135.0];
        let effect = Effect::of(&before, &after, &after).unwrap();
        let said = effect.said("p99", 60.0, 0.001);
        assert!(said.starts_with("p99 +34% ±"), "{said}");
        assert!(said.ends_with("7 of 7 minutes, chance 0.1%"), "{said}");
    }

    #[test]
    fn from_zero_the_size_is_in_the_metrics_unit() {
        let effect = Effect::of(&[0.0; 30], &[3.0; 4], &[0.0, 3.0, 3.0, 3.0]).unwrap();
        let said = effect.said("errors", 300.0, 1e-9);
        assert_eq!(said, "errors +3 ±0, 3 of 4 steps of 300 s, chance <0.01%");
    }

    #[test]
    fn values_that_repeat_each_other_are_less_sure() {
        let noise: Vec<f64> = (0..60).map(|i| f64::from(i * 7_919 % 101)).collect();
        let wave: Vec<f64> = (0..60)
            .map(|i| 50.0 + 50.0 * (f64::from(i) / 9.0).sin())
            .collect();
        let give = |before: &[f64]| Effect::of(before, &[200.0; 7], &[200.0; 7]).unwrap().give;
        assert!(give(&wave) > 0.0 && give(&noise) > 0.0);
        assert!(
            give(&wave) > give(&noise),
            "{} {}",
            give(&wave),
            give(&noise)
        );
    }

    #[test]
    fn what_is_beyond_all_measure_is_said_in_few_words() {
        let before = [10.0, 9.0, 11.0, 10.0, 10.5, 9.5];
        let said = |value: f64| {
            let after = [value; 3];
            let effect = Effect::of(&before, &after, &after).unwrap();
            effect.said("errors", 60.0, 0.001)
        };
        for value in [1e18, 1e100] {
            let told = said(value);
            assert_eq!(
                told,
                "errors over 10000 times what was usual, 3 of 3 minutes, chance 0.1%"
            );
        }
        assert!(said(1_000.0).starts_with("errors +9900% ±"));
    }
}
