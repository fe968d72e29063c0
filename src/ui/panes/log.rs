//! What happened, the newest on top.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Hits, Pane},
    report::{told, who},
    ui::{
        header::time_of,
        pane::{View, frame, scroll_mark},
        pen::{Pen, wrap},
    },
};

/// Columns before the text: the time, and who where there is room.
const TEXT_WIDE: u16 = 22;
const TEXT_NARROW: u16 = 10;

/// Draws the pane.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let styles = &view.look.styles;
    let inner = frame(view, buffer, area, Pane::Log, &[], hits);
    let log = &view.release.log;
    let wide = inner.width >= 56;
    let begins = if wide { TEXT_WIDE } else { TEXT_NARROW };
    let room = inner.width.saturating_sub(begins);
    let most = if wide { 1 } else { 2 };
    let place = view.model.place(Pane::Log).top.min(log.len());
    let (mut row, mut seen) = (0u16, 0usize);
    for stamped in log.iter().rev().skip(place) {
        if row >= inner.height {
            break;
        }
        let (mood, text) = told(stamped);
        let style = view.look.mood(mood);
        let at = stamped.stamp.occurred.unwrap_or(stamped.stamp.at);
        let mut pen = Pen::new(buffer, inner, row, view.look.glyphs.more);
        pen.put(&time_of(at, &view.model.zone), styles.dim);
        if wide {
            pen.skip(2)
                .put_within(&who(&stamped.stamp.actor), 10, styles.dim);
        }
        // A long line goes on below; what does not fit there either is cut.
        // The column before tells who it is already.
        let own = wide.then(|| format!("{} ", who(&stamped.stamp.actor)));
        let bare = own.and_then(|own| text.strip_prefix(own.as_str()));
        let mut rest = bare.unwrap_or(text.as_str());
        for line in 1..=most {
            let mut pen = Pen::new(buffer, inner, row, view.look.glyphs.more);
            pen.to(inner.x + begins);
            let head = wrap(rest, room, 1).first().copied().unwrap_or_default();
            if line == most || row + 1 >= inner.height || head.len() == rest.len() {
                pen.put(rest, style);
                row += 1;
                break;
            }
            pen.put(head, style);
            rest = rest[head.len()..].trim_start();
            row += 1;
        }
        seen += 1;
    }
    hits.reach[Pane::Log.index()] = (seen, log.len());
    scroll_mark(view, buffer, area, (place, seen, log.len()));
}
