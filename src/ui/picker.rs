//! The picker's frame: the runs that wait, one a line.

use ratatui::{Frame, layout::Rect};

use super::{
    Look,
    header::time_of,
    pen::{Pen, fill},
};
use crate::{
    app::{Action, Picker},
    domain::wording,
};

/// Draws it and says how many runs are seen.
pub fn draw_picker(frame: &mut Frame<'_>, picker: &Picker, look: &Look) -> usize {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    let (styles, glyphs) = (&look.styles, look.glyphs);
    fill(buffer, area, styles.screen);
    let inner = Rect::new(
        area.x + 1,
        area.y,
        area.width.saturating_sub(2),
        area.height,
    );
    Pen::new(buffer, inner, 0, glyphs.more)
        .put(glyphs.mark, styles.accent)
        .skip(1)
        .put("cockpit", styles.key)
        .skip(2)
        .put(&picker.service, styles.strong)
        .skip(2)
        .put(
            &format!("{} wait", wording::count(picker.runs.len() as u64, "run")),
            styles.dim,
        );
    let list = Rect::new(
        inner.x,
        area.y + 2,
        inner.width,
        area.height.saturating_sub(4),
    );
    let seen = usize::from(list.height);
    let mut place = picker.place;
    place.fit((seen, picker.runs.len()));
    let runs = picker.runs.iter().enumerate().skip(place.top).take(seen);
    for (row, (index, run)) in (0u16..).zip(runs) {
        let chosen = index == place.at;
        if chosen {
            let line = Rect::new(area.x, list.y + row, area.width, 1);
            buffer.set_style(line, styles.selection);
        }
        let mut pen = Pen::new(buffer, list, row, glyphs.more);
        let age = wording::age(picker.now.duration_since(run.created));
        pen.put_right(&format!("{age} ago"), styles.dim)
            .skip_right(2);
        if let Some(actor) = &run.triggering_actor {
            pen.put_right(actor.as_str(), styles.text).skip_right(2);
        }
        pen.put(if chosen { glyphs.pick } else { " " }, styles.accent)
            .skip(1)
            .put(&time_of(run.created, &picker.zone), styles.dim)
            .skip(2)
            .put(run.head_sha.short(), styles.dim)
            .skip(2)
            .put(run.title.as_str(), styles.strong)
            .skip(2)
            .put(&format!("run {}", run.id), styles.dim);
    }
    let last = Rect::new(inner.x, area.bottom().saturating_sub(1), inner.width, 1);
    let mut pen = Pen::new(buffer, last, 0, glyphs.more);
    for (action, label) in [
        (Action::Open, "open"),
        (Action::Up, "up"),
        (Action::Down, "down"),
        (Action::Quit, "quit"),
    ] {
        pen.put(&look.key(action), styles.key)
            .skip(1)
            .put(label, styles.dim)
            .skip(3);
    }
    seen
}
