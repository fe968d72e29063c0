//! The diff, walked through: files by area or commits at the left, the selected file's lines at the right or, on a
//! narrow screen, in its place.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{sheet, walk_lists};
use crate::{
    app::{Hits, Line, Row, Shows, Spot, Walk},
    domain::{
        Text,
        diff::{Area, FileKind, Mark},
        observation::{CommitSnapshot, Comparison},
        wording,
    },
    ui::{
        pane::{View, area_of, inside, scroll_mark, select},
        pen::{Pen, width, wrap},
    },
};

/// The narrowest inside with list and lines beside each other.
const BESIDE: u16 = 96;

/// Draws it over everything but the first and the last line.
pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let styles = &view.look.styles;
    let frame = sheet::open_large(view, buffer, area);
    let walk = &view.model.walk;
    title(view, buffer, frame);
    let inner = inside(frame);
    let Some(seen) = walk.seen() else {
        let words = match &view.release.evidence.diff {
            Some(_) => {
                Text::line("its lines are with the cockpit that drives it, or are still being read")
            }
            None => view.release.not_compared(),
        };
        for (row, part) in (0..).zip(wrap(words.as_str(), inner.width, 4)) {
            Pen::new(buffer, inner, row, view.look.glyphs.more).put(part, styles.dim);
        }
        return;
    };
    let head = tabs(view, buffer, inner, seen);
    let below = Rect::new(
        inner.x,
        inner.y + head,
        inner.width,
        inner.height.saturating_sub(head),
    );
    let is_beside = below.width >= BESIDE && walk.shows == Shows::Files;
    if is_beside {
        let left = (below.width * 2 / 5).clamp(42, 72);
        let list_area = Rect::new(below.x, below.y, left, below.height);
        let file_area = Rect::new(
            below.x + left + 2,
            below.y,
            below.width - left - 2,
            below.height,
        );
        list(view, buffer, frame, list_area, hits);
        for y in below.top()..below.bottom() {
            buffer[(below.x + left, y)]
                .set_symbol(view.look.glyphs.axis[0])
                .set_style(styles.faint);
        }
        file(view, buffer, frame, file_area, hits);
    } else if walk.opened.is_some() {
        file(view, buffer, frame, below, hits);
    } else {
        list(view, buffer, frame, below, hits);
    }
}

fn title(view: View<'_>, buffer: &mut Buffer, frame: Rect) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let line = Rect::new(frame.x + 2, frame.y, frame.width.saturating_sub(4), 1);
    let mut pen = Pen::new(buffer, line, 0, glyphs.more);
    if let Some(diff) = &view.release.evidence.diff {
        let floor = if diff.truncated { "at least " } else { "" };
        let sums = format!(
            " {floor}{}  +{} {}{} ",
            diff.files_in_words(),
            diff.added,
            glyphs.minus,
            diff.removed
        );
        pen.put_right(&sums, styles.dim);
    }
    pen.put(" ", styles.dim)
        .put("Diff from production", styles.strong)
        .put(" ", styles.dim);
    let production = view.release.rollout.production_now();
    if let Some(from) = production.and_then(|answer| answer.name()) {
        let to = view.release.name();
        pen.put(from, styles.dim)
            .put(" ", styles.dim)
            .put(glyphs.arrow, styles.dim)
            .put(" ", styles.dim);
        pen.put(to.as_str(), styles.candidate).put(" ", styles.dim);
    }
}

/// The two lists by name, the filter, and what was not told; the rows that this takes.
fn tabs(view: View<'_>, buffer: &mut Buffer, inner: Rect, seen: &Comparison) -> u16 {
    let styles = &view.look.styles;
    let walk = &view.model.walk;
    let mut pen = Pen::new(buffer, inner, 0, view.look.glyphs.more);
    let files = format!(" Files {} ", seen.files.len());
    let commits = format!(" Commits {} ", seen.commits.len());
    let packages = format!(" Dependencies {} ", walk.dependencies().count);
    for (text, shows) in [
        (files, Shows::Files),
        (commits, Shows::Commits),
        (packages, Shows::Dependencies),
    ] {
        let style = if walk.shows == shows {
            styles.selection.patch(styles.strong)
        } else {
            styles.dim
        };
        pen.put(&text, style).skip(1);
    }
    if walk.typing || !walk.filter().is_empty() {
        pen.skip(1)
            .put("/", styles.key)
            .put(walk.filter(), styles.strong);
        if walk.typing {
            pen.put("_", styles.accent);
        }
    }
    let mut missing: Vec<String> = Vec::new();
    if walk.shows == Shows::Dependencies {
        missing.extend(walk_lists::unsure(walk.dependencies()));
    } else if seen.files_truncated {
        missing.push("GitHub told 300 files, there are more".to_owned());
    }
    if seen.commits_truncated && walk.shows != Shows::Dependencies {
        missing.push("not all commits were told".to_owned());
    }
    if missing.is_empty() {
        return 2;
    }
    let mut pen = Pen::new(buffer, inner, 1, view.look.glyphs.more);
    pen.put(view.look.glyphs.warn, styles.warn)
        .skip(1)
        .put(&missing.join(", "), styles.warn);
    3
}

