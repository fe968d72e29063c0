//! What many ask within a moment, gathered into one question: each metric once, under a name of its own.

use std::collections::BTreeMap;

use crate::domain::{
    observation::{MetricsSeen, Minute, Sample},
    policy::{Metric, MetricName},
};

/// Minutes that a question may ask beyond a wish, for the others' sake.
const SLACK: i64 = 60;

/// What was asked so far, while the round gathers.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    metrics: Vec<Metric>,
    span: Option<(Minute, Minute)>,
    /// The minutes of the shortest wish.
    shortest: i64,
}

impl Wishes {
    /// Whether a wish lies so close to the others that one question for all asks little beyond each: a first look at six
    /// hours, and the same minutes of another day, go apart.
    pub(super) fn fits(&self, from: Minute, until: Minute) -> bool {
        self.span.is_none_or(|(first, last)| {
            let whole = last.max(until).0.saturating_sub(first.min(from).0);
            let shortest = self.shortest.min(until.0.saturating_sub(from.0));
            whole <= shortest.saturating_add(SLACK)
        })
    }

    /// Adds a wish; the places of its metrics in the question.
    pub(super) fn add(&mut self, metrics: &[Metric], from: Minute, until: Minute) -> Vec<usize> {
        let length = until.0.saturating_sub(from.0);
        (self.span, self.shortest) = match self.span {
            None => (Some((from, until)), length),
            Some((first, last)) => {
                let whole = (first.min(from), last.max(until));
                (Some(whole), self.shortest.min(length))
            }
        };
        metrics.iter().map(|metric| self.place(metric)).collect()
    }

    /// Services name their metrics alike and mean other load balancers: all but the name makes a metric.
    fn place(&mut self, metric: &Metric) -> usize {
        let known = self.metrics.iter().enumerate().position(|(at, known)| {
            known.name == name_at(metric, at) && {
                let named = Metric {
                    name: known.name.clone(),
                    ..metric.clone()
                };
                *known == named
            }
        });
        known.unwrap_or_else(|| {
            let at = self.metrics.len();
            self.metrics.push(Metric {
                name: name_at(metric, at),
                ..metric.clone()
            });
            at
        })
    }

    /// The question: every metric, from the earliest minute up to the latest.
    pub(super) fn question(&self) -> Option<(Vec<Metric>, Minute, Minute)> {
        let (from, until) = self.span?;
        Some((self.metrics.clone(), from, until))
    }
}

/// Unique in a question, and still readable in what the source remarks.
fn name_at(metric: &Metric, at: usize) -> MetricName {
    MetricName(format!("{}~{at}", metric.name))
}

/// What one who asked gets of the whole answer.
pub(super) fn share(
    whole: &MetricsSeen,
    metrics: &[Metric],
    places: &[usize],
    from: Minute,
    until: Minute,
) -> MetricsSeen {
    let length = usize::try_from(until.0.saturating_sub(from.0)).unwrap_or(0);
    let skipped = usize::try_from(from.0.saturating_sub(whole.from.0)).unwrap_or(usize::MAX);
    let mut series = BTreeMap::new();
    for (metric, at) in metrics.iter().zip(places) {
        let samples = whole.series.get(&(name_at(metric, *at), metric.side));
        let mut own: Vec<Sample> = samples
            .into_iter()
            .flatten()
            .skip(skipped)
            .take(length)
            .copied()
            .collect();
        // What the answer lacks is not known; it is nothing worse.
        own.resize(length, Sample::Absent);
        series.insert((metric.name.clone(), metric.side), own);
    }
    MetricsSeen {
        from,
        until,
        series,
        remarks: whole.remarks.clone(),
    }
}
