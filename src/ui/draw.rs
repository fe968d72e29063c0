//! A whole frame of the release screen, composed.
//!
//! ```text
//! header                                     one line
//!
//! stepper                                    one line
//!
//! panes: two and two and the log, or the chart and three below, or one with tabs above
//!
//! bar                                        one line, two for an alert
//!
//! keys                                       one line
//! ```

use ratatui::{Frame, buffer::Buffer, layout::Rect};

use super::{
    Look, foot,
    glyphs::Dots,
    header,
    layout::{self, Parts, SMALLEST},
    over,
    pane::{View, area_of},
    panes,
    pen::{Pen, width},
    stepper,
};
use crate::{
    app::{Action, Hits, Model, Overlay, Pane, Spot},
    domain::{judge::State, release::Release},
};

/// Draws the screen and says what lies where. The model must have seen the release.
pub fn draw(frame: &mut Frame<'_>, model: &Model, release: &Release, look: &Look) -> Hits {
    let area = frame.area();
    let view = View {
        model,
        release,
        look,
    };
    let mut hits = Hits::default();
    let cursor = paint(view, frame.buffer_mut(), area, &mut hits);
    if look.glyphs.dots == Dots::Ascii {
        only_ascii(frame.buffer_mut());
    }
    if let Some((x, y)) = cursor.filter(|(x, y)| *x < area.right() && *y < area.bottom()) {
        frame.set_cursor_position((x, y));
    }
    hits
}

/// A terminal without Unicode would break up what people wrote in it: typographic signs become their plain likeness,
/// other characters `?`.
fn only_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            cell.set_symbol(plain(cell.symbol()));
        }
    }
}

fn plain(symbol: &str) -> &'static str {
    match symbol {
        "\u{a0}" | "\u{202f}" | "\u{2009}" => " ",
        "−" | "–" | "—" | "‐" | "‑" | "·" => "-",
        "‘" | "’" => "'",
        "“" | "”" => "\"",
        "…" => "~",
        "•" => "*",
        "×" => "x",
        "→" => ">",
        "←" => "<",
        _ => "?",
    }
}

/// Paints into a buffer; the place of the text cursor, where something is typed.
fn paint(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<(u16, u16)> {
    buffer.set_style(area, view.look.styles.screen);
    let Some(parts) = Parts::of(area, foot::height(view, area.width)) else {
        too_small(view, buffer, area);
        hits.is_unseen = true;
        return None;
    };
    header::draw(view, buffer, parts.header);
    let is_seat_told = stepper::draw(view, buffer, parts.stepper);
    body_of(view, buffer, parts.body, hits);
    if !is_seat_told && !layout::is_wide(parts.body) {
        seat_beside_tabs(view, buffer, layout::tabbed(parts.body).0);
    }
    foot::draw(view, buffer, parts.bar);
    foot::keys(view, buffer, parts.keys);
    match &view.model.overlay {
        None => None,
        Some(overlay) => {
            hits.clear();
            for part in receding(&parts, area, overlay) {
                behind(view, buffer, part);
            }
            over::draw(view, buffer, area, overlay, hits)
        }
    }
}

fn too_small(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    let styles = &view.look.styles;
    let more = view.look.glyphs.more;
    let text = format!(
        "cockpit needs {}x{}, this is {}x{}",
        SMALLEST.0, SMALLEST.1, area.width, area.height
    );
    Pen::new(buffer, area, 0, more).put(&text, styles.text);
    let phase = format!("{}: {}", view.release.name(), view.release.phase().word());
    let style = if view.release.watch.alerts().next().is_some() {
        styles.fail
    } else {
        styles.dim
    };
    Pen::new(buffer, area, 1, more).put(&phase, style);
    let way_out = match &view.model.overlay {
        Some(Overlay::Prompt(_)) => "Esc cancels".to_owned(),
        _ => format!("{} quits", view.look.key(Action::Quit)),
    };
    let words = format!("{way_out}; other keys wait for room");
    Pen::new(buffer, area, 2, more).put(&words, styles.dim);
}

/// What goes back behind what is open. A prompt is alone; below others the keys are theirs, but for the palette's, where
/// keys are words; beside small ones the bar keeps telling what is due. The walk and the checklist take the body's place.
fn receding(parts: &Parts, area: Rect, overlay: &Overlay) -> Vec<Rect> {
    let above = |end: Rect| Rect {
        height: end.y.saturating_sub(area.y),
        ..area
    };
    match overlay {
        Overlay::Prompt(_) => vec![area],
        Overlay::Help(_) | Overlay::Card(_) => vec![above(parts.keys)],
        Overlay::Lane(_) => vec![above(parts.bar)],
        Overlay::Palette(_) => vec![above(parts.bar), parts.keys],
        Overlay::Walk | Overlay::Checklist => Vec::new(),
    }
}

/// Everything behind a prompt on one faint tone: what is asked stands alone.
fn behind(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            let cell = &mut buffer[(x, y)];
            cell.set_style(ratatui::style::Style::reset());
            cell.set_style(view.look.styles.behind);
        }
    }
}

fn body_of(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let model = view.model;
    if !layout::is_wide(area) {
        let (names, below) = layout::tabbed(area);
        tabs(view, buffer, names, hits);
        panes::draw(view, buffer, below, model.focus, hits);
    } else if model.zoomed {
        panes::draw(view, buffer, area, model.focus, hits);
    } else if model.watches() {
        watch(view, buffer, area, hits);
    } else {
        for (pane, at) in layout::to_decide(area) {
            panes::draw(view, buffer, at, pane, hits);
        }
    }
}

