//! The fields of a prompt: options, the reason, the phrase; its foot stands below them.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::foot::{keys, rows_of, verb, words};
use crate::{
    app::{Asking, Choice, Entry, Field, Part, Phrase, Prompt, Reason},
    domain::rollback::Plan,
    ui::{
        pane::{View, raise},
        pen::{Pen, width},
    },
};

/// Rows of a reason.
const REASON: u16 = 3;
/// Rows of a text under its label, such as the write-up of an incident: with the room that there is, and without.
const WRITE_UP: u16 = 14;
const WRITE_UP_LEAST: u16 = REASON + 1;
/// Columns of a label.
const LABEL: u16 = 6;

/// Rows that the fields need, with the lines between and the keys.
pub(super) fn height(prompt: &Prompt) -> u16 {
    let choices = match prompt.choices.len() {
        0 | 1 => 0,
        all => u16::try_from(all).unwrap_or(0) + 1,
    };
    let reason = match &prompt.reason {
        Some(reason) if is_wide(reason) => WRITE_UP + 2,
        Some(_) => REASON + 1,
        None => 0,
    };
    let entry = prompt.entry.as_ref().map_or(0, |_| 2);
    let phrase = prompt.phrase.as_ref().map_or(0, |_| 3);
    let locked = rows_of(&prompt.locked);
    1 + choices + entry + reason + phrase + locked.max(1) + 2
}

/// Rows that they can do with: without the air below the last field and above the keys, and with little of a long text.
pub(super) fn least(prompt: &Prompt) -> u16 {
    let text = match &prompt.reason {
        Some(reason) if is_wide(reason) => WRITE_UP - WRITE_UP_LEAST,
        // What is empty says nothing: one row shows where it is typed.
        Some(reason) if is_empty(reason) => REASON - 1,
        _ => 0,
    };
    height(prompt).saturating_sub(air(prompt) + text)
}

/// Rows of air that can go.
fn air(prompt: &Prompt) -> u16 {
    match (&prompt.word, prompt.locked.is_empty()) {
        (_, false) => 1,
        (None, true) => 2,
        (Some(_), true) => 0,
    }
}

fn is_empty(reason: &Reason) -> bool {
    reason
        .field
        .lines()
        .iter()
        .all(|line| line.as_str().is_empty())
}

/// A label that does not fit beside its field stands above it.
fn is_wide(reason: &Reason) -> bool {
    width(reason.label) + 1 >= LABEL
}

/// Draws them; the place of the text cursor.
pub(super) fn draw(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    prompt: &Prompt,
) -> Option<(u16, u16)> {
    let mut y = 1;
    let mut cursor = None;
    if prompt.choices.len() > 1 {
        y += choices(view, buffer, rest(area, y), prompt) + 1;
    }
    if let Some(entry) = &prompt.entry {
        let focus = prompt.part == Part::Entry;
        let at = entry_field(view, buffer, rest(area, y), entry, focus);
        cursor = at.filter(|_| focus);
        y += 2;
    }
    if let Some(reason) = &prompt.reason {
        // Below it: air, the phrase, what the prompt says about itself, the keys.
        let below = 1 + prompt.phrase.as_ref().map_or(0, |_| 3) + 2;
        let room = rest(area, y);
        let free = if is_wide(reason) {
            room.height.saturating_sub(below)
        } else if is_empty(reason) {
            // Rows that are short once the air is gone.
            let short = height(prompt).saturating_sub(area.height + air(prompt));
            REASON - short.min(REASON - 1)
        } else {
            REASON
        };
        let focus = prompt.part == Part::Reason;
        let (rows, at) = reason_field(view, buffer, (room, free), reason, focus);
        if prompt.part == Part::Reason {
            cursor = at;
        }
        y += rows + 1;
    }
    if let Some(phrase) = &prompt.phrase {
        let at = phrase_field(view, buffer, rest(area, y), prompt, phrase);
        if prompt.part == Part::Phrase {
            cursor = Some(at);
        }
        y += 3;
    }
    words(
        view,
        buffer,
        rest(area, y.min(area.height.saturating_sub(2))),
        prompt,
    );
    keys(view, buffer, area, prompt);
    if prompt.sent || !prompt.locked.is_empty() {
        None
    } else {
        cursor
    }
}

fn rest(area: Rect, y: u16) -> Rect {
    let y = y.min(area.height);
    Rect::new(area.x, area.y + y, area.width, area.height - y)
}

