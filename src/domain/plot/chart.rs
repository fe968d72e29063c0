//! A series laid out on a grid of cells: braille dots, band rows, threshold rows, marker columns.

use std::ops::RangeInclusive;

use super::axis::{ValueAxis, time_ticks};
use crate::domain::observation::Minute;

/// Dots of a braille cell, across and down (Unicode, "Braille Patterns", U+2800).
const ACROSS: usize = 2;
const DOWN: usize = 4;
/// The bit of each dot, by row and column of the cell.
const BITS: [[u8; ACROSS]; DOWN] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
/// A threshold is taken into the range only where that makes it at most so many times higher.
const STRETCH: f64 = 2.5;
/// Columns between time ticks, at least: `14:09` and room.
const TICKS_APART: u16 = 12;
/// Largest grid, cells a side.
const LARGEST: u16 = 2_000;

/// What to lay out.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot<'a> {
    /// Cells across.
    pub columns: u16,
    /// Cells down.
    pub rows: u16,
    /// First minute.
    pub from: Minute,
    /// First minute after the chart.
    pub until: Minute,
    /// The value of each minute `from..until`; `None`, or a short slice, is a gap.
    pub values: &'a [Option<f64>],
    /// The usual band.
    pub band: Band<'a>,
    /// Limits, drawn as rows.
    pub thresholds: &'a [f64],
    /// Moments, drawn as columns: deploy, stages, the cursor.
    pub markers: &'a [Minute],
}

/// The band that values usually lie in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Band<'a> {
    /// There is none.
    None,
    /// One for all minutes, low and high.
    Level(f64, f64),
    /// One for each minute `from..until`; `None`, or a short slice, is a gap.
    Moving(&'a [Option<(f64, f64)>]),
}

impl Band<'_> {
    fn at(self, offset: i64) -> Option<(f64, f64)> {
        match self {
            Self::None => None,
            Self::Level(low, high) => Some((low, high)),
            Self::Moving(edges) => *edges.get(usize::try_from(offset).ok()?)?,
        }
    }

    fn edges(self) -> Vec<f64> {
        match self {
            Self::None => Vec::new(),
            Self::Level(low, high) => vec![low, high],
            Self::Moving(edges) => {
                let edges = edges.iter().flatten();
                edges.flat_map(|(low, high)| [*low, *high]).collect()
            }
        }
    }
}

/// Where something lies vertically.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In that row, 0 on top.
    Row(u16),
    /// Above the chart.
    Above,
    /// Below it.
    Below,
}

/// A chart, ready to be painted.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Cells across.
    pub columns: u16,
    /// Cells down.
    pub rows: u16,
    /// First minute.
    pub from: Minute,
    /// First minute after the chart.
    pub until: Minute,
    /// The range of values.
    pub axis: ValueAxis,
    /// Ticks of the value axis: value and row, top first, at most one a row.
    pub value_ticks: Vec<(f64, u16)>,
    /// Ticks of the time axis: minute and column.
    pub time_ticks: Vec<(Minute, u16)>,
    /// Rows of the band in each column; `None` where there is none or it lies outside.
    pub band: Vec<Option<RangeInclusive<u16>>>,
    /// A place for each threshold, in the order given.
    pub thresholds: Vec<Place>,
    /// A column for each marker, in the order given; `None` outside.
    pub markers: Vec<Option<u16>>,
    /// Bits of the dots of each cell, row by row.
    cells: Vec<u8>,
}

