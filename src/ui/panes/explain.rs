//! The explain summary under its three headings, beside the facts that cockpit checked itself.
//!
//! The text is an agent's or a person's: it is indented under cockpit's own headings and never takes its colours.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::{Action, Hits, Pane},
    domain::{
        Text,
        evidence::{Contradiction, EvidenceKind, Explain, Finding, Piece},
        wording,
    },
    ui::{
        pane::{self, View, frame, scroll_mark},
        pen::{Pen, wrap},
    },
};

/// Lines of the text under one heading.
const TEXT_LINES: usize = 60;

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
    let none = Explain::default();
    let explain = view.model.derived.explain.as_ref().unwrap_or(&none);
    let mut script = Script {
        view,
        room,
        lines: unheard(view, room),
        untold: view.model.derived.contradictions.iter().collect(),
    };
    script.heading("What changed");
    script.text(if explain.changed.is_empty() {
        &explain.rest
    } else {
        &explain.changed
    });
    script.fact(changed(view));
    script.heading("What was verified");
    script.text(&explain.verified);
    script.fact(verified(view));
    script.heading("Risks");
    script.text(&explain.risks);
    let risks = risks(view);
    if risks.is_empty() && script.untold.is_empty() && explain.risks.is_empty() {
        script.fact("cockpit found none in the facts that it checks".to_owned());
    }
    for one in std::mem::take(&mut script.untold) {
        script.warn(one.in_short().as_str());
    }
    for risk in &risks {
        script.warn(risk);
    }
    script.lines
}

/// The pane's lines, top to bottom. Only cockpit's own have a sign other than a bullet: whatever the text holds, it
/// stands beside a bullet or below one.
struct Script<'a> {
    view: View<'a>,
    room: u16,
    lines: Vec<Line>,
    /// What the text says against the facts and no line of it has been met for.
    untold: Vec<&'a Contradiction>,
}

impl Script<'_> {
    fn heading(&mut self, text: &str) {
        let style = self.view.look.styles.key;
        self.lines.push(Line {
            sign: "",
            sign_style: style,
            text: text.to_owned(),
            style,
        });
    }

    /// The agent's lines, each with what cockpit sees otherwise right below.
    fn text(&mut self, texts: &[Text]) {
        let styles = &self.view.look.styles;
        let item = (self.view.look.glyphs.item, styles.faint);
        for text in texts
            .iter()
            .filter(|text| !text.is_empty())
            .take(TEXT_LINES)
        {
            self.wrapped(text.as_str(), item, styles.text, 8);
            let (met, untold) = std::mem::take(&mut self.untold)
                .into_iter()
                .partition(|one| text.as_str().contains(one.says.as_str()));
            self.untold = untold;
            let met: Vec<&Contradiction> = met;
            for one in met {
                let says = format!("not so, “{}”: {}", one.says, one.fact);
                self.warn(&says);
            }
        }
    }

    fn warn(&mut self, text: &str) {
        let warn = self.view.look.styles.warn;
        self.wrapped(text, (self.view.look.glyphs.warn, warn), warn, 3);
    }

    /// cockpit's own words stand dim, after a sign that the text cannot have.
    fn fact(&mut self, text: String) {
        let look = self.view.look;
        if !text.is_empty() {
            self.lines.push(Line {
                sign: look.glyphs.pick,
                sign_style: look.styles.accent,
                text,
                style: look.styles.dim,
            });
        }
    }

    fn wrapped(&mut self, text: &str, sign: (&'static str, Style), style: Style, most: usize) {
        let parts = wrap(text, self.room.saturating_sub(2), most);
        let lines = parts.into_iter().enumerate().map(|(index, part)| Line {
            sign: if index == 0 { sign.0 } else { " " },
            sign_style: sign.1,
            text: part.to_owned(),
            style,
        });
        self.lines.extend(lines);
    }
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

fn changed(view: View<'_>) -> String {
    let Some(diff) = &view.release.evidence.diff else {
        return if view.release.is_first() {
            "the first release: production has nothing to compare it with".to_owned()
        } else {
            view.release.not_compared().to_string()
        };
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
        diff.files_in_words(),
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

/// What adds to the risk by cockpit's own sum, the most first. Contradictions stand beside what they contradict.
fn risks(view: View<'_>) -> Vec<String> {
    let risk = view.model.derived.risk.as_ref();
    let parts = risk.map_or(&[][..], |risk| &risk.contributions);
    parts
        .iter()
        .map(|part| format!("{}: {} (+{})", part.factor.word(), part.why, part.points))
        .collect()
}
