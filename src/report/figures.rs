//! The load test's figures beside a baseline: metric, baseline, current, change, status.

use serde::Serialize;

use crate::domain::{evidence::LoadReport, policy::Unit, wording};

/// A change of latency or throughput below this share, in per cent, is noise.
const NOISE_PERCENT: f64 = 5.0;
/// A change of the failed share below this, in points, is noise.
const NOISE_POINTS: f64 = 0.1;

/// One row of the performance table.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// `p50`, `p95`, `p99`, `throughput`, `failed`.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// The unit of both values: milliseconds, requests a second, per cent.
    pub unit: Unit,
    /// The earlier release's.
    pub baseline: Option<f64>,
    /// The candidate's.
    pub current: Option<f64>,
    /// What the two say.
    pub status: FigureStatus,
}

/// How a figure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureStatus {
    /// A threshold of the load test over this figure was crossed, whatever the baseline says.
    Crossed,
    /// Worse than the baseline by more than noise.
    Worse,
    /// Within noise.
    Same,
    /// Better by more than noise.
    Better,
    /// Measured, with nothing to compare with.
    NoBaseline,
    /// The load test does not tell it.
    NotMeasured,
}

impl FigureStatus {
    /// What people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Crossed => "threshold crossed",
            Self::Worse => "worse",
            Self::Same => "same",
            Self::Better => "better",
            Self::NoBaseline => "no baseline",
            Self::NotMeasured => "not measured",
        }
    }
}

impl Figure {
    /// The change in words: `+34%`, `+0.6 pt`, `=`; `None` where one of the two is unknown.
    pub fn change(&self) -> Option<String> {
        Some(wording::change(self.baseline?, self.current?, self.unit))
    }

    /// A value in its unit, or `?` for an unknown one.
    pub fn shown(&self, value: Option<f64>) -> String {
        match (value, self.unit) {
            (None, _) => "?".to_owned(),
            // Rates lie close together: 1,240 and 1,250 must not read the same.
            (Some(value), Unit::PerSecond) => format!("{}/s", wording::significant(value, 4)),
            (Some(value), unit) => wording::value(value, unit),
        }
    }
}

/// Every figure of a load test, in the order of the table.
pub fn figures(load: &LoadReport) -> Vec<Figure> {
    let before = load.baseline.as_deref();
    let latency = |name, title, current, baseline, marks: &'static [&'static str]| Figure {
        name,
        title,
        unit: Unit::Milliseconds,
        baseline,
        current,
        status: status(load, (baseline, current), Unit::Milliseconds, marks),
    };
    let throughput = (before.and_then(|before| before.throughput), load.throughput);
    let failed = (before.and_then(|before| before.failed), load.failed);
    vec![
        latency(
            "p50",
            "latency p50",
            load.p50,
            before.and_then(|before| before.p50),
            &["http_req_duration med", "http_req_duration p(50)"],
        ),
        latency(
            "p95",
            "latency p95",
            load.p95,
            before.and_then(|before| before.p95),
            &["http_req_duration p(95)"],
        ),
        latency(
            "p99",
            "latency p99",
            load.p99,
            before.and_then(|before| before.p99),
            &["http_req_duration p(99)"],
        ),
        Figure {
            name: "throughput",
            title: "throughput",
            unit: Unit::PerSecond,
            baseline: throughput.0,
            current: throughput.1,
            status: status(load, throughput, Unit::PerSecond, &["http_reqs rate"]),
        },
        Figure {
            name: "failed",
            title: "failed requests",
            unit: Unit::Percent,
            baseline: failed.0,
            current: failed.1,
            status: status(load, failed, Unit::Percent, &["http_req_failed rate"]),
        },
    ]
}

