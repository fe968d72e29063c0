//! The explain summary under its three headings, beside the facts that cockpit checked itself.
//!
//! The text is an agent's or a person's: it is indented under cockpit's own headings and never takes its colours.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::{Action, Hits, Pane},
    domain::{
        Text,
        evidence::{EvidenceKind, Finding, Piece},
        risk::Factor,
        wording,
    },
    ui::{
        pane::{self, View, frame, scroll_mark},
        pen::{Pen, wrap},
    },
};

struct Line {
    sign: &'static str,
    sign_style: Style,
    text: String,
    style: Style,
}

/// Draws the pane.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let inner = frame(view, buffer, area, Pane::Explain, &badge(view), hits);
    let lines = lines(view, inner.width);
    let seen = usize::from(inner.height);
    let top = view
        .model
        .place(Pane::Explain)
        .top
        .min(lines.len().saturating_sub(seen));
    hits.reach[Pane::Explain.index()] = (seen, lines.len());
    for (row, line) in (0u16..).zip(lines.iter().skip(top).take(seen)) {
        let mut pen = Pen::new(buffer, inner, row, view.look.glyphs.more);
        if !line.sign.is_empty() {
            pen.put(line.sign, line.sign_style).skip(1);
        }
        pen.put(&line.text, line.style);
    }
    scroll_mark(view, buffer, area, (top, seen, lines.len()));
}

/// Where the text comes from, and the risk.
pub(in crate::ui) fn badge(view: View<'_>) -> Vec<pane::Piece> {
    let styles = &view.look.styles;
    let (text, style) = match view.release.evidence.pieces.get(&EvidenceKind::Explain) {
        None => ("not read yet".to_owned(), styles.dim),
        Some(Piece::Missing) => ("by cockpit, from the facts".to_owned(), styles.dim),
        Some(Piece::Unreadable(_)) => ("unreadable".to_owned(), styles.info),
        Some(Piece::Read {
            artifact,
            finding,
            made,
            ..
        }) => {
            let words = match finding {
                Finding::Explain { source, .. } => source.in_words(artifact.is_some()),
                _ => String::new(),
            };
            let age = wording::age(view.model.now.duration_since(*made));
            (format!("{words}, {age} old"), styles.dim)
        }
    };
    let mut pieces = vec![(text, style)];
    if let Some(risk) = &view.model.derived.risk {
        let style = view.look.level(risk.level);
        let words = format!("risk {} {}", risk.level.word().to_uppercase(), risk.score);
        pieces.push((words, style));
    }
    pieces
}

fn lines(view: View<'_>, room: u16) -> Vec<Line> {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let mut lines = Vec::new();
    let heading = |lines: &mut Vec<Line>, text: &str| {
        lines.push(Line {
            sign: "",
            sign_style: styles.key,
            text: text.to_owned(),
            style: styles.key,
        });
    };
    let said = |lines: &mut Vec<Line>,
                texts: &[Text],
                sign: &'static str,
                sign_style: Style,
                style: Style| {
        for text in texts.iter().filter(|text| !text.is_empty()).take(60) {
            let parts = wrap(text.as_str(), room.saturating_sub(2), 8);
            for (index, part) in parts.into_iter().enumerate() {
                lines.push(Line {
                    sign: if index == 0 { sign } else { " " },
                    sign_style,
                    text: part.to_owned(),
                    style,
                });
            }
        }
    };
    lines.extend(unheard(view, room));
    let explain = view.model.derived.explain.as_ref();
    heading(&mut lines, "What changed");
    if let Some(explain) = explain {
        let texts = if explain.changed.is_empty() {
            &explain.rest
        } else {
            &explain.changed
        };
        said(&mut lines, texts, glyphs.item, styles.faint, styles.text);
    }
    lines.extend(fact(view, changed(view)));
    heading(&mut lines, "What was verified");
    if let Some(explain) = explain {
        said(
            &mut lines,
            &explain.verified,
            glyphs.item,
            styles.faint,
            styles.text,
        );
    }
    lines.extend(fact(view, verified(view)));
    heading(&mut lines, "Risks");
    if let Some(explain) = explain {
        said(
            &mut lines,
            &explain.risks,
            glyphs.warn,
            styles.warn,
            styles.text,
        );
    }
    let own = risks(view);
    if own.is_empty() && explain.is_none_or(|explain| explain.risks.is_empty()) {
        lines.extend(fact(
            view,
            "cockpit found none in the facts that it checks".to_owned(),
        ));
    }
    for risk in own {
        let parts = wrap(&risk, room.saturating_sub(2), 3);
        for (index, part) in parts.into_iter().enumerate() {
            lines.push(Line {
                sign: if index == 0 { glyphs.warn } else { " " },
                sign_style: styles.warn,
                text: part.to_owned(),
                style: styles.warn,
            });
        }
    }
    lines
}

