//! One comparison, asked of a minute or of a window's mean. Knows samples and baselines, not durations.

use super::{
    baseline::BaselineStats,
    expression::{Aggregate, Comparison, Reference, Term, TermKind},
    finding::Finding,
    measure::{Measure, Quantity},
    series::Series,
    truth::Truth,
    window::{FAILING_SHARE, FEWEST_BASELINE_MINUTES, NOISE_FLOOR_SHARE, SILENT_MINUTES, Window},
};
use crate::domain::{
    observation::{Minute, Sample},
    policy::{MetricName, Side, Unit},
    wording,
};

/// The metric whose count says how much a relative comparison rests on.
const REQUESTS: &str = "requests";

/// The data and the minutes.
#[derive(Clone, Copy)]
pub(super) struct Bench<'a> {
    pub(super) window: &'a Window,
    pub(super) series: &'a dyn Series,
}

/// Why a number is not there.
struct Lack(Truth, String);

impl From<Lack> for Finding {
    fn from(Lack(truth, why): Lack) -> Self {
        Self::unknown(truth, why)
    }
}

/// Reads a leaf of a term.
type Lens<'a> = dyn Fn(&TermKind) -> Result<f64, Lack> + 'a;

/// Both sides, in one measure.
struct Weighed {
    left: Quantity,
    right: Quantity,
    margin: f64,
    holds: bool,
}

