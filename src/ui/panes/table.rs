//! Every metric on a line of its own: before, after, the change, what is said of it, and a small chart.

use std::ops::Range;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::readings::{facts, latest, reading, values};
use crate::{
    app::{Hits, Pane, Spot},
    domain::{
        judge::{Course, PastDay, UnusualKind, change},
        observation::{Minute, Sample},
        plot::{Band, Chart, Plot},
        policy::Metric,
        wording,
    },
    ui::{
        chart::{Dress, Marker, apart, paint},
        header::minute_of,
        pane::{self, View},
        pen::{Pen, width},
    },
};

/// Columns of a number and of what is said.
const NUMBER: u16 = 9;
const WORD: u16 = 13;
/// Columns of the longest that is said of a metric without a value: `source broken`.
const LONGEST_WORD: u16 = 15;
/// The longest name that is told in full.
const LONGEST_NAME: u16 = 22;
/// With so many columns there is room for the earlier days.
const DAYS_FROM: u16 = 104;
/// A small chart needs so many columns.
const LEAST_CHART: u16 = 12;
/// Columns of the minutes before the deploy that the small charts have at least where they share the large one's.
const LEAST_BEFORE: u16 = 8;
/// Most rows of a small chart.
const MOST_ROWS: u16 = 3;

/// The table as it is laid out.
pub(super) struct Table<'a> {
    view: View<'a>,
    /// First and last minute of the small charts.
    span: (Minute, Minute),
    /// Rows a metric.
    each: u16,
    name: u16,
    /// Columns of what is said.
    word: u16,
    /// Whether earlier days have their columns.
    days: bool,
}

/// What is said of a metric.
struct Said {
    sign: &'static str,
    word: String,
    style: Style,
}

impl<'a> Table<'a> {
    /// For so many rows.
    pub(super) fn of(view: View<'a>, span: (Minute, Minute), (columns, rows): (u16, u16)) -> Self {
        let metrics = view.release.policy.shown_metrics();
        let count = u16::try_from(metrics.len()).unwrap_or(u16::MAX).max(1);
        let name = metrics.iter().map(|metric| width(&metric.title())).max();
        // What names a metric's own silence is not cut: of the others none is that long.
        let unread = |metric: &Metric| {
            let sample = latest(view, metric).map(|(_, sample)| sample);
            if sample.and_then(Sample::value).is_some() {
                0
            } else {
                width(&reading(view, metric).0) + 2
            }
        };
        let word = metrics.iter().map(unread).max().unwrap_or(0);
        Self {
            view,
            span,
            word: word.clamp(WORD, LONGEST_WORD),
            each: (rows.saturating_sub(1) / count).clamp(1, MOST_ROWS),
            name: name.unwrap_or(0).clamp(8, LONGEST_NAME),
            days: columns >= DAYS_FROM && !view.release.watch.pasts.is_empty(),
        }
    }

    /// Rows that it takes, its head among them.
    pub(super) fn height(&self) -> u16 {
        let metrics = self.view.release.policy.shown_metrics().len();
        let count = u16::try_from(metrics).unwrap_or(u16::MAX);
        count.saturating_mul(self.each).saturating_add(1)
    }

    pub(super) fn draw(
        &self,
        (markers, chart, plot): (&[Marker], &Chart, Rect),
        buffer: &mut Buffer,
        area: Rect,
        hits: &mut Hits,
    ) {
        if area.height < 2 {
            return;
        }
        let shared = self.shared(chart, plot, area);
        if shared.is_none() {
            self.times(buffer, area);
        }
        let metrics = self.view.release.policy.shown_metrics();
        let fits = usize::from((area.height - 1) / self.each).max(1);
        let selected = self
            .view
            .model
            .metric()
            .min(metrics.len().saturating_sub(1));
        let top = (selected + 1).saturating_sub(fits);
        let shown = top..(top + fits).min(metrics.len());
        self.head(buffer, area, &shown);
        for (place, (index, metric)) in
            (0u16..).zip(metrics.iter().enumerate().skip(top).take(fits))
        {
            let row = 1 + place * self.each;
            self.line(buffer, area, row, (index, metric));
            self.small((markers, shared), buffer, area, row, metric);
            for y in row..(row + self.each).min(area.height) {
                let line = Rect::new(area.x, area.y + y, area.width, 1);
                hits.put(pane::area_of(line), Spot::Rows(Pane::Metrics, index));
            }
        }
    }

    /// Where the columns begin: before, after, change, the earlier days, word, chart.
    fn columns(&self) -> [u16; 7] {
        let before = 2 + self.name + 1;
        let after = before + NUMBER + 1;
        let change = after + NUMBER + 1;
        let yesterday = change + NUMBER + 1;
        let last_week = yesterday + NUMBER + 1;
        let end = if self.days { last_week } else { change };
        let word = end + NUMBER + 2;
        [
            before,
            after,
            change,
            yesterday,
            last_week,
            word,
            word + self.word + 1,
        ]
    }

