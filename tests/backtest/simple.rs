//! The simple detectors that teams write, to be measured beside.

use cockpit::domain::{
    Text,
    anomaly::{
        Answer, Case, CaseMetric, Label, Tally, directions, mad_sigma, mann_whitney, median, real,
    },
    judge::State,
};

/// The index of the value after which a detector alarms.
type Detector = fn(&[f64], &[f64]) -> Option<usize>;

pub(crate) const SIMPLE: [(&str, Detector); 4] = [
    ("3 sigma, one point", |before, after| {
        sigmas(before, after, 3.0, 1)
    }),
    ("5 sigma, twice", |before, after| {
        sigmas(before, after, 5.0, 2)
    }),
    ("MAD 5, one point", |before, after| {
        let middle = median(before)?;
        streak(after, middle, 5.0 * mad_sigma(before, middle), 1)
    }),
    ("Mann-Whitney, 1%", |before, after| {
        (5..=after.len()).find(|count| {
            mann_whitney(before, &after[..*count]).is_some_and(|t| t.chance_above < 0.01)
        })
    }),
];

fn sigmas(before: &[f64], after: &[f64], times: f64, needed: usize) -> Option<usize> {
    let mean = before.iter().sum::<f64>() / real(before.len());
    let spread = cockpit::domain::anomaly::deviation(before);
    streak(after, mean, times * spread, needed)
}

fn streak(after: &[f64], middle: f64, limit: f64, needed: usize) -> Option<usize> {
    let mut run = 0;
    after.iter().position(|value| {
        run = if value - middle > limit { run + 1 } else { 0 };
        run >= needed
    })
}

fn known(metric: &CaseMetric, down: bool) -> (Vec<f64>, Vec<f64>) {
    let sign = if down { -1.0 } else { 1.0 };
    let values = |points: &[(f64, Option<f64>)]| -> Vec<f64> {
        points
            .iter()
            .filter_map(|(_, v)| v.map(|v| v * sign))
            .collect()
    };
    (values(&metric.before), values(&metric.after))
}

/// A simple detector over cases.
pub(crate) fn tally<'a>(detector: Detector, cases: impl Iterator<Item = &'a Case>) -> Tally {
    let mut tally = Tally::default();
    for case in cases {
        let metric = &case.metrics[0];
        let at = directions(metric.bad)
            .iter()
            .filter_map(|down| {
                let (before, after) = known(metric, *down);
                detector(&before, &after)
            })
            .min();
        let answer = Answer {
            state: if at.is_some() {
                State::Fail
            } else {
                State::Pass
            },
            minute: at.map(|at| real(at + 1)),
            score: 0.0,
            why: Text::line(""),
        };
        tally.count(case.label.or(Some(Label::Healthy)), &answer);
    }
    tally
}
