//! The foot of the screen: the bar that wants a decision, and the keys.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    pane::View,
    pen::{Pen, fill, width, wrap},
};
use crate::app::{Action, Bar, Overlay, Pane, Seat, Tone, offers};

/// Most rows below the first that say why.
const MOST_ROWS: usize = 3;

/// Rows that the bar takes on a screen so wide.
pub(super) fn height(view: View<'_>, screen: u16) -> u16 {
    let bar = bar(view);
    let below = below(&bar, room(screen)).map_or(0, |lines| lines.len().min(MOST_ROWS));
    let answers = u16::from(is_answered(view, &bar));
    1 + u16::try_from(below).unwrap_or(0) + answers
}

/// The columns of the bar's words.
fn room(screen: u16) -> u16 {
    screen.saturating_sub(2)
}

/// Whether what stands at the right has its place: the head must stand, and it gives way.
fn has_right(bar: &Bar, room: u16) -> bool {
    !bar.right.is_empty() && width(&bar.right) + width(&bar.head) + 8 <= room
}

/// The lines of why, where they do not fit beside the head; `None`: beside it, as what a run does now, which changes too
/// often to move the screen.
fn below(bar: &Bar, room: u16) -> Option<Vec<&str>> {
    let right = if has_right(bar, room) {
        width(&bar.right) + 2
    } else {
        0
    };
    let fits = 2 + width(&bar.head) + 2 + width(&bar.detail) + right <= room;
    (bar.tone != Tone::Busy && !fits).then(|| wrap(&bar.detail, room.saturating_sub(2), usize::MAX))
}

fn bar(view: View<'_>) -> Bar {
    Bar::of(view.release, &view.model.derived, view.model.now)
}

/// Draws the bar.
pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let bar = bar(view);
    let (sign, fill_style, head, rest): (&str, Option<Style>, Style, Style) = match bar.tone {
        Tone::Alert => (
            glyphs.fail,
            Some(styles.alert),
            bold(styles.alert),
            styles.alert,
        ),
        Tone::Decision => (
            glyphs.waits,
            Some(styles.decision),
            bold(styles.decision),
            styles.decision,
        ),
        Tone::Busy => (glyphs.now, None, styles.accent, styles.dim),
        Tone::Good => (glyphs.ok, None, bold(styles.ok), styles.text),
        Tone::Look => (glyphs.unknown, None, bold(styles.warn), styles.warn),
        Tone::Calm => (glyphs.item, None, styles.text, styles.dim),
    };
    if let Some(style) = fill_style {
        fill(buffer, area, style);
    }
    let inner = Rect::new(
        area.x + 1,
        area.y,
        area.width.saturating_sub(2),
        area.height,
    );
    let mut pen = Pen::new(buffer, inner, 0, glyphs.more);
    if has_right(&bar, inner.width) {
        pen.put_right(&bar.right, rest).skip_right(2);
    }
    pen.put(sign, head)
        .put(" ", head)
        .put(&bar.head, head)
        .skip(2);
    let mut row = 1;
    match below(&bar, inner.width) {
        None => {
            pen.put(&bar.detail, rest);
        }
        Some(lines) => {
            let is_cut = lines.len() > MOST_ROWS;
            for (index, line) in lines.into_iter().take(MOST_ROWS).enumerate() {
                let mut pen = Pen::new(buffer, inner, row, glyphs.more);
                pen.skip(2).put(line, rest);
                if is_cut && index + 1 == MOST_ROWS {
                    pen.put(glyphs.more, rest);
                }
                row += 1;
            }
        }
    }
    if is_answered(view, &bar) && area.height > row {
        let mut pen = Pen::new(buffer, inner, row, glyphs.more);
        for (action, label) in answers(view) {
            let key = view.look.key(action);
            // What does not fit whole is left to the keys below.
            if width(&key) + 1 + width(&label) > pen.free() {
                break;
            }
            pen.put(&key, styles.alert_key)
                .put(" ", rest)
                .put(&label, rest)
                .skip(4);
        }
    }
}

fn bold(style: Style) -> Style {
    style.add_modifier(ratatui::style::Modifier::BOLD)
}

/// Whether the bar names the keys of its answers. Nobody answers what was: a replay's keys stand below.
fn is_answered(view: View<'_>, bar: &Bar) -> bool {
    bar.tone == Tone::Alert && view.model.seat != Seat::Replay
}

/// What can be done. Under an alert the way back comes first, behind what holds a countdown: in the bar and among the keys.
fn ordered(view: View<'_>) -> Vec<(Action, &'static str)> {
    let mut all = offers(view.release, view.model);
    if is_answered(view, &bar(view)) {
        all.sort_by_key(|(action, _)| match action {
            Action::Hold => 0,
            Action::RollBack => 1,
            _ => 2,
        });
    }
    all
}