    /// What the columns hold; before them which of the metrics there is room for, where that is not all of them.
    fn head(&self, buffer: &mut Buffer, area: Rect, shown: &Range<usize>) {
        let styles = &self.view.look.styles;
        let all = self.view.release.policy.shown_metrics().len();
        if shown.len() < all {
            let words = format!("{}-{} of {all}", shown.start + 1, shown.end);
            Pen::new(buffer, area, 0, self.view.look.glyphs.more)
                .skip(2)
                .put_within(&words, self.name, styles.dim);
        }
        let after = self.view.model.cursor.map_or_else(
            || "after".to_owned(),
            |minute| format!("at {}", minute_of(minute.start(), &self.view.model.zone)),
        );
        let [before, at, change, yesterday, last_week, ..] = self.columns();
        for (column, text) in [(before, "before"), (at, after.as_str()), (change, "change")] {
            self.number(buffer, area, (0, column), text, styles.dim);
        }
        if self.days {
            for (column, day) in [yesterday, last_week].into_iter().zip(PastDay::ALL) {
                self.number(buffer, area, (0, column), day.word(), styles.dim);
            }
        }
    }

    /// The large chart's own columns where what is free of them tells of the minutes before the deploy too: then one
    /// moment is one column in all charts. Elsewhere the small ones have a scale of their own.
    fn shared(&self, chart: &Chart, plot: Rect, area: Rect) -> Option<Rect> {
        let [.., left] = self.columns();
        let first = chart.markers.iter().flatten().min()?;
        (plot.x + first >= area.x + left + LEAST_BEFORE).then_some(plot)
    }

    /// The scale of the small charts, where it is their own.
    fn times(&self, buffer: &mut Buffer, area: Rect) {
        let [.., left] = self.columns();
        let Some(columns) = area.width.checked_sub(left).filter(|w| *w >= LEAST_CHART) else {
            return;
        };
        let (from, until) = self.span;
        let plot = Plot {
            columns,
            rows: 1,
            from,
            until,
            values: &[],
            band: Band::None,
            thresholds: &[],
            markers: &[],
        };
        let view = self.view;
        for (minute, column) in Chart::of(&plot).time_ticks {
            let words = minute_of(minute.start(), &view.model.zone);
            if column + width(&words) <= columns {
                let at = Rect::new(area.x + left + column, area.y, columns - column, 1);
                Pen::new(buffer, at, 0, view.look.glyphs.more).put(&words, view.look.styles.dim);
            }
        }
    }

    /// How the metric moved at the same minutes of earlier days.
    fn earlier(&self, buffer: &mut Buffer, area: Rect, row: u16, metric: &Metric) {
        let (release, styles) = (self.view.release, &self.view.look.styles);
        let [_, _, _, yesterday, last_week, ..] = self.columns();
        for (column, day) in [yesterday, last_week].into_iter().zip(PastDay::ALL) {
            let (words, style) = match release.past_seen(metric, day) {
                Some(seen) => (
                    wording::change(seen.before, seen.after, metric.unit),
                    styles.dim,
                ),
                None if release.watch.pasts.contains_key(&day) => {
                    ("no data".to_owned(), styles.dim)
                }
                None => ("not read".to_owned(), styles.dim),
            };
            self.number(buffer, area, (row, column), &fitting(words), style);
        }
    }

    /// At the right edge of its column.
    fn number(&self, buffer: &mut Buffer, area: Rect, at: (u16, u16), text: &str, style: Style) {
        let (row, column) = at;
        if column + NUMBER > area.width {
            return;
        }
        let cell = Rect::new(area.x + column, area.y, NUMBER, area.height);
        Pen::new(buffer, cell, row, self.view.look.glyphs.more).put_right(text, style);
    }

    fn line(&self, buffer: &mut Buffer, area: Rect, row: u16, (index, metric): (usize, &Metric)) {
        let view = self.view;
        let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
        let (mark, style) = if index == view.model.metric() {
            (glyphs.pick, styles.strong)
        } else {
            (" ", styles.text)
        };
        let [before_at, after_at, change_at, _, _, word_at, _] = self.columns();
        Pen::new(buffer, area, row, glyphs.more)
            .put(mark, styles.accent)
            .skip(1)
            .put_within(&metric.title(), self.name, style);
        let facts = facts(view, index);
        let before = facts.baseline.map(|stats| stats.median);
        let after = match view.model.cursor {
            Some(minute) => sample(view, metric, minute).and_then(Sample::value),
            None => facts.after.map(|stats| stats.median),
        };
        let told = |value: Option<f64>| {
            value.map_or_else(
                || "?".to_owned(),
                |value| wording::value(value, metric.unit),
            )
        };
        self.number(buffer, area, (row, before_at), &told(before), styles.dim);
        self.number(buffer, area, (row, after_at), &told(after), styles.text);
        if let (Some(before), Some(after)) = (before, after) {
            let words = fitting(wording::change(before, after, metric.unit));
            self.number(buffer, area, (row, change_at), &words, styles.text);
        }
        if self.days {
            self.earlier(buffer, area, row, metric);
        }
        let said = self.said(index, metric, after);
        if word_at < area.width {
            let room = Rect::new(area.x + word_at, area.y, area.width - word_at, area.height);
            Pen::new(buffer, room, row, glyphs.more)
                .put(said.sign, said.style)
                .skip(1)
                .put_within(&said.word, self.word - 2, said.style);
        }
    }

