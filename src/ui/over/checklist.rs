//! The checklist, walked through: sections and items, and of the selected one who ticked it when, or what it is bound to.

use jiff::Timestamp;
use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::sheet;
use crate::{
    app::{Hits, ListRow, Spot, checklist_rows},
    domain::{
        checklist::{Standing, Status, When},
        judge::{State, Verdict},
    },
    ui::{
        pane::{View, area_of, inside, scroll_mark, select},
        pen::{Pen, width, wrap},
    },
};

/// Rows of what is said of the selected item.
const TOLD: u16 = 5;
/// Columns of an item's state.
const WORD: u16 = 13;
/// The narrowest inside where a row says why it stands as it does.
const WHY: u16 = 100;

/// Draws it over everything but the first and the last line.
pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let frame = sheet::open_large(view, buffer, area);
    let rows = checklist_rows(view.release);
    title(view, buffer, frame, &rows);
    let inner = inside(frame);
    let told = if inner.height > 2 * TOLD { TOLD } else { 0 };
    let listed = Rect::new(inner.x, inner.y, inner.width, inner.height - told);
    let (seen, all) = (usize::from(listed.height), rows.len());
    let mut place = view.model.checklist;
    place.fit((seen, all));
    // The heading above the first item is seen with it.
    if place.at == 1 && seen > 1 {
        place.top = 0;
    }
    hits.overlay = (seen, all);
    hits.put(area_of(listed), Spot::Choices(place.top));
    scroll_mark(view, buffer, frame, (place.top, seen, all));
    for (row, (at, one)) in (0..listed.height).zip(rows.iter().enumerate().skip(place.top)) {
        if at == place.at {
            select(view, buffer, listed, row);
        }
        line(view, buffer, listed, row, one);
    }
    if let (true, Some(one)) = (told > 0, rows.get(place.at)) {
        let below = Rect::new(inner.x, listed.bottom(), inner.width, told);
        detail(view, buffer, below, one);
    }
}

fn title(view: View<'_>, buffer: &mut Buffer, frame: Rect, rows: &[ListRow<'_>]) {
    let styles = &view.look.styles;
    let top = Rect::new(frame.x + 2, frame.y, frame.width.saturating_sub(4), 1);
    let mut pen = Pen::new(buffer, top, 0, view.look.glyphs.more);
    let items = rows.iter().filter_map(|row| match row {
        ListRow::Item(standing) if standing.item.required => Some(standing),
        _ => None,
    });
    for when in [When::After, When::During, When::Before] {
        let due = items.clone().filter(|one| one.item.when == when);
        let (done, all) = due.fold((0, 0), |(done, all), one| {
            (done + usize::from(one.is_done()), all + 1)
        });
        if all > 0 {
            let style = if done == all { styles.ok } else { styles.dim };
            pen.put_right(&format!(" {} {done} of {all} ", when.word()), style);
        }
    }
    let name = view.release.policy.checklist.as_ref();
    let name = name.map_or("prerequisites", |checklist| checklist.name.as_str());
    pen.put(" ", styles.dim)
        .put("Checklist", styles.strong)
        .put(" ", styles.dim)
        .put(name, styles.dim)
        .put(" ", styles.dim);
}

/// Sign, style and word of an item.
fn signed(view: View<'_>, standing: &Standing<'_>) -> (&'static str, Style, &'static str) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    match &standing.status {
        Status::Ticked(_) => (glyphs.boxes[1], styles.ok, "ticked"),
        Status::Open if is_due(view, standing.item.when) => {
            let style = if standing.item.required {
                styles.warn
            } else {
                styles.dim
            };
            (glyphs.boxes[0], style, "open")
        }
        Status::Open => (glyphs.boxes[0], styles.dim, "later"),
        Status::Told(verdict)
            if verdict.state == State::NoData && !is_due(view, standing.item.when) =>
        {
            (glyphs.open, styles.dim, "later")
        }
        Status::Told(verdict) => {
            let (sign, style) = view.look.state(verdict.state);
            (sign, style, verdict.state.word())
        }
    }
}

/// Whether the time of an item has come.
fn is_due(view: View<'_>, when: When) -> bool {
    match when {
        When::Before => true,
        When::During => view.release.approval.first_grant().is_some(),
        When::After => view.release.rollout.deployed.is_some(),
    }
}

