//! What the metrics pane reads from the release: series, newest values, baselines, limits, freshness.

use ratatui::style::Style;

use crate::{
    app::Health,
    domain::{
        Feed,
        judge::{BaselineStats, Limit, Rule, Series},
        observation::{Minute, Sample},
        policy::Metric,
        wording,
    },
    ui::pane::{self, View},
};

/// How fresh the metrics are: nothing to say while they are.
pub(super) fn freshness(view: View<'_>) -> Option<pane::Piece> {
    let styles = &view.look.styles;
    let now = view.model.now;
    if let Some((since, _)) = view.release.record.silent.get(&Feed::Metrics) {
        let age = wording::age(now.duration_since(*since));
        return Some((format!("silent {age}"), styles.warn));
    }
    match view.model.feeds.health(Feed::Metrics, now) {
        Health::Live(_) | Health::Unheard => None,
        Health::Old(at) => {
            let age = wording::age(now.duration_since(at));
            Some((format!("old {age}"), styles.warn))
        }
        Health::Broken(at, fault) => {
            let age = at.map_or_else(String::new, |at| {
                format!(" {}", wording::age(now.duration_since(at)))
            });
            Some((format!("{}{age}", fault.kind.word()), styles.fail))
        }
    }
}

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

pub(super) fn values(
    view: View<'_>,
    metric: &Metric,
    from: Minute,
    until: Minute,
) -> Vec<Option<f64>> {
    let series = view.release.watch.series.get(&metric.key());
    let length = usize::try_from(until.0 - from.0).unwrap_or(0);
    let mut values = vec![None; length];
    if let Some(series) = series {
        for (minute, sample) in series.range(from..until) {
            if let Ok(at) = usize::try_from(minute.0 - from.0) {
                values[at] = sample.value();
            }
        }
    }
    values
}

/// The newest sample, and how many minutes old it is.
pub(super) fn latest(view: View<'_>, metric: &Metric) -> Option<(Minute, Sample)> {
    let series = view.release.watch.series.get(&metric.key())?;
    let (minute, sample) = series.iter().next_back()?;
    if *sample == Sample::Absent {
        // The running minute is often not there yet.
        let (minute, sample) = series
            .iter()
            .rev()
            .find(|(_, sample)| **sample != Sample::Absent)?;
        return Some((*minute, *sample));
    }
    Some((*minute, *sample))
}

pub(super) fn baseline(view: View<'_>, metric: &Metric) -> Option<BaselineStats> {
    view.release.readings().baseline(&metric.name)
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
            if age.as_mins() >= 5 {
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

/// Limits of the rules on this metric, triggers first, each with whether it fires a trigger.
pub(super) fn limits_of(view: View<'_>, metric: &Metric) -> Vec<(Limit, bool)> {
    let hypercare = &view.release.policy.hypercare;
    let readings = view.release.readings();
    let of = |rules: &[Rule], fires: bool| -> Vec<(Limit, bool)> {
        rules
            .iter()
            .flat_map(|rule| rule.limits(&metric.name, &readings))
            .map(|limit| (limit, fires))
            .collect()
    };
    let mut all = of(&hypercare.triggers, true);
    all.extend(of(&hypercare.gates, false));
    all
}
