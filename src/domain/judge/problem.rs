//! What is wrong with a rule, where, and what to write instead. Knows text only.

use std::ops::Range;

/// A fault in the text of a rule: syntax, an unknown name, units that do not agree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct RuleError {
    /// What is wrong, a lowercase fragment.
    pub message: String,
    /// Where in the source, in bytes; on character borders and never past the end.
    pub span: Range<usize>,
    /// Right names that are close to what was written, nearest first.
    pub nearest: Vec<String>,
    /// What to write instead.
    pub mend: Option<String>,
}

impl RuleError {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span,
            nearest: Vec::new(),
            mend: None,
        }
    }

    pub(super) fn mending(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }

    pub(super) fn near(mut self, wrong: &str, right: impl IntoIterator<Item = String>) -> Self {
        self.nearest = nearest(wrong, right);
        self
    }

    /// Message, nearest names and mend in one line.
    pub fn sentence(&self) -> String {
        let mut out = self.message.clone();
        if !self.nearest.is_empty() {
            out.push_str("; did you mean ");
            let quoted: Vec<String> = self.nearest.iter().map(|n| format!("`{n}`")).collect();
            out.push_str(&quoted.join(" or "));
            out.push('?');
        }
        if let Some(mend) = &self.mend {
            // What asks has its mark already.
            out.push_str(if out.ends_with('?') { " " } else { "; " });
            out.push_str(mend);
        }
        out
    }
}

/// Two lines for a terminal: the source line that holds `span`, and carets under it with the message.
///
/// A span outside the source is clamped; control characters of the source are shown as spaces.
pub fn caret(source: &str, span: Range<usize>, message: &str) -> String {
    let start = border(source, span.start);
    let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = source[start..]
        .find('\n')
        .map_or(source.len(), |at| start + at);
    let end = border(source, span.end).clamp(start, line_end.max(start));
    let shown: String = source[line_start..line_end]
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let before = columns(&source[line_start..start]);
    let under = columns(&source[start..end]).max(1);
    format!(
        "{shown}\n{}{} {message}",
        " ".repeat(before),
        "^".repeat(under)
    )
}

fn border(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| unicode_width::UnicodeWidthChar::width(c).unwrap_or(1))
        .sum()
}

/// Most names that are offered.
const OFFERED: usize = 3;

/// The names closest to `wrong`, nearest first, at most three. A dotted name counts as near when its last part is.
pub fn nearest(wrong: &str, right: impl IntoIterator<Item = String>) -> Vec<String> {
    let wrong: String = wrong.chars().take(64).collect::<String>().to_lowercase();
    let mut scored: Vec<(usize, String)> = right
        .into_iter()
        .filter_map(|name| {
            let whole = distance(&wrong, &name.to_lowercase());
            let last = name.rsplit('.').next().unwrap_or(&name).to_lowercase();
            let part = wrong.rsplit('.').next().unwrap_or(&wrong);
            let score = whole.min(distance(part, &last) + 1);
            let length = wrong.chars().count();
            let limit = match length {
                // Any other letter is one edit away.
                0 | 1 => 0,
                2..=4 => 1,
                _ => (length / 3).max(2),
            };
            let contained = wrong.len() >= 3 && name.to_lowercase().contains(&wrong);
            (score <= limit || contained).then_some((score, name))
        })
        .collect();
    scored.sort();
    scored.dedup();
    scored
        .into_iter()
        .take(OFFERED)
        .map(|(_, name)| name)
        .collect()
}

/// Edits between two words: insertion, deletion, substitution (Levenshtein), over at most 64 characters each.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_the_span() {
        assert_eq!(
            caret("error_rate <> 1%", 11..13, "no such sign"),
            "error_rate <> 1%\n           ^^ no such sign"
        );
    }

    #[test]
    fn a_span_at_or_past_the_end_is_clamped() {
        assert_eq!(caret("a <", 3..3, "ends here"), "a <\n   ^ ends here");
        assert_eq!(caret("a <", 90..99, "ends here"), "a <\n   ^ ends here");
        assert_eq!(caret("é", 1..2, "x"), "é\n^ x");
    }

    #[test]
    fn the_line_with_the_span_is_shown_and_controls_are_not() {
        assert_eq!(caret("a < 1\nb\u{1b} ? 2", 9..10, "x"), "b  ? 2\n   ^ x");
    }

    #[test]
    fn near_names_come_nearest_first() {
        let names = || ["error_rate", "db.cpu", "ecs.cpu", "latency_p99"].map(String::from);
        assert_eq!(nearest("eror_rate", names()), ["error_rate"]);
        assert_eq!(nearest("cpu", names()), ["db.cpu", "ecs.cpu"]);
        assert_eq!(nearest("latency_p95", names()), ["latency_p99"]);
        assert!(nearest("zzzzzz", names()).is_empty());
    }
}
