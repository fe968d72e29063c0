//! The production lane: who holds it, who waits and for how long, what a newer run would do.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::{Hits, LaneRow, Place, Tone, lane_rows},
    domain::release::Release,
    ui::{
        pane::{View, border, inside, raise, scroll_mark},
        pen::{Pen, width, wrap},
    },
};

/// Columns of the names, at most.
const NAMES: u16 = 20;
/// Lines that one row may take.
const LINES: usize = 3;

/// Draws it.
pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, place: Place, hits: &mut Hits) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let rows = lane_rows(view.release, view.model.now);
    let names = rows.iter().map(|row| width(&row.name)).max().unwrap_or(0);
    let names = names.min(NAMES);
    let across = area.width.saturating_sub(4).min(84);
    let room = across.saturating_sub(names + 9);
    let lines = lines(&rows, room);
    let wanted = u16::try_from(lines.len() + 4).unwrap_or(u16::MAX);
    let height = wanted.min(area.height.saturating_sub(2));
    let frame = Rect::new(
        area.x + (area.width - across) / 2,
        area.y + (area.height - height) / 2,
        across,
        height,
    );
    raise(buffer, frame, styles.raised);
    border(buffer, frame, &glyphs.frame, styles.border_focus);
    let top_line = Rect::new(frame.x + 2, frame.y, frame.width.saturating_sub(4), 1);
    Pen::new(buffer, top_line, 0, glyphs.more).put(&title(view.release), styles.key);
    let inner = inside(frame);
    let inner = Rect::new(
        inner.x + 1,
        inner.y + 1,
        inner.width.saturating_sub(2),
        inner.height.saturating_sub(2),
    );
    let seen = usize::from(inner.height);
    let top = place.top.min(lines.len().saturating_sub(seen));
    hits.overlay = (seen, lines.len());
    for (line, (row, words)) in (0u16..).zip(lines.iter().skip(top).take(seen)) {
        let mut pen = Pen::new(buffer, inner, line, glyphs.more);
        let begin = pen.column();
        if let Some(row) = row {
            let (sign, style) = sign_of(view, row.tone);
            pen.put(sign, style).skip(1);
            pen.put_within(&row.name, names, styles.strong);
        }
        pen.to(begin + names + 4).put(words, styles.text);
    }
    scroll_mark(view, buffer, frame, (top, seen, lines.len()));
}

/// Each row's words, wrapped; the name stands before the first of them.
fn lines(rows: &[LaneRow], room: u16) -> Vec<(Option<&LaneRow>, &str)> {
    rows.iter()
        .flat_map(|row| {
            let words = wrap(&row.words, room, LINES);
            words
                .into_iter()
                .enumerate()
                .map(move |(at, words)| ((at == 0).then_some(row), words))
        })
        .collect()
}

fn sign_of(view: View<'_>, tone: Tone) -> (&'static str, Style) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    match tone {
        Tone::Good => (glyphs.ok, styles.ok),
        Tone::Look => (glyphs.warn, styles.warn),
        Tone::Calm | Tone::Busy | Tone::Decision | Tone::Alert => (glyphs.item, styles.dim),
    }
}

fn title(release: &Release) -> String {
    match &release.rollout.lane {
        Some(Some(lane)) => format!(" The lane {} ", lane.group),
        Some(None) | None => " The lane ".to_owned(),
    }
}