fn list(view: View<'_>, buffer: &mut Buffer, frame: Rect, area: Rect, hits: &mut Hits) {
    let walk = &view.model.walk;
    let (seen, all) = (usize::from(area.height), walk.rows().len());
    let mut place = walk.place;
    place.fit((seen, all));
    // A heading above the first selected file is seen with it.
    if place.at == 1 && seen > 1 {
        place.top = 0;
    }
    if walk.opened.is_none() {
        hits.overlay = (seen, all);
        scroll_mark(view, buffer, frame, (place.top, seen, all));
    }
    hits.put(area_of(area), Spot::Choices(place.top));
    if all == 0 {
        let words = if walk.filter().is_empty() {
            "nothing changed"
        } else {
            "nothing fits the filter"
        };
        Pen::new(buffer, area, 0, view.look.glyphs.more).put(words, view.look.styles.dim);
    }
    for (row, index) in (0..area.height).zip(place.top..all) {
        if index == place.at {
            select(view, buffer, area, row);
        }
        match walk.rows().get(index) {
            Some(Row::Area(one)) => area_row(view, buffer, area, row, one),
            Some(Row::File(index)) => file_row(view, buffer, area, row, walk, *index),
            Some(Row::Lost(index)) => {
                if let Some(line) = walk.lost(*index) {
                    walk_lists::lost_row(view, buffer, area, row, line);
                }
            }
            Some(Row::Dependency(index)) => {
                if let Some(change) = walk.dependency(*index) {
                    walk_lists::dependency_row(view, buffer, area, row, change);
                }
            }
            Some(Row::Commit(index)) => {
                if let Some(commit) = walk.commit(*index) {
                    commit_row(view, buffer, area, row, commit);
                }
            }
            None => break,
        }
    }
}

/// `+61 −22` at the right edge.
fn counts(view: View<'_>, pen: &mut Pen<'_>, added: u64, removed: u64) {
    if (added, removed) == (0, 0) {
        pen.skip_right(15);
        return;
    }
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let removed = format!("{}{removed}", glyphs.minus);
    pen.put_right(
        &format!("{removed:>6}"),
        if removed.len() > 1 {
            styles.fail
        } else {
            styles.dim
        },
    );
    pen.put_right(&format!("{:>6}", format!("+{added}")), styles.ok)
        .skip_right(1);
}

fn area_row(view: View<'_>, buffer: &mut Buffer, area: Rect, row: u16, one: &Area) {
    let styles = &view.look.styles;
    let mut pen = Pen::new(buffer, area, row, view.look.glyphs.more);
    counts(view, &mut pen, one.added, one.removed);
    pen.put_right(&wording::count(u64::from(one.files), "file"), styles.dim)
        .skip_right(1);
    pen.put(one.name.as_str(), styles.strong);
}

fn file_row(view: View<'_>, buffer: &mut Buffer, area: Rect, row: u16, walk: &Walk, index: usize) {
    let Some((file, marks)) = walk.file(index) else {
        return;
    };
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let mut pen = Pen::new(buffer, area, row, glyphs.more);
    counts(
        view,
        &mut pen,
        u64::from(file.added),
        u64::from(file.removed),
    );
    let (words, style) = if marks.migration.is_some() {
        ("migration", styles.warn)
    } else if marks.is_hot {
        ("hot", styles.warn)
    } else if marks.kind == FileKind::Rules {
        (marks.kind.word(), styles.warn)
    } else if marks.kind == FileKind::Other {
        ("", styles.dim)
    } else {
        (marks.kind.word(), styles.info)
    };
    let path = file.path.as_str();
    let name = path
        .strip_prefix(marks.area.as_str())
        .map_or(path, |rest| rest.trim_start_matches('/'));
    if !words.is_empty() && width(words) + 14 <= pen.free() {
        pen.put_right(words, style).skip_right(1);
    }
    // Where the folders do not fit, the file's own name does.
    let name = if width(name) + 3 > pen.free() {
        name.rsplit('/').next().unwrap_or(name)
    } else {
        name
    };
    let sign = match (words.is_empty(), style == styles.warn) {
        (true, _) => " ",
        (false, true) => glyphs.warn,
        (false, false) => glyphs.item,
    };
    pen.put(" ", styles.text).put(sign, style).skip(1);
    let fate = file.status.as_str();
    let text = if fate == "removed" {
        styles.dim
    } else {
        styles.text
    };
    pen.put(name, text);
    if fate != "modified" {
        pen.put(" ", styles.dim).put(fate, styles.dim);
    }
}

