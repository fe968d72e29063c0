//! Painting a chart that `domain::plot` laid out: band, thresholds with their labels, markers, cursor, dots.
//!
//! Knows cells and styles; what a value means is decided before.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    Look,
    pen::{Pen, width},
};
use crate::domain::plot::{Chart, Place, Plot};

/// A threshold with its label.
pub(super) struct Threshold {
    /// Where.
    pub(super) value: f64,
    /// `rolls back above 2%`.
    pub(super) label: String,
    /// How the line looks.
    pub(super) style: Style,
}

/// A moment with its label.
pub(super) struct Marker {
    /// When.
    pub(super) minute: crate::domain::observation::Minute,
    /// `deploy`.
    pub(super) label: &'static str,
    /// How the line looks.
    pub(super) style: Style,
}

/// What is painted besides the plot itself.
pub(super) struct Dress<'a> {
    pub(super) thresholds: &'a [Threshold],
    pub(super) markers: &'a [Marker],
    /// Style of the dots.
    pub(super) line: Style,
    /// Style of dots beyond this value; the sign says on which side.
    pub(super) beyond: Option<(f64, bool, Style)>,
    /// The cursor's minute.
    pub(super) cursor: Option<crate::domain::observation::Minute>,
}

/// Paints the plot area (axes are the caller's) and returns the layout.
pub(super) fn paint(
    look: &Look,
    buffer: &mut Buffer,
    area: Rect,
    plot: &Plot<'_>,
    dress: &Dress<'_>,
) -> Chart {
    let chart = Chart::of(plot);
    let area = area.intersection(buffer.area);
    if let Some(band) = &chart.band {
        for row in band.clone() {
            if row < area.height {
                let line = Rect::new(area.x, area.y + row, area.width, 1);
                buffer.set_style(line, look.styles.band);
            }
        }
    }
    for (threshold, place) in dress.thresholds.iter().zip(&chart.thresholds) {
        if let Place::Row(row) = place {
            across(look, buffer, area, *row, threshold);
        }
    }
    for (marker, column) in dress.markers.iter().zip(&chart.markers) {
        if let Some(column) = column {
            down(buffer, area, *column, look.glyphs.marker, marker.style);
        }
    }
    dots(look, buffer, area, &chart, dress);
    let mut taken = Vec::new();
    for (marker, column) in dress.markers.iter().zip(&chart.markers) {
        if let Some(column) = column {
            taken.extend(label(look, buffer, area, (&chart, &taken), *column, marker));
        }
    }
    if let Some(column) = dress.cursor.and_then(|minute| chart.column_of(minute)) {
        down(buffer, area, column, look.glyphs.cursor, look.styles.accent);
    }
    chart
}

fn across(look: &Look, buffer: &mut Buffer, area: Rect, row: u16, threshold: &Threshold) {
    if row >= area.height {
        return;
    }
    let y = area.y + row;
    for x in area.left()..area.right() {
        buffer[(x, y)]
            .set_symbol(look.glyphs.threshold)
            .set_style(threshold.style);
    }
    let wide = width(&threshold.label) + 2;
    if wide + 6 < area.width {
        let line = Rect::new(area.x, y, area.width - 2, 1);
        Pen::new(buffer, line, 0, look.glyphs.more)
            .put_right(" ", threshold.style)
            .put_right(&threshold.label, threshold.style)
            .put_right(" ", threshold.style);
    }
}

/// A vertical line through cells without dots of their own.
fn down(buffer: &mut Buffer, area: Rect, column: u16, sign: &str, style: Style) {
    if column >= area.width {
        return;
    }
    for y in area.top()..area.bottom() {
        let cell = &mut buffer[(area.x + column, y)];
        let is_dotted = cell
            .symbol()
            .chars()
            .all(|c| ('\u{2800}'..='\u{28ff}').contains(&c));
        if !is_dotted || cell.symbol() == " " {
            cell.set_symbol(sign).set_style(style);
        }
    }
}

/// Beside its line, in the first row where it hides neither a dot nor another label; the columns and the row it took.
fn label(
    look: &Look,
    buffer: &mut Buffer,
    area: Rect,
    (chart, taken): (&Chart, &[Rect]),
    column: u16,
    marker: &Marker,
) -> Option<Rect> {
    let wide = width(marker.label);
    let fits_right = column + 2 + wide < area.width;
    let x = if fits_right {
        column + 2
    } else {
        column.saturating_sub(wide + 1)
    };
    let place = |row: u16| Rect::new(x, row, wide + 1, 1);
    let is_free = |row: &u16| {
        (x..x + wide).all(|at| chart.bits(at, *row) == 0)
            && !taken.iter().any(|other| other.intersects(place(*row)))
    };
    let row = (0..area.height).find(is_free)?;
    let line = Rect::new(area.x + x, area.y + row, area.width - x.min(area.width), 1);
    Pen::new(buffer, line, 0, look.glyphs.more).put(marker.label, marker.style);
    Some(place(row))
}

fn dots(look: &Look, buffer: &mut Buffer, area: Rect, chart: &Chart, dress: &Dress<'_>) {
    let limit = dress
        .beyond
        .map(|(value, above, style)| (chart.place(value), above, style));
    let mut small = [0u8; 4];
    for row in 0..chart.rows.min(area.height) {
        let style = match limit {
            Some((Place::Row(at), true, style)) if row < at => style,
            Some((Place::Row(at), false, style)) if row > at => style,
            Some((Place::Below, true, style) | (Place::Above, false, style)) => style,
            _ => dress.line,
        };
        for column in 0..chart.columns.min(area.width) {
            if chart.bits(column, row) == 0 {
                continue;
            }
            let sign = if look.glyphs.braille {
                chart.braille(column, row)
            } else {
                chart.ascii(column, row)
            };
            buffer[(area.x + column, area.y + row)]
                .set_symbol(sign.encode_utf8(&mut small))
                .set_style(style);
        }
    }
}
