//! The staging report over the whole screen: the outcome with its reasons on top, then a section a kind of evidence; the
//! one that was opened comes first.
//!
//! Words from outside are cut to the line and stand in the text's own style, after cockpit's signs.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::{Hits, Pane},
    domain::evidence::{
        CoverageBaseline, CoverageReport, EvidenceKind, LoadReport, SecurityReport, Severity,
        TestsSummary, signed_points,
    },
    domain::wording,
    report::{Figure, FigureStatus, PieceState, StagingOutcome, StagingReport},
    ui::{
        pane::{View, frame, scroll_mark},
        pen::{Pen, wrap},
    },
};

/// Lines that a text from outside may take.
const WRAPPED: usize = 4;

/// One line: a sign, words, and what stands after them in a style of its own.
struct Line {
    sign: (&'static str, Style),
    text: (String, Style),
    tail: (String, Style),
}

/// The lines of the report, being written.
struct Page<'v> {
    view: View<'v>,
    room: u16,
    lines: Vec<Line>,
}

/// Draws the pane.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let badge = super::tests::badge(view);
    let inner = frame(view, buffer, area, Pane::Tests, &badge, hits);
    let lines = page(view, inner.width);
    let seen = usize::from(inner.height);
    let top = view.model.staging.place.top;
    let top = top.min(lines.len().saturating_sub(seen));
    hits.reach[Pane::Tests.index()] = (seen, lines.len());
    for (row, line) in (0u16..).zip(lines.iter().skip(top).take(seen)) {
        let mut pen = Pen::new(buffer, inner, row, view.look.glyphs.more);
        if !line.sign.0.is_empty() {
            pen.put(line.sign.0, line.sign.1).skip(1);
        }
        pen.put(&line.text.0, line.text.1);
        if !line.tail.0.is_empty() {
            pen.skip(2).put(&line.tail.0, line.tail.1);
        }
    }
    scroll_mark(view, buffer, area, (top, seen, lines.len()));
}

fn page(view: View<'_>, room: u16) -> Vec<Line> {
    let derived = &view.model.derived;
    let report = match &derived.risk {
        Some(risk) => {
            StagingReport::beside(view.release, risk.clone(), derived.contradictions.clone())
        }
        None => StagingReport::of(view.release),
    };
    let mut page = Page {
        view,
        room,
        lines: Vec::new(),
    };
    page.outcome(&report);
    let mut sections = [
        EvidenceKind::Tests,
        EvidenceKind::Load,
        EvidenceKind::Security,
        EvidenceKind::Coverage,
    ];
    if let Some(first) = view.model.staging.first {
        // Stable: the others keep their order.
        sections.sort_by_key(|kind| *kind != first);
    }
    for kind in sections {
        page.section(&report, kind);
    }
    page.risk(&report);
    page.lines
}

