//! The gates: state, name, arithmetic, and what the state does to the approval.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Hits, Pane},
    domain::{judge::State, observation::AlarmState, policy::Effect, release::Gate},
    ui::{
        pane::{self, View, frame, rows, scroll_mark, select},
        pen::{Pen, width, wrap},
    },
};

/// A title is not cut below these columns.
const SHORTEST_TITLE: u16 = 16;

/// Draws the pane; with room, each gate with all of its arithmetic.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let inner = frame(view, buffer, area, Pane::Gates, &badge(view), hits);
    let gates = &view.model.derived.gates;
    let detail = if view.model.zoomed && inner.height > 8 {
        5
    } else {
        0
    };
    let listed = Rect::new(inner.x, inner.y, inner.width, inner.height - detail);
    let list = rows(view, listed, Pane::Gates, gates.len(), hits);
    for (row, (index, gate)) in
        (0u16..).zip(gates.iter().enumerate().skip(list.top).take(list.seen))
    {
        if list.at == Some(index) {
            select(view, buffer, listed, row);
        }
        line(view, buffer, listed, row, gate);
    }
    if let (true, Some(gate)) = (detail > 0, list.at.and_then(|at| gates.get(at))) {
        let below = Rect::new(inner.x, listed.bottom(), inner.width, detail);
        arithmetic(view, buffer, below, gate);
    }
    scroll_mark(view, buffer, area, (list.top, list.seen, gates.len()));
}

/// `11 of 12 pass`.
pub(in crate::ui) fn badge(view: View<'_>) -> Vec<pane::Piece> {
    let gates = &view.model.derived.gates;
    let pass = gates
        .iter()
        .filter(|gate| gate.verdict.state == State::Pass)
        .count();
    let blocked = gates.iter().any(|gate| gate.effect == Some(Effect::Block));
    let styles = &view.look.styles;
    let mut right = Vec::new();
    let before = gates.iter().filter(|gate| was_so(view, gate)).count();
    if before > 0 {
        right.push((format!("{before} was so before"), styles.dim));
    }
    if blocked {
        right.push(("BLOCKED".to_owned(), styles.fail));
    }
    right.push((
        format!("{pass} of {} pass", gates.len() - before),
        styles.dim,
    ));
    right
}

/// The state of a gate in a word or two: items that nobody ticked are known to be open.
pub(in crate::ui) fn state_of(gate: &Gate) -> &'static str {
    match gate.verdict.state {
        State::NoData if gate.family == "checklist" => "open",
        state => state.word(),
    }
}

/// Whether a gate fails by alarms alone that fired before the deploy: during the watch that speaks neither for nor
/// against the release.
pub(in crate::ui) fn was_so(view: View<'_>, gate: &Gate) -> bool {
    let alarms = view.release.watch.alarms.values();
    let mut firing = alarms.filter(|alarm| alarm.state == AlarmState::Alarm);
    view.model.watches()
        && gate.family == "alarms"
        && gate.verdict.state == State::Fail
        && firing.all(|alarm| alarm.before)
}

fn word(effect: Effect) -> &'static str {
    match effect {
        Effect::Warn => "look",
        Effect::Reason => "reason",
        Effect::Block => "blocks",
    }
}

fn line(view: View<'_>, buffer: &mut Buffer, area: Rect, row: u16, gate: &Gate) {
    let styles = &view.look.styles;
    let before = was_so(view, gate);
    let (sign, style) = if before {
        (view.look.glyphs.past, styles.dim)
    } else {
        view.look.state(gate.verdict.state)
    };
    let passes = gate.verdict.state == State::Pass;
    let mut pen = Pen::new(buffer, area, row, view.look.glyphs.more);
    if let Some(effect) = gate.effect {
        let style = if effect == Effect::Block {
            styles.fail
        } else {
            styles.warn
        };
        pen.put_right(word(effect), style).skip_right(2);
    }
    let why = gate.verdict.why.first_line();
    let why = match gate.verdict.state {
        State::Pass => why.to_owned(),
        _ if before => format!("was so before: {why}"),
        _ => format!("{}: {why}", state_of(gate)),
    };
    pen.put(sign, style).skip(1);
    let title_style = if passes { styles.text } else { style };
    // The arithmetic says more than the end of a long title, which mostly is the rule over again.
    let title = gate.title.first_line();
    let left = pen.free().saturating_sub(width(&why) + 2);
    let room = width(title).min(left.max(SHORTEST_TITLE));
    let ends = pen.column() + room;
    pen.put_within(title, room, title_style).to(ends).skip(2);
    // Aligned at the right where it fits, cut where it does not.
    if width(&why) <= pen.free() {
        pen.put_right(&why, styles.dim);
    } else {
        pen.put(&why, styles.dim);
    }
}

fn arithmetic(view: View<'_>, buffer: &mut Buffer, area: Rect, gate: &Gate) {
    let styles = &view.look.styles;
    let (_, style) = view.look.state(gate.verdict.state);
    Pen::new(buffer, area, 1, view.look.glyphs.more)
        .put(gate.title.first_line(), styles.strong)
        .skip(2)
        .put(state_of(gate), style);
    let lines = wrap(
        gate.verdict.why.as_str(),
        area.width,
        usize::from(area.height.saturating_sub(2)),
    );
    for (row, text) in (2u16..).zip(lines) {
        Pen::new(buffer, area, row, view.look.glyphs.more).put(text, styles.text);
    }
}
