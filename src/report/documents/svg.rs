//! A metric over time as SVG: its curve with gaps left open, where it usually is, limits, and what happened when.

use std::fmt::Write as _;

use super::html::escaped;
use crate::domain::{
    observation::Minute,
    plot::{ValueAxis, time_ticks},
    policy::Unit,
    wording,
};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 170.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 24.0;

/// One metric to draw.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) title: String,
    pub(super) unit: Unit,
    /// The first minute; `values` go on from here, a minute each.
    pub(super) from: Minute,
    /// `None` is a gap.
    pub(super) values: Vec<Option<f64>>,
    pub(super) band: Band,
    /// Limits of gates and triggers.
    pub(super) limits: Vec<f64>,
    /// Moments with their names.
    pub(super) marks: Vec<(Minute, &'static str)>,
}

/// Where a metric usually is, low and high.
#[derive(Debug, Clone)]
pub(super) enum Band {
    Unknown,
    /// One for all minutes.
    Level(f64, f64),
    /// One for each of the series' minutes: CloudWatch's own. `None` is a gap.
    Moving(Vec<Option<(f64, f64)>>),
}

impl Band {
    fn edges(&self) -> Vec<(f64, f64)> {
        match self {
            Self::Unknown => Vec::new(),
            Self::Level(low, high) => vec![(*low, *high)],
            Self::Moving(edges) => edges.iter().flatten().copied().collect(),
        }
    }
}

struct Scale {
    axis: ValueAxis,
    from: i64,
    minutes: f64,
}

impl Scale {
    fn x(&self, minute: Minute) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a chart spans days at most")]
        let at = (minute.0 - self.from) as f64;
        LEFT + at / self.minutes * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - self.axis.share(value) * (HEIGHT - TOP - BOTTOM)
    }
}

/// The figure; a line that says so where there is nothing to draw.
pub(super) fn drawn(series: &Series) -> String {
    let known = series.values.iter().flatten().copied();
    let title = escaped(&series.title);
    if known.clone().next().is_none() {
        return format!("<p>{title}: no data</p>\n");
    }
    let around = known
        .chain(
            series
                .band
                .edges()
                .into_iter()
                .flat_map(|(low, high)| [low, high]),
        )
        .chain(series.limits.iter().copied());
    #[expect(clippy::cast_precision_loss, reason = "a chart spans days at most")]
    let scale = Scale {
        axis: ValueAxis::around(around, 4),
        from: series.from.0,
        minutes: (series.values.len().max(2) - 1) as f64,
    };
    let mut svg = format!(
        "<figure><figcaption>{title}</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">\n"
    );
    ground(&mut svg, series, &scale);
    marks(&mut svg, series, &scale);
    curve(&mut svg, series, &scale);
    svg.push_str("</svg></figure>\n");
    svg
}

fn ground(svg: &mut String, series: &Series, scale: &Scale) {
    usual(svg, series, scale);
    for tick in scale.axis.ticks() {
        let y = scale.y(tick);
        let words = escaped(&wording::value(tick, series.unit));
        // Writing to a String cannot fail.
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{words}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            y + 4.0
        );
    }
    for limit in &series.limits {
        let y = scale.y(*limit);
        let _ = writeln!(
            svg,
            "<line class=\"limit\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>",
            WIDTH - RIGHT
        );
    }
    let until = series
        .from
        .plus(i64::try_from(series.values.len()).unwrap_or(0));
    for tick in time_ticks(series.from, until, 110, 14) {
        let at = tick.start().strftime("%H:%M");
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{at}</text>",
            scale.x(tick),
            HEIGHT - 7.0
        );
    }
}

/// The band: one piece for all minutes, or a piece for each run of minutes in which it is known.
fn usual(svg: &mut String, series: &Series, scale: &Scale) {
    let mut piece = |from: f64, until: f64, edges: &[(f64, f64)]| {
        let mut corners = Vec::new();
        let last = edges.len().saturating_sub(1).max(1);
        let mut corner = |(at, y): (usize, f64)| {
            #[expect(clippy::cast_precision_loss, reason = "a chart spans days at most")]
            let x = from + (until - from) * at as f64 / last as f64;
            corners.push(format!("{x:.1},{:.1}", scale.y(y)));
        };
        let highs = edges.iter().map(|(_, high)| *high).enumerate();
        let lows = edges.iter().map(|(low, _)| *low).enumerate();
        highs.chain(lows.rev()).for_each(&mut corner);
        // Writing to a String cannot fail.
        let _ = writeln!(
            svg,
            "<polygon class=\"band\" points=\"{}\"/>",
            corners.join(" ")
        );
    };
    match &series.band {
        Band::Unknown => {}
        Band::Level(low, high) => piece(LEFT, WIDTH - RIGHT, &[(*low, *high); 2]),
        Band::Moving(edges) => {
            let mut begin = 0_usize;
            for run in edges.split(Option::is_none) {
                let known: Vec<(f64, f64)> = run.iter().flatten().copied().collect();
                if let [first, ..] = known[..] {
                    let x = |at: usize| {
                        scale.x(series.from.plus(i64::try_from(at).unwrap_or(i64::MAX)))
                    };
                    match known.len() {
                        // As wide as a dot, or it would not be seen.
                        1 => piece(x(begin) - 1.0, x(begin) + 1.0, &[first; 2]),
                        many => piece(x(begin), x(begin + many - 1), &known),
                    }
                }
                begin += run.len() + 1;
            }
        }
    }
}

