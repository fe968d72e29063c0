//! The rollback triggers: quiet, fired, unknown, or disarmed because they were true before.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Hits, Pane},
    domain::judge::{State, Verdict},
    ui::{
        pane::{self, View, frame, rows, scroll_mark, select},
        pen::{Pen, width},
    },
};

/// Draws the pane.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let inner = frame(view, buffer, area, Pane::Triggers, &badge(view), hits);
    let rules = &view.release.policy.hypercare.triggers;
    let list = rows(view, inner, Pane::Triggers, rules.len(), hits);
    for (row, (index, rule)) in
        (0u16..).zip(rules.iter().enumerate().skip(list.top).take(list.seen))
    {
        if list.at == Some(index) {
            select(view, buffer, inner, row);
        }
        line(view, buffer, inner, row, rule.source());
    }
    if rules.is_empty() {
        Pen::new(buffer, inner, 0, view.look.glyphs.more)
            .put("none in the rules", view.look.styles.dim);
    }
    scroll_mark(view, buffer, area, (list.top, list.seen, rules.len()));
}

fn badge(view: View<'_>) -> Vec<pane::Piece> {
    match view.release.watch.fired().count() {
        0 => Vec::new(),
        fired => vec![(
            format!("{fired} fired"),
            view.look
                .styles
                .fail
                .add_modifier(ratatui::style::Modifier::BOLD),
        )],
    }
}

fn line(view: View<'_>, buffer: &mut Buffer, area: Rect, row: u16, source: &str) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let known = view.release.watch.triggers.get(source);
    let verdict = view
        .model
        .derived
        .triggers
        .iter()
        .find(|(name, _)| name == source)
        .map(|(_, verdict)| verdict);
    let (sign, style, words) = match (known, verdict) {
        (Some(trigger), Some(verdict)) if trigger.disarmed.is_some() => (
            glyphs.past,
            styles.dim,
            format!("was already so: {}", verdict.why),
        ),
        (Some(trigger), _) if trigger.fired.is_some() => {
            let why = trigger
                .fired
                .as_ref()
                .map_or("", |fired| fired.why.as_str());
            (glyphs.fail, styles.fail, why.to_owned())
        }
        (Some(_), Some(verdict)) => words(view, verdict),
        _ => (glyphs.open, styles.dim, "not armed yet".to_owned()),
    };
    let mut pen = Pen::new(buffer, area, row, glyphs.more);
    let wanted = width(source) + 4;
    if width(&words) + wanted <= pen.free() {
        pen.put_right(&words, styles.dim);
    } else if pen.free() > wanted + 8 {
        let room = usize::from(pen.free() - wanted - 1);
        let cut: String = words.chars().take(room).collect();
        pen.put_right(&format!("{cut}{}", glyphs.more), styles.dim);
    }
    let text = if style == styles.ok {
        styles.text
    } else {
        style
    };
    pen.put(sign, style).skip(1).put(source, text);
}

fn words(view: View<'_>, verdict: &Verdict) -> (&'static str, ratatui::style::Style, String) {
    let (sign, style) = view.look.state(verdict.state);
    let words = match verdict.state {
        State::Pass => verdict.why.to_string(),
        state => format!("{}: {}", state.word(), verdict.why),
    };
    (sign, style, words)
}
