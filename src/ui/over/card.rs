//! The Slack card, as Slack would show it: the same lines that are sent, drawn for a terminal.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::sheet::{AROUND, across, open};
use crate::{
    app::{Hits, Place},
    report::{
        Mood,
        slack::{ButtonSort, Card, Line, Part, card},
    },
    ui::{
        pane::View,
        pen::{Pen, width},
    },
};

/// Widest card.
const WIDEST: u16 = 92;
/// Narrowest column of two.
const COLUMN: u16 = 26;

/// A piece of a row.
type Piece = (String, Style);

/// Draws it.
pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, place: Place, hits: &mut Hits) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let wide = across(area, WIDEST);
    let rows = rows(view, &card(view.release), wide.saturating_sub(AROUND));
    let sheet = open(view, buffer, (area, wide), (rows.len(), place), hits);
    let mut pen = Pen::new(buffer, sheet.title, 0, glyphs.more);
    pen.put(" Slack ", styles.key)
        .put(&format!("{} ", standing(view)), styles.dim);
    let seen = rows.iter().skip(sheet.top).take(sheet.seen);
    for (row, pieces) in (0u16..).zip(seen) {
        let mut pen = Pen::new(buffer, sheet.inner, row, glyphs.more);
        for (text, style) in pieces {
            pen.put(text, *style);
        }
    }
}

/// Where the card stands, or why it does not.
fn standing(view: View<'_>) -> String {
    let release = view.release;
    let Some(rule) = &release.policy.slack else {
        return "the rules name no Slack: nothing is sent".to_owned();
    };
    let chat = &release.chat;
    let silent = release.record.silent.get(&crate::domain::Feed::Slack);
    match (chat.card(), chat.card_lost(), &rule.approval, silent) {
        (_, _, None, _) => "no approval channel is named".to_owned(),
        (Some(place), _, _, Some(_)) => {
            format!("in {}, as it was: Slack does not answer", place.channel)
        }
        (Some(place), ..) => format!("in {}", place.channel),
        (None, Some(why), ..) | (None, None, _, Some((_, why))) => format!("not there: {why}"),
        (None, None, Some(channel), None) => {
            format!("goes to {channel} once a decision is waited for")
        }
    }
}

fn rows(view: View<'_>, card: &Card, room: u16) -> Vec<Vec<Piece>> {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let mut rows: Vec<Vec<Piece>> = vec![
        vec![
            (" ck ".to_owned(), styles.decision),
            (" cockpit ".to_owned(), styles.strong),
            (" APP ".to_owned(), styles.field),
        ],
        vec![(card.title.clone(), styles.strong)],
    ];
    let (mark, tone) = match card.mood {
        Mood::Good => (glyphs.ok, styles.ok),
        Mood::Bad => (glyphs.fail, styles.fail),
        Mood::Look => (glyphs.warn, styles.warn),
        Mood::Unknown => (glyphs.unknown, styles.info),
        Mood::Plain | Mood::Quiet => (glyphs.now, styles.accent),
    };
    let mut state = pieces(view, &card.state, styles.text);
    state.insert(0, (format!("{mark} "), tone));
    rows.extend(wrapped(state, room));
    rows.push(Vec::new());
    rows.extend(fields(view, card, room));
    let advice = vec![
        ("Recommendation ".to_owned(), styles.strong),
        (card.advice.clone(), styles.text),
    ];
    rows.extend(wrapped(advice, room));
    for (heading, lines) in &card.lists {
        rows.push(Vec::new());
        rows.push(vec![(heading.clone(), styles.strong)]);
        for line in lines {
            let mut item = pieces(view, line, styles.text);
            item.insert(0, (format!("{} ", glyphs.item), styles.dim));
            rows.extend(wrapped(item, room));
        }
    }
    rows.push(Vec::new());
    rows.push(buttons(view, card));
    rows.push(Vec::new());
    rows.extend(wrapped(pieces(view, &card.foot, styles.dim), room));
    rows
}

fn buttons(view: View<'_>, card: &Card) -> Vec<Piece> {
    let styles = &view.look.styles;
    let mut row = Vec::new();
    for button in &card.buttons {
        let style = match button.sort {
            ButtonSort::Approve(_) => styles.ok,
            ButtonSort::Reject(_) => styles.fail,
            ButtonSort::Open(_) => styles.accent,
        };
        row.push((format!("[ {} ]", button.words), style));
        row.push(("  ".to_owned(), styles.text));
    }
    let asks = card
        .buttons
        .iter()
        .any(|button| !matches!(button.sort, ButtonSort::Open(_)));
    if !asks {
        row.push(("nothing to click on now".to_owned(), styles.dim));
    }
    row
}

/// Names over values, in two columns where there is room.
fn fields(view: View<'_>, card: &Card, room: u16) -> Vec<Vec<Piece>> {
    let styles = &view.look.styles;
    let columns = if room >= 2 * COLUMN + 2 { 2 } else { 1 };
    let each = if columns == 2 { (room - 2) / 2 } else { room };
    let mut rows = Vec::new();
    for pair in card.fields.chunks(columns) {
        let cells: Vec<Vec<Vec<Piece>>> = pair
            .iter()
            .map(|(name, value)| {
                let mut cell = vec![vec![((*name).to_owned(), styles.strong)]];
                cell.extend(wrapped(pieces(view, value, styles.text), each));
                cell
            })
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let mut row: Vec<Piece> = Vec::new();
            for (column, cell) in cells.iter().enumerate() {
                let piece = cell.get(at).cloned().unwrap_or_default();
                let used: u16 = piece.iter().map(|(text, _)| width(text)).sum();
                row.extend(piece);
                if column + 1 < cells.len() {
                    let gap = usize::from((each + 2).saturating_sub(used));
                    row.push((" ".repeat(gap), styles.text));
                }
            }
            rows.push(row);
        }
        rows.push(Vec::new());
    }
    rows
}

/// The parts of a line with their styles.
fn pieces(view: View<'_>, line: &Line, plain: Style) -> Vec<Piece> {
    let styles = &view.look.styles;
    let piece = |part: &Part| match part {
        Part::Plain(words) => (words.clone(), plain),
        Part::Said(words) => (words.to_string(), plain),
        Part::Strong(words) => (words.clone(), styles.strong),
        Part::Code(words) => (words.clone(), styles.candidate),
        Part::Link { words, .. } => (words.clone(), styles.accent),
        Part::Time(at) => {
            let local = at.to_zoned(view.model.zone.clone());
            (local.strftime("%H:%M").to_string(), styles.strong)
        }
    };
    line.0.iter().map(piece).collect()
}

/// Rows of at most `room` columns, broken between words; a word that is longer is cut by the pen.
fn wrapped(pieces: Vec<Piece>, room: u16) -> Vec<Vec<Piece>> {
    let mut rows: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut used = 0;
    for (text, style) in pieces {
        for word in text.split_inclusive(' ') {
            let wide = width(word.trim_end());
            if used > 0 && used + wide > room {
                rows.push(Vec::new());
                used = 0;
            }
            used += width(word);
            if let Some(row) = rows.last_mut() {
                match row.last_mut() {
                    Some((known, same)) if *same == style => known.push_str(word),
                    _ => row.push((word.to_owned(), style)),
                }
            }
        }
    }
    // The space that a row was broken at needs no room.
    for row in &mut rows {
        if let Some((last, _)) = row.last_mut() {
            last.truncate(last.trim_end().len());
        }
    }
    rows
}
