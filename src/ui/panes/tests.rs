//! The staging tests and the evidence beside them: a row each.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    beneath,
    beside::{self, Line},
};
use crate::{
    app::{Hits, Pane},
    domain::{
        evidence::{EvidenceKind, Finding, Piece, Staging, SuiteTotals},
        wording,
    },
    ui::{
        pane::{self, View, frame, rows, scroll_mark, select},
        pen::Pen,
    },
};

/// Draws the pane.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let inner = frame(view, buffer, area, Pane::Tests, &badge(view), hits);
    let styles = &view.look.styles;
    let (lines, kinds) = lines(view);
    hits.staging = kinds;
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
            pen.put_right(&line.mark, line.mark_style).skip_right(1);
        }
        let name_ends = names(inner);
        let at = pen.column();
        pen.put(line.sign, line.style).skip(1);
        let room = name_ends.saturating_sub(at + 3);
        pen.put(&cut(&line.name, room, view.look.glyphs.more), styles.text);
        let words = line.middle.trim_start();
        let air = line.middle.len() - words.len();
        pen.to(name_ends).skip(u16::try_from(air).unwrap_or(0));
        // What failed by itself: the air before it is not underlined, and what passed beside it is not red.
        match words.split_once("  ") {
            Some((bad, rest)) if line.middle_style == styles.fail => {
                pen.put(bad, styles.fail).skip(2).put(rest, styles.text);
            }
            _ => {
                pen.put(words, line.middle_style);
            }
        }
    }
    scroll_mark(view, buffer, area, (list.top, list.seen, lines.len()));
    let used = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    if inner.height > used && !view.release.evidence.pieces.is_empty() {
        let free = Rect {
            y: inner.y + used,
            height: inner.height - used,
            ..inner
        };
        beneath::draw(view, buffer, free, names(inner));
    }
    working(view, buffer, area);
}

/// Where a row's words begin, behind its name.
fn names(inner: Rect) -> u16 {
    inner.x + if inner.width > 44 { 18 } else { 14 }
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

/// The rows, and what each is of.
fn lines(view: View<'_>) -> (Vec<Line>, Vec<EvidenceKind>) {
    let release = view.release;
    let (mut lines, mut of) = (Vec::new(), Vec::new());
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
        match release.evidence.pieces.get(&kind) {
            Some(Piece::Read {
                finding,
                other_commit,
                ..
            }) => {
                read(view, finding, &mut lines);
                if *other_commit {
                    lines.push(plain(view, kind.word(), "of another commit", false));
                }
            }
            Some(Piece::Unreadable(fault)) => {
                let words = format!("unreadable: {}", fault.detail);
                lines.push(plain(view, kind.word(), &words, true));
            }
            Some(Piece::Missing) => lines.push(plain(view, kind.word(), "missing", true)),
            None => lines.push(Line {
                sign: view.look.glyphs.open,
                style: view.look.styles.dim,
                name: title(kind.word()),
                middle: "not read yet".to_owned(),
                middle_style: view.look.styles.dim,
                mark: String::new(),
                mark_style: view.look.styles.dim,
                right: String::new(),
            }),
        }
        of.resize(lines.len(), kind);
    }
    (lines, of)
}

/// The rows of a piece that was read, and what there is to know of it.
fn read(view: View<'_>, finding: &Finding, lines: &mut Vec<Line>) {
    let (name, problems) = match finding {
        Finding::Tests(tests) => {
            if tests.suites.is_empty() {
                let all = SuiteTotals {
                    name: "tests".into(),
                    totals: tests.totals,
                };
                lines.push(suite(view, &all));
            }
            lines.extend(tests.suites.iter().map(|totals| suite(view, totals)));
            for known in &tests.known {
                lines.push(plain(view, "known", &known.in_words(), false));
            }
            ("report", &tests.problems)
        }
        Finding::Load(load) => {
            lines.push(beside::load(view, load));
            return;
        }
        Finding::Security(security) => {
            lines.push(beside::security(view, security));
            ("scan", &security.problems)
        }
        Finding::Coverage(coverage) => {
            lines.push(beside::coverage(view, coverage));
            ("coverage", &coverage.problems)
        }
        // The explain text has a pane of its own.
        Finding::Explain { .. } => return,
    };
    for problem in problems {
        lines.push(plain(view, name, problem.as_str(), false));
    }
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
        mark_style: styles.warn,
        right: String::new(),
    }
}

fn suite(view: View<'_>, suite: &SuiteTotals) -> Line {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let totals = suite.totals;
    let bad = totals.failing();
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
        mark_style: styles.warn,
        mark: match totals.flaky {
            0 => String::new(),
            flaky => format!("{flaky} flaky"),
        },
        right: wording::duration(totals.duration),
    }
}