impl Page<'_> {
    fn heading(&mut self, text: &str, tail: &str) {
        let styles = &self.view.look.styles;
        if !self.lines.is_empty() {
            self.put("", styles.dim, String::new(), styles.dim);
        }
        self.lines.push(Line {
            sign: ("", styles.key),
            text: (text.to_owned(), styles.key),
            tail: (tail.to_owned(), styles.dim),
        });
    }

    fn put(&mut self, sign: &'static str, sign_style: Style, text: String, style: Style) {
        self.lines.push(Line {
            sign: (sign, sign_style),
            text: (text, style),
            tail: (String::new(), style),
        });
    }

    /// A text that may be long, under one sign.
    fn wrapped(&mut self, sign: &'static str, sign_style: Style, text: &str, style: Style) {
        let parts = wrap(text, self.room.saturating_sub(2), WRAPPED);
        for (index, part) in parts.into_iter().enumerate() {
            let sign = if index == 0 { sign } else { " " };
            self.put(sign, sign_style, part.to_owned(), style);
        }
    }

    fn row(&mut self, text: String, tail: &str, tail_style: Style) {
        let styles = &self.view.look.styles;
        self.lines.push(Line {
            sign: ("", styles.text),
            text: (text, styles.text),
            tail: (tail.to_owned(), tail_style),
        });
    }

    /// What the columns below it are.
    fn columns(&mut self, text: String, tail: &str) {
        let styles = &self.view.look.styles;
        self.lines.push(Line {
            sign: ("", styles.dim),
            text: (text, styles.dim),
            tail: (tail.to_owned(), styles.dim),
        });
    }

    /// The typographic minus, as this terminal can draw it.
    fn minus(&self, text: &str) -> String {
        text.replace('−', self.view.look.glyphs.minus)
    }

    fn outcome(&mut self, report: &StagingReport<'_>) {
        let (styles, glyphs) = (&self.view.look.styles, self.view.look.glyphs);
        let (sign, style) = match report.outcome {
            StagingOutcome::StagingReady => (glyphs.ok, styles.ok),
            StagingOutcome::StagingFailed => (glyphs.fail, styles.fail),
            StagingOutcome::NotYet => (glyphs.unknown, styles.info),
        };
        self.put(sign, style, report.outcome.word().to_owned(), style);
        for reason in &report.reasons {
            self.wrapped(sign, style, reason.as_str(), style);
        }
        for state in &report.evidence {
            // What speaks against the release without being required, or cannot be judged, is a reason to look.
            if state.required && report.outcome == StagingOutcome::StagingFailed {
                continue;
            }
            let (sign, style) = match state.state {
                PieceState::Against => (glyphs.warn, styles.warn),
                PieceState::Doubtful | PieceState::Unreadable | PieceState::Missing => {
                    (glyphs.unknown, styles.info)
                }
                PieceState::Fine | PieceState::NotYet => continue,
            };
            let words = match state.says.as_str() {
                "" => format!("{} {}", state.kind.word(), state.state.word()),
                says => format!("{} {}: {says}", state.kind.word(), state.state.word()),
            };
            self.wrapped(sign, style, &words, style);
        }
        let words = format!("recommendation: {}", report.recommendation());
        self.wrapped(glyphs.pick, styles.accent, &words, styles.strong);
    }

    fn section(&mut self, report: &StagingReport<'_>, kind: EvidenceKind) {
        match kind {
            EvidenceKind::Tests => {
                if let Some(tests) = report.tests {
                    self.tests(tests);
                }
            }
            EvidenceKind::Load => {
                if let Some((load, figures)) = &report.load {
                    self.load(load, figures);
                }
            }
            EvidenceKind::Security => {
                if let Some(security) = report.security {
                    self.security(security);
                }
            }
            EvidenceKind::Coverage => {
                if let Some(coverage) = report.coverage {
                    self.coverage(coverage);
                }
            }
            EvidenceKind::Explain => {}
        }
    }

    fn tests(&mut self, tests: &TestsSummary) {
        let (styles, glyphs) = (self.view.look.styles.clone(), self.view.look.glyphs);
        let has_cases = self.view.model.cases.report().is_some();
        let tail = if has_cases {
            "Enter lists every case"
        } else {
            ""
        };
        self.heading("Tests", tail);
        for test in &tests.failing {
            let words = format!("{}  {}", test.name, test.message);
            self.wrapped(glyphs.fail, styles.fail, words.trim_end(), styles.text);
        }
        for test in &tests.flaky {
            let words = format!("{}  flaky: passed on retry", test.name);
            self.wrapped(glyphs.warn, styles.warn, &words, styles.text);
        }
        for known in &tests.known {
            self.wrapped(glyphs.warn, styles.warn, &known.in_words(), styles.text);
        }
        self.columns(
            format!(
                "{:<20}{:>8}{:>8}{:>9}{:>8}{:>9}",
                "suite", "passed", "failed", "skipped", "flaky", "time"
            ),
            "",
        );
        for suite in &tests.suites {
            let totals = suite.totals;
            let bad = totals.failed.saturating_add(totals.errored);
            let name: String = suite.name.first_line().chars().take(19).collect();
            let words = format!(
                "{name:<20}{:>8}{bad:>8}{:>9}{:>8}{:>9}",
                totals.passed,
                totals.skipped,
                totals.flaky,
                wording::duration(totals.duration)
            );
            let (tail, style) = match (bad, totals.passed) {
                (0, 0) => ("none ran", styles.info),
                (0, _) => ("", styles.ok),
                _ => ("failed", styles.fail),
            };
            self.row(words, tail, style);
        }
    }

    fn load(&mut self, load: &LoadReport, figures: &[Figure]) {
        let (styles, glyphs) = (self.view.look.styles.clone(), self.view.look.glyphs);
        let baseline = match &load.baseline {
            Some(before) => format!("baseline: {}", before.of),
            None => "no baseline".to_owned(),
        };
        self.heading("Performance", &baseline);
        self.columns(
            format!(
                "{:<18}{:>12}{:>12}{:>14}",
                "metric", "baseline", "current", "change"
            ),
            "status",
        );
        for figure in figures {
            let change = self.minus(&figure.change().unwrap_or_default());
            let words = format!(
                "{:<18}{:>12}{:>12}{change:>14}",
                figure.title,
                figure.shown(figure.baseline),
                figure.shown(figure.current),
            );
            let style = match figure.status {
                FigureStatus::Crossed => styles.fail,
                FigureStatus::Worse => styles.warn,
                FigureStatus::Same | FigureStatus::Better => styles.ok,
                FigureStatus::NoBaseline | FigureStatus::NotMeasured => styles.info,
            };
            self.row(words, figure.status.word(), style);
        }
        let Some(thresholds) = &load.thresholds else {
            let words = "the load test sets no thresholds".to_owned();
            return self.put(glyphs.unknown, styles.info, words, styles.info);
        };
        for threshold in thresholds {
            let (sign, style) = if threshold.held {
                (glyphs.ok, styles.ok)
            } else {
                (glyphs.fail, styles.fail)
            };
            self.wrapped(sign, style, threshold.name.as_str(), styles.text);
        }
    }

    fn security(&mut self, report: &SecurityReport) {
        let (styles, glyphs) = (self.view.look.styles.clone(), self.view.look.glyphs);
        let baseline = match report.new {
            Some(_) => format!("baseline: {}", report.baseline),
            None => format!("no baseline: {}", report.baseline),
        };
        self.heading("Security", &baseline);
        for severity in Severity::ALL {
            let count = report.counts.of(severity);
            let new = report.new.map(|new| new.of(severity));
            if count == 0 && new.unwrap_or_default() == 0 {
                continue;
            }
            let style = if severity <= Severity::High {
                styles.fail
            } else {
                styles.text
            };
            let tail = match new {
                None => String::new(),
                Some(0) => "none new".to_owned(),
                Some(new) => format!("{new} new"),
            };
            self.row(format!("{:<18}{count:>8}", severity.word()), &tail, style);
        }
        if report.counts.total() == 0 {
            let words = format!("{} found nothing", report.tools_in_words());
            self.put(glyphs.ok, styles.ok, words, styles.text);
        }
        if report.suppressed > 0 {
            self.row(
                format!("{:<18}{:>8}", "suppressed", report.suppressed),
                "",
                styles.dim,
            );
        }
        for finding in &report.worst {
            let new = if finding.is_new == Some(true) {
                "new, "
            } else {
                ""
            };
            let words = format!(
                "{new}{}: {} {}  {}",
                finding.severity.word(),
                finding.rule,
                finding.place,
                finding.message
            );
            let style = if finding.severity <= Severity::High {
                styles.fail
            } else {
                styles.warn
            };
            self.wrapped(glyphs.item, style, &words, styles.text);
        }
    }

    fn coverage(&mut self, report: &CoverageReport) {
        let styles = self.view.look.styles.clone();
        let baseline = match &report.baseline {
            CoverageBaseline::Was { percent, of } => format!("baseline: {of}, {percent:.1}%"),
            CoverageBaseline::None(why) => format!("no baseline: {why}"),
        };
        self.heading("Coverage", &baseline);
        let percent = report
            .percent()
            .map_or_else(|| "unknown".to_owned(), |percent| format!("{percent:.1}%"));
        let (tail, style) = match report.change() {
            Some(change) if report.fell_too_far() => (
                format!("{} points, more than may", signed_points(change)),
                styles.fail,
            ),
            Some(change) => (format!("{} points", signed_points(change)), styles.text),
            None => (String::new(), styles.dim),
        };
        let tail = self.minus(&tail);
        self.row(format!("{:<18}{percent:>8}", "lines"), &tail, style);
    }

    fn risk(&mut self, report: &StagingReport<'_>) {
        let (styles, glyphs) = (self.view.look.styles.clone(), self.view.look.glyphs);
        let risk = &report.risk;
        let tail = format!("{} {}", risk.level.word(), risk.score);
        self.heading("Risk", &tail);
        if risk.contributions.is_empty() {
            self.put(
                glyphs.ok,
                styles.ok,
                "nothing adds to it".to_owned(),
                styles.text,
            );
        }
        for part in &risk.contributions {
            let words = format!("+{:<3} {}: {}", part.points, part.factor.word(), part.why);
            self.wrapped(glyphs.warn, styles.warn, &self.minus(&words), styles.text);
        }
    }
}
