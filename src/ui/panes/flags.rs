//! The release's feature flags, in the upper rows of the alarms' pane: each with its state, and a kill on its way.
//!
//! Of a provider that does not answer nothing is shown as it was: how a flag stood then says nothing of now.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    domain::{Feed, Outcome, flags::FlagReading},
    ui::{
        freshness,
        pane::{Piece, View},
        pen::Pen,
    },
};

/// One flag: sign, style, name, and what is said of it.
pub(super) struct Row {
    sign: &'static str,
    style: Style,
    name: String,
    words: String,
}

/// The flags of the rules, in their order.
pub(super) fn rows(view: View<'_>) -> Vec<Row> {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let board = &view.release.flags;
    let now = view.model.now;
    let silent = freshness::of_feed(view, Feed::Flags).map(|age| age.words);
    let names = view
        .release
        .policy
        .flags
        .iter()
        .flat_map(|rule| &rule.names);
    names
        .map(|name| {
            let kill = board.kills.iter().rev().find(|kill| kill.flag == *name);
            let (sign, style, words) = match (board.reading(name), kill) {
                (Some(reading), _) if silent.is_some() => {
                    let silent = silent.as_deref().unwrap_or_default();
                    let words = format!("unknown: {silent}; was {}", reading.words());
                    (glyphs.unknown, styles.info, words)
                }
                (Some(FlagReading::Off), Some(kill)) if kill.done.is_some() => {
                    (glyphs.ok, styles.ok, "switched off".to_owned())
                }
                (_, Some(kill)) if kill.is_unheeded(now) => (
                    glyphs.fail,
                    styles.fail,
                    "asked off, not off yet".to_owned(),
                ),
                (_, Some(kill)) if kill.is_open() => {
                    (glyphs.now, styles.warn, "off requested".to_owned())
                }
                (_, Some(kill)) if matches!(kill.outcome, Some(Outcome::Failed { .. })) => {
                    (glyphs.fail, styles.fail, "not switched off".to_owned())
                }
                (Some(FlagReading::On), _) => (glyphs.live, styles.accent, "on".to_owned()),
                (Some(FlagReading::Off), _) => (glyphs.open, styles.dim, "off".to_owned()),
                (Some(FlagReading::Unknown(why)), _) => {
                    (glyphs.unknown, styles.info, format!("unknown: {why}"))
                }
                (None, _) => (glyphs.unknown, styles.info, "not read".to_owned()),
            };
            Row {
                sign,
                style,
                name: crate::domain::Text::line(name).to_string(),
                words,
            }
        })
        .collect()
}

/// `2 of 3 flags on`, for the pane's edge; `None` where the rules name none.
pub(super) fn summary(view: View<'_>) -> Option<Piece> {
    let rule = view.release.policy.flags.as_ref()?;
    if let Some(age) = freshness::of_feed(view, Feed::Flags) {
        return Some((format!("flags {}", age.words), age.style));
    }
    let board = &view.release.flags;
    let on = rule
        .names
        .iter()
        .filter(|name| board.reading(name) == Some(&FlagReading::On));
    let said = format!("{} of {} flags on", on.count(), rule.names.len());
    Some((said, view.look.styles.dim))
}

/// Draws them and answers with what is left below.
pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, rows: &[Row]) -> Rect {
    let styles = &view.look.styles;
    // Alarms keep at least half.
    let most = usize::from(area.height / 2).max(usize::from(area.height.min(1)));
    let shown = rows.len().min(most);
    for (at, row) in (0u16..).zip(&rows[..shown]) {
        let mut pen = Pen::new(buffer, area, at, view.look.glyphs.more);
        let is_last = usize::from(at) + 1 == shown && shown < rows.len();
        let words = if is_last {
            format!("and {} more", rows.len() - shown)
        } else {
            row.words.clone()
        };
        pen.put_right(&words, styles.dim)
            .skip_right(1)
            .put(row.sign, row.style)
            .skip(1)
            .put(&row.name, styles.text);
    }
    let used = u16::try_from(shown).unwrap_or(area.height);
    Rect::new(area.x, area.y + used, area.width, area.height - used)
}
