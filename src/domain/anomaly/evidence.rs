//! What speaks against a metric as of one value: a stretch that keeps a level, or values that keep coming back beyond all before.

use super::{
    boundary::Budget,
    detector::{Detector, Look},
    effect::{Effect, percent},
    reading::Reading,
    recurring::Recurring,
};

/// Both, of one look.
pub(super) struct Evidence {
    pub(super) look: Option<Look>,
    pub(super) recurring: Option<Recurring>,
}

impl Evidence {
    /// The greater of both ratios; `None`: neither says anything.
    pub(super) fn ratio(&self) -> Option<f64> {
        let recurring = self.recurring.as_ref().map(|found| found.ratio);
        match (self.look.map(|look| look.ratio), recurring) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        }
    }

    /// The same of what may alarm at this value: something that came back earlier was said then.
    pub(super) fn fresh(&self) -> f64 {
        let look = self.look.map_or(f64::NEG_INFINITY, |look| look.ratio);
        let fresh = self.recurring.as_ref().filter(|found| found.is_fresh);
        look.max(fresh.map_or(f64::NEG_INFINITY, |found| found.ratio))
    }

    /// What was expected of the values, in the metric's unit.
    pub(super) fn expected(&self, detector: &Detector) -> f64 {
        self.look
            .map_or_else(|| detector.usual(), |look| look.expected)
    }

    /// The arithmetic of whichever speaks louder.
    pub(super) fn said(
        &self,
        name: &str,
        reading: &Reading,
        known: &[f64],
        budget: Budget,
    ) -> String {
        match (self.look, &self.recurring) {
            (Some(look), None) => said(name, reading, known, look, budget),
            (Some(look), Some(recurring)) if look.ratio >= recurring.ratio => {
                said(name, reading, known, look, budget)
            }
            (_, Some(recurring)) => recurring.said(name, reading, known),
            (None, None) => format!("{name} changed"),
        }
    }
}

fn said(name: &str, reading: &Reading, known: &[f64], look: Look, budget: Budget) -> String {
    let stretch = known
        .get(known.len().saturating_sub(look.width)..)
        .unwrap_or_default();
    let before = reading
        .before
        .get(reading.before.len().saturating_sub(look.span)..)
        .unwrap_or_default();
    match Effect::of(before, stretch, known) {
        Some(effect) => effect.said(name, reading.step_s, budget.chance(look.ratio)),
        None => format!(
            "{name} changed, chance {}",
            percent(budget.chance(look.ratio))
        ),
    }
}
