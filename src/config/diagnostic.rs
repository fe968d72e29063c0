//! What is wrong with a file, each point with its place: shown with the line and a caret.
//!
//! Knows text and byte ranges, nothing of configuration.

use std::{fmt, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::secret;
use crate::domain::Text;

/// Most points that are printed; the rest is counted.
const SHOWN: usize = 20;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Byte range in the file; `None`: the file as a whole.
    pub span: Option<Range<usize>>,
    /// What is wrong: a lower-case fragment.
    pub message: String,
    /// Short words under the caret.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A point at a place.
    pub fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span: Some(span),
            message: message.into(),
            label: String::new(),
            help: None,
        }
    }

    /// A point about the whole file.
    pub fn whole(message: impl Into<String>) -> Self {
        Self {
            span: None,
            message: message.into(),
            label: String::new(),
            help: None,
        }
    }

    /// Words under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<&toml::de::Error> for Diagnostic {
    fn from(error: &toml::de::Error) -> Self {
        let message = error.message().replace('\n', ", ");
        match error.span() {
            Some(span) => Self::at(span, message),
            None => Self::whole(message),
        }
    }
}

/// Everything that is wrong with one file, in the file's order. Never empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Diagnostics {
    /// The file's name as people know it: a path, or `cockpit.toml of acme/shop (main)`.
    pub origin: String,
    /// The file's text, with secrets masked.
    source: String,
    /// What is wrong.
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Sorts by place.
    pub fn new(origin: &str, source: &str, mut list: Vec<Diagnostic>) -> Self {
        list.sort_by_key(|d| d.span.as_ref().map_or(0, |s| s.start));
        list.dedup();
        Self {
            origin: origin.to_owned(),
            source: masked(source),
            list,
        }
    }

    /// One point that has no place in a file.
    pub fn one(origin: &str, diagnostic: Diagnostic) -> Self {
        Self::new(origin, "", vec![diagnostic])
    }

    /// The points as text, plain, with the lines and carets.
    pub fn render(&self) -> String {
        self.rendered(&Level::ERROR)
    }

    /// The same as warnings: nothing is refused for them.
    pub fn render_warnings(&self) -> String {
        self.rendered(&Level::WARNING)
    }

    fn rendered(&self, level: &Level<'static>) -> String {
        let renderer = Renderer::plain();
        let mut out = String::new();
        for diagnostic in self.list.iter().take(SHOWN) {
            if !out.is_empty() {
                out.push_str("\n\n");
            }
            out.push_str(&renderer.render(&[self.group(diagnostic, level)]));
        }
        if self.list.len() > SHOWN {
            out.push_str("\n\n... and ");
            out.push_str(&(self.list.len() - SHOWN).to_string());
            out.push_str(" more");
        }
        // The lines of the file are text from outside.
        Text::block(&out).as_str().to_owned()
    }

    fn group<'a>(&'a self, diagnostic: &'a Diagnostic, level: &Level<'static>) -> Group<'a> {
        let title = level.clone().primary_title(diagnostic.message.as_str());
        let mut group = match &diagnostic.span {
            Some(span) => title.element(
                Snippet::source(self.source.as_str())
                    .path(self.origin.as_str())
                    .annotation(
                        AnnotationKind::Primary
                            .span(self.inside(span))
                            .label(diagnostic.label.as_str()),
                    ),
            ),
            None => {
                Group::with_title(title).element(Level::NOTE.message(format!("in {}", self.origin)))
            }
        };
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        group
    }

    /// A range that the text holds, cut to its first line: carets under whole tables tell nothing.
    fn inside(&self, span: &Range<usize>) -> Range<usize> {
        let text = self.source.as_str();
        let start = floor(text, span.start);
        let end = floor(text, span.end.max(start));
        let line = text[start..].find('\n').map_or(text.len(), |at| start + at);
        start..end.min(line).max(start)
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Prefixes of tokens that must never stand in a file. Sources: GitHub's and Slack's pages on token formats, the IAM
/// page on unique identifiers.
pub(super) const SECRET_PREFIXES: [&str; 11] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "AKIA",
    "ASIA",
];

/// The text with anything that looks like a token starred out, byte for byte, so that places stay right.
fn masked(source: &str) -> String {
    let mut out = source.to_owned();
    for secret in secret::in_addresses(source) {
        let stars = "*".repeat(secret.len());
        out.replace_range(secret, &stars);
    }
    for prefix in SECRET_PREFIXES {
        let mut from = 0;
        while let Some(found) = out[from..].find(prefix) {
            let start = from + found;
            let end = out[start..]
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
                .map_or(out.len(), |length| start + length);
            // Shorter ones are words that happen to begin so.
            if end - start >= 16 {
                out.replace_range(
                    start + prefix.len()..end,
                    &"*".repeat(end - start - prefix.len()),
                );
            }
            from = end;
        }
    }
    out
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render())
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render())
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_shows_its_line_a_caret_and_the_mend() {
        let source = "service = \"shop\"\n[github]\nworkflwo = \"deploy.yml\"\n";
        let start = source.find("workflwo").unwrap();
        let list = vec![
            Diagnostic::at(start..start + 8, "unknown key `workflwo`")
                .label("not a key of [github]")
                .help("did you mean `workflow`?"),
        ];
        let text = Diagnostics::new("cockpit.toml", source, list).render();
        assert_eq!(
            text,
            "error: unknown key `workflwo`\n --> cockpit.toml:3:1\n  |\n3 | workflwo = \"deploy.yml\"\n  | ^^^^^^^^ not a key of [github]\n  |\n  = help: did you mean `workflow`?"
        );
    }

    #[test]
    fn a_token_in_the_file_is_never_printed() {
        let source = "x = \"ghp_0123456789abcdefABCDEF\"\n";
        let text = Diagnostics::new("f", source, vec![Diagnostic::at(4..10, "bad")]).render();
        assert!(text.contains("ghp_****"), "{text}");
        assert!(!text.contains("0123456789"), "{text}");
    }

    #[test]
    fn places_beyond_the_text_and_hostile_lines_do_no_harm() {
        let source = "x = \"\u{1b}[2Jé\"";
        let text = Diagnostics::new("f", source, vec![Diagnostic::at(9..900, "bad")]).render();
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }
}
