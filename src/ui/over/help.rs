//! The help: every action with its keys, from the keymap.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Action, Group, Hits, Place, hindrance},
    ui::{
        pane::{View, border, inside, raise, scroll_mark},
        pen::Pen,
    },
};

/// Draws it.
pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, place: Place, hits: &mut Hits) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let lines = lines(view);
    let width = area.width.saturating_sub(4).min(76);
    let wanted = u16::try_from(lines.len() + 4).unwrap_or(u16::MAX);
    let height = wanted.min(area.height.saturating_sub(2));
    let frame = Rect::new(
        area.x + (area.width - width) / 2,
        area.y + (area.height - height) / 2,
        width,
        height,
    );
    raise(buffer, frame, styles.raised);
    border(buffer, frame, &glyphs.frame, styles.border_focus);
    let top_line = Rect::new(frame.x + 2, frame.y, frame.width.saturating_sub(4), 1);
    Pen::new(buffer, top_line, 0, glyphs.more).put(" Keys ", styles.key);
    let inner = inside(frame);
    let inner = Rect::new(
        inner.x,
        inner.y + 1,
        inner.width,
        inner.height.saturating_sub(2),
    );
    let seen = usize::from(inner.height);
    let top = place.top.min(lines.len().saturating_sub(seen));
    hits.overlay = (seen, lines.len());
    for (row, line) in (0u16..).zip(lines.iter().skip(top).take(seen)) {
        let mut pen = Pen::new(buffer, inner, row, glyphs.more);
        match line {
            Line::Heading(group) => {
                pen.put(group.title(), styles.strong);
            }
            Line::Gap => {}
            Line::Action(action) => {
                let keys: Vec<String> = view
                    .look
                    .keymap
                    .chords(*action)
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                let begin = pen.column();
                pen.put(&keys.join("  "), styles.key);
                pen.to(begin + 18);
                let why = hindrance(*action, view.release, view.model);
                let text = if why.is_some() {
                    styles.dim
                } else {
                    styles.text
                };
                // A word beside the tone: no state is told by colour alone.
                if why.is_some() {
                    pen.put_right("not now", styles.dim).skip_right(2);
                }
                pen.put(action.about(), text);
            }
        }
    }
    scroll_mark(view, buffer, frame, (top, seen, lines.len()));
}

enum Line {
    Heading(Group),
    Action(Action),
    Gap,
}

/// An action without a key is left out: nobody could press it.
fn lines(view: View<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for group in Group::ALL {
        if !lines.is_empty() {
            lines.push(Line::Gap);
        }
        lines.push(Line::Heading(group));
        lines.extend(
            Action::all()
                .filter(|action| action.group() == group)
                .filter(|action| view.look.keymap.shown(*action).is_some())
                .map(Line::Action),
        );
    }
    lines
}
