//! What the watch can detect at all in a metric, worked out from its own past. It takes milliseconds: a question holds all
//! that it needs, so that it can be answered elsewhere than where the release is.

use crate::domain::{
    anomaly::{Budget, Detector, Point, Reading, directions},
    policy::{Bad, Unit},
    wording,
};

/// The length of a minute.
const MINUTE_S: f64 = 60.0;
/// A window of more values than these is tried as one of these.
const MOST_VALUES: usize = 1_440;

/// The smallest lasting change of a metric that the watch would alarm in four of five cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detectable {
    /// In the metric's unit; `None`: the past is too short to tell.
    pub change: Option<f64>,
    /// What is usual now.
    pub usual: f64,
    /// Minutes of the window.
    pub window: i64,
}

/// The question what the window can detect in a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    pub(super) label: String,
    pub(super) unit: Unit,
    pub(super) bad: Bad,
    /// The past, a minute each, on a clock of seconds.
    pub(super) before: Vec<Point>,
    /// Minutes.
    pub(super) window: i64,
    pub(super) budget: Budget,
}

impl Sighting {
    /// What people call the metric.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The values of which the window holds so many, whenever in their period the deploy comes: 15 minutes hold fifteen of a
    /// minute, and two of five minutes.
    fn values(&self, step_s: f64) -> usize {
        let steps = (1..).take_while(|count| {
            let whole = f64::from(*count) * step_s;
            let minutes = i32::try_from(self.window).unwrap_or(i32::MAX);
            whole + (step_s - MINUTE_S).max(0.0) <= f64::from(minutes) * MINUTE_S
        });
        steps.take(MOST_VALUES).count()
    }

    /// The answer; `None`: the metric has no value.
    pub fn detectable(&self) -> Option<Detectable> {
        let past = Reading::of(&self.before, &[], 0.0, MINUTE_S);
        let wanted = self.values(past.step_s);
        let mut detector = None;
        let mut change: Option<f64> = None;
        for down in directions(self.bad) {
            let one = detector.insert(Detector::new(&past.before, *down)?);
            // Of two directions the one that is harder to see.
            let Some(needed) = one.detectable(wanted, past.step_s, self.budget) else {
                change = None;
                break;
            };
            change = Some(change.map_or(needed, |change| change.max(needed)));
        }
        let usual = detector?.usual();
        Some(Detectable {
            change,
            usual,
            window: self.window,
        })
    }

    /// The same in words: `+18%`, `+0.4 pt`, `cannot tell` where the past is too short for it.
    pub fn words(&self) -> String {
        let Some(known) = self.detectable() else {
            return "no data".to_owned();
        };
        let Some(change) = known.change else {
            return "cannot tell".to_owned();
        };
        let words = wording::change(known.usual, known.usual + change, self.unit);
        match self.bad {
            Bad::Up => words,
            Bad::Down => words.replacen('+', "−", 1),
            Bad::Both => words.replacen('+', "±", 1),
        }
    }
}
