//! Which overlay is drawn by which file, and the box around a prompt.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::{
    approve, card, checklist, fact::Fact, fields, help, lane, other, palette, rollback, walk,
};
use crate::{
    app::{Asking, Hits, Overlay, Prompt},
    ui::{
        pane::{View, border, raise},
        pen::{Pen, width, wrap},
        styles::drawn,
    },
};

/// Draws what is open; the place of the text cursor, where something is typed.
pub(in crate::ui) fn draw(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    overlay: &Overlay,
    hits: &mut Hits,
) -> Option<(u16, u16)> {
    match overlay {
        Overlay::Help(place) => {
            help::draw(view, buffer, area, *place, hits);
            None
        }
        Overlay::Lane(place) => {
            lane::draw(view, buffer, area, *place, hits);
            None
        }
        Overlay::Card(place) => {
            card::draw(view, buffer, area, *place, hits);
            None
        }
        Overlay::Walk => {
            walk::draw(view, buffer, area, hits);
            None
        }
        Overlay::Checklist => {
            checklist::draw(view, buffer, area, hits);
            None
        }
        Overlay::Palette(palette) => Some(palette::draw(view, buffer, area, palette, hits)),
        Overlay::Prompt(prompt) => {
            if matches!(prompt.asking, Asking::Tick(_)) {
                checklist::draw(view, buffer, area, hits);
            }
            prompt_box(view, buffer, area, prompt, hits)
        }
    }
}

/// A box in the middle: facts above, fields below them, keys at its foot.
fn prompt_box(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    prompt: &Prompt,
    hits: &mut Hits,
) -> Option<(u16, u16)> {
    let styles = &view.look.styles;
    let (title, tone, facts) = match &prompt.asking {
        Asking::Approve(shown) => approve::facts(view, shown),
        Asking::RollBack(shown) => rollback::facts(view, shown, prompt),
        _ => other::facts(view, prompt),
    };
    let across = area.width.saturating_sub(4).min(84);
    let room = across.saturating_sub(8);
    let highest = area.height.saturating_sub(2);
    let tight = highest.saturating_sub(fields::least(prompt) + EDGES);
    let facts = fitted(&facts, room, tight);
    let all = u16::try_from(facts.len()).unwrap_or(u16::MAX);
    let wanted = fields::height(prompt) + all + EDGES + 1;
    let height = wanted.min(highest);
    let frame = Rect::new(
        area.x + (area.width - across) / 2,
        area.y + (area.height - height) / 2,
        across,
        height,
    );
    raise(buffer, frame, styles.raised);
    let lines = if styles.mono {
        &view.look.glyphs.frame_bold
    } else {
        &view.look.glyphs.frame
    };
    let edge = drawn(if prompt.locked.is_empty() {
        tone
    } else {
        styles.warn
    });
    border(buffer, frame, lines, edge);
    let top = Rect::new(frame.x + 2, frame.y, frame.width - 4, 1);
    Pen::new(buffer, top, 0, view.look.glyphs.more)
        .put(" ", edge)
        .put(title, edge.add_modifier(Modifier::BOLD))
        .put(" ", edge);
    let inner = Rect::new(frame.x + 4, frame.y + 2, room, height.saturating_sub(3));
    // The fields stand whole; where the screen is low their air gives way to the facts, and then facts do.
    let airy = inner.height.saturating_sub(fields::height(prompt) + 1);
    let kept = if all <= airy {
        airy
    } else {
        inner.height.saturating_sub(fields::least(prompt))
    };
    let shown = if all > kept {
        kept.saturating_sub(1)
    } else {
        all
    };
    hits.overlay = (usize::from(shown), facts.len());
    let facts = kept_of(facts, kept, styles.warn);
    for (row, fact) in (0..kept).zip(&facts) {
        let mut pen = Pen::new(buffer, inner, row, view.look.glyphs.more);
        for (text, style) in fact {
            pen.put(text, *style);
        }
    }
    let used = kept.min(u16::try_from(facts.len()).unwrap_or(u16::MAX));
    let below = Rect::new(
        inner.x,
        inner.y + used,
        inner.width,
        inner.height.saturating_sub(used),
    );
    fields::draw(view, buffer, below, prompt)
}

