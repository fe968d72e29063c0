//! Every metric in a few words, side by side: name, value, change against before.

use ratatui::{buffer::Buffer, layout::Rect};

use super::readings::{facts, latest, reading};
use crate::{
    domain::{
        judge::{Course, change},
        observation::Sample,
        policy::Metric,
        wording,
    },
    ui::{
        pane::{Piece, View},
        pen::{Pen, width},
    },
};

/// Most rows; the chart needs the rest.
const ROWS: usize = 3;

/// All metrics, in rows.
pub(super) struct Strip {
    rows: Vec<Vec<Piece>>,
}

impl Strip {
    /// In rows of `room` columns.
    pub(super) fn of(view: View<'_>, room: u16) -> Self {
        let mut rows: Vec<Vec<Piece>> = vec![Vec::new()];
        let mut used = 0;
        for (index, metric) in view.release.policy.shown_metrics().iter().enumerate() {
            let pieces = one(view, index, metric);
            let wide: u16 = pieces.iter().map(|(text, _)| width(text)).sum();
            if used > 0 && used + 2 + wide > room {
                if rows.len() == ROWS {
                    break;
                }
                rows.push(Vec::new());
                used = 0;
            }
            if let Some(row) = rows.last_mut() {
                if used > 0 {
                    row.push(("  ".to_owned(), view.look.styles.text));
                    used += 2;
                }
                row.extend(pieces);
            }
            used += wide;
        }
        Self { rows }
    }

    /// Rows that it takes.
    pub(super) fn height(&self) -> u16 {
        u16::try_from(self.rows.len()).unwrap_or(u16::MAX)
    }

    pub(super) fn draw(&self, view: View<'_>, buffer: &mut Buffer, area: Rect) {
        for (row, pieces) in (0u16..area.height).zip(&self.rows) {
            let mut pen = Pen::new(buffer, area, row, view.look.glyphs.more);
            for (text, style) in pieces {
                pen.put(text, *style);
            }
        }
    }
}

/// One metric: name, value, change, and a sign where it wants a look.
fn one(view: View<'_>, index: usize, metric: &Metric) -> Vec<Piece> {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let (mark, name) = if index == view.model.metric() {
        (glyphs.pick, styles.strong)
    } else {
        (" ", styles.text)
    };
    let (value, style) = reading(view, metric);
    let mut pieces = vec![
        (format!("{mark} "), styles.accent),
        (format!("{} ", metric.title()), name),
    ];
    let Some((_, Sample::Value(now))) = latest(view, metric) else {
        pieces.push((value, style));
        return pieces;
    };
    let facts = facts(view, index);
    let fires = facts.limits.iter().any(|(limit, fires)| {
        let beyond = if limit.above {
            now > limit.value
        } else {
            now < limit.value
        };
        *fires && beyond
    });
    let change = facts
        .baseline
        .map(|stats| (change(&stats, now, metric.bad), stats));
    let key = metric.key();
    let mut standing = view.release.watch.standing();
    let anomalous = standing.any(|(standing, ..)| *standing == key);
    let (value_style, sign) = match &change {
        _ if style == styles.faint => (style, ""),
        _ if fires => (styles.fail, glyphs.fail),
        _ if anomalous => (styles.warn, glyphs.warn),
        Some((change, stats)) if change.course == Course::Worse && stats.is_unusual(now) => {
            (styles.warn, glyphs.warn)
        }
        Some(_) => (styles.ok, ""),
        None => (styles.strong, ""),
    };
    pieces.push((value, value_style));
    if let Some((change, stats)) = change {
        let words = wording::change(stats.median, change.after, metric.unit);
        pieces.push((format!(" ({words})"), styles.dim));
    }
    if !sign.is_empty() {
        // A space of its own: where a failure is underlined, the air before its sign is not.
        pieces.push((" ".to_owned(), styles.dim));
        pieces.push((sign.to_owned(), value_style));
    }
    pieces
}
