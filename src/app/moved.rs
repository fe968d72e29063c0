//! How far an action moves in a list.

use super::Action;

/// How many rows an action moves; `None` where it does not move up or down.
pub(super) fn step(action: Action, seen: usize) -> Option<isize> {
    let page = isize::try_from(seen.saturating_sub(1).max(1)).unwrap_or(1);
    Some(match action {
        Action::Up => -1,
        Action::Down => 1,
        Action::PageUp => -page,
        Action::PageDown => page,
        Action::Top => isize::MIN / 2,
        Action::Bottom => isize::MAX / 2,
        _ => return None,
    })
}
