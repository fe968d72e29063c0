//! The foot of the screen: the bar that wants a decision, and the keys.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    pane::View,
    pen::{Pen, fill, width},
};
use crate::app::{Action, Bar, Overlay, Pane, Tone, offers};

/// Rows that the bar takes.
pub(super) fn height(view: View<'_>) -> u16 {
    match bar(view).tone {
        Tone::Alert => 2,
        _ => 1,
    }
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
    // The head must stand; what is at the right gives way to it.
    if width(&bar.right) + width(&bar.head) + 8 <= pen.free() {
        pen.put_right(&bar.right, rest).skip_right(2);
    }
    pen.put(sign, head)
        .put(" ", head)
        .put(&bar.head, head)
        .skip(2);
    pen.put(&bar.detail, rest);
    if bar.tone == Tone::Alert && area.height > 1 {
        let mut pen = Pen::new(buffer, inner, 1, glyphs.more);
        for (action, label) in answers(view) {
            let key = view.look.key(action);
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

/// What an alert can be answered with, the way back first.
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
    let mut all = offers(release, view.model);
    all.sort_by_key(|(action, _)| *action != Action::RollBack);
    all.into_iter()
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
        pen.put(glyphs.arrow, styles.warn)
            .put(" ", styles.warn)
            .put(text, styles.warn);
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
    let mut all = offers(view.release, model);
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
