//! The rows beside the staging tests: load, security, coverage; each with its change against an earlier release.

use ratatui::style::Style;

use crate::{
    domain::{
        evidence::{
            CoverageReport, LoadReport, LoadVerdict, SecurityReport, Severity, signed_points,
        },
        policy::Unit,
        wording,
    },
    ui::pane::View,
};

/// A row of the pane.
pub(super) struct Line {
    pub(super) sign: &'static str,
    pub(super) style: Style,
    pub(super) name: String,
    pub(super) middle: String,
    pub(super) middle_style: Style,
    pub(super) mark: String,
    pub(super) mark_style: Style,
    pub(super) right: String,
}

/// The load test's row.
pub(super) fn load(view: View<'_>, load: &LoadReport) -> Line {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let broken = load.crossed().count();
    let (sign, style) = match load.verdict() {
        LoadVerdict::Passed => (glyphs.ok, styles.ok),
        LoadVerdict::Failed => (glyphs.fail, styles.fail),
        LoadVerdict::NoThresholds => (glyphs.unknown, styles.info),
    };
    let baseline = load.baseline.as_ref();
    let (name, latency, before) = match load.p99 {
        Some(p99) => ("p99", Some(p99), baseline.and_then(|before| before.p99)),
        None => ("p95", load.p95, baseline.and_then(|before| before.p95)),
    };
    let mut middle = latency.map_or_else(
        || "latency unknown".to_owned(),
        |latency| {
            let shown = format!("{name} {}", wording::value(latency, Unit::Milliseconds));
            match before {
                Some(before) => {
                    let change = wording::change(before, latency, Unit::Milliseconds);
                    format!("{shown}  ({})", change.replace('−', glyphs.minus))
                }
                None => shown,
            }
        },
    );
    if broken > 0 {
        middle = format!(
            "{middle}  {} crossed",
            wording::count(broken as u64, "threshold")
        );
    } else if let Some(why) = load.collapse() {
        why.clone_into(&mut middle);
    } else if load.verdict() == LoadVerdict::NoThresholds {
        middle.push_str("  no thresholds");
    }
    Line {
        sign,
        style,
        name: "Load test".to_owned(),
        middle,
        middle_style: if load.verdict() == LoadVerdict::Failed {
            styles.fail
        } else {
            styles.text
        },
        // Within what its thresholds allow it is no warning.
        mark_style: match load.verdict() {
            LoadVerdict::Passed => styles.dim,
            LoadVerdict::Failed | LoadVerdict::NoThresholds => styles.warn,
        },
        mark: match load.failed {
            Some(share) if share > 0.0 => {
                format!("{} failed", wording::value(share, Unit::Percent))
            }
            _ => String::new(),
        },
        right: load.throughput.map_or_else(String::new, |rate| {
            format!("{} req/s", wording::significant(rate, 4))
        }),
    }
}

/// The scanners' row: `0 critical  0 high  2 medium  =`.
pub(super) fn security(view: View<'_>, security: &SecurityReport) -> Line {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let new = security.new.map(|new| new.total());
    let (sign, style) = match (security.failure(), new) {
        (Some(_), _) => (glyphs.fail, styles.fail),
        (None, Some(0)) => (glyphs.ok, styles.ok),
        (None, None) if security.counts.total() == 0 => (glyphs.ok, styles.ok),
        (None, _) => (glyphs.warn, styles.warn),
    };
    let counted =
        |severity: Severity| format!("{} {}", security.counts.of(severity), severity.word());
    let always = [Severity::Critical, Severity::High, Severity::Medium];
    let mut parts: Vec<String> = always.map(counted).into();
    let seldom = [Severity::Unscored, Severity::Low, Severity::Note];
    let there = seldom
        .into_iter()
        .filter(|severity| security.counts.of(*severity) > 0);
    parts.extend(there.map(counted));
    let middle_style = if security.failure().is_some() {
        styles.fail
    } else {
        styles.text
    };
    Line {
        sign,
        style,
        name: "Security".to_owned(),
        middle: parts.join("  "),
        middle_style,
        mark_style: styles.warn,
        mark: if security.incomplete {
            "incomplete".to_owned()
        } else {
            String::new()
        },
        right: match new {
            None => "no baseline".to_owned(),
            Some(0) => "=".to_owned(),
            Some(new) => format!("+{new} new"),
        },
    }
}

/// The coverage row: `81.2%  (-0.6)`.
pub(super) fn coverage(view: View<'_>, coverage: &CoverageReport) -> Line {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let change = coverage.change();
    let (sign, style) = match (coverage.failure(), coverage.percent(), change) {
        (_, None, _) => (glyphs.unknown, styles.info),
        (Some(_), _, _) => (glyphs.fail, styles.fail),
        (None, _, Some(change)) if change <= -0.05 => (glyphs.warn, styles.warn),
        (None, _, None) if coverage.max_drop.is_some() => (glyphs.unknown, styles.info),
        (None, _, _) => (glyphs.ok, styles.ok),
    };
    let middle = match (coverage.percent(), change) {
        (None, _) => "unknown: no line was measured".to_owned(),
        (Some(percent), Some(change)) => {
            let change = signed_points(change).replace('−', glyphs.minus);
            format!("{percent:.1}%  ({change})")
        }
        (Some(percent), None) => format!("{percent:.1}%"),
    };
    let lines = coverage.lines.map_or_else(String::new, |lines| {
        format!("{} of {} lines", lines.hit, lines.found)
    });
    Line {
        sign,
        style,
        name: "Coverage".to_owned(),
        middle,
        middle_style: if coverage.fell_too_far() {
            styles.fail
        } else {
            styles.text
        },
        mark_style: styles.warn,
        mark: match change {
            None => "no baseline".to_owned(),
            Some(_) => String::new(),
        },
        right: lines,
    }
}
