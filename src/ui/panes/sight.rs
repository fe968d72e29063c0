//! What the watch will be able to see at all, and what it recommends, in a line or two.

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use crate::{
    domain::release::Advice,
    ui::{
        pane::View,
        pen::{Pen, width},
    },
};

/// What the window can detect: `15 min can see: error rate +0.04 pt   latency p99 +12%`.
pub(super) fn detectable(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    let styles = &view.look.styles;
    let sight = &view.model.derived.sight;
    let minutes = view.release.policy.hypercare.window.as_mins();
    let mut pen = Pen::new(buffer, area, 0, view.look.glyphs.more);
    if sight.is_empty() {
        return;
    }
    pen.put(&format!("{minutes} min can see:"), styles.dim);
    let mut row = 0;
    for (name, words) in sight {
        let wide = width(name) + width(words) + 4;
        if wide > pen.free() {
            row += 1;
            if row >= area.height {
                return;
            }
            pen = Pen::new(buffer, area, row, view.look.glyphs.more);
        }
        let style = if words.starts_with(['+', '−', '±']) {
            styles.text
        } else {
            styles.info
        };
        pen.skip(2).put(name, styles.dim).skip(1).put(words, style);
    }
}

/// Rows that the recommendation takes where there are so many.
pub(super) fn advice_rows(view: View<'_>, room: u16) -> u16 {
    let advice = view.model.derived.advice.as_ref();
    let reasons = advice.map_or(0, |advice| advice.reasons.len());
    u16::try_from(reasons).unwrap_or(u16::MAX).min(room)
}

/// What the watch recommends, a reason a row.
pub(super) fn advice(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let Some(told) = &view.model.derived.advice else {
        return;
    };
    let (sign, style) = match told.advice {
        Advice::Stable => (glyphs.ok, styles.ok),
        Advice::KeepWatching => (glyphs.now, styles.warn),
        Advice::RollBack => (glyphs.fail, styles.fail),
    };
    let mut head = format!("{sign} recommends: {}", told.advice.word());
    // A short line of good news gives way to its own reason; what asks for an act keeps saying that it only advises.
    let longest = told
        .reasons
        .iter()
        .map(|reason| width(reason.as_str()))
        .max();
    if told.advice == Advice::Stable && width(&head) + 2 + longest.unwrap_or(0) > area.width {
        head = format!("{sign} {}", told.advice.word());
    }
    let indent = width(&head) + 2;
    for (row, reason) in (0..area.height).zip(&told.reasons) {
        let mut pen = Pen::new(buffer, area, row, glyphs.more);
        let left = told.reasons.len() - usize::from(row) - 1;
        if row + 1 == area.height && left > 0 {
            pen.put_right(&format!("and {left} more"), styles.dim)
                .skip_right(2);
        }
        if row == 0 {
            pen.put(&head, style.add_modifier(Modifier::BOLD)).skip(2);
        } else {
            pen.skip(indent);
        }
        pen.put(reason.as_str(), styles.text);
    }
}
