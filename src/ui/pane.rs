//! The frame around a pane: border, number, title, and what stands in its upper edge.
//!
//! Also the rows that most panes are made of.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

pub(super) use super::view::{Piece, View};
use super::{
    Look, freshness,
    pen::{Pen, fill, width},
};
use crate::app::{Area, Hits, Pane, Spot};

/// Draws the frame and returns what is inside of it, one column in.
pub(super) fn frame(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    pane: Pane,
    right: &[Piece],
    hits: &mut Hits,
) -> Rect {
    let mut said = right.to_vec();
    // The last piece is the one that room is kept for.
    if let Some(age) = freshness::of(view, pane) {
        said.push(age.piece());
    }
    let right = said.as_slice();
    let styles = &view.look.styles;
    let focus = view.has_focus(pane);
    let style = if focus {
        styles.border_focus
    } else {
        styles.border
    };
    let lines = if focus && styles.mono {
        &view.look.glyphs.frame_bold
    } else {
        &view.look.glyphs.frame
    };
    border(buffer, area, lines, style);
    if area.width > 8 && area.height > 1 {
        let more = view.look.glyphs.more;
        let inner = Rect::new(area.x + 2, area.y, area.width - 4, 1);
        let mut pen = Pen::new(buffer, inner, 0, more);
        let number = if focus { styles.key } else { styles.dim };
        let title_room = width(pane.title()) + 6;
        // Without room for all of it the last pieces say the most.
        let room = pen.free().saturating_sub(title_room + 1);
        let wide = |pieces: &[Piece]| pieces.iter().map(|(text, _)| width(text) + 2).sum::<u16>();
        let first = (0..right.len()).find(|first| wide(&right[*first..]) <= room);
        if let Some(first) = first {
            pen.put_right(" ", style);
            for (index, (text, piece_style)) in right.iter().enumerate().skip(first).rev() {
                pen.put_right(text, over(style, *piece_style));
                pen.put_right(if index == first { " " } else { "  " }, style);
            }
        }
        title(&mut pen, pane, style, number, styles.strong);
    }
    hits.put(area_of(area), Spot::Pane(pane));
    inside(area)
}

fn title(pen: &mut Pen<'_>, pane: Pane, line: Style, number: Style, name: Style) {
    pen.put(" ", line)
        .put(digit(pane.number()), over(line, number))
        .put(" ", line)
        .put(pane.title(), over(line, name))
        .put(" ", line);
}

/// The style of what stands in a line of the border: the line's own modifiers stay in its cells, and would dim it.
fn over(line: Style, style: Style) -> Style {
    style.remove_modifier(line.add_modifier.difference(style.add_modifier))
}

/// The frame of a pane that has nothing in it yet; what is inside of it.
pub(super) fn empty(look: &Look, buffer: &mut Buffer, area: Rect, pane: Pane) -> Rect {
    let styles = &look.styles;
    border(buffer, area, &look.glyphs.frame, styles.border);
    if area.width > 8 && area.height > 1 {
        let inner = Rect::new(area.x + 2, area.y, area.width - 4, 1);
        let mut pen = Pen::new(buffer, inner, 0, look.glyphs.more);
        title(&mut pen, pane, styles.border, styles.faint, styles.dim);
    }
    inside(area)
}

fn digit(number: u8) -> &'static str {
    ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"][usize::from(number.min(9))]
}

/// A border of the given corners and lines.
pub(super) fn border(buffer: &mut Buffer, area: Rect, lines: &[&str; 6], style: Style) {
    let area = area.intersection(buffer.area);
    if area.width < 2 || area.height < 2 {
        return;
    }
    let [top_left, top_right, bottom_left, bottom_right, across, down] = *lines;
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.x + 1..right {
        buffer[(x, area.y)].set_symbol(across).set_style(style);
        buffer[(x, bottom)].set_symbol(across).set_style(style);
    }
    for y in area.y + 1..bottom {
        buffer[(area.x, y)].set_symbol(down).set_style(style);
        buffer[(right, y)].set_symbol(down).set_style(style);
    }
    buffer[(area.x, area.y)]
        .set_symbol(top_left)
        .set_style(style);
    buffer[(right, area.y)]
        .set_symbol(top_right)
        .set_style(style);
    buffer[(area.x, bottom)]
        .set_symbol(bottom_left)
        .set_style(style);
    buffer[(right, bottom)]
        .set_symbol(bottom_right)
        .set_style(style);
}

/// What lies inside a border, with a column of air on each side.
pub(super) fn inside(area: Rect) -> Rect {
    Rect::new(
        area.x.saturating_add(2).min(area.right()),
        area.y.saturating_add(1).min(area.bottom()),
        area.width.saturating_sub(4),
        area.height.saturating_sub(2),
    )
}

/// The same area in the model's own words.
pub(super) fn area_of(area: Rect) -> Area {
    Area {
        x: area.x,
        y: area.y,
        width: area.width,
        height: area.height,
    }
}

/// Which rows of a list are seen, and the selected one among them.
pub(super) struct Rows {
    /// Index of the first row seen.
    pub(super) top: usize,
    /// Rows seen.
    pub(super) seen: usize,
    /// The selected row.
    pub(super) at: Option<usize>,
}

/// Prepares a list of `all` rows in `area`: where it is scrolled, its selection, its place for the mouse.
pub(super) fn rows(view: View<'_>, area: Rect, pane: Pane, all: usize, hits: &mut Hits) -> Rows {
    let seen = usize::from(area.height);
    let mut place = view.model.place(pane);
    place.fit((seen, all));
    hits.reach[pane.index()] = (seen, all);
    hits.put(area_of(area), Spot::Rows(pane, place.top));
    Rows {
        top: place.top,
        seen,
        at: (view.has_focus(pane) && all > 0).then_some(place.at),
    }
}

/// The selected row's background, over the air on both sides.
pub(super) fn select(view: View<'_>, buffer: &mut Buffer, area: Rect, row: u16) {
    if row < area.height {
        let wide = Rect::new(
            area.x.saturating_sub(1),
            area.y + row,
            area.width.saturating_add(2),
            1,
        );
        buffer.set_style(wide.intersection(buffer.area), view.look.styles.selection);
    }
}

/// Says at the lower edge that a list goes on.
pub(super) fn scroll_mark(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    (top, seen, all): (usize, usize, usize),
) {
    if all <= seen || area.height < 2 || area.width < 16 {
        return;
    }
    let glyphs = view.look.glyphs;
    let up = if top > 0 { glyphs.above } else { " " };
    let down = if top + seen < all { glyphs.below } else { " " };
    let last = (top + seen).min(all);
    let text = format!(" {}-{last} of {all} {up}{down} ", top + 1);
    let line = Rect::new(area.x + 2, area.bottom() - 1, area.width - 4, 1);
    Pen::new(buffer, line, 0, glyphs.more).put_right(&text, view.look.styles.dim);
}

/// Clears an area and raises it over what is behind.
pub(super) fn raise(buffer: &mut Buffer, area: Rect, style: Style) {
    fill(buffer, area, style);
}
