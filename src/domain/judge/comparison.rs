//! One comparison, asked of a minute or of a window's mean. Knows samples and baselines, not durations.

use super::{
    baseline::BaselineStats,
    expression::{Aggregate, Comparison, Reference, Term, TermKind},
    finding::Finding,
    grounds::{Bench, Lack, is_relative, mean},
    measure::{Measure, Quantity},
    truth::Truth,
    window::{FAILING_SHARE, NOISE_FLOOR_SHARE},
};
use crate::domain::{
    observation::{Minute, Sample},
    policy::{MetricName, Side},
    wording,
};

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
            TermKind::Reference(reference, name) => Err(Lack(
                Truth::NoData,
                format!("the {} of {name} has no past", reference.word()),
            )),
            TermKind::Number(_) | TermKind::Negative(_) | TermKind::Arithmetic(..) => Ok(0.0),
        }
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
            TermKind::Reference(reference, name) => match reference.side() {
                Some(side) => (name, side, Aggregate::Average),
                None => return self.baseline(name).map(|stats| stats.median),
            },
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
        if shift == 0.0 || side == Side::Control || side.is_band() {
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
