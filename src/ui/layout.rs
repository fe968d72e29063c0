//! Where the parts of the release screen lie, before anything is drawn: plain rectangles of a size.
//!
//! The preparation draws the same frames, so that nothing moves when the release arrives.

use ratatui::layout::Rect;

use crate::app::Pane;

/// The smallest screen that works.
pub const SMALLEST: (u16, u16) = (60, 18);
/// The smallest one with panes beside each other.
const SIDE_BY_SIDE: (u16, u16) = (100, 28);
/// From so many rows on there is air between the parts.
const AIRY: u16 = 30;

/// The parts of the screen from top to bottom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    /// Who, what, when: one line.
    pub(super) header: Rect,
    /// The steps: one line.
    pub(super) stepper: Rect,
    /// The panes.
    pub(super) body: Rect,
    /// The line that wants a decision.
    pub(super) bar: Rect,
    /// The keys: one line.
    pub(super) keys: Rect,
}

impl Parts {
    /// Of a screen with a bar of `bar` rows; `None` of one that is too small.
    pub(super) fn of(area: Rect, bar: u16) -> Option<Self> {
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            return None;
        }
        let airy = u16::from(area.height >= AIRY);
        let row = |y: u16, height: u16| Rect::new(area.x, area.y + y, area.width, height);
        let keys = area.height - 1;
        let foot = keys - airy - bar;
        let body = 2 + 2 * airy;
        Some(Self {
            header: row(0, 1),
            stepper: row(1 + airy, 1),
            body: row(body, (foot - airy).saturating_sub(body)),
            bar: row(foot, bar),
            keys: row(keys, 1),
        })
    }
}

/// Whether panes stand beside each other; else one at a time under a line with their names.
pub(super) fn is_wide(body: Rect) -> bool {
    body.width >= SIDE_BY_SIDE.0 && body.height + 8 >= SIDE_BY_SIDE.1
}

/// The line with the names, and what is below it.
pub(super) fn tabbed(body: Rect) -> (Rect, Rect) {
    let below = Rect::new(
        body.x,
        body.y + 1,
        body.width,
        body.height.saturating_sub(1),
    );
    (Rect::new(body.x, body.y, body.width, 1), below)
}

/// Before the approval: tests and explain, gates and metrics, the log.
pub(super) fn to_decide(body: Rect) -> [(Pane, Rect); 5] {
    let log = (body.height / 5).clamp(4, 14);
    let rest = body.height.saturating_sub(log);
    let upper = rest.div_ceil(2);
    let left = (body.width / 2).saturating_sub(1);
    let right = body.width.saturating_sub(left + 1);
    let at =
        |x: u16, y: u16, width: u16, height: u16| Rect::new(body.x + x, body.y + y, width, height);
    [
        (Pane::Tests, at(0, 0, left, upper)),
        (Pane::Explain, at(left + 1, 0, right, upper)),
        (Pane::Gates, at(0, upper, left, rest - upper)),
        (Pane::Metrics, at(left + 1, upper, right, rest - upper)),
        (Pane::Log, at(0, rest, body.width, log)),
    ]
}
