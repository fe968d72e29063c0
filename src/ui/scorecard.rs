//! The scorecard's frame: four panels with a bar a week, or one of them with DORA's bands and what to know.

use ratatui::{Frame, buffer::Buffer, layout::Rect, style::Style};

use super::{
    Look,
    pane::border,
    pen::{Pen, fill, width, wrap},
    scorecard_bars::{Bars, paint},
};
use crate::{
    app::{Action, CardView},
    domain::{
        policy::Unit,
        scorecard::{Level, Week},
        wording,
    },
    report::{PanelWords, parts, seconds, week_name},
};

/// Below this one panel at a time is shown.
const GRID: (u16, u16) = (100, 28);

/// Draws it.
pub fn draw_scorecard(frame: &mut Frame<'_>, view: &CardView, look: &Look) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    fill(buffer, area, look.styles.screen);
    if area.width < 40 || area.height < 10 {
        Pen::new(buffer, area, 0, look.glyphs.more).put(
            "the scorecard wants 40 x 10; or: cockpit scorecard --md",
            look.styles.warn,
        );
        return;
    }
    header(view, look, buffer, area);
    let body = Rect::new(area.x, area.y + 1, area.width, area.height - 3);
    if view.zoomed {
        panel(view, look, buffer, body, view.panel, true);
    } else if area.width >= GRID.0 && area.height >= GRID.1 {
        let (wide, high) = (body.width / 2, body.height / 2);
        for index in 0..4u16 {
            let (column, row) = (index % 2, index / 2);
            let place = Rect::new(
                body.x + column * wide,
                body.y + row * high,
                if column == 0 { wide } else { body.width - wide },
                if row == 0 { high } else { body.height - high },
            );
            panel(view, look, buffer, place, usize::from(index), false);
        }
    } else {
        tabs(view, look, buffer, Rect::new(body.x, body.y, body.width, 1));
        let below = Rect::new(body.x, body.y + 1, body.width, body.height - 1);
        panel(view, look, buffer, below, view.panel, false);
    }
    week_line(
        view,
        look,
        buffer,
        Rect::new(area.x + 1, area.bottom() - 2, area.width - 2, 1),
    );
    keys(
        look,
        buffer,
        Rect::new(area.x + 1, area.bottom() - 1, area.width - 2, 1),
    );
}

fn header(view: &CardView, look: &Look, buffer: &mut Buffer, area: Rect) {
    let (styles, glyphs, card) = (&look.styles, look.glyphs, &view.card);
    let line = Rect::new(area.x, area.y, area.width, 1);
    fill(buffer, line, styles.screen.patch(styles.band));
    let inner = Rect::new(area.x + 1, area.y, area.width - 2, 1);
    let mut pen = Pen::new(buffer, inner, 0, glyphs.more);
    let read = card.sources.iter().filter_map(|source| source.read).min();
    let said = read.map_or_else(
        || "never read".to_owned(),
        |at| format!("as of {}", at.strftime("%F %H:%M UTC")),
    );
    let whole = card.sources.iter().all(|source| source.whole);
    pen.put_right(&said, if whole { styles.dim } else { styles.warn });
    if !whole {
        pen.put_right("in part, ", styles.warn);
    }
    pen.skip_right(2)
        .put(glyphs.mark, styles.accent)
        .skip(1)
        .put("cockpit", styles.key)
        .skip(2)
        .put("scorecard", styles.strong)
        .skip(2);
    match card.sources.as_slice() {
        [one] => pen.put(&one.repository, styles.text),
        all => pen.put(&wording::count(all.len() as u64, "source"), styles.text),
    };
    pen.skip(2);
    let day = card.since.strftime("%F").to_string();
    let since = format!("since {day}");
    let fits = width(&since) <= pen.free();
    pen.put(if fits { &since } else { &day }, styles.dim);
}

fn tabs(view: &CardView, look: &Look, buffer: &mut Buffer, area: Rect) {
    let styles = &look.styles;
    let mut pen = Pen::new(buffer, area, 0, look.glyphs.more);
    pen.skip(1);
    let name = |panel: &PanelWords| format!("{} {}", panel.number, panel.title);
    let wanted = view.panels.iter().map(|panel| width(&name(panel)) + 2);
    // Where they do not fit as they are, the air between them goes.
    let air = u16::from(wanted.sum::<u16>() <= area.width);
    for (index, panel) in view.panels.iter().enumerate() {
        let style = if index == view.panel {
            styles.key
        } else {
            styles.dim
        };
        let sign = if index == view.panel {
            look.glyphs.pick
        } else {
            " "
        };
        pen.put(sign, styles.accent)
            .put(&name(panel), style)
            .skip(air);
    }
}

