//! What stands beneath the evidence where the pane has room: the tests that failed, what the diff brings along, the tests
//! that passed only when tried again, and what the figures are compared with. No row of it can be chosen; the diff's own screen is `d`.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    domain::{
        diff::{DependenciesFrom, DependencyKind, Diff},
        evidence::{CoverageBaseline, EvidenceKind, NamedTest, Piece},
        wording,
    },
    ui::{pane::View, pen::Pen},
};

/// Tests told by name, of each sort.
const NAMED: usize = 6;

/// A line: its mark, a name, words, and what stands at the right edge.
struct Line {
    sign: &'static str,
    style: Style,
    name: &'static str,
    words: String,
    words_style: Style,
    right: String,
}

/// Draws as much as fits; `names` is where the words of the rows above begin.
pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, names: u16) {
    let styles = &view.look.styles;
    let Some(last) = area.height.checked_sub(1) else {
        return;
    };
    let lines = failing(view).into_iter().chain(changes(view));
    let lines: Vec<Line> = lines.chain(flaky(view)).collect();
    for (row, line) in (0..area.height).zip(&lines) {
        let mut pen = Pen::new(buffer, area, row, view.look.glyphs.more);
        pen.put_right(&line.right, styles.dim);
        pen.skip_right(u16::from(!line.right.is_empty()));
        pen.put(line.sign, line.style).skip(1);
        pen.put(line.name, styles.text).to(names);
        pen.put(&line.words, line.words_style);
    }
    if lines.len() <= usize::from(last) {
        let said = said(view);
        Pen::new(buffer, area, last, view.look.glyphs.more).put(&said, styles.dim);
    }
}

fn changes(view: View<'_>) -> Vec<Line> {
    let Some(diff) = &view.release.evidence.diff else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    lines.extend(dependencies(view, diff));
    lines.extend(migrations(view, diff));
    lines.extend(hot(view, diff));
    lines
}

fn line(view: View<'_>, is_grave: bool, name: &'static str, words: String) -> Line {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    Line {
        sign: if is_grave { glyphs.warn } else { glyphs.ok },
        style: if is_grave { styles.warn } else { styles.ok },
        name,
        words,
        words_style: styles.text,
        right: String::new(),
    }
}

fn dependencies(view: View<'_>, diff: &Diff) -> Option<Line> {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let all = &diff.dependencies;
    let vulnerable = all.vulnerable().count();
    let kinds = [
        (DependencyKind::Added, "new"),
        (DependencyKind::Bumped, "bumped"),
        (DependencyKind::Downgraded, "downgraded"),
        (DependencyKind::Removed, "removed"),
    ];
    let counted = kinds.map(|(kind, word)| (all.of_kind(kind), word));
    let parts: Vec<String> = counted
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if parts.is_empty() && !all.is_partial() {
        return None;
    }
    let (added, downgraded) = (counted[0].0, counted[2].0);
    let mut line = line(
        view,
        vulnerable + added + downgraded > 0,
        "Dependencies",
        parts.join("  "),
    );
    if parts.is_empty() && all.from == DependenciesFrom::Unknown {
        "not read yet".clone_into(&mut line.words);
        (line.sign, line.style, line.words_style) = (glyphs.open, styles.dim, styles.dim);
    } else if parts.is_empty() {
        "not known".clone_into(&mut line.words);
        (line.sign, line.style, line.words_style) = (glyphs.unknown, styles.info, styles.info);
    } else if vulnerable > 0 {
        let words = format!("  {vulnerable} with known vulnerabilities");
        line.words.push_str(&words);
        line.words_style = styles.warn;
    } else if all.is_partial() {
        line.words.push_str("  perhaps more");
    }
    Some(line)
}

fn migrations(view: View<'_>, diff: &Diff) -> Option<Line> {
    let first = diff.migrations.first()?;
    let mut line = line(view, true, "Migrations", first.in_short());
    if diff.migration_count > 1 {
        line.right = format!("{} in all", diff.migration_count);
    }
    Some(line)
}

fn hot(view: View<'_>, diff: &Diff) -> Option<Line> {
    let first = diff.marked.iter().find(|file| file.hot.is_some())?;
    let mut line = line(view, true, "Hot paths", first.path.as_str().to_owned());
    if diff.hot_count > 1 {
        line.right = format!("{} in all", diff.hot_count);
    }
    Some(line)
}

fn failing(view: View<'_>) -> Vec<Line> {
    let style = view.look.styles.fail;
    let tests = view.release.evidence.tests();
    let all = tests.map_or(&[][..], |tests| &tests.failing);
    named(view, all, "Failed", (view.look.glyphs.fail, style))
}

fn flaky(view: View<'_>) -> Vec<Line> {
    let style = view.look.styles.warn;
    let tests = view.release.evidence.tests();
    let all = tests.map_or(&[][..], |tests| &tests.flaky);
    named(view, all, "Flaky", (view.look.glyphs.warn, style))
}

/// Tests by name; the first has the mark.
fn named(
    view: View<'_>,
    tests: &[NamedTest],
    name: &'static str,
    (sign, style): (&'static str, Style),
) -> Vec<Line> {
    let of = |(index, test): (usize, &NamedTest)| Line {
        sign: if index == 0 { sign } else { " " },
        style,
        name: if index == 0 { name } else { "" },
        words: test.name.first_line().to_owned(),
        words_style: view.look.styles.dim,
        right: String::new(),
    };
    tests.iter().take(NAMED).enumerate().map(of).collect()
}

/// What the figures are compared with, and how old the tests are.
fn said(view: View<'_>) -> String {
    let evidence = &view.release.evidence;
    let mut parts = Vec::new();
    let of_load = evidence.load().and_then(|load| load.baseline.as_ref());
    let of_coverage = match evidence.coverage().map(|coverage| &coverage.baseline) {
        Some(CoverageBaseline::Was { of, .. }) => Some(of),
        Some(CoverageBaseline::None(_)) | None => None,
    };
    if let Some(of) = of_load.map(|baseline| &baseline.of).or(of_coverage) {
        parts.push(format!("compared with {of}"));
    }
    if let Some(Piece::Read { made, .. }) = evidence.pieces.get(&EvidenceKind::Tests) {
        let age = wording::age(view.model.now.duration_since(*made));
        parts.push(format!("tests made {age} ago"));
    }
    parts.join(&format!(" {} ", view.look.glyphs.dot))
}
