//! The staging tests and the evidence beside them: a row each.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::{Hits, Pane},
    domain::{
        evidence::{EvidenceKind, Finding, LoadReport, Piece, Staging, SuiteTotals},
        wording,
    },
    ui::{
        pane::{self, View, frame, rows, scroll_mark, select},
        pen::Pen,
    },
};

struct Line {
    sign: &'static str,
    style: Style,
    name: String,
    middle: String,
    middle_style: Style,
    mark: String,
    right: String,
}

/// Draws the pane.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let inner = frame(view, buffer, area, Pane::Tests, &badge(view), hits);
    let styles = &view.look.styles;
    let lines = lines(view);
    let list = rows(view, inner, Pane::Tests, lines.len(), hits);
    for (row, (index, line)) in
        (0u16..).zip(lines.iter().enumerate().skip(list.top).take(list.seen))
    {
        if list.at == Some(index) {
            select(view, buffer, inner, row);
        }
        let mut pen = Pen::new(buffer, inner, row, view.look.glyphs.more);
        pen.put_right(&line.right, styles.dim).skip_right(1);
        if !line.mark.is_empty() && pen.free() > 46 {
            pen.put_right(&line.mark, styles.warn).skip_right(1);
        }
        let name_ends = inner.x + if inner.width > 44 { 18 } else { 14 };
        let at = pen.column();
        pen.put(line.sign, line.style).skip(1);
        let room = name_ends.saturating_sub(at + 3);
        pen.put(&cut(&line.name, room, view.look.glyphs.more), styles.text);
        pen.to(name_ends).put(&line.middle, line.middle_style);
    }
    scroll_mark(view, buffer, area, (list.top, list.seen, lines.len()));
    working(view, buffer, area);
}

/// The download that goes on, at the lower edge.
fn working(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    let Some(work) = view.model.work.first() else {
        return;
    };
    if area.width < 40 || area.height < 2 {
        return;
    }
    let text = format!(" {} ", work.words());
    let edge = Rect::new(area.x + 2, area.bottom() - 1, area.width - 22, 1);
    Pen::new(buffer, edge, 0, view.look.glyphs.more).put(&text, view.look.styles.accent);
}

/// A name in at most `room` columns.
fn cut(name: &str, room: u16, more: &str) -> String {
    if crate::ui::pen::width(name) <= room {
        return name.to_owned();
    }
    let mut out: String = name
        .chars()
        .take(usize::from(room.saturating_sub(1)))
        .collect();
    out.push_str(more);
    out
}

/// What the pane's upper edge says: whether staging is ready, and how many tests passed.
pub(in crate::ui) fn badge(view: View<'_>) -> Vec<pane::Piece> {
    let styles = &view.look.styles;
    let bold = |style: Style| style.add_modifier(ratatui::style::Modifier::BOLD);
    let mut right = Vec::new();
    match view.release.evidence.staging(&view.release.policy) {
        Staging::Ready => right.push(("READY".to_owned(), bold(styles.ok))),
        Staging::NotYet(_) => right.push(("NOT YET".to_owned(), bold(styles.info))),
        Staging::Failed(_) => right.push(("FAILED".to_owned(), bold(styles.fail))),
    }
    if let Some(tests) = view.release.evidence.tests() {
        let totals = tests.totals;
        right.push((format!("{} of {}", totals.passed, totals.tests), styles.dim));
    }
    right
}

fn lines(view: View<'_>) -> Vec<Line> {
    let release = view.release;
    let mut lines = Vec::new();
    let mut kinds: Vec<EvidenceKind> = release
        .policy
        .evidence
        .iter()
        .map(|rule| rule.kind)
        .collect();
    kinds.extend(release.evidence.pieces.keys());
    kinds.sort();
    kinds.dedup();
    for kind in kinds {
        let piece = release.evidence.pieces.get(&kind);
        match piece {
            Some(Piece::Read {
                finding: Finding::Tests(tests),
                other_commit,
                ..
            }) => {
                if tests.suites.is_empty() {
                    let all = SuiteTotals {
                        name: "tests".into(),
                        totals: tests.totals,
                    };
                    lines.push(suite(view, &all));
                }
                lines.extend(tests.suites.iter().map(|totals| suite(view, totals)));
                if *other_commit {
                    lines.push(plain(view, "tests", "of another commit", false));
                }
                for problem in &tests.problems {
                    lines.push(plain(view, "report", problem.as_str(), false));
                }
            }
            Some(Piece::Read {
                finding: Finding::Load(load),
                ..
            }) => lines.push(load_line(view, load)),
            // The explain text has a pane of its own.
            Some(Piece::Read {
                finding: Finding::Explain { .. },
                ..
            }) => {}
            Some(Piece::Unreadable(fault)) => {
                lines.push(plain(
                    view,
                    kind.word(),
                    &format!("unreadable: {}", fault.detail),
                    true,
                ));
            }
            Some(Piece::Missing) => lines.push(plain(view, kind.word(), "missing", true)),
            None => lines.push(Line {
                sign: view.look.glyphs.open,
                style: view.look.styles.dim,
                name: title(kind.word()),
                middle: "not read yet".to_owned(),
                middle_style: view.look.styles.dim,
                mark: String::new(),
                right: String::new(),
            }),
        }
    }
    lines
}