impl Chart {
    /// Lays it out. Without room (no columns or rows) it is empty.
    pub fn of(plot: &Plot<'_>) -> Self {
        let (columns, rows) = (plot.columns.min(LARGEST), plot.rows.min(LARGEST));
        let mut chart = Self {
            columns,
            rows,
            from: plot.from,
            until: plot.until,
            axis: axis(plot, rows),
            value_ticks: Vec::new(),
            time_ticks: Vec::new(),
            band: Vec::new(),
            thresholds: Vec::new(),
            markers: Vec::new(),
            cells: vec![0; usize::from(columns) * usize::from(rows)],
        };
        if columns == 0 || rows == 0 {
            return chart;
        }
        for value in chart.axis.ticks().into_iter().rev() {
            if let Place::Row(row) = chart.place(value)
                && chart
                    .value_ticks
                    .last()
                    .is_none_or(|(_, last)| *last != row)
            {
                chart.value_ticks.push((value, row));
            }
        }
        chart.time_ticks = time_ticks(plot.from, plot.until, columns, TICKS_APART)
            .into_iter()
            .filter_map(|minute| Some((minute, chart.column_of(minute)?)))
            .collect();
        chart.band = (0..columns)
            .map(|column| {
                let minute = chart.minute_at(column)?;
                chart.band_rows(plot.band.at(minute.0 - plot.from.0)?)
            })
            .collect();
        chart.thresholds = plot.thresholds.iter().map(|v| chart.place(*v)).collect();
        chart.markers = plot.markers.iter().map(|m| chart.column_of(*m)).collect();
        chart.draw(plot.values);
        chart
    }

    /// The braille character of a cell; a blank where nothing is.
    pub fn braille(&self, column: u16, row: u16) -> char {
        match self.bits(column, row) {
            0 => ' ',
            bits => char::from_u32(0x2800 + u32::from(bits)).unwrap_or(' '),
        }
    }

    /// For terminals without Unicode: `'` in the upper half of the cell, `.` in the lower, `:` in both.
    pub fn ascii(&self, column: u16, row: u16) -> char {
        let bits = self.bits(column, row);
        let upper = bits & (0x01 | 0x08 | 0x02 | 0x10) != 0;
        let lower = bits & (0x04 | 0x20 | 0x40 | 0x80) != 0;
        match (upper, lower) {
            (true, true) => ':',
            (true, false) => '\'',
            (false, true) => '.',
            (false, false) => ' ',
        }
    }

    /// With half blocks, for fonts without braille: `▀`, `▄`, `█`.
    pub fn block(&self, column: u16, row: u16) -> char {
        match self.ascii(column, row) {
            ':' => '█',
            '\'' => '▀',
            '.' => '▄',
            _ => ' ',
        }
    }

    /// As the one row of a small chart: filled from below up to the topmost dot, never to the top, where the next chart ends.
    pub fn spark(&self, column: u16, row: u16) -> char {
        let bits = self.bits(column, row);
        let up_to = |mask: u8| bits & mask != 0;
        match bits {
            _ if up_to(0x09) => '▇',
            _ if up_to(0x12) => '▅',
            _ if up_to(0x24) => '▃',
            0 => ' ',
            _ => '▁',
        }
    }

    /// The dots of a cell as braille bits; 0 outside.
    pub fn bits(&self, column: u16, row: u16) -> u8 {
        if column >= self.columns || row >= self.rows {
            return 0;
        }
        let at = usize::from(row) * usize::from(self.columns) + usize::from(column);
        self.cells.get(at).copied().unwrap_or(0)
    }

    /// The column of a minute; `None` outside.
    pub fn column_of(&self, minute: Minute) -> Option<u16> {
        if minute < self.from || minute >= self.until || self.columns == 0 {
            return None;
        }
        u16::try_from(self.dot_across(minute.0 - self.from.0) / ACROSS).ok()
    }

    /// The minute nearest to a column, for the cursor; `None` outside or without minutes.
    pub fn minute_at(&self, column: u16) -> Option<Minute> {
        let last = self.until.0 - self.from.0 - 1;
        if column >= self.columns || last < 0 {
            return None;
        }
        let dots = i64::from(self.columns) * 2 - 1;
        // The middle of the cell: half a dot after its first.
        let at = i64::from(column) * 4 + 1;
        let offset = (at * last + dots) / (2 * dots);
        Some(self.from.plus(offset.clamp(0, last)))
    }

