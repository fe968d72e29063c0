//! CloudWatch's alarms, those that fire now apart from those that did before the release; and above them the flags.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Hits, Pane},
    domain::observation::AlarmState,
    ui::{
        header::minute_of,
        pane::{Piece, View, frame, rows, scroll_mark, select},
        panes::flags,
        pen::{Pen, width, wrap},
    },
};

/// What would stand here, and what sets it.
const HINT: &str = "CloudWatch's alarms, by their names in [hypercare] alarms";

/// Draws the pane.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let flags = flags::rows(view);
    let said: Vec<Piece> = flags::summary(view).into_iter().collect();
    let whole = frame(view, buffer, area, Pane::Alarms, &said, hits);
    let inner = flags::draw(view, buffer, whole, &flags);
    let mut alarms: Vec<_> = view.release.watch.alarms.iter().collect();
    alarms.sort_by_key(|(_, alarm)| (alarm.state != AlarmState::Alarm, alarm.before));
    let list = rows(view, inner, Pane::Alarms, alarms.len(), hits);
    if alarms.is_empty() {
        let (none, hint) = match view.release.policy.alarm_names().len() {
            0 => ("none watched", HINT),
            _ => ("not read yet", ""),
        };
        Pen::new(buffer, inner, 0, glyphs.more)
            .put(glyphs.open, styles.dim)
            .skip(1)
            .put(none, styles.dim);
        let room = inner.width.saturating_sub(2);
        let lines = wrap(hint, room, usize::from(inner.height.saturating_sub(1)));
        for (row, line) in (1u16..).zip(lines) {
            Pen::new(buffer, inner, row, glyphs.more)
                .skip(2)
                .put(line, styles.dim);
        }
    }
    for (row, (index, (name, alarm))) in
        (0u16..).zip(alarms.iter().enumerate().skip(list.top).take(list.seen))
    {
        if list.at == Some(index) {
            select(view, buffer, inner, row);
        }
        let (sign, style, word) = match (alarm.state, alarm.before) {
            (AlarmState::Alarm, true) => (glyphs.past, styles.dim, "fired before"),
            (AlarmState::Alarm, false) => (glyphs.fail, styles.fail, "fires"),
            (AlarmState::Ok, _) => (glyphs.ok, styles.ok, "OK"),
            (AlarmState::InsufficientData, _) => (glyphs.unknown, styles.info, "no data"),
            (AlarmState::Unknown, _) => (glyphs.unknown, styles.info, "unknown"),
        };
        let mut pen = Pen::new(buffer, inner, row, glyphs.more);
        let since = alarm.since.map_or_else(String::new, |at| {
            format!(" {}", minute_of(at, &view.model.zone))
        });
        // Which alarm it is matters more than how it is said.
        let wide = width(name) + width(word) + width(&since) + 4;
        let word = match alarm.state {
            AlarmState::Alarm if alarm.before && wide > inner.width => "before",
            _ => word,
        };
        pen.put_right(&format!("{word}{since}"), styles.dim)
            .skip_right(1);
        let text = if style == styles.ok {
            styles.text
        } else {
            style
        };
        pen.put(sign, style).skip(1).put(name, text);
    }
    scroll_mark(view, buffer, area, (list.top, list.seen, alarms.len()));
}
