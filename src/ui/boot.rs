//! The screen before the release is known: progress, picker, or an error with its mend.

use ratatui::{Frame, layout::Rect, style::Style};

use super::{look::Look, pen::Pen};
use crate::app::Boot;

/// Draws it.
pub fn draw_boot(frame: &mut Frame<'_>, boot: &Boot, look: &Look) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    let styles = &look.styles;
    buffer.set_style(area, styles.screen);
    let more = look.glyphs.more;
    let mut row = 0;
    let mut line = |indent: u16, parts: &[(&str, Style)]| {
        let inner = Rect {
            x: area.x + indent.min(area.width),
            width: area.width.saturating_sub(indent),
            ..area
        };
        let mut pen = Pen::new(buffer, inner, row, more);
        for (text, style) in parts {
            pen.put(text, *style);
        }
        row += 1;
    };
    line(1, &[(look.glyphs.logo, styles.accent), (" cockpit", styles.strong)]);
    line(0, &[]);
    if let Some(failed) = &boot.failed {
        for text in failed.lines() {
            line(2, &[(text, styles.text)]);
        }
        line(0, &[]);
        line(2, &[("q", styles.key), (" quit", styles.dim)]);
    } else if boot.runs.is_empty() {
        for (index, text) in boot.lines.iter().enumerate() {
            let is_last = index + 1 == boot.lines.len();
            let style = if is_last { styles.text } else { styles.dim };
            let sign = if is_last { look.glyphs.now } else { look.glyphs.ok };
            line(2, &[(sign, style), (" ", style), (text, style)]);
        }
    } else {
        line(2, &[("Several releases wait for a decision", styles.strong)]);
        line(0, &[]);
        for (index, run) in boot.runs.iter().enumerate() {
            let chosen = index == boot.selected;
            let sign = if chosen { look.glyphs.pointer } else { " " };
            let style = if chosen { styles.strong } else { styles.text };
            let number = format!(" {:<12}", run.id);
            let sha = format!("{}  ", run.head_sha.short());
            let by = run
                .triggering_actor
                .as_ref()
                .map_or(String::new(), |login| format!("  {login}"));
            line(
                2,
                &[
                    (sign, styles.accent),
                    (&number, styles.dim),
                    (&sha, styles.dim),
                    (run.title.as_str(), style),
                    (&by, styles.dim),
                ],
            );
        }
        line(0, &[]);
        line(
            2,
            &[
                ("Enter", styles.key),
                (" open   ", styles.dim),
                ("q", styles.key),
                (" quit", styles.dim),
            ],
        );
    }
}
