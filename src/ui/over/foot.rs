//! The foot of a prompt: what it says about itself, and its keys.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Asking, Part, Prompt, Word},
    domain::{approval::Change, wording},
    ui::{
        pane::View,
        pen::{Pen, wrap},
    },
};

/// What Enter does.
pub(super) fn verb(asking: &Asking) -> &'static str {
    match asking {
        Asking::Approve(_) => "approve",
        Asking::Reject => "reject",
        Asking::RollBack(_) => "roll back",
        Asking::KillFlag(_) => "switch it off",
        Asking::Note => "add the note",
        Asking::Problem => "report it",
        Asking::Close => "close the release",
        Asking::Explain => "write it down",
        Asking::HandOver => "hand over",
        Asking::TakeSeat => "take the seat",
        Asking::Extend => "extend the watch",
        Asking::Hold => "hold it",
        Asking::WaitNoLonger => "roll back at once",
        Asking::KeepWatching(_) => "keep watching",
        Asking::SignOff(roles) if matches!(roles.as_slice(), [(_, true)]) => "take it back",
        Asking::SignOff(_) => "sign",
        Asking::Emergency => "take the emergency way",
        Asking::WithdrawEmergency => "withdraw it",
        Asking::Review => "record the review",
        Asking::Schedule { .. } => "schedule it",
        Asking::Leave => "leave",
        Asking::Tick(ticking) if ticking.on => "tick it",
        Asking::Tick(_) => "take it back",
        Asking::Trust => "let them run",
        Asking::CancelRun => "cancel the run",
        Asking::RerunFailed => "run them again",
    }
}

/// Most rows of what changed.
const LOCKED: usize = 7;
/// Characters of a change that surely fit a row.
const CHANGE: usize = 60;

fn in_words(change: &Change, arrow: &str) -> String {
    format!(
        "{} changed: {} {arrow} {}",
        change.what, change.was, change.now
    )
}

/// Rows that the changes of a locked prompt need, as far as they are shown.
pub(super) fn rows_of(locked: &[Change]) -> u16 {
    let rows: usize = locked.iter().map(rows_of_one).sum();
    u16::try_from(rows.min(LOCKED)).unwrap_or(0)
}

fn rows_of_one(change: &Change) -> usize {
    in_words(change, ">").chars().count().div_ceil(CHANGE)
}

/// What changed, each with whether a change begins there; where they do not fit, the last row says how many are left out.
fn changed(view: View<'_>, locked: &[Change], area: Rect, room: usize) -> Vec<(bool, String)> {
    let mut rows = Vec::new();
    let mut whole = (0, 0);
    for (number, change) in (1..).zip(locked) {
        let text = in_words(change, view.look.glyphs.arrow);
        let lines = wrap(&text, area.width.saturating_sub(2), LOCKED);
        let lines = lines.into_iter().enumerate();
        rows.extend(lines.map(|(at, line)| (at == 0, line.to_owned())));
        if rows.len() < room {
            whole = (number, rows.len());
        }
    }
    if rows.len() > room && whole.0 > 0 {
        let left = (locked.len() - whole.0) as u64;
        rows.truncate(whole.1);
        rows.push((true, format!("and {}", wording::count(left, "more change"))));
    }
    rows.truncate(room);
    rows
}

/// What the prompt says about itself: what changed, what is missing, what was refused.
pub(super) fn words(view: View<'_>, buffer: &mut Buffer, area: Rect, prompt: &Prompt) {
    let styles = &view.look.styles;
    let glyphs = view.look.glyphs;
    if !prompt.locked.is_empty() {
        // The row of the keys stays free.
        let room = usize::from(area.height.saturating_sub(1).max(1));
        for (row, (is_first, line)) in (0u16..).zip(changed(view, &prompt.locked, area, room)) {
            let mut pen = Pen::new(buffer, area, row, glyphs.more);
            pen.put(if is_first { glyphs.warn } else { " " }, styles.warn);
            pen.skip(1).put(&line, styles.warn);
        }
        return;
    }
    let (text, style) = match &prompt.word {
        _ if prompt.sent => (
            "handed over; waiting for the answer".to_owned(),
            styles.accent,
        ),
        Some(Word::Missing(what)) => (what.clone(), styles.warn),
        Some(Word::NoPaste) => (
            "pasted text does not confirm: type it".to_owned(),
            styles.warn,
        ),
        Some(Word::Refused(why)) => (why.clone(), styles.fail),
        None => return,
    };
    for (row, line) in (0u16..).zip(wrap(
        &text,
        area.width,
        usize::from(area.height.saturating_sub(1)).max(1),
    )) {
        Pen::new(buffer, area, row, glyphs.more).put(line, style);
    }
}

pub(super) fn keys(view: View<'_>, buffer: &mut Buffer, area: Rect, prompt: &Prompt) {
    let styles = &view.look.styles;
    let row = area.height.saturating_sub(1);
    let mut pen = Pen::new(buffer, area, row, view.look.glyphs.more);
    if !prompt.locked.is_empty() {
        pen.put("Esc", styles.key)
            .put(" close and look again", styles.text);
        return;
    }
    let ready = prompt.missing().is_none() && !prompt.sent;
    let is_last = prompt.parts().last() == Some(&prompt.part);
    let left = prompt
        .phrase
        .as_ref()
        .filter(|phrase| {
            let begun = phrase.short().is_none() || !phrase.typed().is_empty();
            begun && phrase.is_on_the_way() && !phrase.is_complete() && prompt.part == Part::Phrase
        })
        .map(|phrase| wording::count(phrase.rest().chars().count() as u64, "more character"));
    if let Some(left) = left {
        pen.put_right(&left, styles.dim);
    } else if prompt.part == Part::Reason {
        pen.put_right("alt-Enter new line", styles.dim);
    }
    let (key, text) = if ready {
        (styles.key, styles.text)
    } else {
        (styles.faint, styles.faint)
    };
    if is_last {
        pen.put("Enter", key)
            .put(" ", text)
            .put(verb(&prompt.asking), text);
    } else {
        pen.put("Enter", styles.key).put(" next", styles.text);
    }
    pen.skip(4)
        .put("Esc", styles.key)
        .put(" cancel", styles.text);
}
