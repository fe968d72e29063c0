//! The screen before the release is known: progress, or an error with its mend.

use ratatui::{Frame, layout::Rect, style::Style};

use super::{look::Look, pen::Pen};
use crate::app::Boot;

/// Seconds from which on a step of the preparation says how long it takes.
const WORTH_A_CLOCK: u64 = 2;

/// Draws it.
pub fn draw_boot(frame: &mut Frame<'_>, boot: &Boot, look: &Look) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    let styles = &look.styles;
    buffer.set_style(area, styles.screen);
    let mut row = 0;
    let mut line = |indent: u16, parts: &[(&str, Style)]| {
        let inner = Rect {
            x: area.x + indent.min(area.width),
            width: area.width.saturating_sub(indent),
            ..area
        };
        let mut pen = Pen::new(buffer, inner, row, look.glyphs.more);
        for (text, style) in parts {
            pen.put(text, *style);
        }
        row += 1;
    };
    line(
        1,
        &[
            (look.glyphs.mark, styles.accent),
            (" cockpit", styles.strong),
        ],
    );
    line(0, &[]);
    if let Some(failed) = &boot.failed {
        for text in failed.lines() {
            line(2, &[(text, styles.text)]);
        }
        line(0, &[]);
        line(2, &[("q", styles.key), (" quit", styles.dim)]);
        return;
    }
    let waited = match boot.waited.as_secs() {
        // What is quick needs no clock.
        0..WORTH_A_CLOCK => String::new(),
        seconds => format!("  {seconds} s"),
    };
    let last = boot.lines.len().saturating_sub(1);
    for (index, text) in boot.lines.iter().enumerate() {
        let (sign, style, waited) = if index == last {
            (look.glyphs.now, styles.text, waited.as_str())
        } else {
            (look.glyphs.ok, styles.dim, "")
        };
        let clock = (waited, styles.dim);
        line(2, &[(sign, style), (" ", style), (text, style), clock]);
    }
}