fn commit_row(view: View<'_>, buffer: &mut Buffer, area: Rect, row: u16, commit: &CommitSnapshot) {
    let styles = &view.look.styles;
    let mut pen = Pen::new(buffer, area, row, view.look.glyphs.more);
    if let Some(at) = commit.at {
        let age = wording::age(view.model.now.duration_since(at));
        pen.put_right(&format!("{age:>8}"), styles.dim)
            .skip_right(1);
    }
    let author = commit
        .author
        .as_ref()
        .map_or(commit.name.as_str(), |login| login.as_str());
    if area.width >= 70 {
        pen.put_right(author, styles.dim).skip_right(1);
    }
    let begin = pen.column();
    pen.put(commit.sha.short(), styles.accent).to(begin + 9);
    pen.put(commit.title.as_str(), styles.text);
}

fn file(view: View<'_>, buffer: &mut Buffer, frame: Rect, area: Rect, hits: &mut Hits) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let walk = &view.model.walk;
    let Some((file, marks, lines)) = walk.selected() else {
        Pen::new(buffer, area, 0, glyphs.more).put("select a file", styles.dim);
        return;
    };
    let is_open = walk.opened.is_some();
    let mut pen = Pen::new(buffer, area, 0, glyphs.more);
    counts(
        view,
        &mut pen,
        u64::from(file.added),
        u64::from(file.removed),
    );
    pen.put(if is_open { glyphs.pick } else { " " }, styles.accent)
        .skip(1);
    pen.put(
        file.path.as_str(),
        if is_open { styles.key } else { styles.strong },
    );
    let mut pen = Pen::new(buffer, area, 1, glyphs.more);
    pen.skip(2).put(file.status.as_str(), styles.dim);
    if let Some(before) = &file.previous {
        pen.put(" from ", styles.dim)
            .put(before.as_str(), styles.dim);
    }
    if let Some(migration) = &marks.migration {
        pen.put(", ", styles.dim)
            .put(migration.framework.name(), styles.warn);
        if migration.framework.name() != "migration" {
            pen.put(" migration", styles.warn);
        }
    }
    if marks.is_hot {
        pen.put(", ", styles.dim).put("hot path", styles.warn);
    }
    if marks.kind != FileKind::Other {
        pen.put(", ", styles.dim)
            .put(marks.kind.word(), styles.info);
    }
    let body = Rect::new(
        area.x,
        area.y + 3,
        area.width,
        area.height.saturating_sub(3),
    );
    let seen = usize::from(body.height);
    let top = walk
        .opened
        .unwrap_or(0)
        .min(lines.len().saturating_sub(seen));
    if is_open {
        hits.overlay = (seen, lines.len());
        scroll_mark(view, buffer, frame, (top, seen, lines.len()));
    }
    let digits = digits(lines);
    for (row, line) in (0u16..).zip(lines.iter().skip(top).take(seen)) {
        line_of(view, buffer, body, row, line, digits);
    }
}

/// Columns of the largest line number.
fn digits(lines: &[Line]) -> usize {
    let most = lines.iter().map(|line| match line {
        Line::Code(_, old, new, _) => old.unwrap_or(0).max(new.unwrap_or(0)),
        Line::Head(at, _) => *at,
        Line::Effect(..) | Line::Said(_) => 0,
    });
    most.max().unwrap_or(0).to_string().len().max(3)
}

fn line_of(view: View<'_>, buffer: &mut Buffer, area: Rect, row: u16, line: &Line, digits: usize) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let mut pen = Pen::new(buffer, area, row, glyphs.more);
    match line {
        Line::Said(words) => {
            pen.put(words, styles.dim);
        }
        Line::Effect(at, says) => {
            pen.put(glyphs.warn, styles.warn).skip(1);
            if let Some(at) = at {
                pen.put(&format!("line {at}: "), styles.warn);
            }
            pen.put(says.as_str(), styles.warn);
        }
        Line::Head(at, heading) => {
            let edge = glyphs.axis[0];
            pen.put(&format!("{:digits$} {at:>digits$} {edge} ", ""), styles.dim);
            pen.put(heading_of(heading), styles.info);
        }
        Line::Code(mark, old, new, text) => {
            let number = |n: &Option<u32>| n.map_or_else(String::new, |n| n.to_string());
            let (sign, style) = sign_of(
                styles.ok,
                styles.fail,
                styles.text,
                styles.dim,
                *mark,
                glyphs.minus,
            );
            pen.put(
                &format!("{:>digits$} {:>digits$} ", number(old), number(new)),
                styles.dim,
            );
            pen.put(sign, style).skip(1).put(text.as_str(), style);
        }
    }
}

fn heading_of(heading: &Text) -> &str {
    if heading.is_empty() {
        "..."
    } else {
        heading.as_str()
    }
}

fn sign_of(
    added: Style,
    removed: Style,
    kept: Style,
    note: Style,
    mark: Mark,
    minus: &'static str,
) -> (&'static str, Style) {
    match mark {
        Mark::Added => ("+", added),
        Mark::Removed => (minus, removed),
        Mark::Kept => (" ", kept),
        Mark::Note => (" ", note),
    }
}
