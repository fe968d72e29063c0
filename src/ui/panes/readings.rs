//! What the metrics pane reads from the release: series, newest values, baselines, limits, freshness.

use jiff::SignedDuration;
use ratatui::style::Style;

use crate::{
    app::{Action, MetricFacts, Pane},
    domain::{
        Feed,
        judge::{Course, Rule, change},
        observation::{Minute, Sample},
        policy::{Metric, MetricName, Recipe},
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

/// How a value looks beside what was and what the rules say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// Beyond what a trigger allows.
    Failing,
    /// Stands out, or is worse than before by more than is usual.
    Odd,
    /// As before.
    Usual,
    /// There is nothing to compare it with.
    Alone,
}

/// How the newest value of the metric of that index looks.
pub(super) fn looks(view: View<'_>, index: usize, metric: &Metric, now: f64) -> Looks {
    let facts = facts(view, index);
    let fires = facts.limits.iter().any(|(limit, fires)| {
        let beyond = if limit.above {
            now > limit.value
        } else {
            now < limit.value
        };
        *fires && beyond
    });
    let key = metric.key();
    let mut standing = view.release.watch.standing();
    if fires {
        Looks::Failing
    } else if standing.any(|(standing, ..)| *standing == key) {
        Looks::Odd
    } else {
        match &facts.baseline {
            None => Looks::Alone,
            Some(stats)
                if change(stats, now, metric.bad).course == Course::Worse
                    && stats.is_unusual(now) =>
            {
                Looks::Odd
            }
            Some(_) => Looks::Usual,
        }
    }
}

/// The metrics that gates or triggers of the watch name.
fn named(view: View<'_>) -> Vec<MetricName> {
    let hypercare = &view.release.policy.hypercare;
    let rules = hypercare.gates.iter().chain(&hypercare.triggers);
    rules.flat_map(Rule::metrics).collect()
}

/// How many of the shown metrics cannot be read now: those that gates or triggers name, and others.
pub(super) fn broken(view: View<'_>) -> (usize, usize) {
    let named = named(view);
    let shown = view.release.policy.shown_metrics();
    let silent = shown
        .iter()
        .filter(|metric| matches!(latest(view, metric), Some((_, Sample::Broken))));
    let (of_rules, others): (Vec<&Metric>, Vec<&Metric>) =
        silent.partition(|metric| named.contains(&metric.name));
    (of_rules.len(), others.len())
}

/// The metrics in the order in which they keep their place where room is scarce: the chosen one, what fails or is odd,
/// what gates or triggers name, the rest.
pub(super) fn by_weight(view: View<'_>, metrics: &[&Metric], chosen: usize) -> Vec<usize> {
    let named = named(view);
    let weight = |index: usize| {
        let metric = metrics[index];
        let at = view.release.policy.shown_metrics();
        let at = at.iter().position(|one| one.key() == metric.key());
        match latest(view, metric) {
            _ if index == chosen => 0,
            Some((_, Sample::Value(now))) => match at.map(|at| looks(view, at, metric, now)) {
                Some(Looks::Failing) => 1,
                Some(Looks::Odd) => 2,
                _ if named.contains(&metric.name) => 3,
                _ => 4,
            },
            _ => 2,
        }
    };
    let mut order: Vec<usize> = (0..metrics.len()).collect();
    order.sort_by_cached_key(|index| weight(*index));
    order
}

/// As many of the metrics as there is room for, with their indices, in their own order.
pub(super) fn kept<'m>(
    view: View<'_>,
    metrics: &[&'m Metric],
    chosen: usize,
    room: usize,
) -> Vec<(usize, &'m Metric)> {
    let mut seen = by_weight(view, metrics, chosen);
    seen.truncate(room);
    seen.sort_unstable();
    seen.into_iter()
        .map(|index| (index, metrics[index]))
        .collect()
}

/// How many metrics have no room, and with which keys they are seen.
pub(super) fn hidden_in_words(view: View<'_>, hidden: usize) -> String {
    let key = view.look.key(Action::Zoom);
    if view.model.zoomed {
        format!("{hidden} more")
    } else if view.has_focus(Pane::Metrics) {
        format!("{hidden} more ({key})")
    } else {
        format!("{hidden} more ({} {key})", Pane::Metrics.number())
    }
}
