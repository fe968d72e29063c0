//! The large chart of the watch: one metric with its band, limits, markers and cursor; below it all metrics, in a table
//! with a small chart each where there is room, else side by side; and what the watch recommends.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    readings::{facts, newest, reading, values},
    sight,
    strip::Strip,
    table::Table,
};
use crate::{
    app::{Hits, MetricFacts},
    domain::{
        observation::{Minute, Sample},
        plot::{Band, Chart, Place, Plot},
        policy::Metric,
        rollout::StageState,
        wording,
    },
    ui::{
        chart::{Dress, Marker, Threshold, paint},
        header::minute_of,
        pane::View,
        pen::Pen,
    },
};

/// Minutes shown where nothing was deployed yet.
const LOOK_BACK: i64 = 60;
/// Minutes before the deploy that are shown at least.
const BEFORE: i64 = 15;
/// Rows of the large chart that the table leaves at least, and rows from which on there is a table: fewer do where the
/// pane fills the screen.
const LEAST_CHART: u16 = 6;
const TABLE_FROM: u16 = 24;
const TABLE_ZOOMED: u16 = 15;
/// Rows from which on there is a recommendation, and of its reasons where there is a table.
const ADVICE_FROM: u16 = 9;
const REASONS: u16 = 3;
/// Columns of the value axis.
const AXIS: u16 = 8;
/// Where the band's name begins, and how many columns it takes.
const NAMED_FROM: u16 = 2;
const NAMED: u16 = 18;

pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let metrics = view.release.policy.shown_metrics();
    let index = view.model.metric().min(metrics.len() - 1);
    let Some(metric) = metrics.get(index) else {
        return;
    };
    let facts = facts(view, index);
    let (from, until) = span(view);
    let least = if view.model.zoomed {
        TABLE_ZOOMED
    } else {
        TABLE_FROM
    };
    let has_table = area.height >= least && area.width >= 60;
    let (area, advice) = split_advice(view, area, has_table);
    sight::advice(view, buffer, advice);
    let strip = Strip::of(view, area.width);
    let table = Table::of(
        view,
        (from, until),
        (
            area.width,
            area.height.saturating_sub(2 + LEAST_CHART) / 4 * 3,
        ),
    );
    let strip_rows = if has_table {
        table
            .height()
            .min(area.height.saturating_sub(2 + LEAST_CHART))
    } else {
        strip.height().min(area.height.saturating_sub(5))
    };
    let plot_area = Rect::new(
        area.x + AXIS,
        area.y + 1,
        area.width - AXIS,
        area.height.saturating_sub(2 + strip_rows),
    );
    let values = values(view, metric, from, until);
    let moving = view.release.moving_band(metric, from, until);
    let (band, named) = band(facts, moving.as_deref());
    let thresholds = thresholds(view, metric, facts);
    let markers = markers(view);
    let limits: Vec<f64> = thresholds.iter().map(|threshold| threshold.value).collect();
    let minutes: Vec<Minute> = markers.iter().map(|marker| marker.minute).collect();
    let plot = Plot {
        columns: plot_area.width,
        rows: plot_area.height,
        from,
        until,
        values: &values,
        band,
        thresholds: &limits,
        markers: &minutes,
    };
    let dress = Dress {
        thresholds: &thresholds,
        markers: &markers,
        line: view.look.styles.accent,
        beyond: fires_beyond(view, facts),
        cursor: view.model.cursor,
        covered: 0,
    };
    let chart = paint(view.look, buffer, plot_area, &plot, &dress);
    head(
        view,
        buffer,
        area,
        (metric, facts, has_table),
        (&chart, &thresholds),
    );
    axes(view, buffer, area, plot_area, &chart, (metric, named));
    let below = Rect::new(area.x, plot_area.bottom() + 1, area.width, strip_rows);
    if has_table {
        table.draw((&markers, &chart, plot_area), buffer, below, hits);
    } else {
        strip.draw(view, buffer, below);
    }
}