/// One pane at a time: the others stand above it by name, with their state.
fn tabs(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let styles = &view.look.styles;
    let inner = Rect::new(area.x + 1, area.y, area.width.saturating_sub(2), 1);
    let folded = [Pane::Tests, Pane::Explain, Pane::Gates];
    let all = if view.model.watches() {
        view.model.panes().iter().chain(&folded)
    } else {
        view.model.panes().iter().chain(&[])
    };
    let wanted = |pane: &Pane| {
        let sign = width(state_of(view, *pane).0);
        width(pane.short()) + 5 + if sign == 0 { 0 } else { sign + 1 }
    };
    // Where they do not fit as they are, the air between them goes, and the last one is not cut. Nothing follows that.
    let air = u16::from(all.clone().map(wanted).sum::<u16>() <= inner.width + 2);
    let mut pen = Pen::new(buffer, inner, 0, view.look.glyphs.more);
    for pane in all.copied() {
        let begins = pen.column();
        let focus = view.has_focus(pane);
        let (sign, sign_style) = state_of(view, pane);
        let style = if focus {
            styles.selection.patch(styles.strong)
        } else {
            styles.dim
        };
        let number = if focus {
            styles.selection.patch(styles.key)
        } else {
            styles.dim
        };
        pen.put(&format!(" {} ", pane.number()), number);
        if !sign.is_empty() {
            pen.put(
                sign,
                if focus {
                    styles.selection.patch(sign_style)
                } else {
                    sign_style
                },
            );
            pen.put(" ", style);
        }
        pen.put(pane.short(), style).put(" ", style);
        let tab = Rect::new(begins, area.y, pen.column() - begins, 1);
        pen.skip(air);
        hits.put(area_of(tab), Spot::Pane(pane));
    }
}

/// Who drives, behind the names of the panes: the lines above had no room. It goes before the last names.
fn seat_beside_tabs(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    if let Some((words, style)) = header::seat_in_short(view, area.width) {
        let words = format!("  {words}");
        let inner = Rect::new(area.x + 1, area.y, area.width.saturating_sub(2), 1);
        Pen::new(buffer, inner, 0, view.look.glyphs.more).put_right(&words, style);
    }
}

/// The sign of a pane's state, for tabs and folded lines.
fn state_of(view: View<'_>, pane: Pane) -> (&'static str, ratatui::style::Style) {
    use crate::domain::evidence::Staging;
    let look = view.look;
    let release = view.release;
    match pane {
        Pane::Tests => match release.evidence.staging(&release.policy) {
            Staging::Ready => look.state(State::Pass),
            Staging::NotYet(_) => look.state(State::NoData),
            Staging::Failed(_) => look.state(State::Fail),
        },
        Pane::Gates => {
            let worst = view
                .model
                .derived
                .gates
                .iter()
                .filter(|gate| !panes::was_so(view, gate))
                .map(|gate| gate.verdict.state)
                .max()
                .unwrap_or(State::NoData);
            look.state(worst)
        }
        Pane::Triggers if release.watch.fired().next().is_some() => look.state(State::Fail),
        Pane::Alarms
            if release.watch.alarms.values().any(|alarm| {
                alarm.state == crate::domain::observation::AlarmState::Alarm && !alarm.before
            }) =>
        {
            look.state(State::Fail)
        }
        Pane::Explain | Pane::Metrics | Pane::Log | Pane::Triggers | Pane::Alarms => {
            ("", look.styles.dim)
        }
    }
}

/// Once production changes: the chart, and three panes below it; what was decided on folds to one line.
fn watch(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    folded(view, buffer, Rect::new(area.x, area.y, area.width, 1), hits);
    let area = Rect::new(area.x, area.y + 1, area.width, area.height - 1);
    let lower = (area.height / 3).clamp(6, 14);
    let upper = area.height - lower;
    let third = area.width / 3;
    panes::draw(
        view,
        buffer,
        Rect::new(area.x, area.y, area.width, upper),
        Pane::Metrics,
        hits,
    );
    let y = area.y + upper;
    // Alarms are a name and a word; what happened needs the room.
    let alarms = if view.release.watch.alarms.is_empty() {
        third / 2 + 2
    } else {
        third - 8
    };
    let widths = [third + 2, alarms, area.width - third - 2 - alarms];
    let mut x = area.x;
    for (pane, width) in [Pane::Triggers, Pane::Alarms, Pane::Log]
        .into_iter()
        .zip(widths)
    {
        panes::draw(
            view,
            buffer,
            Rect::new(
                x,
                y,
                width.saturating_sub(u16::from(pane != Pane::Log)),
                lower,
            ),
            pane,
            hits,
        );
        x += width;
    }
}

fn folded(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let styles = &view.look.styles;
    let inner = Rect::new(area.x + 1, area.y, area.width.saturating_sub(2), 1);
    let mut pen = Pen::new(buffer, inner, 0, view.look.glyphs.more);
    for pane in [Pane::Tests, Pane::Explain, Pane::Gates] {
        let begins = pen.column();
        let (sign, style) = state_of(view, pane);
        pen.put(&format!("{} ", pane.number()), styles.dim);
        if !sign.is_empty() {
            pen.put(sign, style).put(" ", styles.dim);
        }
        pen.put(pane.title(), styles.dim);
        // As in a pane's edge the last pieces say the most.
        let said = panes::badge(view, pane);
        let wide = |first: &usize| said[*first..].iter().map(|(text, _)| width(text) + 1).sum();
        let first = (0..said.len()).find(|first| pen.free() >= wide(first));
        for (text, style) in said.iter().skip(first.unwrap_or_default()) {
            pen.put(" ", styles.dim).put(text, *style);
        }
        let tab = Rect::new(begins, area.y, pen.column() - begins, 1);
        pen.skip(4);
        hits.put(area_of(tab), Spot::Pane(pane));
    }
}
