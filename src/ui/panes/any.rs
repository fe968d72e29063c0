//! Which pane is drawn by which file.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{alarms, cases, explain, gates, log, metrics, staging, tests, triggers};
use crate::{
    app::{Hits, Pane},
    ui::{
        freshness,
        pane::{self, View},
    },
};

/// Draws a pane.
pub(in crate::ui) fn draw(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    pane: Pane,
    hits: &mut Hits,
) {
    if area.height < 3 || area.width < 12 {
        return;
    }
    match pane {
        Pane::Tests if view.model.lists_cases() => cases::draw(view, buffer, area, hits),
        Pane::Tests if view.model.zoomed => staging::draw(view, buffer, area, hits),
        Pane::Tests => tests::draw(view, buffer, area, hits),
        Pane::Explain => explain::draw(view, buffer, area, hits),
        Pane::Gates => gates::draw(view, buffer, area, hits),
        Pane::Metrics => metrics::draw(view, buffer, area, hits),
        Pane::Log => log::draw(view, buffer, area, hits),
        Pane::Triggers => triggers::draw(view, buffer, area, hits),
        Pane::Alarms => alarms::draw(view, buffer, area, hits),
    }
    if freshness::of(view, pane).is_some_and(|age| age.grey) {
        freshness::grey(view, buffer, pane::inside(area));
    }
}

/// What a pane says in one line, for where it is folded away.
pub(in crate::ui) fn badge(view: View<'_>, pane: Pane) -> Vec<pane::Piece> {
    match pane {
        Pane::Tests => tests::badge(view),
        Pane::Explain => explain::badge(view),
        Pane::Gates => gates::badge(view),
        Pane::Metrics | Pane::Log | Pane::Triggers | Pane::Alarms => Vec::new(),
    }
}