/// The limit of the first trigger: dots beyond it look like what they mean.
fn fires_beyond(view: View<'_>, facts: &MetricFacts) -> Option<(f64, bool, Style)> {
    let (limit, _) = facts.limits.iter().find(|(_, fires)| *fires)?;
    Some((limit.value, limit.above, view.look.styles.fail))
}

/// CloudWatch's band where there is one, else what was usual before the deploy; and what it is called.
fn band<'a>(
    facts: &MetricFacts,
    moving: Option<&'a [Option<(f64, f64)>]>,
) -> (Band<'a>, &'static str) {
    match (moving, facts.baseline.map(|stats| stats.band())) {
        (Some(edges), _) => (Band::Moving(edges), "CloudWatch's band"),
        (None, Some((low, high))) => (Band::Level(low, high), "usual band"),
        (None, None) => (Band::None, ""),
    }
}

/// The area without and with the rows of the recommendation.
fn split_advice(view: View<'_>, area: Rect, has_table: bool) -> (Rect, Rect) {
    let most = match area.height {
        0..ADVICE_FROM => 0,
        _ if has_table => REASONS,
        _ => 1,
    };
    let rows = sight::advice_rows(view, most);
    let rest = Rect::new(area.x, area.y, area.width, area.height - rows);
    (rest, Rect::new(area.x, rest.bottom(), area.width, rows))
}

/// Ticks on both axes, and the band's name where it hides nothing.
fn axes(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    plot_area: Rect,
    chart: &Chart,
    (metric, named): (&Metric, &str),
) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    for y in plot_area.top()..plot_area.bottom() {
        buffer[(plot_area.x - 1, y)]
            .set_symbol(glyphs.axis[0])
            .set_style(styles.faint);
    }
    let ticks: Vec<f64> = chart.value_ticks.iter().map(|(value, _)| *value).collect();
    let texts = wording::scale(&ticks, metric.unit);
    for ((_, row), text) in chart.value_ticks.iter().zip(texts) {
        let words = Rect::new(area.x, plot_area.y + row, AXIS - 1, 1);
        Pen::new(buffer, words, 0, glyphs.more).put_right(&text, styles.dim);
        buffer[(plot_area.x - 1, plot_area.y + row)]
            .set_symbol(glyphs.axis[1])
            .set_style(styles.faint);
    }
    if let Some(row) = named_row(chart).filter(|_| plot_area.width > 40) {
        let x = plot_area.x + NAMED_FROM;
        let room = Rect::new(x, plot_area.y + row, NAMED, 1);
        Pen::new(buffer, room, 0, glyphs.more).put(named, styles.dim);
    }
    let axis = Rect::new(plot_area.x, plot_area.bottom(), plot_area.width, 1);
    for (minute, column) in &chart.time_ticks {
        let at = Rect::new(axis.x + column, axis.y, axis.width - column, 1);
        if at.width >= 5 {
            Pen::new(buffer, at, 0, glyphs.more)
                .put(&minute_of(minute.start(), &view.model.zone), styles.dim);
        }
    }
}

/// The topmost row of the band with room for its name: the columns are its own, and no dot is there.
fn named_row(chart: &Chart) -> Option<u16> {
    let columns = NAMED_FROM..NAMED_FROM + NAMED;
    (0..chart.rows).find(|row| {
        columns.clone().all(|x| {
            let band = chart.band.get(usize::from(x)).and_then(Option::as_ref);
            band.is_some_and(|rows| rows.contains(row)) && chart.bits(x, *row) == 0
        })
    })
}