/// Sources of the rules that gave no text, each with why.
fn unheard(view: View<'_>, room: u16) -> Vec<Line> {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let release = view.release;
    let mut words: Vec<String> = match release.evidence.pieces.get(&EvidenceKind::Explain) {
        Some(Piece::Read {
            finding: Finding::Explain { passed_over, .. },
            ..
        }) => passed_over.iter().map(ToString::to_string).collect(),
        Some(Piece::Unreadable(fault)) => vec![fault.detail.to_string()],
        Some(Piece::Read { .. } | Piece::Missing) | None => Vec::new(),
    };
    let command = release.policy.explain.command.as_ref();
    let is_asked = release.record.trust.is_some() || release.approval.first_grant().is_some();
    if let Some(program) = command.filter(|_| !is_asked) {
        let key = view.look.key(Action::Trust);
        let key = if key.is_empty() {
            key
        } else {
            format!(" ({key})")
        };
        words.push(format!(
            "{} was not asked: nobody has trusted these rules' programs yet{key}",
            program.name()
        ));
    }
    let mut lines = Vec::new();
    for why in &words {
        for (index, part) in wrap(why, room.saturating_sub(2), 4).into_iter().enumerate() {
            lines.push(Line {
                sign: if index == 0 { glyphs.warn } else { " " },
                sign_style: styles.info,
                text: part.to_owned(),
                style: styles.info,
            });
        }
    }
    lines
}

/// cockpit's own words stand dim, after a sign that the text cannot have.
fn fact(view: View<'_>, text: String) -> Option<Line> {
    (!text.is_empty()).then_some(Line {
        sign: view.look.glyphs.pick,
        sign_style: view.look.styles.accent,
        text,
        style: view.look.styles.dim,
    })
}

fn changed(view: View<'_>) -> String {
    let Some(diff) = &view.release.evidence.diff else {
        return "not compared with production yet".to_owned();
    };
    let floor = if diff.truncated { "at least " } else { "" };
    format!(
        "{floor}{} by {} {} {} {} +{} {}{}",
        wording::count(u64::from(diff.ahead_by), "commit"),
        if diff.authors == 1 {
            "1 person".to_owned()
        } else {
            format!("{} people", diff.authors)
        },
        view.look.glyphs.dot,
        wording::count(u64::from(diff.files), "file"),
        view.look.glyphs.dot,
        diff.added,
        view.look.glyphs.minus,
        diff.removed,
    )
}

fn verified(view: View<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(tests) = view.release.evidence.tests() {
        parts.push(format!(
            "{} of {} tests passed",
            tests.totals.passed, tests.totals.tests
        ));
    }
    if let Some(load) = view.release.evidence.load() {
        parts.push(match &load.thresholds {
            Some(all) if all.iter().all(|threshold| threshold.held) => {
                "load thresholds held".to_owned()
            }
            Some(_) => "a load threshold was crossed".to_owned(),
            None => "load test without thresholds".to_owned(),
        });
    }
    if parts.is_empty() {
        "nothing read yet".to_owned()
    } else {
        parts.join(", ")
    }
}

/// What adds to the risk by cockpit's own sum, the most first; each contradiction by itself.
fn risks(view: View<'_>) -> Vec<String> {
    let derived = &view.model.derived;
    let Some(risk) = &derived.risk else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for part in &risk.contributions {
        if part.factor == Factor::Contradictions {
            let said = derived.contradictions.iter();
            lines.extend(said.map(|one| one.in_short().to_string()));
        } else {
            lines.push(format!(
                "{}: {} (+{})",
                part.factor.word(),
                part.why,
                part.points
            ));
        }
    }
    lines
}
