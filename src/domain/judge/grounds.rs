//! What a comparison rests on: the minutes with data, the side, the baseline, requests enough. Or what it lacks.

use super::{
    baseline::BaselineStats,
    expression::{Comparison, Reference, TermKind},
    finding::Finding,
    requests::requests_beside,
    series::Series,
    truth::Truth,
    window::{FEWEST_BASELINE_MINUTES, SILENT_MINUTES, Window},
};
use crate::domain::{
    observation::{Minute, Sample},
    policy::{MetricName, Side, Unit},
    wording,
};

/// The data and the minutes.
#[derive(Clone, Copy)]
pub(super) struct Bench<'a> {
    pub(super) window: &'a Window,
    pub(super) series: &'a dyn Series,
}

/// Why a number is not there.
pub(super) struct Lack(pub(super) Truth, pub(super) String);

impl From<Lack> for Finding {
    fn from(Lack(truth, why): Lack) -> Self {
        Self::unknown(truth, why)
    }
}

impl Bench<'_> {
    /// The minutes in which every metric of the comparison has a value, or why they are too few.
    pub(super) fn usable(&self, comparison: &Comparison) -> Result<Vec<Minute>, Lack> {
        let minutes = &self.window.minutes;
        let Some(last) = minutes.last() else {
            return Err(Lack(Truth::NoData, "no minute is judged yet".to_owned()));
        };
        let mut usable = Vec::with_capacity(minutes.len());
        let mut worst: Option<Lack> = None;
        let mut heard = None;
        for minute in minutes {
            match self.missing(comparison, *minute) {
                None => {
                    usable.push(*minute);
                    heard = Some(*minute);
                }
                Some(lack) => {
                    if self.is_no_traffic(comparison, *minute) {
                        heard = Some(*minute);
                    }
                    if worst.as_ref().is_none_or(|Lack(truth, _)| *truth < lack.0) {
                        worst = Some(lack);
                    }
                }
            }
        }
        let silent = heard.is_none_or(|heard| last.0 - heard.0 >= SILENT_MINUTES);
        match worst {
            Some(Lack(truth, why)) if silent || usable.len() * 2 < minutes.len() => {
                let known = format!("{why}; {} of {} minutes known", usable.len(), minutes.len());
                Err(Lack(truth, known))
            }
            _ => Ok(usable),
        }
    }

    /// Why the comparison has no value in that minute; the worst where there are several.
    pub(super) fn missing(&self, comparison: &Comparison, minute: Minute) -> Option<Lack> {
        let mut worst: Option<Lack> = None;
        self.samples(comparison, minute, |name, sample| {
            let lack = match sample {
                Sample::Value(value) if value.is_finite() => return,
                Sample::NoTraffic => Lack(Truth::NoData, format!("{name}: no traffic")),
                Sample::Absent => Lack(Truth::NoData, format!("{name}: no data")),
                Sample::Broken => Lack(Truth::Broken, format!("{name}: the source is broken")),
                Sample::Value(_) => Lack(Truth::Broken, format!("{name}: not a number")),
            };
            if worst.as_ref().is_none_or(|Lack(truth, _)| *truth < lack.0) {
                worst = Some(lack);
            }
        });
        worst
    }

    pub(super) fn is_no_traffic(&self, comparison: &Comparison, minute: Minute) -> bool {
        let mut quiet = true;
        self.samples(comparison, minute, |_, sample| {
            quiet &= sample == Sample::NoTraffic || sample.value().is_some_and(f64::is_finite);
        });
        quiet
    }

    /// Whether every measured metric is missing: then the minute is late or a gap.
    pub(super) fn is_absent(&self, comparison: &Comparison, minute: Minute) -> bool {
        let mut absent = true;
        self.samples(comparison, minute, |_, sample| {
            absent &= sample == Sample::Absent;
        });
        absent
    }

    pub(super) fn samples(
        &self,
        comparison: &Comparison,
        minute: Minute,
        mut seen: impl FnMut(&MetricName, Sample),
    ) {
        for name in comparison.measured() {
            seen(
                name,
                self.series
                    .sample(name, self.side(comparison, name), minute),
            );
        }
        for reference in [Reference::Control, Reference::BandHigh, Reference::BandLow] {
            let Some(side) = reference.side() else {
                continue;
            };
            for name in comparison.referred(reference) {
                seen(name, self.series.sample(name, side, minute));
            }
        }
    }

    pub(super) fn side(&self, comparison: &Comparison, name: &MetricName) -> Side {
        let wanted = if comparison.referred(Reference::Control).is_empty() {
            self.window.side
        } else {
            Side::Canary
        };
        if self.series.has(name, wanted) || !comparison.referred(Reference::Control).is_empty() {
            wanted
        } else {
            Side::All
        }
    }

    /// Whether a metric had to be taken whole though one side was asked for.
    pub(super) fn is_diluted(&self, comparison: &Comparison) -> bool {
        comparison
            .measured()
            .into_iter()
            .any(|name| self.side(comparison, name) != self.window.side)
            && self.window.side == Side::Canary
    }

    /// Whether there is enough to compare with: a baseline of enough minutes, and requests enough in these minutes.
    pub(super) fn grounds(&self, comparison: &Comparison, minutes: &[Minute]) -> Result<(), Lack> {
        for name in comparison.referred(Reference::Baseline) {
            self.baseline(name)?;
        }
        if self.window.min_samples == 0 || !is_relative(comparison) {
            return Ok(());
        }
        for name in comparison.measured() {
            self.enough_requests(comparison, name, minutes)?;
        }
        Ok(())
    }

    fn enough_requests(
        &self,
        comparison: &Comparison,
        name: &MetricName,
        minutes: &[Minute],
    ) -> Result<(), Lack> {
        let Some((requests, unit)) = requests_beside(self.series, name) else {
            return Ok(());
        };
        let side = self.side(comparison, name);
        let side = if self.series.has(&requests, side) {
            side
        } else {
            Side::All
        };
        let counts: Vec<f64> = minutes
            .iter()
            .filter_map(|minute| self.series.sample(&requests, side, *minute).value())
            .collect();
        let per_minute = if unit == Unit::PerSecond { 60.0 } else { 1.0 };
        let mean = mean(&counts).unwrap_or(0.0) * per_minute;
        if mean >= f64::from(self.window.min_samples) {
            return Ok(());
        }
        let have = wording::value(mean, Unit::Plain);
        let noun = if have == "1" { "request" } else { "requests" };
        let needed = self.window.min_samples;
        Err(Lack(
            Truth::Ambiguous,
            format!("{have} {noun} a minute, {needed} needed"),
        ))
    }

    pub(super) fn baseline(&self, name: &MetricName) -> Result<BaselineStats, Lack> {
        let Some(stats) = self.series.baseline(name) else {
            return Err(Lack(Truth::NoData, format!("{name}: no baseline")));
        };
        if stats.minutes < FEWEST_BASELINE_MINUTES {
            let have = wording::count(u64::from(stats.minutes), "minute");
            return Err(Lack(
                Truth::Ambiguous,
                format!("the baseline of {name} has {have}, {FEWEST_BASELINE_MINUTES} needed"),
            ));
        }
        Ok(stats)
    }
}

/// Whether it is set against what was or is beside it. An edge of a band is no middle: its noise is in it.
pub(super) fn is_relative(comparison: &Comparison) -> bool {
    comparison.has(|kind| {
        matches!(
            kind,
            TermKind::Reference(Reference::Baseline | Reference::Control, _)
        )
    })
}

pub(super) fn mean(values: &[f64]) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of minutes are far below 2^52"
    )]
    let n = values.len() as f64;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / n)
}
