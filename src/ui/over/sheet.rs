//! A box over the panes with rows that scroll: where it lies, and which rows are seen. Knows nothing of what stands in them.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Hits, Place},
    ui::pane::{View, border, inside, raise, scroll_mark},
};

/// An open box.
pub(super) struct Sheet {
    /// The line of its title.
    pub(super) title: Rect,
    /// Where rows go.
    pub(super) inner: Rect,
    /// The first row that is seen.
    pub(super) top: usize,
    /// How many are seen.
    pub(super) seen: usize,
}

/// Columns and lines that a box takes beside its rows' own.
pub(super) const AROUND: u16 = 6;

/// The columns of a box in `area` that is at most `widest`.
pub(super) fn across(area: Rect, widest: u16) -> u16 {
    area.width.saturating_sub(4).min(widest)
}

/// Opens a box over everything but the first and the last line; answers its frame.
pub(super) fn open_large(view: View<'_>, buffer: &mut Buffer, area: Rect) -> Rect {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let height = area.height.saturating_sub(2);
    let frame = Rect::new(area.x, area.y + 1, area.width, height);
    raise(buffer, frame, styles.screen);
    let lines = if styles.mono {
        &glyphs.frame_bold
    } else {
        &glyphs.frame
    };
    border(buffer, frame, lines, styles.border_focus);
    frame
}

/// Opens a box of so many columns, in the middle of `area`, for `rows` rows.
pub(super) fn open(
    view: View<'_>,
    buffer: &mut Buffer,
    (area, across): (Rect, u16),
    (rows, place): (usize, Place),
    hits: &mut Hits,
) -> Sheet {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let wanted = u16::try_from(rows + 4).unwrap_or(u16::MAX);
    let height = wanted.min(area.height.saturating_sub(2));
    let frame = Rect::new(
        area.x + (area.width - across) / 2,
        area.y + (area.height - height) / 2,
        across,
        height,
    );
    raise(buffer, frame, styles.raised);
    border(buffer, frame, &glyphs.frame, styles.border_focus);
    let inner = inside(frame);
    let inner = Rect::new(
        inner.x + 1,
        inner.y + 1,
        inner.width.saturating_sub(2),
        inner.height.saturating_sub(2),
    );
    let seen = usize::from(inner.height);
    let top = place.top.min(rows.saturating_sub(seen));
    hits.overlay = (seen, rows);
    scroll_mark(view, buffer, frame, (top, seen, rows));
    Sheet {
        title: Rect::new(frame.x + 2, frame.y, frame.width.saturating_sub(4), 1),
        inner,
        top,
        seen,
    }
}