/// Rows of a prompt's edges and of the air below the upper one.
const EDGES: u16 = 3;

/// Lines that one fact may take: the most with which all of them fit.
const LINES: [usize; 5] = [8, 5, 3, 2, 1];

/// Facts that are too wide go on below, under the last of their pieces; with fewer rows each is cut sooner.
fn fitted(facts: &[Fact], room: u16, rows: u16) -> Vec<Fact> {
    let mut lines = Vec::new();
    for most in LINES {
        let facts = facts.iter().cloned();
        lines = facts.flat_map(|fact| wrapped(fact, room, most)).collect();
        if lines.len() <= usize::from(rows) {
            break;
        }
    }
    lines
}

/// The facts where `kept` lines are free: what has no room is counted in the last of them.
fn kept_of(mut facts: Vec<Fact>, kept: u16, style: Style) -> Vec<Fact> {
    let kept = usize::from(kept);
    if facts.len() > kept
        && let Some(shown) = kept.checked_sub(1)
    {
        let hidden = facts.len() - shown;
        facts.truncate(shown);
        let words = format!("{hidden} more lines have no room here: a larger window shows them");
        facts.push(vec![(words, style)]);
    }
    facts
}

fn wrapped(mut fact: Fact, room: u16, most: usize) -> Vec<Fact> {
    let whole: u16 = fact.iter().map(|(text, _)| width(text)).sum();
    if whole <= room {
        return vec![fact];
    }
    let Some((text, style)) = fact.pop() else {
        return vec![fact];
    };
    let hang: u16 = fact.iter().map(|(text, _)| width(text)).sum();
    if hang > room / 2 {
        fact.push((text, style));
        return vec![fact];
    }
    let indent = " ".repeat(usize::from(hang));
    let all = wrap(&text, room - hang, most + 1);
    let mut lines: Vec<String> = all.iter().take(most).map(ToString::to_string).collect();
    if let (Some(last), Some(next)) = (lines.last_mut(), all.get(most)) {
        // Too long for its line, so that it is drawn with the sign that more follows.
        *last = format!("{last} {next}");
    }
    let mut lines = lines.into_iter();
    fact.push((lines.next().unwrap_or_default(), style));
    let more = lines.map(|line| vec![(indent.clone(), style), (line, style)]);
    std::iter::once(fact).chain(more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(facts: &[Fact]) -> Vec<String> {
        let of = |fact: &Fact| fact.iter().map(|(text, _)| text.as_str()).collect();
        facts.iter().map(of).collect()
    }

    #[test]
    fn a_fact_too_long_for_its_lines_ends_in_one_too_long_for_its_line() {
        let fact = vec![
            ("▲ ".to_owned(), Style::new()),
            ("one two three four five six seven".to_owned(), Style::new()),
        ];
        let lines = texts(&wrapped(fact.clone(), 12, 3));
        assert_eq!(lines[..2], ["▲ one two", "  three four"]);
        assert!(width(&lines[2]) > 12, "clipped with a sign: {lines:?}");
        assert_eq!(texts(&wrapped(fact, 40, 3)).len(), 1);
    }

    #[test]
    fn what_a_low_screen_hides_is_counted() {
        let facts: Vec<Fact> = (0..9)
            .map(|n| vec![(format!("fact {n}"), Style::new())])
            .collect();
        let kept = texts(&kept_of(facts.clone(), 4, Style::new()));
        assert_eq!(kept[..3], ["fact 0", "fact 1", "fact 2"]);
        assert!(kept[3].starts_with("6 more lines"), "{kept:?}");
        assert_eq!(kept.len(), 4);
        assert_eq!(kept_of(facts.clone(), 9, Style::new()).len(), 9);
        assert_eq!(
            kept_of(facts, 0, Style::new()).len(),
            9,
            "no room for any word"
        );
    }
}
