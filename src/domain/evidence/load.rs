//! A load test's summary.

use serde::{Deserialize, Serialize};

use crate::domain::Text;

/// What a load test measured. Times in milliseconds, shares in per cent; `None` is unknown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LoadReport {
    /// Median latency.
    pub p50: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// Requests a second.
    pub throughput: Option<f64>,
    /// Requests in all.
    pub requests: Option<u64>,
    /// Failed requests, per cent.
    pub failed: Option<f64>,
    /// Checks passed and failed.
    pub checks: Option<(u64, u64)>,
    /// Thresholds by expression; `None`: the file holds none, so it cannot be called passed.
    pub thresholds: Option<Vec<Threshold>>,
    /// An earlier release's figures to compare with, where there are some.
    #[serde(default)]
    pub baseline: Option<Box<LoadBaseline>>,
    /// What could not be read.
    pub problems: Vec<Text>,
}

/// An earlier release's load test; units as in [`LoadReport`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadBaseline {
    /// Whose: `run 8123`.
    pub of: Text,
    /// Median latency.
    pub p50: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// Requests a second.
    pub throughput: Option<f64>,
    /// Failed requests, per cent.
    pub failed: Option<f64>,
}

impl LoadBaseline {
    /// The figures of an earlier report, by the name of its release.
    pub fn of(report: &LoadReport, name: &str) -> Self {
        Self {
            of: Text::line(name),
            p50: report.p50,
            p95: report.p95,
            p99: report.p99,
            throughput: report.throughput,
            failed: report.failed,
        }
    }
}

/// What a load test's own thresholds say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadVerdict {
    /// Every threshold held.
    Passed,
    /// A threshold was crossed, or no request succeeded.
    Failed,
    /// Nothing was demanded, so nothing was passed.
    NoThresholds,
}

impl LoadVerdict {
    /// What the screen says.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NoThresholds => "no thresholds",
        }
    }
}

impl LoadReport {
    /// Judges by the thresholds in the file; a test without one good answer failed whatever they say.
    pub fn verdict(&self) -> LoadVerdict {
        let thresholds = self.thresholds.as_deref().unwrap_or_default();
        if self.collapse().is_some() || thresholds.iter().any(|threshold| !threshold.held) {
            LoadVerdict::Failed
        } else if thresholds.is_empty() {
            LoadVerdict::NoThresholds
        } else {
            LoadVerdict::Passed
        }
    }

    /// Several summaries as one: they are several scenarios, so the figures are the worst one's and the thresholds
    /// everyone's. `problems` are those of summaries that could not be read. `None` for none.
    pub fn join(mut reports: Vec<(String, Self)>, problems: &[String]) -> Option<Self> {
        let badness = |report: &Self| match report.verdict() {
            LoadVerdict::Failed if report.collapse().is_some() => 0,
            LoadVerdict::Failed => 1,
            LoadVerdict::NoThresholds => 2,
            LoadVerdict::Passed => 3,
        };
        // Of those that are equally bad the slowest.
        let slowness = |report: &Self| report.p99.or(report.p95).or(report.p50).unwrap_or(0.0);
        reports.sort_by(|(_, a), (_, b)| {
            let worse = badness(a).cmp(&badness(b));
            worse.then_with(|| slowness(b).total_cmp(&slowness(a)))
        });
        let mut reports = reports.into_iter();
        let (name, mut joined) = reports.next()?;
        let others: Vec<_> = reports.collect();
        if !others.is_empty() {
            let line = format!(
                "{} summaries: the figures are those of {name}",
                others.len() + 1
            );
            joined.problems.push(Text::line(&line));
        }
        for (name, other) in others {
            for mut threshold in other.thresholds.into_iter().flatten() {
                threshold.name = Text::line(&format!("{name} {}", threshold.name));
                joined.thresholds.get_or_insert_default().push(threshold);
            }
        }
        let lines = problems.iter().take(20).map(|line| Text::line(line));
        joined.problems.extend(lines);
        Some(joined)
    }

    /// Why not one request succeeded, where none did: then a threshold that held says nothing.
    pub fn collapse(&self) -> Option<&'static str> {
        if self.requests == Some(0) {
            Some("no request was sent")
        } else if self.failed.is_some_and(|share| share >= 100.0) {
            Some("every request failed")
        } else {
            None
        }
    }

    /// Whether no figure is in it, not even that nothing was sent.
    pub fn measured_nothing(&self) -> bool {
        let figures = [self.p50, self.p95, self.p99, self.throughput, self.failed];
        self.requests.is_none() && figures.iter().all(Option::is_none)
    }

    /// Compares it with what the team wrote down, where it did.
    pub fn compare_with(&mut self, written: Option<&LoadBaseline>) {
        if let Some(written) = written {
            self.baseline = Some(Box::new(written.clone()));
        }
    }

    /// The thresholds that were crossed.
    pub fn crossed(&self) -> impl Iterator<Item = &Threshold> {
        let thresholds = self.thresholds.as_deref().unwrap_or_default();
        thresholds.iter().filter(|threshold| !threshold.held)
    }
}

/// One threshold of the load test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threshold {
    /// `http_req_duration: p(99)<800`.
    pub name: Text,
    /// Whether it held.
    pub held: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_scenarios_the_worst_ones_figures_are_shown() {
        let held = |p99: f64, held: bool| LoadReport {
            p99: Some(p99),
            thresholds: Some(vec![Threshold {
                name: Text::line("p(99)<900"),
                held,
            }]),
            ..LoadReport::default()
        };
        let join = |reports: Vec<LoadReport>| {
            let named = reports.into_iter().map(|one| ("a.json".to_owned(), one));
            LoadReport::join(named.collect(), &[]).unwrap()
        };
        let joined = join(vec![held(100.0, true), held(800.0, true)]);
        assert_eq!(
            (joined.p99, joined.verdict()),
            (Some(800.0), LoadVerdict::Passed)
        );
        let joined = join(vec![held(800.0, true), held(100.0, false)]);
        assert_eq!(
            (joined.p99, joined.verdict()),
            (Some(100.0), LoadVerdict::Failed)
        );
        let refused = LoadReport {
            failed: Some(100.0),
            ..LoadReport::default()
        };
        let joined = join(vec![held(800.0, false), refused]);
        assert_eq!(joined.collapse(), Some("every request failed"));
    }
}