fn line(view: View<'_>, buffer: &mut Buffer, area: Rect, row: u16, one: &ListRow<'_>) {
    let styles = &view.look.styles;
    let mut pen = Pen::new(buffer, area, row, view.look.glyphs.more);
    match one {
        ListRow::Heading(title, done, all) => {
            let style = if done == all { styles.ok } else { styles.dim };
            pen.put_right(&format!("{done} of {all}"), style)
                .skip_right(2);
            pen.put(title, styles.strong);
        }
        ListRow::Prerequisite(name, verdict) => {
            let (sign, style) = view.look.state(verdict.state);
            pen.put_right(verdict.state.word(), style).skip_right(2);
            pen.put("  ", styles.text).put(sign, style).skip(1);
            pen.put(name, styles.text).skip(2);
            because(view, &mut pen, verdict.why.first_line());
        }
        ListRow::Item(standing) => {
            let (sign, style, word) = signed(view, standing);
            let item = standing.item;
            // The air beside the word is not underlined with it.
            let air = WORD.saturating_sub(width(word));
            pen.put_right(word, style).skip_right(air + 2);
            if area.width >= 70 {
                let when = if item.when == When::Before {
                    ""
                } else {
                    item.when.word()
                };
                if !when.is_empty() || !item.required {
                    pen.put_right(&format!("{when:>6}"), styles.dim)
                        .skip_right(1);
                }
                if !item.required {
                    pen.put_right("optional", styles.dim).skip_right(1);
                }
            }
            pen.put("  ", styles.text).put(sign, style).skip(1);
            pen.put(&item.text, styles.text).skip(2);
            if area.width >= WHY && word != "later" {
                because(view, &mut pen, standing.why().first_line());
            }
        }
    }
}

/// The reason, where enough of it fits to say something.
fn because(view: View<'_>, pen: &mut Pen<'_>, why: &str) {
    if pen.free() >= width(why).min(16) {
        pen.put(why, view.look.styles.dim);
    }
}

fn detail(view: View<'_>, buffer: &mut Buffer, area: Rect, one: &ListRow<'_>) {
    let styles = &view.look.styles;
    let glyphs = view.look.glyphs;
    for x in area.left()..area.right() {
        buffer[(x, area.y)]
            .set_symbol(glyphs.frame[4])
            .set_style(styles.faint);
    }
    let mut pen = Pen::new(buffer, area, 1, glyphs.more);
    let why = match one {
        ListRow::Heading(title, ..) => {
            pen.put(title, styles.strong);
            return;
        }
        ListRow::Prerequisite(name, verdict) => {
            let (_, style) = view.look.state(verdict.state);
            pen.put(name, styles.strong)
                .skip(2)
                .put(verdict.state.word(), style);
            let rule = view.release.policy.prerequisites.iter();
            let rule = rule.clone().find(|rule| rule.name == *name);
            if let Some(rule) = rule {
                Pen::new(buffer, area, 2, glyphs.more)
                    .put("looked up in ", styles.dim)
                    .put(rule.ask.in_words().as_str(), styles.dim);
            }
            told(verdict)
        }
        ListRow::Item(standing) => {
            let item = standing.item;
            let (_, style, word) = signed(view, standing);
            pen.put(&item.text, styles.strong).skip(2).put(word, style);
            let need = if item.required {
                "required"
            } else {
                "optional"
            };
            let how = match &item.auto {
                Some(binding) => format!("ticks itself by {}", binding.in_words()),
                None => "ticked by hand".to_owned(),
            };
            let dot = glyphs.dot;
            let facts = format!(
                "{} {dot} {} {dot} {need} {dot} {how}",
                item.id,
                item.when.word()
            );
            Pen::new(buffer, area, 2, glyphs.more).put(&facts, styles.dim);
            match &standing.status {
                Status::Ticked(tick) => {
                    let note = tick.note.as_ref().map_or("", |note| note.first_line());
                    let at = moment(view, tick.at);
                    let between = if note.is_empty() { "" } else { ": " };
                    format!("{} at {at}{between}{note}", tick.by)
                }
                Status::Open => String::new(),
                Status::Told(verdict) => told(verdict),
            }
        }
    };
    let room = usize::from(area.height.saturating_sub(3));
    for (row, text) in (3u16..).zip(wrap(&why, area.width, room)) {
        Pen::new(buffer, area, row, glyphs.more).put(text, styles.text);
    }
}

fn told(verdict: &Verdict) -> String {
    verdict.why.first_line().to_owned()
}

/// Time of day where the screen is.
fn moment(view: View<'_>, at: Timestamp) -> String {
    let at = at.to_zoned(view.model.zone.clone());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}