fn status(
    load: &LoadReport,
    (baseline, current): (Option<f64>, Option<f64>),
    unit: Unit,
    marks: &[&str],
) -> FigureStatus {
    // `http_req_duration: p(99)<800` and `http_req_duration p(99)<800` are the same to people.
    let is_crossed = load.crossed().any(|threshold| {
        let name = threshold.name.as_str().replace(": ", " ");
        marks.iter().any(|mark| name.starts_with(mark))
    });
    let fell_through = unit == Unit::Percent && load.collapse().is_some();
    let Some(current) = current.filter(|value| value.is_finite()) else {
        return FigureStatus::NotMeasured;
    };
    if is_crossed || fell_through {
        return FigureStatus::Crossed;
    }
    let Some(baseline) = baseline.filter(|value| value.is_finite()) else {
        return FigureStatus::NoBaseline;
    };
    let (change, noise) = match unit {
        Unit::Percent => (current - baseline, NOISE_POINTS),
        // From nothing there is no share: any change counts.
        _ if baseline == 0.0 => (current, 0.0),
        _ => ((current / baseline - 1.0) * 100.0, NOISE_PERCENT),
    };
    // Fewer requests a second are worse, fewer milliseconds and failures better.
    let worse = if unit == Unit::PerSecond {
        -change
    } else {
        change
    };
    if worse > noise {
        FigureStatus::Worse
    } else if worse < -noise {
        FigureStatus::Better
    } else {
        FigureStatus::Same
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evidence::{LoadBaseline, Threshold};

    fn load(now: [Option<f64>; 3], before: Option<[Option<f64>; 3]>) -> LoadReport {
        let [p99, throughput, failed] = now;
        let baseline = before.map(|[p99, throughput, failed]| {
            let earlier = LoadReport {
                p99,
                throughput,
                failed,
                ..LoadReport::default()
            };
            Box::new(LoadBaseline::of(&earlier, "run 7"))
        });
        LoadReport {
            p99,
            throughput,
            failed,
            baseline,
            ..LoadReport::default()
        }
    }

    fn said(load: &LoadReport, name: &str) -> (Option<String>, FigureStatus) {
        let figure = figures(load).into_iter().find(|row| row.name == name);
        let figure = figure.unwrap();
        (figure.change(), figure.status)
    }

    #[test]
    fn slower_fewer_and_failing_more_are_worse() {
        let load = load(
            [Some(234.0), Some(800.0), Some(0.8)],
            Some([Some(180.0), Some(1_000.0), Some(0.2)]),
        );
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(said(&load, "p99"), (is("+30%"), FigureStatus::Worse));
        assert_eq!(said(&load, "throughput"), (is("−20%"), FigureStatus::Worse));
        assert_eq!(said(&load, "failed"), (is("+0.6 pt"), FigureStatus::Worse));
        assert_eq!(said(&load, "p50"), (None, FigureStatus::NotMeasured));
    }

    #[test]
    fn noise_is_the_same_and_better_is_better() {
        let load = load(
            [Some(182.0), Some(1_200.0), Some(0.05)],
            Some([Some(180.0), Some(1_000.0), Some(0.0)]),
        );
        assert_eq!(said(&load, "p99").1, FigureStatus::Same);
        assert_eq!(said(&load, "throughput").1, FigureStatus::Better);
        assert_eq!(said(&load, "failed").1, FigureStatus::Same);
    }

    #[test]
    fn without_a_baseline_nothing_is_called_same() {
        let load = load([Some(182.0), None, None], None);
        assert_eq!(said(&load, "p99"), (None, FigureStatus::NoBaseline));
        assert_eq!(said(&load, "throughput").1, FigureStatus::NotMeasured);
    }

    #[test]
    fn a_crossed_threshold_outweighs_a_good_baseline() {
        let mut load = load([Some(150.0), None, None], Some([Some(180.0), None, None]));
        load.thresholds = Some(vec![Threshold {
            name: "http_req_duration: p(99)<100".into(),
            held: false,
        }]);
        assert_eq!(said(&load, "p99").1, FigureStatus::Crossed);
        let broken = LoadReport {
            failed: Some(100.0),
            ..LoadReport::default()
        };
        assert_eq!(said(&broken, "failed").1, FigureStatus::Crossed);
    }
}