fn choice_words(asking: &Asking, choice: Choice) -> (&'static str, String) {
    match choice {
        Choice::Plan(Plan::CancelThenDispatch) => (
            "cancel then roll back",
            "stops the deploy, waits for its end".to_owned(),
        ),
        Choice::Plan(Plan::Dispatch) => {
            ("roll back now", "the deploy goes on beside it".to_owned())
        }
        Choice::Plan(Plan::Wait) => ("wait then roll back", "for the deploy's own end".to_owned()),
        Choice::Plan(Plan::Fallback) => ("fallback command", "without GitHub".to_owned()),
        Choice::Problem(problem) => (problem.word(), String::new()),
        Choice::Minutes(minutes) => ("watch", format!("{minutes} minutes longer")),
        Choice::Flag(at) => match asking {
            Asking::KillFlag(flags) => flags.get(at).map_or(("", String::new()), |one| {
                ("switch off", format!("{}  ({})", one.flag, one.words()))
            }),
            _ => ("", String::new()),
        },
        Choice::Role(at) => match asking {
            Asking::SignOff(roles) => roles.get(at).map_or(("", String::new()), |one| {
                (if one.1 { "take back" } else { "sign for" }, one.0.clone())
            }),
            _ => ("", String::new()),
        },
    }
}

fn choices(view: View<'_>, buffer: &mut Buffer, area: Rect, prompt: &Prompt) -> u16 {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let focus = prompt.part == Part::Choices;
    let mut row = 0;
    for (index, choice) in prompt.choices.iter().enumerate() {
        let chosen = index == prompt.chosen;
        let (label, detail) = choice_words(&prompt.asking, *choice);
        let style = match (chosen, focus) {
            (true, true) => styles.key,
            (true, false) => styles.strong,
            (false, _) => styles.dim,
        };
        let mut pen = Pen::new(buffer, area, row, glyphs.more);
        pen.put(if chosen { glyphs.pick } else { " " }, style)
            .skip(1)
            .put(label, style)
            .skip(2)
            .put(&detail, styles.dim);
        row += 1;
    }
    row
}

/// A label and one row.
fn entry_field(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    entry: &Entry,
    focus: bool,
) -> Option<(u16, u16)> {
    let styles = &view.look.styles;
    let style = if focus { styles.key } else { styles.dim };
    Pen::new(buffer, area, 0, view.look.glyphs.more).put(entry.label, style);
    let width = area.width.saturating_sub(LABEL);
    let field = Rect::new(area.x + LABEL, area.y, width, 1).intersection(area);
    raise(buffer, field, styles.field);
    text(view, buffer, field, &entry.field)
}

fn reason_field(
    view: View<'_>,
    buffer: &mut Buffer,
    (area, free): (Rect, u16),
    reason: &Reason,
    focus: bool,
) -> (u16, Option<(u16, u16)>) {
    let styles = &view.look.styles;
    let style = if focus { styles.key } else { styles.dim };
    let wide = is_wide(reason);
    Pen::new(buffer, area, 0, view.look.glyphs.more).put(reason.label, style);
    let (x, y) = if wide { (0, 1) } else { (LABEL, 0) };
    let rows = if wide {
        free.saturating_sub(y).clamp(WRITE_UP_LEAST, WRITE_UP)
    } else {
        free
    };
    let field =
        Rect::new(area.x + x, area.y + y, area.width.saturating_sub(x), rows).intersection(area);
    raise(buffer, field, styles.field);
    let cursor = text(view, buffer, field, &reason.field);
    (y + rows, cursor)
}

/// How many of the characters stand in one row: up to the last space where more follow, and a longer word by columns.
fn fitting(chars: &[char], room: u16) -> usize {
    let mut used = 0;
    let fits = |c: &&char| {
        used += width(c.encode_utf8(&mut [0; 4]));
        used <= room
    };
    let count = chars.iter().take_while(fits).count();
    let row = match chars.get(count) {
        None => return count,
        // The space that a row ends with needs no column.
        Some(' ') => return count + 1,
        Some(_) => &chars[..count],
    };
    row.iter()
        .rposition(|c| *c == ' ')
        .map_or(count, |at| at + 1)
}

