//! A bar a week, with the top value, the first and the last week, and the week that is read.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    Look,
    glyphs::Dots,
    pen::{Pen, width},
};

/// What is painted.
pub(super) struct Bars {
    /// By week, the oldest first; `None`: not known.
    pub(super) values: Vec<Option<f64>>,
    /// Weeks of which only a part counts.
    pub(super) partial: Vec<bool>,
    /// The week that is read.
    pub(super) read: usize,
    /// How a value is said.
    pub(super) said: fn(f64) -> String,
    /// The first and the last week.
    pub(super) names: (String, String),
    /// Whether anything above zero is bad.
    pub(super) is_bad: bool,
}

/// Eighths of a cell.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Columns that a bar takes at most, its gap included.
const WIDEST: usize = 5;

/// Paints them; where there are more weeks than columns, those around the week that is read.
pub(super) fn paint(look: &Look, buffer: &mut Buffer, area: Rect, bars: &Bars) {
    let area = area.intersection(buffer.area);
    if area.height < 3 || area.width < 16 || bars.values.iter().all(Option::is_none) {
        return;
    }
    let styles = &look.styles;
    let most = bars
        .values
        .iter()
        .flatten()
        .copied()
        .fold(0.0_f64, f64::max);
    let top = (bars.said)(most);
    let margin = width(&top).max(2) + 1;
    let room = usize::from(area.width.saturating_sub(margin));
    let count = bars.values.len().min(room);
    let first = bars
        .read
        .saturating_sub(count - 1)
        .max((bars.values.len() - count).min(bars.read.saturating_sub(count / 2)));
    let first = first.min(bars.values.len() - count);
    let step = (room / count).clamp(1, WIDEST);
    let thick = if step > 1 { step - 1 } else { 1 };
    let rows = area.height - 1;
    Pen::new(buffer, area, 0, look.glyphs.more).put(&top, styles.dim);
    Pen::new(buffer, area, rows - 1, look.glyphs.more).put("0", styles.dim);
    for (at, index) in (first..first + count).enumerate() {
        let x = area.x + margin + u16::try_from(at * step).unwrap_or(0);
        let is_read = index == bars.read;
        let style = match bars.values[index] {
            _ if is_read => styles.strong,
            // Without colours no bar may be turned round: the one that is read is the bright and solid one.
            _ if styles.mono => styles.dim,
            Some(value) if bars.is_bad && value > 0.0 => styles.warn,
            Some(_) if bars.partial[index] => styles.faint,
            Some(_) => styles.accent,
            None => styles.info,
        };
        for row in 0..rows {
            let sign = match bars.values[index] {
                None if row == 0 => look.glyphs.unknown,
                None => " ",
                Some(value) => match cell(look, value, most, row, rows) {
                    sign if styles.mono && !is_read => shaded(sign, row),
                    sign => sign,
                },
            };
            let y = area.y + rows - 1 - row;
            for column in 0..u16::try_from(thick).unwrap_or(1) {
                if x + column < area.right() {
                    let cell = &mut buffer[(x + column, y)];
                    cell.set_symbol(sign).set_style(style);
                    if is_read && !styles.mono {
                        cell.set_style(styles.selection);
                    }
                }
            }
        }
    }
    // The last week's name ends where its bar does, where both names fit.
    let painted = u16::try_from((count - 1) * step + thick).unwrap_or(u16::MAX);
    let names = width(&bars.names.0) + width(&bars.names.1) + 2;
    let wide = painted.max(names).min(area.width - margin);
    let line = Rect::new(area.x + margin, area.bottom() - 1, wide, 1);
    let mut pen = Pen::new(buffer, line, 0, look.glyphs.more);
    if first + count == bars.values.len() {
        pen.put_right(&bars.names.1, styles.dim).skip_right(1);
    }
    if first == 0 {
        pen.put(&bars.names.0, styles.dim);
    }
}

/// The cell of a bar that is not read, where colours cannot tell it from the one that is: a shade, which knows no halves.
fn shaded(sign: &'static str, row: u16) -> &'static str {
    match sign {
        "#" => ":",
        "▄" | "▅" | "▆" | "▇" | "█" => "▒",
        "▁" | "▂" | "▃" if row == 0 => "▒",
        "▁" | "▂" | "▃" => " ",
        other => other,
    }
}

/// What a cell of a bar shows, `row` counted from the ground.
fn cell(look: &Look, value: f64, most: f64, row: u16, rows: u16) -> &'static str {
    if most <= 0.0 || value <= 0.0 {
        return if row == 0 { look.glyphs.threshold } else { " " };
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between nothing and eight eighths of some rows"
    )]
    let eighths = (value / most * f64::from(rows) * 8.0).round().max(1.0) as usize;
    let full = eighths.saturating_sub(usize::from(row) * 8).min(8);
    match look.glyphs.dots {
        Dots::Braille | Dots::Blocks => EIGHTHS[full],
        Dots::Ascii if full >= 4 || (full > 0 && row == 0) => "#",
        Dots::Ascii => " ",
    }
}