/// With a capital at its head, as names of suites have.
fn title(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + chars.as_str()
    })
}

fn plain(view: View<'_>, name: &str, words: &str, unknown: bool) -> Line {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    Line {
        sign: if unknown { glyphs.unknown } else { glyphs.warn },
        style: if unknown { styles.info } else { styles.warn },
        name: title(name),
        middle: words.to_owned(),
        middle_style: if unknown { styles.info } else { styles.warn },
        mark: String::new(),
        right: String::new(),
    }
}

fn suite(view: View<'_>, suite: &SuiteTotals) -> Line {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let totals = suite.totals;
    let bad = totals.failed + totals.errored;
    let (sign, style) = match (bad, totals.flaky, totals.passed) {
        (0, 0, 0) => (glyphs.unknown, styles.info),
        (0, _, _) => (glyphs.ok, styles.ok),
        _ => (glyphs.fail, styles.fail),
    };
    let (middle, middle_style) = match (bad, totals.passed, totals.skipped) {
        (0, 0, 0) => ("no test ran".to_owned(), styles.info),
        (0, 0, skipped) => (format!("{skipped:>3} skipped, none ran"), styles.info),
        (0, passed, 0) => (format!("{passed:>3} passed"), styles.text),
        (0, passed, skipped) => (
            format!("{passed:>3} passed  {skipped} skipped"),
            styles.text,
        ),
        (bad, passed, _) => (format!("{bad:>3} failed  {passed} passed"), styles.fail),
    };
    Line {
        sign,
        style,
        name: suite.name.first_line().to_owned(),
        middle,
        middle_style,
        mark: match totals.flaky {
            0 => String::new(),
            flaky => format!("{flaky} flaky"),
        },
        right: wording::duration(totals.duration),
    }
}

fn load_line(view: View<'_>, load: &LoadReport) -> Line {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let broken = load.thresholds.iter().flatten().filter(|t| !t.held).count();
    let ruined = load.failed.is_some_and(|share| share >= 100.0);
    let (sign, style) = match (&load.thresholds, broken) {
        _ if ruined => (glyphs.fail, styles.fail),
        (Some(_), 0) => (glyphs.ok, styles.ok),
        (Some(_), _) => (glyphs.fail, styles.fail),
        (None, _) => (glyphs.unknown, styles.info),
    };
    let p99 = load
        .p99
        .or(load.p95)
        .map(|value| wording::value(value, crate::domain::policy::Unit::Milliseconds));
    let name = if load.p99.is_some() { "p99" } else { "p95" };
    let mut middle = p99.map_or_else(
        || "latency unknown".to_owned(),
        |value| format!("{name} {value}"),
    );
    if broken > 0 {
        middle = format!(
            "{middle}  {} crossed",
            wording::count(broken as u64, "threshold")
        );
    } else if load.thresholds.is_none() {
        middle.push_str("  no thresholds");
    }
    Line {
        sign,
        style,
        name: "Load test".to_owned(),
        middle,
        middle_style: if broken > 0 || ruined {
            styles.fail
        } else {
            styles.text
        },
        mark: match load.failed {
            Some(share) if share > 0.0 => {
                format!(
                    "{} failed",
                    wording::value(share, crate::domain::policy::Unit::Percent)
                )
            }
            _ => String::new(),
        },
        right: load.throughput.map_or_else(String::new, |rate| {
            format!("{} req/s", wording::significant(rate, 4))
        }),
    }
}
