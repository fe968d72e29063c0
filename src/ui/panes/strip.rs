//! Every metric in a few words, side by side: name, value, change against before.

use ratatui::{buffer::Buffer, layout::Rect};

use super::readings::{Looks, by_weight, facts, hidden_in_words, latest, looks, reading};
use crate::{
    domain::{judge::change, observation::Sample, policy::Metric, wording},
    ui::{
        pane::{Piece, View},
        pen::{Pen, width},
    },
};

/// Most rows; the chart needs the rest.
const ROWS: usize = 3;

/// Fewest columns of one metric.
const LEAST: usize = 4;

/// All metrics, in rows.
pub(super) struct Strip {
    rows: Vec<Vec<Piece>>,
}

impl Strip {
    /// In rows of `room` columns. What has no room is counted: the least of it goes first.
    pub(super) fn of(view: View<'_>, room: u16) -> Self {
        let shown = view.release.policy.shown_metrics();
        let all: Vec<Vec<Piece>> = shown
            .iter()
            .enumerate()
            .map(|(index, metric)| one(view, index, metric))
            .collect();
        let mut seen: Vec<usize> = (0..all.len()).collect();
        if let Some(rows) = laid(view, &all, &seen, room) {
            return Self { rows };
        }
        let shown: Vec<&Metric> = shown.iter().collect();
        let order = by_weight(view, &shown, view.model.metric());
        // More than these have no room, however short they are.
        let most = usize::from(room) * ROWS / LEAST;
        for count in (1..all.len().min(most)).rev() {
            seen = order[..count].to_vec();
            seen.sort_unstable();
            if let Some(rows) = laid(view, &all, &seen, room) {
                return Self { rows };
            }
        }
        let rows = order.first().map(|index| all[*index].clone());
        Self {
            rows: rows.into_iter().collect(),
        }
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

/// The metrics of those indices in rows, and how many are not among them; `None` where that does not fit.
fn laid(view: View<'_>, all: &[Vec<Piece>], seen: &[usize], room: u16) -> Option<Vec<Vec<Piece>>> {
    let styles = &view.look.styles;
    let mut rows: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut used = 0;
    let hidden = all.len() - seen.len();
    let words = format!("  {}", hidden_in_words(view, hidden));
    let more = (hidden > 0).then(|| vec![(words, styles.dim)]);
    for pieces in seen.iter().map(|index| &all[*index]).chain(&more) {
        let wide: u16 = pieces.iter().map(|(text, _)| width(text)).sum();
        if used > 0 && used + 2 + wide > room {
            if rows.len() == ROWS {
                return None;
            }
            rows.push(Vec::new());
            used = 0;
        }
        if let Some(row) = rows.last_mut() {
            if used > 0 {
                row.push(("  ".to_owned(), styles.text));
                used += 2;
            }
            row.extend(pieces.iter().cloned());
        }
        used += wide;
    }
    Some(rows)
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
    let change = facts(view, index)
        .baseline
        .map(|stats| (change(&stats, now, metric.bad), stats));
    let (value_style, sign) = match looks(view, index, metric, now) {
        _ if style == styles.faint => (style, ""),
        Looks::Failing => (styles.fail, glyphs.fail),
        Looks::Odd => (styles.warn, glyphs.warn),
        Looks::Usual => (styles.ok, ""),
        Looks::Alone => (styles.strong, ""),
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