impl Bench<'_> {
    /// Whether it holds in that minute. Where the bad answer (`bad_when`) of a relative comparison lies within a
    /// minute's noise it is ambiguous.
    pub(super) fn in_minute(
        &self,
        comparison: &Comparison,
        minute: Minute,
        bad_when: bool,
    ) -> Finding {
        self.minute(comparison, minute, bad_when)
            .unwrap_or_else(Finding::from)
    }

    fn minute(
        &self,
        comparison: &Comparison,
        minute: Minute,
        bad_when: bool,
    ) -> Result<Finding, Lack> {
        if let Some(lack) = self.missing(comparison, minute) {
            return Err(lack);
        }
        self.grounds(comparison, &[minute])?;
        let read = |kind: &TermKind| self.read(comparison, kind, &[minute], 0.0);
        let weighed = self.weigh(comparison, &read)?;
        let mut finding = weighed.finding(comparison, &self.usual(comparison));
        if weighed.holds == bad_when && is_relative(comparison) {
            let noise = self.noise(comparison, &weighed, &[minute])?;
            if weighed.margin.abs() <= noise {
                finding.truth = Truth::Ambiguous;
                finding.why.push_str(", within the noise");
            }
        }
        if finding.truth == Truth::of(bad_when) {
            finding.minutes.push(minute);
        }
        Ok(finding)
    }

    /// Whether the means over the window hold it. Says what [`super::gate`] documents.
    pub(super) fn over_window(&self, comparison: &Comparison, bad_when: bool) -> Finding {
        self.mean(comparison, bad_when)
            .unwrap_or_else(Finding::from)
    }

    fn mean(&self, comparison: &Comparison, bad_when: bool) -> Result<Finding, Lack> {
        let usable = self.usable(comparison)?;
        self.grounds(comparison, &usable)?;
        let read = |kind: &TermKind| self.read(comparison, kind, &usable, 0.0);
        let weighed = self.weigh(comparison, &read)?;
        let mut finding = weighed.finding(comparison, &self.usual(comparison));
        let over = wording::count(usable.len() as u64, "minute");
        finding.why.push_str(" over ");
        finding.why.push_str(&over);
        finding.minutes = self.against(comparison, &usable, bad_when);
        if usable.len() < self.window.needed {
            finding.truth = Truth::Ambiguous;
            let needed = format!(", {} needed", self.window.needed);
            finding.why.push_str(&needed);
            return Ok(finding);
        }
        if is_relative(comparison) {
            self.doubt(comparison, &weighed, &usable, bad_when, &mut finding)?;
        }
        Ok(finding)
    }

    /// Makes a relative finding ambiguous where the noise or the count of minutes does not carry it.
    fn doubt(
        &self,
        comparison: &Comparison,
        weighed: &Weighed,
        usable: &[Minute],
        bad_when: bool,
        finding: &mut Finding,
    ) -> Result<(), Lack> {
        let is_bad = weighed.holds == bad_when;
        if self.is_as_before(comparison, weighed, bad_when) {
            if is_bad {
                finding.truth = Truth::of(!bad_when);
                finding.why.push_str(", as before");
                finding.minutes.clear();
            }
            return Ok(());
        }
        let noise = self.noise(comparison, weighed, usable)?;
        if weighed.margin.abs() <= noise {
            finding.truth = Truth::Ambiguous;
            finding.why.push_str(", within the noise");
            return Ok(());
        }
        if is_bad {
            let failing = finding.minutes.len();
            #[expect(
                clippy::cast_precision_loss,
                reason = "counts of minutes are far below 2^52"
            )]
            let share = failing as f64 / usable.len() as f64;
            if share < FAILING_SHARE {
                finding.truth = Truth::Ambiguous;
                let only = format!(", but only {failing} of {} minutes", usable.len());
                finding.why.push_str(&only);
            }
        }
        Ok(())
    }

    /// Whether the present is no worse than the baseline itself was by the same comparison, at the limit included: a
    /// service with no errors before and none now is as before, though nothing is below `0 * 1.1`.
    fn is_as_before(&self, comparison: &Comparison, weighed: &Weighed, bad_when: bool) -> bool {
        let before = self.weigh(comparison, &|kind| self.before(kind));
        let Ok(before) = before else { return false };
        let outward = if bad_when { -1.0 } else { 1.0 };
        let (now, then) = (weighed.margin * outward, before.margin * outward);
        now >= then && then >= 0.0
    }

    fn before(&self, kind: &TermKind) -> Result<f64, Lack> {
        match kind {
            TermKind::Metric(name)
            | TermKind::Aggregate(_, name)
            | TermKind::Reference(Reference::Baseline, name) => {
                self.baseline(name).map(|stats| stats.median)
            }
            TermKind::Reference(Reference::Control, name) => Err(Lack(
                Truth::NoData,
                format!("the control side of {name} has no past"),
            )),
            TermKind::Number(_) | TermKind::Negative(_) | TermKind::Arithmetic(..) => Ok(0.0),
        }
    }

    /// The minutes in which every metric of the comparison has a value, or why they are too few.
    fn usable(&self, comparison: &Comparison) -> Result<Vec<Minute>, Lack> {
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
                let known = format!("{why}; {} of {} minutes", usable.len(), minutes.len());
                Err(Lack(truth, known))
            }
            _ => Ok(usable),
        }
    }

    /// Why the comparison has no value in that minute; the worst where there are several.
    fn missing(&self, comparison: &Comparison, minute: Minute) -> Option<Lack> {
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

    fn is_no_traffic(&self, comparison: &Comparison, minute: Minute) -> bool {
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

    fn samples(
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
        for name in comparison.referred(Reference::Control) {
            seen(name, self.series.sample(name, Side::Control, minute));
        }
    }

    fn side(&self, comparison: &Comparison, name: &MetricName) -> Side {
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
    fn grounds(&self, comparison: &Comparison, minutes: &[Minute]) -> Result<(), Lack> {
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
        let Some((requests, unit)) = self.requests_beside(name) else {
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
        Err(Lack(
            Truth::Ambiguous,
            format!(
                "{} requests a minute, {} needed",
                wording::value(mean, Unit::Plain),
                self.window.min_samples
            ),
        ))
    }

    /// The `requests` metric with the same prefix (`db.cpu` asks `db.requests`), else the plain one. A metric that is
    /// itself called `requests` needs none: a fall to nothing must be seen.
    fn requests_beside(&self, name: &MetricName) -> Option<(MetricName, Unit)> {
        let (prefix, last) = match name.0.rsplit_once('.') {
            Some((prefix, last)) => (Some(prefix), last),
            None => (None, name.0.as_str()),
        };
        if last == REQUESTS {
            return None;
        }
        let own = prefix.map(|prefix| MetricName(format!("{prefix}.{REQUESTS}")));
        let candidates = own.into_iter().chain([MetricName::from(REQUESTS)]);
        candidates
            .into_iter()
            .find_map(|candidate| Some((candidate.clone(), self.series.unit(&candidate)?)))
    }

    fn baseline(&self, name: &MetricName) -> Result<BaselineStats, Lack> {
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

    /// A leaf's number over these minutes; `shift` moves what is measured by that many standard errors.
    fn read(
        &self,
        comparison: &Comparison,
        kind: &TermKind,
        minutes: &[Minute],
        shift: f64,
    ) -> Result<f64, Lack> {
        let (name, side, fold) = match kind {
            TermKind::Metric(name) => (name, self.side(comparison, name), Aggregate::Average),
            TermKind::Aggregate(fold, name) => (name, self.side(comparison, name), *fold),
            TermKind::Reference(Reference::Control, name) => {
                (name, Side::Control, Aggregate::Average)
            }
            TermKind::Reference(Reference::Baseline, name) => {
                return self.baseline(name).map(|stats| stats.median);
            }
            TermKind::Number(_) | TermKind::Negative(_) | TermKind::Arithmetic(..) => {
                return Ok(0.0);
            }
        };
        let values: Vec<f64> = minutes
            .iter()
            .filter_map(|minute| self.series.sample(name, side, *minute).value())
            .collect();
        let folded = match fold {
            Aggregate::Average | Aggregate::Any => mean(&values),
            Aggregate::Maximum => values.iter().copied().reduce(f64::max),
            Aggregate::Minimum => values.iter().copied().reduce(f64::min),
        };
        let value = folded.ok_or_else(|| Lack(Truth::NoData, format!("{name}: no data")))?;
        if shift == 0.0 || side == Side::Control {
            return Ok(value);
        }
        Ok(value + shift * self.standard_error(comparison, name, &values))
    }

    /// The noise of a mean over these values: the baseline's spread (against a control: the values' own), at least
    /// [`NOISE_FLOOR_SHARE`] of the middle.
    fn standard_error(&self, comparison: &Comparison, name: &MetricName, values: &[f64]) -> f64 {
        let own = || BaselineStats::of(values.iter().copied().map(Sample::Value));
        let stats = if comparison.referred(Reference::Control).is_empty() {
            self.series.baseline(name).or_else(own)
        } else {
            own()
        };
        let Some(stats) = stats else { return 0.0 };
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of minutes are far below 2^52"
        )]
        let n = values.len().max(1) as f64;
        (stats.spread / n.sqrt()).max(NOISE_FLOOR_SHARE * stats.median.abs())
    }

    /// How far the margin moves when what is measured moves by its noise.
    fn noise(
        &self,
        comparison: &Comparison,
        weighed: &Weighed,
        minutes: &[Minute],
    ) -> Result<f64, Lack> {
        let mut most = 0.0_f64;
        for shift in [-1.0, 1.0] {
            let read = |kind: &TermKind| self.read(comparison, kind, minutes, shift);
            let moved = self.weigh(comparison, &read)?;
            most = most.max((moved.margin - weighed.margin).abs());
        }
        Ok(most)
    }

    /// The minutes that speak against the release, each by itself and without regard to noise.
    fn against(&self, comparison: &Comparison, minutes: &[Minute], bad_when: bool) -> Vec<Minute> {
        minutes
            .iter()
            .copied()
            .filter(|minute| {
                let read = |kind: &TermKind| self.read(comparison, kind, &[*minute], 0.0);
                self.weigh(comparison, &read)
                    .is_ok_and(|weighed| weighed.holds == bad_when)
            })
            .collect()
    }

    /// `baseline 175 ms` for the arithmetic of a relative comparison.
    fn usual(&self, comparison: &Comparison) -> String {
        let mut out = Vec::new();
        for name in comparison.referred(Reference::Baseline) {
            if let (Some(stats), Some(unit)) = (self.series.baseline(name), self.series.unit(name))
            {
                let value = Quantity::new(stats.median, unit.into()).shown();
                out.push(format!("baseline {value}"));
            }
        }
        out.join(", ")
    }

    fn weigh(&self, comparison: &Comparison, lens: &Lens<'_>) -> Result<Weighed, Lack> {
        let left = self.term(&comparison.left, lens)?;
        let right = self.term(&comparison.right, lens)?;
        let (measure, a, b) = left.measure.meet(right.measure).map_err(|_| clash())?;
        let left = Quantity::new(left.value * a, measure);
        let right = Quantity::new(right.value * b, measure);
        let margin = comparison.relation.margin(left.value, right.value);
        if !margin.is_finite() {
            return Err(Lack(Truth::NoData, "divided by zero".to_owned()));
        }
        let holds = margin > 0.0 || (margin == 0.0 && comparison.relation.holds_at_limit());
        Ok(Weighed {
            left,
            right,
            margin,
            holds,
        })
    }

    fn term(&self, term: &Term, lens: &Lens<'_>) -> Result<Quantity, Lack> {
        match &term.kind {
            TermKind::Number(quantity) => Ok(*quantity),
            TermKind::Metric(name)
            | TermKind::Reference(_, name)
            | TermKind::Aggregate(_, name) => {
                let unit = self
                    .series
                    .unit(name)
                    .ok_or_else(|| Lack(Truth::Broken, format!("there is no metric {name}")))?;
                Ok(Quantity::new(lens(&term.kind)?, Measure::from(unit)))
            }
            TermKind::Negative(inner) => {
                let inner = self.term(inner, lens)?;
                Ok(Quantity::new(-inner.value, inner.measure))
            }
            TermKind::Arithmetic(operator, left, right) => {
                let left = self.term(left, lens)?;
                let right = self.term(right, lens)?;
                left.combine(*operator, right).map_err(|_| clash())
            }
        }
    }
}

impl Weighed {
    fn finding(&self, comparison: &Comparison, usual: &str) -> Finding {
        let relation = if self.holds {
            comparison.relation
        } else {
            comparison.relation.opposite()
        };
        let (mut left, mut right) = (self.left.shown(), self.right.shown());
        if left == right && self.margin != 0.0 {
            (left, right) = (self.left.shown_exactly(), self.right.shown_exactly());
        }
        let mut why = format!("{left} {} {right}", relation.sign());
        if !usual.is_empty() {
            why.push_str(" (");
            why.push_str(usual);
            why.push(')');
        }
        Finding {
            truth: Truth::of(self.holds),
            why,
            margin: Some(self.margin),
            minutes: Vec::new(),
        }
    }
}

fn clash() -> Lack {
    Lack(Truth::Broken, "the rule's units do not agree".to_owned())
}

fn is_relative(comparison: &Comparison) -> bool {
    comparison.has(|kind| matches!(kind, TermKind::Reference(..)))
}

fn mean(values: &[f64]) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of minutes are far below 2^52"
    )]
    let n = values.len() as f64;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / n)
}