    /// Where a value lies.
    pub fn place(&self, value: f64) -> Place {
        let share = self.axis.share(value);
        if share > 1.0 + 1e-9 {
            Place::Above
        } else if share < -1e-9 || share.is_nan() {
            Place::Below
        } else {
            Place::Row(self.row_of(value))
        }
    }

    fn row_of(&self, value: f64) -> u16 {
        u16::try_from(self.dot_down(value) / DOWN).unwrap_or(u16::MAX)
    }

    fn band_rows(&self, (low, high): (f64, f64)) -> Option<RangeInclusive<u16>> {
        if !(low.is_finite() && high.is_finite()) || low > high {
            return None;
        }
        if high < self.axis.low || low > self.axis.high {
            return None;
        }
        Some(self.row_of(high.min(self.axis.high))..=self.row_of(low.max(self.axis.low)))
    }

    /// The dot of the `offset`-th minute, from the left.
    fn dot_across(&self, offset: i64) -> usize {
        let last = (self.until.0 - self.from.0 - 1).max(1);
        let dots = i64::from(self.columns) * 2 - 1;
        let at = (2 * offset.clamp(0, last) * dots + last) / (2 * last);
        usize::try_from(at).unwrap_or(0)
    }

    /// The dot of a value, from the top; clamped to the chart.
    fn dot_down(&self, value: f64) -> usize {
        let dots = f64::from(self.rows) * 4.0 - 1.0;
        let at = (1.0 - self.axis.share(value).clamp(0.0, 1.0)) * dots;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped between zero and the last dot"
        )]
        let dot = at.round() as usize;
        dot
    }

    /// Lines between neighbouring minutes that both have a value; a lone minute is a dash within itself, a gap stays empty.
    fn draw(&mut self, values: &[Option<f64>]) {
        let length = usize::try_from(self.until.0.saturating_sub(self.from.0)).unwrap_or(0);
        let at = |offset: usize| {
            values
                .get(offset)
                .copied()
                .flatten()
                .filter(|v| v.is_finite())
        };
        let mut before: Option<(usize, usize)> = None;
        for (place, offset) in (0..length.min(values.len())).zip(0_i64..) {
            let Some(value) = at(place) else {
                before = None;
                continue;
            };
            let here = (self.dot_across(offset), self.dot_down(value));
            let is_lone = before.is_none() && at(place + 1).is_none();
            if is_lone {
                let (left, right) = self.dash(offset);
                self.line((left, here.1), (right, here.1));
            } else {
                self.line(before.unwrap_or(here), here);
            }
            before = Some(here);
        }
    }

    /// First and last dot of a lone minute: one dot is hardly seen.
    fn dash(&self, offset: i64) -> (usize, usize) {
        let here = self.dot_across(offset);
        let last = (self.until.0 - self.from.0 - 1).max(1);
        let dots = i64::from(self.columns) * 2 - 1;
        let reach = usize::try_from((dots / last / 2 - 1).clamp(0, 4)).unwrap_or(0);
        let end = usize::from(self.columns) * ACROSS - 1;
        (here.saturating_sub(reach), (here + reach).min(end))
    }

    /// A line of dots without holes; one to the right of the other, or the same.
    fn line(&mut self, (x0, y0): (usize, usize), (x1, y1): (usize, usize)) {
        let across = x1.abs_diff(x0);
        let down = y1.abs_diff(y0);
        let steps = across.max(down).max(1);
        for step in 0..=steps {
            let x = x0 + (across * step * 2 + steps) / (steps * 2);
            let moved = (down * step * 2 + steps) / (steps * 2);
            let y = if y1 >= y0 { y0 + moved } else { y0 - moved };
            self.dot(x, y);
        }
    }

    fn dot(&mut self, x: usize, y: usize) {
        let at = y / DOWN * usize::from(self.columns) + x / ACROSS;
        if let Some(cell) = self.cells.get_mut(at)
            && x / ACROSS < usize::from(self.columns)
        {
            *cell |= BITS[y % DOWN][x % ACROSS];
        }
    }
}

