//! Painting a chart that `domain::plot` laid out: band, thresholds with their labels, markers, cursor, dots.
//!
//! Knows cells and styles; what a value means is decided before.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    Look,
    glyphs::Dots,
    pen::{Pen, width},
    styles::drawn,
};
use crate::domain::plot::{Chart, Place, Plot};

/// A threshold with its label.
pub(super) struct Threshold {
    /// Where.
    pub(super) value: f64,
    /// `trigger: above 2%`.
    pub(super) label: String,
    /// How the line looks.
    pub(super) style: Style,
}

/// A moment with its label.
pub(super) struct Marker {
    /// When.
    pub(super) minute: crate::domain::observation::Minute,
    /// `deploy`.
    pub(super) label: String,
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
    /// Columns on the left that stay as they are: something else stands there.
    pub(super) covered: u16,
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
    for (x, rows) in (area.left()..area.right()).zip(&chart.band) {
        for row in rows.clone().into_iter().flatten() {
            if row < area.height {
                let cell = &mut buffer[(x, area.y + row)];
                cell.set_style(look.styles.band);
                if !look.styles.band_is_seen {
                    cell.set_symbol(look.glyphs.band).set_style(look.styles.dim);
                }
            }
        }
    }
    let mut taken = Vec::new();
    for (threshold, place) in dress.thresholds.iter().zip(&chart.thresholds) {
        if let Place::Row(row) = place {
            taken.extend(across(
                look,
                buffer,
                area,
                (&chart, &taken),
                *row,
                threshold,
            ));
        }
    }
    let is_free = |column: &u16| *column >= dress.covered;
    for (marker, column) in dress.markers.iter().zip(&chart.markers) {
        if let Some(column) = column.filter(is_free) {
            down(
                buffer,
                area,
                (column, &taken),
                look.glyphs.marker,
                marker.style,
            );
        }
    }
    dots(look, buffer, area, &chart, dress);
    for (marker, column) in dress.markers.iter().zip(&chart.markers) {
        if let Some(column) = column {
            taken.extend(label(look, buffer, area, (&chart, &taken), *column, marker));
        }
    }
    let cursor = dress.cursor.and_then(|minute| chart.column_of(minute));
    if let Some(column) = cursor.filter(is_free) {
        // Words are not cut in two.
        let line = (column, &taken[..]);
        down(buffer, area, line, look.glyphs.cursor, look.styles.accent);
    }
    chart
}

/// Rows of `rows` that a small chart above another one takes: halves of blocks would touch those of the next.
pub(super) fn apart(look: &Look, rows: u16) -> u16 {
    match look.glyphs.dots {
        Dots::Blocks => rows.saturating_sub(1).max(rows.min(1)),
        Dots::Braille | Dots::Ascii => rows,
    }
}

/// A line across, its label as far right as it hides neither a dot nor another label, and where there is room for it
/// no marker either; what the label took.
fn across(
    look: &Look,
    buffer: &mut Buffer,
    area: Rect,
    (chart, taken): (&Chart, &[Rect]),
    row: u16,
    threshold: &Threshold,
) -> Option<Rect> {
    if row >= area.height {
        return None;
    }
    let y = area.y + row;
    let line = drawn(threshold.style);
    for x in area.left()..area.right() {
        let cell = &mut buffer[(x, y)];
        // Two limits on one row share the line; the first one's label stands.
        if !taken.iter().any(|label| label.contains((x, y).into())) {
            cell.set_symbol(look.glyphs.threshold).set_style(line);
        }
    }
    let wide = width(&threshold.label) + 2;
    let last = area.width.checked_sub(wide + 2)?;
    let free = |place: &Rect| {
        let begin = place.x - area.x;
        (begin..begin + wide).all(|x| chart.bits(x, row) == 0)
            && !taken.iter().any(|other| other.intersects(*place))
    };
    let places = || {
        let all = (4..=last).rev();
        all.map(|x| Rect::new(area.x + x, y, wide, 1)).filter(free)
    };
    let unmarked = |place: &Rect| {
        let mut columns = chart.markers.iter().flatten();
        !columns.any(|column| (place.left()..place.right()).contains(&(area.x + column)))
    };
    let place = places().find(unmarked).or_else(|| places().next())?;
    Pen::new(buffer, place, 0, look.glyphs.more)
        .put(" ", line)
        .put(&threshold.label, threshold.style)
        .put(" ", line);
    Some(place)
}

