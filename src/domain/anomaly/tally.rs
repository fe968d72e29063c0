//! How answers compare with what is known: precision, recall, false alarms, time to alarm.

use super::{
    label::Label,
    robust::{median, real},
    trial::Answer,
};

/// Answers counted against labels.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// Regressions that were alarmed.
    pub found: usize,
    /// Regressions that were not.
    pub missed: usize,
    /// Healthy cases that were alarmed.
    pub false_alarms: usize,
    /// Healthy cases that were not.
    pub quiet: usize,
    /// Cases without data, and how many of them were said to be so.
    pub without_data: (usize, usize),
    /// Cases without a label.
    pub unlabelled: usize,
    minutes: Vec<f64>,
}

impl Tally {
    /// Counts one answer.
    pub fn count(&mut self, label: Option<Label>, answer: &Answer) {
        match (label, answer.is_regression()) {
            (None, _) => self.unlabelled += 1,
            (Some(Label::NoData), _) => {
                self.without_data.0 += 1;
                self.without_data.1 += usize::from(answer.state.is_unknown());
            }
            (Some(Label::Regression), true) => {
                self.found += 1;
                self.minutes.extend(answer.minute);
            }
            (Some(Label::Regression), false) => self.missed += 1,
            (Some(Label::Healthy), true) => self.false_alarms += 1,
            (Some(Label::Healthy), false) => self.quiet += 1,
        }
    }

    /// Cases that had a label that answers can be right or wrong about.
    pub fn labelled(&self) -> usize {
        self.found + self.missed + self.false_alarms + self.quiet
    }

    /// Alarms that were right, as a share of all alarms.
    pub fn precision(&self) -> Option<f64> {
        share(self.found, self.found + self.false_alarms)
    }

    /// Regressions that were found, as a share of all.
    pub fn recall(&self) -> Option<f64> {
        share(self.found, self.found + self.missed)
    }

    /// The harmonic mean of precision and recall.
    pub fn f1(&self) -> Option<f64> {
        share(
            2 * self.found,
            2 * self.found + self.missed + self.false_alarms,
        )
    }

    /// Healthy cases that were alarmed, as a share of all healthy ones.
    pub fn false_alarm_rate(&self) -> Option<f64> {
        share(self.false_alarms, self.false_alarms + self.quiet)
    }

    /// The median time from the change to a right alarm, in minutes.
    pub fn minutes_to_alarm(&self) -> Option<f64> {
        median(&self.minutes)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| real(part) / real(whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Text, judge::State};

    #[test]
    fn figures_are_the_textbooks() {
        let answer = |state, minute| Answer {
            state,
            minute,
            score: 0.0,
            why: Text::line(""),
        };
        let mut tally = Tally::default();
        assert_eq!((tally.f1(), tally.minutes_to_alarm()), (None, None));
        tally.count(Some(Label::Regression), &answer(State::Fail, Some(2.0)));
        tally.count(Some(Label::Regression), &answer(State::Fail, Some(4.0)));
        tally.count(Some(Label::Regression), &answer(State::Ambiguous, None));
        tally.count(Some(Label::Healthy), &answer(State::Fail, Some(1.0)));
        tally.count(Some(Label::Healthy), &answer(State::Pass, None));
        tally.count(Some(Label::NoData), &answer(State::NoData, None));
        tally.count(None, &answer(State::Pass, None));
        let close = |found: Option<f64>, wanted: f64| {
            assert!(
                (found.unwrap() - wanted).abs() < 1e-12,
                "{found:?} {wanted}"
            );
        };
        close(tally.precision(), 2.0 / 3.0);
        close(tally.recall(), 2.0 / 3.0);
        close(tally.f1(), 2.0 / 3.0);
        close(tally.false_alarm_rate(), 0.5);
        close(tally.minutes_to_alarm(), 3.0);
        assert_eq!(
            (tally.labelled(), tally.unlabelled, tally.without_data),
            (5, 1, (1, 1))
        );
    }
}