/// The text, wrapped; the part with the cursor is seen.
fn text(view: View<'_>, buffer: &mut Buffer, area: Rect, field: &Field) -> Option<(u16, u16)> {
    let room = area.width.saturating_sub(2).max(1);
    let (line, column) = field.cursor();
    let mut rows: Vec<String> = Vec::new();
    let (mut cursor_row, mut cursor_column) = (0, 0);
    for (index, text) in field.lines().iter().enumerate() {
        let chars: Vec<char> = text.chars().collect();
        let mut begin = 0;
        loop {
            let end = begin + fitting(&chars[begin..], room);
            let is_last = end >= chars.len();
            if index == line && column >= begin && (column < end || is_last) {
                cursor_row = rows.len();
                let before: String = chars[begin..column.min(end)].iter().collect();
                cursor_column = width(&before);
            }
            let row: String = chars[begin..end].iter().collect();
            rows.push(row.trim_end().to_owned());
            if is_last || end == begin {
                break;
            }
            begin = end;
        }
    }
    let seen = usize::from(area.height).max(1);
    let top = (cursor_row + 1).saturating_sub(seen);
    let inner = Rect::new(area.x + 1, area.y, room.min(area.width), area.height);
    for (row, text) in (0u16..).zip(rows.iter().skip(top).take(seen)) {
        Pen::new(buffer, inner, row, view.look.glyphs.more).put(text, view.look.styles.field);
    }
    let row = u16::try_from(cursor_row - top).ok()?;
    Some((inner.x + cursor_column.min(room), inner.y + row))
}

fn phrase_field(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    prompt: &Prompt,
    phrase: &Phrase,
) -> (u16, u16) {
    let styles = &view.look.styles;
    let focus = prompt.part == Part::Phrase;
    let more = view.look.glyphs.more;
    Pen::new(buffer, area, 0, more)
        .put(
            if phrase.short().is_some() {
                "Press"
            } else {
                "Type"
            },
            if focus { styles.key } else { styles.dim },
        )
        .skip(2)
        .put(phrase.short().unwrap_or(phrase.wanted()), styles.strong)
        .skip(2)
        .put(&asked(prompt, phrase), styles.dim);
    let field = Rect::new(area.x, area.y + 1, area.width, 1).intersection(area);
    raise(buffer, field, styles.field);
    let inner = Rect::new(
        field.x + 1,
        field.y,
        field.width.saturating_sub(2),
        field.height,
    );
    let mut pen = Pen::new(buffer, inner, 0, more);
    let style: Style = if phrase.is_on_the_way() {
        styles.strong
    } else {
        styles.fail
    };
    pen.put(phrase.typed(), style);
    let cursor = (pen.column(), field.y);
    if phrase.short().is_none() || !phrase.typed().is_empty() {
        pen.put(&still_to_type(phrase, styles.mono), styles.faint);
    }
    if !phrase.is_on_the_way() {
        pen.skip(2).put("not what is asked for", styles.fail);
    }
    cursor
}

/// The letters that are still to be typed. Where no colour sets them apart from typed ones, only their places.
fn still_to_type(phrase: &Phrase, mono: bool) -> String {
    let rest = phrase.rest();
    if mono {
        "_".repeat(rest.chars().count())
    } else {
        rest.to_owned()
    }
}

/// What the phrase is for; where one key is enough, that the phrase is as good.
fn asked(prompt: &Prompt, phrase: &Phrase) -> String {
    let verb = verb(&prompt.asking);
    match phrase.short() {
        Some(_) => format!("then Enter to {verb} (or type {})", phrase.wanted()),
        None => format!("to {verb}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_ends_behind_a_space_and_a_longer_word_at_the_edge() {
        let rows = |text: &str, room: u16| {
            let chars: Vec<char> = text.chars().collect();
            let (mut begin, mut rows) = (0, Vec::<String>::new());
            while begin < chars.len() {
                let end = begin + fitting(&chars[begin..], room);
                assert!(end > begin, "{text} in {room}");
                rows.push(chars[begin..end].iter().collect());
                begin = end;
            }
            rows
        };
        assert_eq!(rows("for 3 minutes", 8), ["for 3 ", "minutes"]);
        assert_eq!(rows("for 3 minutes", 5), ["for 3 ", "minut", "es"]);
        assert_eq!(rows("all of it", 9), ["all of it"]);
        assert_eq!(
            rows("\u{5b57}\u{5b57} a", 3),
            ["\u{5b57}", "\u{5b57} ", "a"]
        );
        assert_eq!(fitting(&[], 4), 0);
    }
}
