//! The palette: what is typed, and the actions that fit.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Hits, Palette, Spot, hindrance},
    ui::{
        pane::{View, area_of, border, inside, raise},
        pen::Pen,
    },
};

/// Draws it; the place of the text cursor.
pub(super) fn draw(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    palette: &Palette,
    hits: &mut Hits,
) -> (u16, u16) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let width = area.width.saturating_sub(4).min(100);
    let height = area.height.saturating_sub(4).min(18);
    let frame = Rect::new(area.x + (area.width - width) / 2, area.y + 2, width, height);
    raise(buffer, frame, styles.raised);
    border(buffer, frame, &glyphs.frame, styles.border_focus);
    let inner = inside(frame);
    let mut pen = Pen::new(buffer, inner, 0, glyphs.more);
    pen.put(":", styles.key)
        .skip(1)
        .put(palette.query(), styles.strong);
    let cursor = (pen.column(), inner.y);
    if palette.query().is_empty() {
        pen.skip(1).put("type what you want to do", styles.dim);
    }
    let list = Rect::new(
        inner.x,
        inner.y + 2,
        inner.width,
        inner.height.saturating_sub(2),
    );
    let seen = usize::from(list.height);
    let mut place = palette.place;
    place.fit((seen, palette.found().len()));
    hits.overlay = (seen, palette.found().len());
    hits.put(area_of(list), Spot::Choices(place.top));
    if palette.found().is_empty() {
        Pen::new(buffer, list, 0, glyphs.more).put("no action fits", styles.dim);
    }
    for (row, (index, action)) in (0u16..).zip(
        palette
            .found()
            .iter()
            .enumerate()
            .skip(place.top)
            .take(seen),
    ) {
        let chosen = index == place.at;
        if chosen {
            let line = Rect::new(list.x - 1, list.y + row, list.width + 2, 1);
            let style = if styles.mono {
                styles.selection
            } else {
                styles.decision
            };
            buffer.set_style(line.intersection(buffer.area), style);
        }
        let why = hindrance(*action, view.release, view.model);
        // As in the help, the key of what is not for now is quiet; on the chosen line all is read.
        let (key, quiet) = match (&why, chosen) {
            (None, _) => (styles.key, styles.dim),
            (Some(_), true) => (styles.text, styles.text),
            (Some(_), false) => (styles.dim, styles.dim),
        };
        let mut pen = Pen::new(buffer, list, row, glyphs.more);
        pen.put_right(&view.look.key(*action), key).skip_right(2);
        pen.put(if chosen { glyphs.pick } else { " " }, styles.key)
            .skip(1);
        match why {
            None => pen.put(action.about(), styles.text),
            Some(why) => pen
                .put(action.about(), quiet)
                .put("  ", quiet)
                .put(&why, quiet),
        };
    }
    cursor
}
