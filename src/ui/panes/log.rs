//! What happened, the newest on top.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Hits, Pane, told, who},
    ui::{
        header::time_of,
        pane::{View, frame, scroll_mark},
        pen::Pen,
    },
};

/// Draws the pane.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let styles = &view.look.styles;
    let inner = frame(view, buffer, area, Pane::Log, &[], hits);
    let log = &view.release.log;
    let seen = usize::from(inner.height);
    let top = view
        .model
        .place(Pane::Log)
        .top
        .min(log.len().saturating_sub(seen));
    hits.reach[Pane::Log.index()] = (seen, log.len());
    let wide = inner.width >= 56;
    for (row, stamped) in (0u16..).zip(log.iter().rev().skip(top).take(seen)) {
        let (mood, text) = told(stamped);
        let at = stamped.stamp.occurred.unwrap_or(stamped.stamp.at);
        let mut pen = Pen::new(buffer, inner, row, view.look.glyphs.more);
        pen.put(&time_of(at, &view.model.zone), styles.faint)
            .skip(2);
        if wide {
            let column = pen.column();
            pen.put(&who(&stamped.stamp.actor), styles.dim);
            pen.skip(1).to(column + 10);
        }
        pen.put(&text, view.look.mood(mood));
    }
    scroll_mark(view, buffer, area, (top, seen, log.len()));
}