/// The chart's name, what the cursor reads, else what it is now where no strip says so, and what is usual; at the right
/// the limits that are too far off for the scale.
fn head(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    (metric, facts, says_now): (&Metric, &MetricFacts, bool),
    (chart, thresholds): (&Chart, &[Threshold]),
) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let mut pen = Pen::new(buffer, area, 0, glyphs.more);
    pen.put(&metric.title(), styles.strong).skip(2);
    if let Some(minute) = view.model.cursor {
        let (text, style) = at_minute(view, metric, minute);
        pen.put(&minute_of(minute.start(), &view.model.zone), styles.accent)
            .skip(1)
            .put(&text, style);
    } else {
        if says_now {
            let (text, style) = reading(view, metric);
            pen.put("now ", styles.dim).put(&text, style).skip(2);
        }
        if let Some(stats) = facts.baseline {
            let usual = wording::value(stats.median, metric.unit);
            pen.put(&format!("usual {usual}"), styles.dim);
        }
    }
    for (threshold, place) in thresholds.iter().zip(&chart.thresholds) {
        if let Place::Row(_) = place {
            continue;
        }
        let words = format!("   {}, off this scale", threshold.label);
        if !pen.fits_right(&words, styles.dim) {
            return;
        }
    }
}

/// What the metric was in that minute, in words.
fn at_minute(view: View<'_>, metric: &Metric, minute: Minute) -> (String, Style) {
    let styles = &view.look.styles;
    let series = view.release.watch.series.get(&metric.key());
    match series.and_then(|series| series.get(&minute)).copied() {
        Some(Sample::Value(value)) => (wording::value(value, metric.unit), styles.strong),
        Some(Sample::NoTraffic) => ("no traffic".to_owned(), styles.info),
        Some(Sample::Broken) => ("source broken".to_owned(), styles.fail),
        Some(Sample::Absent) | None => ("no data".to_owned(), styles.info),
    }
}

/// From a while before the deploy to the end of the window; without a deploy, the last hour.
fn span(view: View<'_>) -> (Minute, Minute) {
    let last = newest(view).plus(1);
    let hypercare = &view.release.policy.hypercare;
    match view
        .release
        .rollout
        .first_traffic
        .or(view.release.rollout.deployed)
    {
        Some(at) => {
            let deploy = Minute::of(at);
            let window = hypercare.window.as_mins() + view.release.watch.extended;
            let end = deploy.plus(window + 1).max(last);
            (deploy.plus(-BEFORE.max(window)), end)
        }
        None => (last.plus(-LOOK_BACK), last),
    }
}

fn thresholds(view: View<'_>, metric: &Metric, facts: &MetricFacts) -> Vec<Threshold> {
    let styles = &view.look.styles;
    facts
        .limits
        .iter()
        .map(|(limit, fires)| {
            let value = wording::value(limit.value, metric.unit);
            let (label, style) = match (*fires, limit.above) {
                (true, true) => (format!("trigger: above {value}"), styles.fail),
                (true, false) => (format!("trigger: below {value}"), styles.fail),
                (false, true) => (format!("gate: above {value}"), styles.warn),
                (false, false) => (format!("gate: below {value}"), styles.warn),
            };
            Threshold {
                value: limit.value,
                label,
                style,
            }
        })
        .collect()
}

fn markers(view: View<'_>) -> Vec<Marker> {
    let rollout = &view.release.rollout;
    let styles = &view.look.styles;
    let mut markers: Vec<Marker> = Vec::new();
    let mut mark = |at, label: &str, style| {
        let minute = Minute::of(at);
        if !markers.iter().any(|known| known.minute == minute) {
            markers.push(Marker {
                minute,
                label: label.to_owned(),
                style,
            });
        }
    };
    if let Some(at) = rollout.first_traffic {
        mark(at, "deploy", styles.info);
    }
    if let Some(at) = rollout.deployed {
        mark(at, "deployed", styles.info);
    }
    // A canary's stages by their share; the first is the deploy, the last is deployed.
    for stage in &rollout.stages {
        if let (StageState::Deployed, Some(weight), Some(at)) =
            (stage.state, &stage.weight, stage.since)
        {
            mark(at, weight, styles.info);
        }
    }
    if let Some(attempt) = view.release.rollback.newest() {
        mark(attempt.at, "rollback", styles.warn);
    }
    markers
}