/// The sign and style of a band.
fn band(look: &Look, level: Level) -> (&'static str, Style) {
    match level {
        Level::Elite | Level::High => (look.glyphs.ok, look.styles.ok),
        Level::Medium => (look.glyphs.warn, look.styles.warn),
        Level::Low => (look.glyphs.fail, look.styles.fail),
    }
}

fn panel(view: &CardView, look: &Look, buffer: &mut Buffer, area: Rect, index: usize, all: bool) {
    let (styles, glyphs) = (&look.styles, look.glyphs);
    let words = &view.panels[index];
    let focus = index == view.panel;
    let lines = if focus && styles.mono {
        &glyphs.frame_bold
    } else {
        &glyphs.frame
    };
    let edge = if focus {
        styles.border_focus
    } else {
        styles.border
    };
    border(buffer, area, lines, edge);
    let top = Rect::new(area.x + 2, area.y, area.width.saturating_sub(4), 1);
    let mut pen = Pen::new(buffer, top, 0, glyphs.more);
    if let Some((level, _)) = words.band {
        let (sign, style) = band(look, level);
        pen.put_right(" ", edge)
            .put_right(&format!("DORA {}", level.word()), style)
            .put_right(" ", style)
            .put_right(sign, style)
            .put_right(" ", edge);
    }
    pen.put(" ", edge)
        .put(
            &words.number.to_string(),
            if focus { styles.key } else { styles.dim },
        )
        .put(" ", edge)
        .put(words.title, styles.strong)
        .put(" ", edge);
    let inner = Rect::new(
        area.x + 2,
        area.y + 1,
        area.width.saturating_sub(4),
        area.height.saturating_sub(2),
    );
    let is_unknown = words.figure == "no data";
    let figure = if is_unknown {
        styles.info
    } else {
        styles.strong
    };
    let mut pen = Pen::new(buffer, inner, 0, glyphs.more);
    if is_unknown {
        pen.put(glyphs.unknown, styles.info).skip(1);
    }
    pen.put(&words.figure, figure);
    let mut row = 1;
    for line in &words.lines {
        for part in wrap(line, inner.width, 3) {
            Pen::new(buffer, inner, row, glyphs.more).put(part, styles.dim);
            row += 1;
        }
    }
    if index == 0 {
        row += split_bar(view, look, buffer, inner, row);
    }
    let below = if all {
        known(view, look, words, inner.width).len()
    } else {
        0
    };
    let left = inner.height.saturating_sub(row + 1);
    let wanted = left.saturating_sub(u16::try_from(below).unwrap_or(0));
    let high = if all { wanted.clamp(4, 14) } else { left };
    let place = Rect::new(inner.x, inner.y + row + 1, inner.width, high.min(left));
    paint(look, buffer, place, &bars(view, index));
    if all {
        let from = row + 1 + place.height + 1;
        for (at, (text, style)) in (0u16..).zip(known(view, look, words, inner.width)) {
            Pen::new(buffer, inner, from + at, glyphs.more).put(&text, style);
        }
    }
}

/// The mean lead time as one line of four parts, each begun by its letter; how many rows that took.
fn split_bar(view: &CardView, look: &Look, buffer: &mut Buffer, area: Rect, row: u16) -> u16 {
    let Some(means) = &view.card.lead.parts_s else {
        return 0;
    };
    let styles = &look.styles;
    let tones = [styles.accent, styles.dim, styles.warn, styles.ok];
    let signs = ["b", "q", "h", "k"];
    let mut pen = Pen::new(buffer, area, row, look.glyphs.more);
    let room = f64::from(area.width);
    for (((_, _, share), tone), sign) in parts(means).into_iter().zip(tones).zip(signs) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a width"
        )]
        let cells = (share * room).round() as usize;
        if let Some(rest) = cells.checked_sub(1) {
            pen.put(sign, tone)
                .put(&look.glyphs.frame_bold[4].repeat(rest), tone);
        }
    }
    1
}

