//! A line of facts in a prompt.

use ratatui::style::Style;

use crate::ui::pane::View;

/// A line of a prompt's facts.
pub(super) type Fact = Vec<(String, Style)>;

/// `▲ ` and a text of warning.
pub(super) fn warning(view: View<'_>, text: impl Into<String>) -> Fact {
    let style = view.look.styles.warn;
    vec![
        (format!("{} ", view.look.glyphs.warn), style),
        (text.into(), style),
    ]
}