fn marks(svg: &mut String, series: &Series, scale: &Scale) {
    let last = i64::try_from(series.values.len()).unwrap_or(0);
    for (minute, name) in &series.marks {
        if !(0..last).contains(&(minute.0 - series.from.0)) {
            continue;
        }
        let x = scale.x(*minute);
        let _ = writeln!(
            svg,
            "<line class=\"mark\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\">{}<title>{}</title></text>",
            HEIGHT - BOTTOM,
            x + 3.0,
            TOP - 4.0,
            escaped(name),
            minute.start().strftime("%F %H:%M UTC")
        );
    }
}

fn curve(svg: &mut String, series: &Series, scale: &Scale) {
    let mut run: Vec<(f64, f64)> = Vec::new();
    let mut end = |run: &mut Vec<(f64, f64)>| {
        match run.as_slice() {
            [] => {}
            [(x, y)] => {
                let _ = writeln!(
                    svg,
                    "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2\"/>"
                );
            }
            points => {
                let points: Vec<String> = points
                    .iter()
                    .map(|(x, y)| format!("{x:.1},{y:.1}"))
                    .collect();
                let _ = writeln!(
                    svg,
                    "<polyline class=\"curve\" points=\"{}\"/>",
                    points.join(" ")
                );
            }
        }
        run.clear();
    };
    for (offset, value) in (0..).zip(&series.values) {
        match value.filter(|value| value.is_finite()) {
            Some(value) => run.push((scale.x(series.from.plus(offset)), scale.y(value))),
            None => end(&mut run),
        }
    }
    end(&mut run);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: Vec<Option<f64>>) -> Series {
        Series {
            title: "error rate <x>".to_owned(),
            unit: Unit::Percent,
            from: Minute(29_000_000),
            values,
            band: Band::Level(0.1, 0.2),
            limits: vec![2.0],
            marks: vec![(Minute(29_000_001), "deploy"), (Minute(1), "long ago")],
        }
    }

    #[test]
    fn a_gap_stays_open_and_a_lonely_minute_is_a_dot() {
        let one = Some(0.1);
        let svg = drawn(&series(vec![one, one, None, one, None, one, one]));
        assert_eq!(svg.matches("<polyline").count(), 2, "{svg}");
        assert_eq!(svg.matches("<circle").count(), 1);
        assert!(svg.contains(">deploy<") && !svg.contains("long ago"));
        assert!(svg.contains("error rate &lt;x&gt;") && !svg.contains("NaN"));
    }

    #[test]
    fn a_band_that_moves_is_drawn_as_it_moved_and_its_gaps_stay_open() {
        let mut moving = series(vec![Some(0.1); 6]);
        let (low, high) = (Some((0.1, 0.2)), Some((0.3, 0.9)));
        moving.band = Band::Moving(vec![low, high, None, high, None, None]);
        let svg = drawn(&moving);
        let bands: Vec<&str> = svg.lines().filter(|line| line.contains("band")).collect();
        assert_eq!(bands.len(), 2, "{svg}");
        let corners = |band: &str| band.matches(',').count();
        assert_eq!(
            bands.iter().map(|band| corners(band)).collect::<Vec<_>>(),
            [4, 4]
        );
        // What is wider later goes up to the right.
        assert!(bands[0].contains("62.0,") && bands[0] != bands[1], "{svg}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        moving.band = Band::Unknown;
        assert!(!drawn(&moving).contains("band"));
        moving.band = Band::Level(0.1, 0.2);
        assert_eq!(drawn(&moving).matches("class=\"band\"").count(), 1);
    }

    #[test]
    fn nothing_known_is_said() {
        assert_eq!(
            drawn(&series(vec![None, None])),
            "<p>error rate &lt;x&gt;: no data</p>\n"
        );
        assert!(!drawn(&series(vec![Some(0.0)])).contains("NaN"));
    }
}