/// What an alert can be answered with.
fn answers(view: View<'_>) -> Vec<(Action, String)> {
    let release = view.release;
    let usual = release
        .rollback
        .readiness
        .as_ref()
        .and_then(crate::domain::rollback::Readiness::usual_time)
        .map_or_else(String::new, |usual| {
            format!(", about {}", crate::domain::wording::duration(usual))
        });
    ordered(view)
        .into_iter()
        .filter(|(action, _)| *action != Action::Note)
        .map(
            |(action, label)| match (action, release.rollback_target()) {
                (Action::RollBack, Some(target)) => {
                    (action, format!("{label} to {}{usual}", target.name()))
                }
                _ => (action, label.to_owned()),
            },
        )
        .collect()
}

/// Draws the keys, and the answer to the last one.
pub(super) fn keys(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let inner = Rect::new(area.x + 1, area.y, area.width.saturating_sub(2), 1);
    let mut pen = Pen::new(buffer, inner, 0, glyphs.more);
    if let Some((text, _)) = &view.model.toast {
        toast(view, buffer, inner, text);
        return;
    }
    let types = match view.model.overlay {
        None => view.model.cases.typing,
        Some(Overlay::Walk) => view.model.walk.typing,
        Some(_) => false,
    };
    if types {
        for (key, label) in [("Enter", "keep the filter"), ("Esc", "clear it")] {
            pen.put(key, styles.key)
                .put(" ", styles.dim)
                .put(label, styles.dim)
                .skip(3);
        }
        return;
    }
    let help = (Action::Help, "help");
    let quit = (Action::Quit, "quit");
    for (action, label) in [quit, help] {
        let text = view.look.key(action);
        pen.put_right(label, styles.dim).put_right(" ", styles.dim);
        pen.put_right(&text, styles.key).skip_right(3);
    }
    let all = match view.model.overlay {
        Some(Overlay::Walk) => walked(view),
        Some(Overlay::Checklist) => CHECKLIST.to_vec(),
        Some(Overlay::Help(_) | Overlay::Lane(_) | Overlay::Card(_)) => READ.to_vec(),
        _ => listed(view),
    };
    for (action, label) in all {
        let key = if action == Action::Left {
            glyphs.sideways.to_owned()
        } else {
            view.look.key(action)
        };
        if key.is_empty() {
            continue;
        }
        if width(&key) + 1 + width(label) > pen.free() {
            break;
        }
        pen.put(&key, styles.key)
            .put(" ", styles.dim)
            .put(label, styles.dim)
            .skip(3);
    }
}

/// Most rows of an answer.
const TOAST: u16 = 3;

/// The answer to the last key. One that is longer than a row grows upward, over what stands there, until the next key; an
/// alert is never covered.
fn toast(view: View<'_>, buffer: &mut Buffer, last: Rect, text: &str) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let most = match bar(view).tone {
        Tone::Alert => 1,
        _ => TOAST.min(last.y + 1),
    };
    let indent = width(glyphs.arrow) + 1;
    let room = last.width.saturating_sub(indent);
    let mut lines = wrap(text, room, usize::from(most) + 1);
    let is_whole = lines.len() <= usize::from(most);
    lines.truncate(usize::from(most));
    let first = last.y + 1 - u16::try_from(lines.len().max(1)).unwrap_or(1);
    for (y, line) in (first..).zip(&lines) {
        let row = Rect::new(last.x, y, last.width, 1);
        // From edge to edge: what lies below is gone whole.
        let whole = Rect::new(last.x.saturating_sub(1), y, last.width + 2, 1);
        fill(buffer, whole, styles.screen);
        let mut pen = Pen::new(buffer, row, 0, glyphs.more);
        if y == first {
            pen.put(glyphs.arrow, styles.warn).skip(1);
        } else {
            pen.skip(indent);
        }
        // The last row shows by its mark that there is more.
        let rest = text.find(line).map_or(*line, |at| &text[at..]);
        let is_cut = !is_whole && y == last.y;
        pen.put(if is_cut { rest } else { line }, styles.warn);
    }
}

/// The keys of what is only read.
const READ: [(Action, &str); 2] = [(Action::Down, "read on"), (Action::Back, "back")];

/// The keys of the checklist.
const CHECKLIST: [(Action, &str); 3] = [
    (Action::Tick, "tick or take back"),
    (Action::NextPane, "section"),
    (Action::Back, "back"),
];

/// The keys of the diff.
fn walked(view: View<'_>) -> Vec<(Action, &'static str)> {
    let open = view
        .model
        .walk
        .opened
        .is_none()
        .then_some((Action::Open, "open"));
    let rest = [
        (Action::NextPane, "files, commits"),
        (Action::Filter, "filter"),
        (Action::Back, "back"),
    ];
    open.into_iter().chain(rest).collect()
}

fn listed(view: View<'_>) -> Vec<(Action, &'static str)> {
    let model = view.model;
    let mut all = ordered(view);
    if model.focus == Pane::Metrics {
        all.push((Action::NextMetric, "metric"));
        if model.reel.is_none() {
            all.push((Action::Left, "read a minute"));
        }
    }
    if model.focus == Pane::Tests && model.zoomed {
        all.push((Action::Filter, "filter"));
    }
    if model.zoomed {
        all.push((Action::Back, "back"));
    } else {
        all.push((Action::NextPane, "pane"));
        all.push((Action::Zoom, "zoom"));
        all.push((Action::Open, "open"));
    }
    all.push((Action::Palette, "actions"));
    all
}
