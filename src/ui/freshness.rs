//! How old a pane's content is: what its upper edge says about it, and whether the pane is greyed.
//!
//! A pane never looks live on data that is not: old is grey and says its age.

use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::view::{Piece, View};
use crate::{
    app::{Health, Pane, SILENT},
    domain::{Feed, Phase, wording},
};

/// What is wrong with a pane's source.
pub(super) struct Age {
    /// `offline 3m`.
    pub(super) words: String,
    /// Of the words.
    pub(super) style: Style,
    /// Whether the pane's content is grey.
    pub(super) grey: bool,
}

impl Age {
    pub(super) fn piece(self) -> Piece {
        (self.words, self.style)
    }
}

/// Of a pane; `None` while its source answers.
pub(super) fn of(view: View<'_>, pane: Pane) -> Option<Age> {
    of_feed(view, source(pane)?)
}

/// Of a feed; `None` while it answers.
pub(super) fn of_feed(view: View<'_>, feed: Feed) -> Option<Age> {
    let styles = &view.look.styles;
    let now = view.model.now;
    if view.release.phase().is_end() {
        // The record of what was: it does not age.
        return None;
    }
    let since = |at: Timestamp| wording::age(now.duration_since(at));
    let grey = view.model.feeds.is_stale(feed, now);
    match view.model.feeds.health(feed, now) {
        Health::Broken(at, fault) => {
            let age = at.map_or_else(String::new, |at| format!(" {}", since(at)));
            return Some(Age {
                words: format!("{}{age}", fault.kind.word()),
                style: styles.fail,
                grey,
            });
        }
        Health::Old(at) => {
            return Some(Age {
                words: format!("old {}", since(at)),
                style: styles.warn,
                grey,
            });
        }
        Health::Live(_) | Health::Unheard => {}
    }
    let old = |word: &str, at: Timestamp| Age {
        words: format!("{word} {}", since(at)),
        style: styles.warn,
        grey: true,
    };
    if let Some((at, _)) = view.release.record.silent.get(&feed) {
        return Some(old("silent", *at));
    }
    if feed == Feed::Metrics {
        return unjudged_since(view).map(|at| old("no data", at));
    }
    None
}

/// Since when the watch has had no complete minute, where that is too long.
pub(super) fn unjudged_since(view: View<'_>) -> Option<Timestamp> {
    if !matches!(view.release.phase(), Phase::Monitoring | Phase::Undecided) {
        return None;
    }
    view.model
        .derived
        .data_until(view.release)
        .filter(|at| view.model.now.duration_since(*at) >= SILENT)
}

/// The feed that a pane lives on; what is cockpit's own has none.
fn source(pane: Pane) -> Option<Feed> {
    match pane {
        Pane::Tests | Pane::Explain | Pane::Gates => Some(Feed::Github),
        Pane::Metrics | Pane::Triggers => Some(Feed::Metrics),
        Pane::Alarms => Some(Feed::Alarms),
        Pane::Log => None,
    }
}

/// Takes the colours out of what was drawn.
pub(super) fn grey(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    let style = view.look.styles.faint.remove_modifier(Modifier::BOLD);
    buffer.set_style(area.intersection(buffer.area), style);
}
