//! The production lane: who holds it, who waits and for how long, what a newer run would do.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::sheet::{AROUND, across, open};
use crate::{
    app::{Hits, LaneRow, Place, Tone, lane_rows},
    domain::release::Release,
    ui::{
        pane::View,
        pen::{Pen, width, wrap},
    },
};

/// Widest box.
const WIDEST: u16 = 84;
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
    let across = across(area, WIDEST);
    let room = across.saturating_sub(names + AROUND + 3);
    let lines = lines(&rows, room);
    let sheet = open(view, buffer, (area, across), (lines.len(), place), hits);
    Pen::new(buffer, sheet.title, 0, glyphs.more).put(&title(view.release), styles.key);
    let seen = lines.iter().skip(sheet.top).take(sheet.seen);
    for (line, (row, words)) in (0u16..).zip(seen) {
        let mut pen = Pen::new(buffer, sheet.inner, line, glyphs.more);
        let begin = pen.column();
        if let Some(row) = row {
            let (sign, style) = sign_of(view, row.tone);
            pen.put(sign, style).skip(1);
            pen.put_within(&row.name, names, styles.strong);
        }
        pen.to(begin + names + 4).put(words, styles.text);
    }
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
    match release.rollout.stands_in() {
        Some(lane) => format!(" The lane {} ", lane.group),
        None => " The lane ".to_owned(),
    }
}