/// A vertical line through cells without dots of their own, and behind what is taken.
fn down(
    buffer: &mut Buffer,
    area: Rect,
    (column, taken): (u16, &[Rect]),
    sign: &str,
    style: Style,
) {
    if column >= area.width {
        return;
    }
    for y in area.top()..area.bottom() {
        let at = (area.x + column, y).into();
        if taken.iter().any(|label| label.contains(at)) {
            continue;
        }
        let cell = &mut buffer[(area.x + column, y)];
        let is_dotted = cell
            .symbol()
            .chars()
            .all(|c| ('\u{2800}'..='\u{28ff}').contains(&c) || "▀▄█▁▃▅▇".contains(c));
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
    let wide = width(&marker.label);
    let fits_right = column + 2 + wide < area.width;
    let left = column.checked_sub(wide + 1);
    let places = |rows: std::ops::Range<u16>, x: Option<u16>| {
        let x = x.into_iter();
        x.flat_map(move |x| {
            let rows = rows.clone();
            rows.map(move |row| Rect::new(area.x + x, area.y + row, wide + 1, 1))
        })
    };
    let is_free = |place: &Rect| {
        let begin = place.x - area.x;
        (begin..begin + wide).all(|at| chart.bits(at, place.y - area.y) == 0)
            && !taken.iter().any(|other| other.intersects(*place))
    };
    // A limit's line through the word makes both hard to read, another marker's tells of another moment, and a dot that
    // touches it reads as a letter.
    let is_clear = |place: &Rect| {
        let mut columns = chart.markers.iter().flatten();
        let before = (place.x - area.x).checked_sub(1);
        is_free(place)
            && before.is_none_or(|at| chart.bits(at, place.y - area.y) == 0)
            && !chart.thresholds.contains(&Place::Row(place.y - area.y))
            && !columns.any(|at| (place.x..place.x + wide).contains(&(area.x + at)))
    };
    let right = fits_right.then_some(column + 2);
    let (upper, all) = (0..area.height / 2, 0..area.height);
    let clear = places(upper.clone(), right)
        .chain(places(upper, left))
        .chain(places(all.clone(), right))
        .chain(places(all.clone(), left))
        .find(is_clear);
    let any = || places(all, right.or(left)).find(is_free);
    let place = clear.or_else(any)?;
    Pen::new(buffer, place, 0, look.glyphs.more).put(&marker.label, marker.style);
    Some(place)
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
        for column in dress.covered..chart.columns.min(area.width) {
            if chart.bits(column, row) == 0 {
                continue;
            }
            let sign = match look.glyphs.dots {
                Dots::Braille => chart.braille(column, row),
                Dots::Blocks if chart.rows == 1 => chart.spark(column, row),
                Dots::Blocks => chart.block(column, row),
                Dots::Ascii => chart.ascii(column, row),
            };
            buffer[(area.x + column, area.y + row)]
                .set_symbol(sign.encode_utf8(&mut small))
                .set_style(drawn(style));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::{Depth, Keymap, Theme},
        domain::{observation::Minute, plot::Band},
        ui::glyphs::UNICODE,
    };

    fn row(buffer: &Buffer, y: u16) -> String {
        (0..buffer.area.width)
            .map(|x| buffer[(x, y)].symbol())
            .collect()
    }

    #[test]
    fn the_band_is_seen_without_colours() {
        let area = Rect::new(0, 0, 10, 4);
        let values = [Some(0.0), Some(9.0)];
        let plot = Plot {
            columns: area.width,
            rows: area.height,
            from: Minute(0),
            until: Minute(2),
            values: &values,
            band: Band::Level(3.0, 5.0),
            thresholds: &[],
            markers: &[],
        };
        let dress = Dress {
            thresholds: &[],
            markers: &[],
            line: Style::new(),
            beyond: None,
            cursor: None,
            covered: 0,
        };
        for (name, depth, unicode, sign) in [
            ("mono", Depth::True, true, "░"),
            ("mono", Depth::True, false, "~"),
            ("dark", Depth::Sixteen, true, "░"),
        ] {
            let theme = Theme::named(name).unwrap();
            let look = Look::new(&theme, depth, unicode, Keymap::standard());
            let mut buffer = Buffer::empty(area);
            paint(&look, &mut buffer, area, &plot, &dress);
            let rows: Vec<bool> = (0..4).map(|y| row(&buffer, y).contains(sign)).collect();
            assert!(rows.contains(&true) && !rows[0], "{buffer:?}");
        }
    }

    /// Half an hour from minute 100 with these limits and markers, painted, row by row.
    fn painted(
        columns: u16,
        values: &[Option<f64>],
        limits: &[f64],
        named: &[(u16, &str)],
    ) -> Vec<String> {
        let theme = Theme::named("dark").unwrap();
        let look = Look::new(&theme, Depth::True, true, Keymap::standard());
        let area = Rect::new(0, 0, columns, 6);
        let mut buffer = Buffer::empty(area);
        let (from, style) = (Minute(100), Style::new());
        let markers: Vec<Marker> = named
            .iter()
            .map(|(at, label)| Marker {
                minute: from.plus(i64::from(*at)),
                label: (*label).to_owned(),
                style,
            })
            .collect();
        let minutes: Vec<Minute> = markers.iter().map(|one| one.minute).collect();
        let thresholds: Vec<Threshold> = limits
            .iter()
            .map(|value| Threshold {
                value: *value,
                label: format!("limit {value}"),
                style,
            })
            .collect();
        let plot = Plot {
            columns,
            rows: area.height,
            from,
            until: from.plus(30),
            values,
            band: Band::None,
            thresholds: limits,
            markers: &minutes,
        };
        let dress = Dress {
            thresholds: &thresholds,
            markers: &markers,
            line: style,
            beyond: None,
            cursor: None,
            covered: 0,
        };
        paint(&look, &mut buffer, area, &plot, &dress);
        (0..area.height).map(|y| row(&buffer, y)).collect()
    }

    #[test]
    fn labels_on_one_row_stand_side_by_side() {
        let values: Vec<Option<f64>> = (0..30).map(|at| Some(f64::from(at))).collect();
        let all = painted(80, &values, &[15.0, 15.5], &[(25, "deployed")]).concat();
        for label in ["limit 15 ", "limit 15.5 ", "deployed"] {
            assert!(all.contains(label), "{label} is whole in {all}");
        }
    }

    #[test]
    fn a_marker_is_named_where_neither_a_limit_nor_another_marker_runs_through_the_word() {
        // Low until it rises at once: above the limits there are dots, between them there is no row.
        let value = |at: i32| {
            if at < 17 {
                0.1
            } else {
                4.0 - f64::from(at % 3)
            }
        };
        let values: Vec<Option<f64>> = (0..30).map(|at| Some(value(at))).collect();
        let rows = painted(
            60,
            &values,
            &[2.0, 1.2],
            &[(14, "deploy"), (16, "deployed")],
        );
        for label in ["deploy ", "deployed"] {
            let line = rows.iter().find(|row| row.contains(label));
            let line = line.unwrap_or_else(|| panic!("{label} is told in {rows:#?}"));
            assert!(!line.contains(UNICODE.threshold), "{label}: {rows:#?}");
        }
    }
}
