//! Every metric on a line or two: name, value, change against before.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::readings::{baseline, latest, limits_of, reading};
use crate::{
    domain::{
        judge::{Course, change},
        observation::Sample,
        policy::Metric,
        wording,
    },
    ui::{
        pane::View,
        pen::{Pen, width},
    },
};

/// One piece of the strip: a metric's name, value, change.
fn strip(view: View<'_>, index: usize, metric: &Metric) -> Vec<(String, Style)> {
    let styles = &view.look.styles;
    let mark = if index == view.model.metric {
        view.look.glyphs.pick
    } else {
        " "
    };
    let (value, style) = reading(view, metric);
    let mut pieces = vec![
        (format!("{mark} "), styles.accent),
        (
            metric.label.clone(),
            if index == view.model.metric {
                styles.strong
            } else {
                styles.text
            },
        ),
        (" ".to_owned(), styles.text),
    ];
    let Some((_, Sample::Value(now))) = latest(view, metric) else {
        pieces.push((value, style));
        return pieces;
    };
    let change = baseline(view, metric).map(|stats| (change(&stats, now, metric.bad), stats));
    let fires = limits_of(view, metric).into_iter().any(|(limit, fires)| {
        fires
            && if limit.above {
                now > limit.value
            } else {
                now < limit.value
            }
    });
    let (value_style, sign) = match change {
        _ if fires => (styles.fail, view.look.glyphs.fail),
        _ if style == styles.faint => (style, ""),
        Some((change, _)) if change.course == Course::Worse => (styles.warn, view.look.glyphs.warn),
        Some(_) => (styles.ok, ""),
        None => (styles.strong, ""),
    };
    pieces.push((value, value_style));
    if let Some((change, stats)) = change {
        let words = wording::change(stats.median, change.after, metric.unit);
        pieces.push((format!(" ({words})"), styles.dim));
    }
    if !sign.is_empty() {
        pieces.push((format!(" {sign}"), value_style));
    }
    pieces
}

/// Rows that the strip of all metrics needs.
pub(super) fn strip_height(view: View<'_>, room: u16) -> u16 {
    let (mut rows, mut used) = (1u16, 0u16);
    for (index, metric) in view.release.policy.metrics.iter().enumerate() {
        let wide: u16 = strip(view, index, metric)
            .iter()
            .map(|(text, _)| width(text))
            .sum();
        if used > 0 && used + wide > room {
            rows += 1;
            used = 0;
        }
        used += wide + 2;
    }
    rows.min(3)
}

pub(super) fn all_metrics(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    let mut row = 0;
    let mut pen = Pen::new(buffer, area, row, view.look.glyphs.more);
    let mut is_first = true;
    for (index, metric) in view.release.policy.metrics.iter().enumerate() {
        let pieces = strip(view, index, metric);
        let wide: u16 = pieces.iter().map(|(text, _)| width(text)).sum();
        if !is_first && wide > pen.free() {
            row += 1;
            pen = Pen::new(buffer, area, row, view.look.glyphs.more);
        }
        for (text, style) in &pieces {
            pen.put(text, *style);
        }
        pen.skip(2);
        is_first = false;
    }
}
