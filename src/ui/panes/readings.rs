//! What the metrics pane reads from the release: series, newest values, baselines, limits, freshness.

use jiff::SignedDuration;
use ratatui::style::Style;

use crate::{
    app::MetricFacts,
    domain::{
        Feed,
        observation::{Minute, Sample},
        policy::{Metric, Recipe},
        wording,
    },
    ui::pane::View,
};

/// A count is whole so long after its minute's end: sources fill a minute in steps, and half of the requests is no news.
const FILLS: SignedDuration = SignedDuration::from_mins(2);

/// The newest minute that any metric has.
pub(super) fn newest(view: View<'_>) -> Minute {
    view.release
        .watch
        .series
        .values()
        .filter_map(|series| series.keys().next_back().copied())
        .max()
        .unwrap_or(Minute::of(view.model.now))
}

/// The newest sample, with its minute: one that is whole before one that is still being filled, and any before none.
pub(super) fn latest(view: View<'_>, metric: &Metric) -> Option<(Minute, Sample)> {
    let series = view.release.watch.series.get(&metric.key())?;
    // The running minute is often not there yet.
    let is_there = |(_, sample): &(&Minute, &Sample)| **sample != Sample::Absent;
    let is_whole = |(minute, _): &(&Minute, &Sample)| is_whole(view, metric, **minute);
    let mut newest = series.iter().rev().filter(is_there);
    let mut whole = newest.clone().filter(is_whole);
    let found = whole
        .next()
        .or_else(|| newest.next())
        .or_else(|| series.iter().next_back());
    found.map(|(minute, sample)| (*minute, *sample))
}

/// The values of `from..until` as a line shows them: a minute that is still being filled would be a fall that is none.
pub(super) fn values(
    view: View<'_>,
    metric: &Metric,
    from: Minute,
    until: Minute,
) -> Vec<Option<f64>> {
    let mut values = view.release.values(metric, from, until);
    for (offset, value) in (0..).zip(&mut values) {
        if value.is_some() && !is_whole(view, metric, from.plus(offset)) {
            *value = None;
        }
    }
    values
}

/// Whether a minute was filled when it was last read; after the end nobody reads any more.
fn is_whole(view: View<'_>, metric: &Metric, minute: Minute) -> bool {
    let now = view.model.now;
    let read = view.model.feeds.answered_at(Feed::Metrics);
    let read = read.map_or(now, |read| read.min(now));
    !counts(metric) || read.duration_since(minute.end()) >= FILLS
}

/// Whether its value adds up while its minute is filled.
fn counts(metric: &Metric) -> bool {
    matches!(&metric.recipe, Recipe::Direct { query, .. }
        if matches!(query.statistic.as_str(), "Sum" | "SampleCount"))
}

/// What was worked out for the metric of that index in the policy.
pub(super) fn facts(view: View<'_>, index: usize) -> &MetricFacts {
    static NONE: MetricFacts = MetricFacts {
        baseline: None,
        after: None,
        limits: Vec::new(),
    };
    view.model.derived.metrics.get(index).unwrap_or(&NONE)
}

/// The value as people read it; what is not there is said.
pub(super) fn reading(view: View<'_>, metric: &Metric) -> (String, Style) {
    let styles = &view.look.styles;
    match latest(view, metric) {
        None | Some((_, Sample::Absent)) => ("no data".to_owned(), styles.info),
        Some((_, Sample::NoTraffic)) => ("no traffic".to_owned(), styles.info),
        Some((_, Sample::Broken)) => ("source broken".to_owned(), styles.fail),
        Some((minute, Sample::Value(value))) => {
            let age = view.model.now.duration_since(minute.end());
            // After the end it is the record of what was, and does not age.
            if age.as_mins() >= 5 && !view.release.phase().is_end() {
                (
                    format!(
                        "{} {} old",
                        wording::value(value, metric.unit),
                        wording::age(age)
                    ),
                    styles.faint,
                )
            } else {
                (wording::value(value, metric.unit), styles.strong)
            }
        }
    }
}
