//! The help: every action with its keys, from the keymap.

use ratatui::{buffer::Buffer, layout::Rect};

use super::sheet::{across, open};
use crate::{
    app::{Action, Group, Hits, Place, hindrance},
    ui::{
        pane::View,
        pen::{Pen, width as width_of},
    },
};

/// Columns of keys and their meanings side by side, where the screen is wide enough for two.
const COLUMN: u16 = 58;
/// Columns of keys, at most.
const KEYS: u16 = 16;
/// Columns by which the first of two is the wider: its keys may be said to be not for now.
const WIDER: u16 = 6;

/// Draws it.
pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, place: Place, hits: &mut Hits) {
    let is_wide = area.width >= 2 * COLUMN + 4;
    let columns = columns(view, is_wide);
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    let width = if is_wide { 2 * COLUMN } else { 76 };
    let width = across(area, width);
    let sheet = open(view, buffer, (area, width), (rows, place), hits);
    Pen::new(buffer, sheet.title, 0, view.look.glyphs.more).put(" Keys ", view.look.styles.key);
    let (inner, top, seen) = (sheet.inner, sheet.top, sheet.seen);
    let first = if is_wide {
        inner.width / 2 + WIDER
    } else {
        inner.width
    };
    let parts = [
        Rect {
            width: first.saturating_sub(u16::from(is_wide) * 2),
            ..inner
        },
        Rect {
            x: inner.x + first,
            width: inner.width.saturating_sub(first),
            ..inner
        },
    ];
    for (part, column) in parts.into_iter().zip(&columns) {
        let keys = column.iter().map(|line| width_of(&keys(view, line)));
        let keys = keys.max().unwrap_or(0).min(KEYS);
        for (row, line) in (0u16..).zip(column.iter().skip(top).take(seen)) {
            line_of(view, buffer, (part, row, keys), line);
        }
    }
}

/// The keys of a line, as they are named.
fn keys(view: View<'_>, line: &Line) -> String {
    let Line::Action(action) = line else {
        return String::new();
    };
    let chords = view.look.keymap.chords(*action);
    let keys: Vec<String> = chords.iter().map(ToString::to_string).collect();
    keys.join("  ")
}

/// A line in its area, at its row, with so many columns for keys.
fn line_of(view: View<'_>, buffer: &mut Buffer, (area, row, room): (Rect, u16, u16), line: &Line) {
    let styles = &view.look.styles;
    let mut pen = Pen::new(buffer, area, row, view.look.glyphs.more);
    match line {
        Line::Heading(group) => {
            pen.put(group.title(), styles.strong);
        }
        Line::Gap => {}
        Line::Action(action) => {
            let begin = pen.column();
            // A word beside the tone: no state is told by colour alone.
            let (key, text) = match hindrance(*action, view.release, view.model) {
                Some(_) => {
                    pen.put_right("not now", styles.dim).skip_right(2);
                    (styles.dim, styles.dim)
                }
                None => (styles.key, styles.text),
            };
            pen.put_within(&keys(view, line), room, key);
            pen.to(begin + room + 2).put(action.about(), text);
        }
    }
}

enum Line {
    Heading(Group),
    Action(Action),
    Gap,
}

/// The groups one below the other, in as many columns as fit. An action without a key is left out: nobody could press it.
fn columns(view: View<'_>, is_wide: bool) -> Vec<Vec<Line>> {
    let groups: Vec<Vec<Line>> = Group::ALL
        .into_iter()
        .map(|group| {
            let actions = Action::all()
                .filter(|action| action.group() == group)
                .filter(|action| view.look.keymap.shown(*action).is_some())
                .map(Line::Action);
            std::iter::once(Line::Heading(group))
                .chain(actions)
                .collect()
        })
        .collect();
    let all: usize = groups.iter().map(|group| group.len() + 1).sum();
    let mut columns: Vec<Vec<Line>> = vec![Vec::new()];
    for group in groups {
        let is_full = columns.last().is_some_and(|column| {
            is_wide
                && columns.len() < 2
                && !column.is_empty()
                && column.len() + group.len() / 2 > all / 2
        });
        if is_full {
            columns.push(Vec::new());
        }
        if let Some(column) = columns.last_mut() {
            if !column.is_empty() {
                column.push(Line::Gap);
            }
            column.extend(group);
        }
    }
    columns
}