/// What stands under a panel that fills the screen: DORA's levels, sources, remarks.
fn known(view: &CardView, look: &Look, words: &PanelWords, wide: u16) -> Vec<(String, Style)> {
    let styles = &look.styles;
    let mut all = Vec::new();
    if let Some((mine, measure)) = words.band {
        for level in Level::ALL {
            let (sign, style) = band(look, level);
            let is_mine = level == mine;
            let mark = if is_mine { look.glyphs.pick } else { " " };
            let said = format!("{mark} {sign} {:<7}{}", level.word(), measure.means(level));
            all.push((said, if is_mine { style } else { styles.dim }));
        }
        all.push((
            format!("{}; bands differ from year to year", measure.source()),
            styles.dim,
        ));
        all.push((measure.caveat().to_owned(), styles.dim));
    }
    for source in &view.card.sources {
        let said = format!(
            "{} {} ({}): {}, {} with a journal",
            source.repository,
            source.environment,
            source.job,
            wording::count(source.deploys as u64, "deploy"),
            source.journalled
        );
        all.push((said, styles.text));
    }
    let remarks = view
        .card
        .remarks
        .iter()
        .map(|remark| remark.as_str().to_owned());
    let warnings = view
        .warnings
        .iter()
        .map(|warning| crate::domain::Text::line(warning).to_string());
    all.extend(remarks.chain(warnings).map(|line| (line, styles.warn)));
    all.iter()
        .flat_map(|(line, style)| {
            let parts = wrap(line, wide, 4).into_iter();
            parts.map(|part| (part.to_owned(), *style))
        })
        .collect()
}

fn bars(view: &CardView, index: usize) -> Bars {
    #[expect(clippy::cast_precision_loss, reason = "counts of one week")]
    let value = |week: &Week| match index {
        0 => week.lead_s.map(|spread| spread.median),
        1 => (week.deploys > 0 || week.rolled_back > 0).then_some(week.rolled_back as f64),
        2 => Some(week.deploys as f64),
        _ => week.errors.map(|spread| spread.median),
    };
    let said: fn(f64) -> String = match index {
        0 => seconds,
        3 => |value| wording::value(value, Unit::Percent),
        _ => |value| wording::significant(value, 4),
    };
    let weeks = &view.card.weeks;
    Bars {
        values: weeks.iter().map(value).collect(),
        partial: weeks.iter().map(|week| week.partial).collect(),
        read: view.week,
        said,
        names: (
            weeks.first().map_or_else(String::new, week_name),
            weeks.last().map_or_else(String::new, week_name),
        ),
        is_bad: index == 1,
    }
}

fn week_line(view: &CardView, look: &Look, buffer: &mut Buffer, area: Rect) {
    let styles = &look.styles;
    let mut pen = Pen::new(buffer, area, 0, look.glyphs.more);
    let Some(week) = view.read_week() else {
        return;
    };
    let lead = week.lead_s.map_or("no lead time".to_owned(), |spread| {
        format!("lead {} of {}", seconds(spread.median), spread.n)
    });
    let errors = week.errors.map_or("errors unknown".to_owned(), |spread| {
        format!("errors {}", wording::value(spread.median, Unit::Percent))
    });
    let rolled_back = if week.rolled_back > 0 {
        styles.warn
    } else {
        styles.dim
    };
    let said = [
        (week_name(week), styles.strong),
        (wording::count(week.deploys as u64, "deploy"), styles.text),
        (format!("{} rolled back", week.rolled_back), rolled_back),
        (lead, styles.text),
        (errors, styles.dim),
    ];
    let wanted: u16 = said.iter().map(|(words, _)| width(words) + 2).sum();
    if wanted + width("week of ") <= area.width + 2 {
        pen.put("week of ", styles.dim);
    }
    for (words, style) in &said {
        pen.put(words, *style).skip(2);
    }
    if let Some(warning) = view.warnings.first() {
        let said = crate::domain::Text::line(warning);
        if width(said.as_str()) < pen.free() {
            pen.put_right(said.as_str(), styles.warn);
        }
    }
}

fn keys(look: &Look, buffer: &mut Buffer, area: Rect) {
    let mut pen = Pen::new(buffer, area, 0, look.glyphs.more);
    for (action, label) in [
        (Action::NextPane, "panel"),
        (Action::Left, "week before"),
        (Action::Right, "next week"),
        (Action::Zoom, "bands and sources"),
        (Action::Quit, "quit"),
    ] {
        pen.put(&look.key(action), look.styles.key)
            .skip(1)
            .put(label, look.styles.dim)
            .skip(3);
    }
}