/// The range: values and band always, thresholds where they are not far off.
fn axis(plot: &Plot<'_>, rows: u16) -> ValueAxis {
    let ticks = (rows / 3).clamp(2, 6);
    let mut inside: Vec<f64> = plot.values.iter().flatten().copied().collect();
    let edges = plot.band.edges();
    inside.extend(edges.into_iter().filter(|edge| edge.is_finite()));
    let first = ValueAxis::around(inside.iter().copied(), ticks);
    let reach = (first.high - first.low) * STRETCH;
    let near = plot.thresholds.iter().copied().filter(|limit| {
        inside.is_empty() || (*limit <= first.low + reach && *limit >= first.high - reach)
    });
    let near: Vec<f64> = near.collect();
    inside.extend(near);
    ValueAxis::around(inside, ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(band: Band<'_>) -> Chart {
        let values: Vec<Option<f64>> = (0..10).map(|i| Some(f64::from(i))).collect();
        Chart::of(&Plot {
            columns: 10,
            rows: 10,
            from: Minute(0),
            until: Minute(10),
            values: &values,
            band,
            thresholds: &[],
            markers: &[],
        })
    }

    #[test]
    fn a_band_that_moves_is_drawn_as_it_moves_and_its_gaps_stay_empty() {
        let edges: Vec<Option<(f64, f64)>> = (0..9)
            .map(|i| (i != 4).then(|| (f64::from(i), f64::from(i) + 1.0)))
            .collect();
        let moving = chart(Band::Moving(&edges));
        let top = |column: usize| moving.band[column].as_ref().map(|rows| *rows.start());
        assert!(top(0) > top(3) && top(3) > top(8), "{:?}", moving.band);
        assert_eq!(
            (top(4), top(9)),
            (None, None),
            "no edges, or fewer than minutes"
        );
    }

    #[test]
    fn a_lone_minute_is_seen_and_stays_within_itself() {
        let values: Vec<Option<f64>> = (0..31).map(|i| (i == 15).then_some(1.0)).collect();
        for columns in [16_u16, 40, 108, 190] {
            let chart = Chart::of(&Plot {
                columns,
                rows: 4,
                from: Minute(0),
                until: Minute(31),
                values: &values,
                band: Band::None,
                thresholds: &[],
                markers: &[],
            });
            let at = |minute: i64| chart.column_of(Minute(minute)).unwrap();
            let dots: u32 = (0..columns)
                .flat_map(|x| (0..4).map(move |y| (x, y)))
                .map(|(x, y)| {
                    let bits = chart.bits(x, y);
                    assert!(
                        bits == 0 || (at(14)..=at(16)).contains(&x),
                        "{columns}: {x}"
                    );
                    bits.count_ones()
                })
                .sum();
            assert!(
                dots >= if columns > 100 { 5 } else { 1 },
                "{columns}: {dots}"
            );
        }
    }

    #[test]
    fn one_band_for_all_minutes_is_level() {
        let level = chart(Band::Level(2.0, 4.0));
        assert!(
            level
                .band
                .windows(2)
                .all(|pair| pair[0] == pair[1] && pair[0].is_some())
        );
        assert!(chart(Band::None).band.iter().all(Option::is_none));
        let senseless = [
            Band::Level(4.0, 2.0),
            Band::Level(f64::NAN, 2.0),
            Band::Level(900.0, 901.0),
        ];
        for band in &senseless[..2] {
            assert!(chart(*band).band.iter().all(Option::is_none));
        }
        assert!(
            chart(senseless[2]).axis.high >= 900.0,
            "a band far off is still shown"
        );
    }
}
