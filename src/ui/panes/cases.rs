//! Every test case: the list, its filter, and the opened case with its message and stack.
//!
//! Only the rows that are seen are built, whatever the report's size.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::{Hits, Pane, Spot},
    domain::{
        evidence::{Case, Outcome},
        wording,
    },
    ui::{
        pane::{View, area_of, frame, scroll_mark, select},
        pen::{Pen, wrap},
    },
};

/// Lines of an opened case that can be scrolled over.
const MOST_LINES: usize = 4_000;

/// Draws the pane.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let inner = frame(
        view,
        buffer,
        area,
        Pane::Tests,
        &super::tests::badge(view),
        hits,
    );
    let cases = &view.model.cases;
    let styles = &view.look.styles;
    let filter = u16::from(cases.typing || !cases.filter().is_empty());
    if filter > 0 {
        let mut pen = Pen::new(buffer, inner, 0, view.look.glyphs.more);
        pen.put_right(&wording::count(cases.len() as u64, "case"), styles.dim);
        pen.put("/", styles.key).put(cases.filter(), styles.strong);
        if cases.typing {
            pen.put("_", styles.accent);
        }
    }
    let below = Rect::new(
        inner.x,
        inner.y + filter,
        inner.width,
        inner.height.saturating_sub(filter),
    );
    match (cases.opened, cases.selected()) {
        (Some(top), Some(case)) => opened(view, buffer, area, below, &case, top, hits),
        _ => list(view, buffer, area, below, hits),
    }
}

fn list(view: View<'_>, buffer: &mut Buffer, outer: Rect, area: Rect, hits: &mut Hits) {
    let cases = &view.model.cases;
    let seen = usize::from(area.height);
    let all = cases.len();
    let mut place = cases.place;
    place.fit((seen, all));
    hits.reach[Pane::Tests.index()] = (seen, all);
    hits.put(area_of(area), Spot::Rows(Pane::Tests, place.top));
    if all == 0 {
        Pen::new(buffer, area, 0, view.look.glyphs.more).put("no case fits", view.look.styles.dim);
    }
    for (row, index) in (0..area.height).zip(place.top..all) {
        let Some(case) = cases.row(index) else { break };
        if index == place.at {
            select(view, buffer, area, row);
        }
        line(view, buffer, area, row, &case);
    }
    scroll_mark(view, buffer, outer, (place.top, seen, all));
}

fn look_of(view: View<'_>, outcome: Outcome) -> (&'static str, Style) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    match outcome {
        Outcome::Passed => (glyphs.ok, styles.ok),
        Outcome::Flaky => (glyphs.warn, styles.warn),
        Outcome::Skipped => (glyphs.past, styles.dim),
        Outcome::Failed | Outcome::Errored => (glyphs.fail, styles.fail),
    }
}

fn line(view: View<'_>, buffer: &mut Buffer, area: Rect, row: u16, case: &Case<'_>) {
    let styles = &view.look.styles;
    let (sign, style) = look_of(view, case.outcome);
    let mut pen = Pen::new(buffer, area, row, view.look.glyphs.more);
    pen.put_right(
        &format!("{:>8}", wording::duration(case.duration)),
        styles.dim,
    )
    .skip_right(1);
    if case.outcome != Outcome::Passed {
        pen.put_right(case.outcome.word(), style).skip_right(1);
    }
    pen.put(sign, style).skip(1);
    if !case.suite.is_empty() && area.width >= 90 {
        let at = pen.column();
        let short: String = case.suite.chars().take(16).collect();
        pen.put(&short, styles.dim).to(at + 18);
    }
    let text = if case.outcome.is_failing() {
        styles.strong
    } else {
        styles.text
    };
    pen.put(case.name, text).skip(2).put(case.class, styles.dim);
}

fn opened(
    view: View<'_>,
    buffer: &mut Buffer,
    outer: Rect,
    area: Rect,
    case: &Case<'_>,
    top: usize,
    hits: &mut Hits,
) {
    let styles = &view.look.styles;
    let (sign, style) = look_of(view, case.outcome);
    let more = view.look.glyphs.more;
    let mut pen = Pen::new(buffer, area, 0, more);
    pen.put_right(&wording::duration(case.duration), styles.dim)
        .skip_right(1);
    pen.put(sign, style)
        .skip(1)
        .put(case.outcome.word(), style)
        .skip(2)
        .put(case.name, styles.strong);
    Pen::new(buffer, area, 1, more)
        .put(case.suite, styles.dim)
        .put("  ", styles.dim)
        .put(case.class, styles.dim);
    let body = Rect::new(
        area.x,
        area.y + 3,
        area.width,
        area.height.saturating_sub(3),
    );
    let mut lines: Vec<(&str, Style)> = Vec::new();
    for (text, style) in [(case.message, styles.text), (case.details, styles.dim)] {
        let room = MOST_LINES.saturating_sub(lines.len());
        lines.extend(
            wrap(text, body.width, room)
                .into_iter()
                .map(|line| (line, style)),
        );
        if !text.is_empty() {
            lines.push(("", styles.dim));
        }
    }
    if lines.is_empty() {
        lines.push(("the report says nothing more", styles.dim));
    }
    let seen = usize::from(body.height);
    let top = top.min(lines.len().saturating_sub(seen));
    hits.reach[Pane::Tests.index()] = (seen, lines.len());
    for (row, (text, style)) in (0u16..).zip(lines.iter().skip(top).take(seen)) {
        Pen::new(buffer, body, row, more).put(text, *style);
    }
    scroll_mark(view, buffer, outer, (top, seen, lines.len()));
}
