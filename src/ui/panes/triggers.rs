//! The rollback triggers: quiet, fired, unknown, or disarmed because they were true before.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::{Hits, Pane, Spot, WATCH},
    domain::judge::{Course, State, Verdict},
    ui::{
        header::minute_of,
        pane::{self, View, frame, rows, scroll_mark, select},
        pen::{Pen, width, wrap},
    },
};

/// Draws the pane; with room the arithmetic of each stands below it, and the gates below all of them.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let inner = frame(view, buffer, area, Pane::Triggers, &badge(view), hits);
    let rules = &view.release.policy.hypercare.triggers;
    let lines: Vec<Line<'_>> = rules.iter().map(|rule| line(view, rule.source())).collect();
    let each = each(&lines, inner);
    let list = rows(view, inner, Pane::Triggers, rules.len(), hits);
    for (place, (index, line)) in
        (0u16..).zip(lines.iter().enumerate().skip(list.top).take(list.seen))
    {
        let row = place * each;
        if list.at == Some(index) {
            select(view, buffer, inner, row);
        }
        if each > 1 {
            let spot = Rect::new(inner.x, inner.y + row, inner.width, 1);
            for y in spot.y..spot.y + each {
                let area = pane::area_of(Rect { y, ..spot });
                hits.put(area, Spot::Rows(Pane::Triggers, index));
            }
        }
        one(view, buffer, inner, row, line, each);
    }
    if rules.is_empty() {
        Pen::new(buffer, inner, 0, view.look.glyphs.more)
            .put("none in the rules", view.look.styles.dim);
    }
    let count = u16::try_from(rules.len().max(1)).unwrap_or(u16::MAX);
    let used = count.saturating_mul(each).min(inner.height);
    let below = Rect::new(inner.x, inner.y + used, inner.width, inner.height - used);
    gates(view, buffer, below);
    scroll_mark(view, buffer, area, (list.top, list.seen, rules.len()));
}

/// Rows of each. The arithmetic has one of its own where it does not fit beside one of them, and a second where it would be
/// cut in that; as far as there are rows.
fn each(lines: &[Line<'_>], area: Rect) -> u16 {
    let below = area.width.saturating_sub(2);
    let is_long = |line: &Line<'_>| width(line.source) + width(&line.words) + 4 > area.width;
    let is_cut = |line: &Line<'_>| width(shortened(&line.words, below)) > below;
    let has = |rows: usize| lines.len() * rows <= usize::from(area.height);
    match lines.iter().any(is_long) {
        true if has(3) && lines.iter().any(is_cut) => 3,
        true if has(2) => 2,
        _ => 1,
    }
}

/// What must hold now, where the triggers leave room for all of it: the watch, or the stage that serves.
fn gates(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    let all = view.model.derived.gates.iter();
    let asked = all.filter(|gate| gate.family == WATCH || gate.stage.is_some());
    let mut lines: Vec<Line<'_>> = asked
        .map(|gate| {
            let (sign, style, words) = words(view, gate.title.as_str(), &gate.verdict);
            Line {
                sign,
                style,
                source: gate.title.first_line(),
                words,
            }
        })
        .collect();
    if lines.is_empty() || lines.len() > usize::from(area.height) {
        return;
    }
    let each = each(&lines, area);
    if each == 1 {
        // The state alone rather than half of its arithmetic.
        for line in &mut lines {
            if width(line.source) + width(&line.words) + 4 > area.width {
                let state = line
                    .words
                    .split_once(':')
                    .filter(|_| line.sign != view.look.glyphs.ok);
                line.words = state.map_or_else(String::new, |(state, _)| state.to_owned());
            }
        }
    }
    let wanted = lines.len() * usize::from(each);
    let air = u16::from(wanted < usize::from(area.height));
    for (place, line) in (0u16..).zip(&lines) {
        one(view, buffer, area, air + place * each, line, each);
    }
}

/// A trigger as it is drawn.
struct Line<'a> {
    sign: &'static str,
    style: Style,
    source: &'a str,
    words: String,
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

fn line<'a>(view: View<'_>, source: &'a str) -> Line<'a> {
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
        (Some(trigger), Some(verdict)) if trigger.disarmed.is_some() => {
            match view.release.compared(source) {
                Some((course, said)) => {
                    let style = match course {
                        Course::Worse => styles.warn,
                        Course::Same | Course::Better => styles.dim,
                    };
                    let words = format!("was already so: {}, {said}", course.word());
                    (glyphs.past, style, words)
                }
                None => (
                    glyphs.past,
                    styles.dim,
                    format!("was already so: {}", verdict.why),
                ),
            }
        }
        (Some(trigger), _) if trigger.fired.is_some() => {
            let told = trigger.fired.as_ref().map(|fired| {
                let at = minute_of(fired.at, &view.model.zone);
                format!("fired {at}: {}", fired.why)
            });
            (glyphs.fail, styles.fail, told.unwrap_or_default())
        }
        (Some(_), Some(verdict)) => words(view, source, verdict),
        _ => (glyphs.open, styles.dim, "not armed yet".to_owned()),
    };
    Line {
        sign,
        style,
        source,
        words,
    }
}

fn one(view: View<'_>, buffer: &mut Buffer, area: Rect, row: u16, line: &Line<'_>, each: u16) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let mut pen = Pen::new(buffer, area, row, glyphs.more);
    let wanted = width(line.source) + 4;
    if each == 1 && width(&line.words) + wanted <= pen.free() {
        pen.put_right(&line.words, styles.dim);
    }
    let text = if line.style == styles.ok {
        styles.text
    } else {
        line.style
    };
    pen.put(line.sign, line.style)
        .skip(1)
        .put(line.source, text);
    if each > 1 {
        let room = area.width.saturating_sub(2);
        let mut rest = shortened(&line.words, room);
        for below in 1..each {
            let head = wrap(rest, room, 1).first().copied().unwrap_or_default();
            let is_last = below + 1 == each;
            Pen::new(buffer, area, row + below, glyphs.more)
                .skip(2)
                .put(if is_last { rest } else { head }, styles.dim);
            rest = rest[head.len()..].trim_start();
        }
    } else if width(&line.words) + wanted > area.width {
        pen.skip(2).put(&line.words, styles.dim);
    }
}

/// Without the words that the sign tells too where the numbers would be cut.
fn shortened(words: &str, room: u16) -> &str {
    let heads = ["", "was ", "was already so: "];
    let mut forms = heads.iter().filter_map(|head| words.strip_prefix(head));
    forms.find(|form| width(form) <= room).unwrap_or(words)
}

fn words(view: View<'_>, source: &str, verdict: &Verdict) -> (&'static str, Style, String) {
    let (sign, style) = view.look.state(verdict.state);
    // The metric's name stands in the rule already.
    let why = verdict.why.as_str();
    let bare = why
        .split_once(": ")
        .filter(|(name, _)| source.contains(name));
    let words = match verdict.state {
        State::Pass => why.to_owned(),
        state => format!("{}: {}", state.word(), bare.map_or(why, |(_, rest)| rest)),
    };
    (sign, style, words)
}
