//! Rows of the diff's lists beside files and commits: commits that production would lose, and packages.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    domain::{
        Text,
        diff::{Dependencies, DependenciesFrom, DependencyChange, DependencyKind},
    },
    ui::{
        pane::View,
        pen::{Pen, width},
    },
};

/// A commit that runs in production and is not in the candidate.
pub(super) fn lost_row(view: View<'_>, buffer: &mut Buffer, area: Rect, row: u16, line: &Text) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let mut pen = Pen::new(buffer, area, row, glyphs.more);
    pen.put_right("production loses it", styles.fail)
        .skip_right(1);
    pen.put(glyphs.minus, styles.fail)
        .skip(1)
        .put(line.as_str(), styles.fail);
}

/// A package: what happens to it, and the worst that is known of what comes.
pub(super) fn dependency_row(
    view: View<'_>,
    buffer: &mut Buffer,
    area: Rect,
    row: u16,
    change: &DependencyChange,
) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let mut pen = Pen::new(buffer, area, row, glyphs.more);
    let comes = change.kind != DependencyKind::Removed;
    let worst = change.worst();
    let (sign, style) = match (worst.filter(|_| comes), change.kind) {
        (Some(_), _) => (glyphs.fail, styles.fail),
        (None, DependencyKind::Added) => ("+", styles.ok),
        (None, DependencyKind::Removed) => (glyphs.minus, styles.dim),
        (None, DependencyKind::Downgraded) => (glyphs.warn, styles.warn),
        (None, DependencyKind::Bumped) => (glyphs.item, styles.text),
    };
    pen.put_right(&format!("{:>10}", change.kind.word()), styles.dim)
        .skip_right(1);
    if area.width >= 60 {
        pen.put_right(&format!("{:>8}", change.ecosystem), styles.dim)
            .skip_right(1);
    }
    if let Some(worst) = worst {
        let words = format!("{} {}", worst.severity.word(), worst.id);
        let style = if comes { styles.fail } else { styles.ok };
        let words = if comes {
            words
        } else {
            format!("goes with it: {words}")
        };
        if width(&words) + 20 <= pen.free() {
            pen.put_right(&words, style).skip_right(1);
        }
    }
    pen.put(sign, style).skip(1);
    pen.put(change.name.as_str(), styles.strong).skip(1);
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => {
            pen.put(from.as_str(), styles.dim)
                .put(" ", styles.dim)
                .put(glyphs.arrow, styles.dim)
                .put(" ", styles.dim)
                .put(to.as_str(), styles.text);
        }
        (Some(one), None) | (None, Some(one)) => {
            pen.put(one.as_str(), styles.text);
        }
        (None, None) => {}
    }
    if change.direct == Some(false) {
        pen.put(" by another", styles.dim);
    }
}

/// What the list of packages may lack, and what nobody can tell of them.
pub(super) fn unsure(all: &Dependencies) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    match all.from {
        DependenciesFrom::Unknown => lines.push("nobody told of the dependencies yet".to_owned()),
        DependenciesFrom::LockFiles => {
            lines.push("from the lock files, which know no advisories".to_owned());
        }
        DependenciesFrom::Patches => {
            lines.push("from changed lines of lock files: a part, without advisories".to_owned());
        }
        DependenciesFrom::Nothing | DependenciesFrom::Review => {}
    }
    let listed = u32::try_from(all.changes.len()).unwrap_or(u32::MAX);
    if all.count > listed {
        lines.push(format!("{} more are not listed", all.count - listed));
    }
    lines.extend(all.problems.first().map(ToString::to_string));
    lines
}