    /// The gravest thing that there is to say: of now, and once a rollback ended the watch of what was until then.
    fn said(&self, index: usize, metric: &Metric, after: Option<f64>) -> Said {
        let view = self.view;
        let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
        let said = |sign, word: &str, style| Said {
            sign,
            word: word.to_owned(),
            style,
        };
        let watch = &view.release.watch;
        let is_over = view.release.watch_end().is_some();
        let now = if is_over {
            after
        } else {
            latest(view, metric).and_then(|(_, sample)| sample.value())
        };
        let facts = facts(view, index);
        let fires = facts.limits.iter().any(|(limit, fires)| {
            let beyond = |now: f64| {
                if limit.above {
                    now > limit.value
                } else {
                    now < limit.value
                }
            };
            *fires && now.is_some_and(beyond)
        });
        let key = metric.key();
        if fires {
            return said(glyphs.fail, "over limit", styles.fail);
        }
        let was_raised = is_over && watch.anomalies.contains_key(&key);
        if was_raised || watch.standing().any(|(standing, ..)| *standing == key) {
            return said(glyphs.warn, "anomaly", styles.warn);
        }
        if now.is_none() {
            let (words, style) = reading(view, metric);
            return said(glyphs.unknown, &words, style);
        }
        let mut unusual = watch.unusual.iter();
        if unusual.any(|one| one.metric == key && one.kind == UnusualKind::Near) {
            return said(glyphs.unknown, "stands out", styles.info);
        }
        if watch.blips.contains_key(&key) {
            return said(glyphs.past, "blip, over", styles.dim);
        }
        let compared = facts.baseline.zip(after);
        let course = compared.map(|(stats, after)| change(&stats, after, metric.bad).course);
        match course {
            Some(Course::Same) => said(glyphs.ok, "same", styles.ok),
            Some(Course::Better) => said(glyphs.ok, "better", styles.ok),
            Some(Course::Worse)
                if compared.is_some_and(|(stats, after)| stats.is_unusual(after)) =>
            {
                said(glyphs.warn, "worse", styles.warn)
            }
            Some(Course::Worse) => said(glyphs.dot, "a bit worse", styles.text),
            // What it was is known, what it is not yet.
            None if facts.baseline.is_some() => said(glyphs.open, "none so far", styles.dim),
            None => said(glyphs.open, "no baseline", styles.dim),
        }
    }

    fn small(
        &self,
        (markers, shared): (&[Marker], Option<Rect>),
        buffer: &mut Buffer,
        area: Rect,
        row: u16,
        metric: &Metric,
    ) {
        let view = self.view;
        let [.., left] = self.columns();
        let rows = apart(view.look, self.each.min(area.height.saturating_sub(row)));
        let Some(columns) = area.width.checked_sub(left).filter(|w| *w >= LEAST_CHART) else {
            return;
        };
        let begin = area.x + left;
        let (x, columns) = shared.map_or((begin, columns), |plot| (plot.x, plot.width));
        let chart = Rect::new(x, area.y + row, columns, rows);
        let (from, until) = self.span;
        let values = values(view, metric, from, until);
        let minutes: Vec<Minute> = markers.iter().map(|marker| marker.minute).collect();
        let plot = Plot {
            columns,
            rows,
            from,
            until,
            values: &values,
            band: Band::None,
            thresholds: &[],
            markers: &minutes,
        };
        let bare: Vec<Marker> = markers
            .iter()
            .map(|marker| Marker {
                minute: marker.minute,
                label: String::new(),
                style: marker.style,
            })
            .collect();
        let dress = Dress {
            thresholds: &[],
            markers: &bare,
            line: view.look.styles.accent,
            beyond: None,
            cursor: view.model.cursor,
            covered: begin.saturating_sub(x),
        };
        let painted = paint(view.look, buffer, chart, &plot, &dress);
        // In a row or two the line itself stands where the marker would: it takes its colour there.
        for (marker, column) in markers.iter().zip(&painted.markers) {
            if let Some(column) = column.filter(|column| *column >= dress.covered) {
                let cells = Rect::new(x + column, chart.y, 1, rows);
                buffer.set_style(cells.intersection(buffer.area), marker.style);
            }
        }
    }
}

/// The smallest of changes has the most digits.
fn fitting(words: String) -> String {
    if width(&words) > NUMBER {
        words.replace(' ', "")
    } else {
        words
    }
}

fn sample(view: View<'_>, metric: &Metric, minute: Minute) -> Option<Sample> {
    let series = view.release.watch.series.get(&metric.key())?;
    series.get(&minute).copied()
}
