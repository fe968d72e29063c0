//! A document as blocks of plain words: written as Markdown or as HTML, where it can mean nothing but itself.
//!
//! Blocks hold words as they are. Each of the two writers takes what means something in its form apart, so no document
//! has to think of it, and none can forget it.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::{
    html::escaped,
    svg::{self, Series},
};
use crate::{
    domain::wording,
    report::{Table, inline},
};

/// A document.
#[derive(Debug, Clone)]
pub struct Page {
    title: String,
    blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Debug, Clone)]
enum Block {
    Heading(String),
    Words(String),
    /// The one line that matters most: an outcome as machines read it too, and what there is to say.
    Verdict(&'static str, String),
    Bullets(Vec<String>),
    Table {
        head: &'static [&'static str],
        rows: Vec<Vec<String>>,
    },
    /// Lines to copy.
    Commands(Vec<String>),
    /// Drawn where the form can; Markdown has its numbers in a table beside it.
    Chart(Box<Series>),
}

impl Page {
    /// A document with a title.
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            blocks: Vec::new(),
        }
    }

    pub(super) fn heading(&mut self, words: impl Into<String>) {
        self.blocks.push(Block::Heading(words.into()));
    }

    pub(super) fn words(&mut self, words: impl Into<String>) {
        self.blocks.push(Block::Words(words.into()));
    }

    pub(super) fn verdict(&mut self, outcome: &'static str, words: impl Into<String>) {
        self.blocks.push(Block::Verdict(outcome, words.into()));
    }

    /// A list; nothing where it is empty.
    pub(super) fn bullets(&mut self, items: Vec<String>) {
        if !items.is_empty() {
            self.blocks.push(Block::Bullets(items));
        }
    }

    /// A table, its columns at the right where their name begins with `>`; without rows the words of `none`.
    pub(super) fn table(
        &mut self,
        head: &'static [&'static str],
        rows: Vec<Vec<String>>,
        none: &str,
    ) {
        if rows.is_empty() {
            self.words(none);
        } else {
            self.blocks.push(Block::Table { head, rows });
        }
    }

    pub(super) fn commands(&mut self, lines: Vec<String>) {
        if !lines.is_empty() {
            self.blocks.push(Block::Commands(lines));
        }
    }

    pub(super) fn chart(&mut self, series: Series) {
        self.blocks.push(Block::Chart(Box::new(series)));
    }

    /// As Markdown in GitHub's dialect.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# {}\n", inline(&self.title));
        for block in &self.blocks {
            match block {
                Block::Heading(words) => push(&mut text, &format!("## {}", inline(words))),
                Block::Words(words) => push(&mut text, &inline(words)),
                Block::Verdict(outcome, words) => {
                    push(&mut text, &format!("**{outcome}**: {}", inline(words)));
                }
                Block::Bullets(items) => {
                    let items: Vec<String> = items
                        .iter()
                        .map(|item| format!("- {}", inline(item)))
                        .collect();
                    push(&mut text, &items.join("\n"));
                }
                Block::Table { head, rows } => {
                    let mut table = Table::new(head);
                    for row in rows {
                        let cells: Vec<String> = row.iter().map(|cell| inline(cell)).collect();
                        table.row(&cells);
                    }
                    push(&mut text, table.into_markdown().trim_end());
                }
                Block::Commands(lines) => {
                    let fence = fence(lines);
                    push(
                        &mut text,
                        &format!("{fence}sh\n{}\n{fence}", lines.join("\n")),
                    );
                }
                Block::Chart(_) => {}
            }
        }
        text
    }

    /// As one HTML file: styles and charts inside, no script, nothing from elsewhere, light or dark as the reader has it.
    pub fn to_html(&self) -> String {
        let title = escaped(&self.title);
        let mut body = format!("<h1>{title}</h1>\n");
        for block in &self.blocks {
            match block {
                Block::Heading(words) => element(&mut body, "h2", words),
                Block::Words(words) => element(&mut body, "p", words),
                Block::Verdict(outcome, words) => {
                    let (outcome, words) = (escaped(outcome), escaped(words));
                    let _ = writeln!(body, "<p class=\"verdict\">{outcome}: {words}</p>");
                }
                Block::Bullets(items) => {
                    body.push_str("<ul>\n");
                    for item in items {
                        element(&mut body, "li", item);
                    }
                    body.push_str("</ul>\n");
                }
                Block::Table { head, rows } => html_table(&mut body, head, rows),
                Block::Commands(lines) => {
                    let _ = writeln!(body, "<pre>{}</pre>", escaped(&lines.join("\n")));
                }
                Block::Chart(series) => body.push_str(&svg::drawn(series)),
            }
        }
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
        )
    }
}

const STYLE: &str = include_str!("page.css");

fn push(text: &mut String, block: &str) {
    text.push('\n');
    text.push_str(block);
    text.push('\n');
}

/// A fence that nothing in the lines can close.
fn fence(lines: &[String]) -> String {
    let longest = lines
        .iter()
        .flat_map(|line| line.split(|c| c != '`').map(str::len))
        .max()
        .unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn element(body: &mut String, name: &str, words: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(body, "<{name}>{}</{name}>", escaped(words));
}

fn html_table(body: &mut String, head: &[&str], rows: &[Vec<String>]) {
    let class = |name: &str| {
        if name.starts_with('>') {
            " class=\"number\""
        } else {
            ""
        }
    };
    body.push_str("<div class=\"wide\"><table>\n<tr>");
    for name in head {
        let words = escaped(name.trim_start_matches('>'));
        let _ = write!(body, "<th{}>{words}</th>", class(name));
    }
    body.push_str("</tr>\n");
    for row in rows {
        body.push_str("<tr>");
        for (at, name) in head.iter().enumerate() {
            let cell = row.get(at).map_or("", String::as_str);
            let _ = write!(body, "<td{}>{}</td>", class(name), escaped(cell));
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</table></div>\n");
}

/// `2026-11-20 14:02:31 UTC`.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%F %T UTC").to_string()
}

/// `14:02:31`, for a column under a date.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%T").to_string()
}

/// From one moment to a later one; `unknown` where one of the two is.
pub(super) fn between(from: Option<Timestamp>, until: Option<Timestamp>) -> String {
    match (from, until) {
        (Some(from), Some(until)) => {
            let seconds = until.duration_since(from).as_secs();
            wording::duration(SignedDuration::from_secs(seconds))
        }
        _ => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hostile() -> Page {
        let words = "<script>x</script> | [a](http://e.example) @acme/team #12 \"'`\n## head";
        let mut page = Page::new(words);
        page.heading(words);
        page.words(words);
        page.verdict("OUTCOME", words);
        page.bullets(vec![words.to_owned()]);
        page.table(
            &["a", ">b"],
            vec![vec![words.to_owned(), "1".to_owned()]],
            "",
        );
        page.commands(vec![format!("echo ```` {words}")]);
        page
    }

    #[test]
    fn words_from_outside_stay_words_in_markdown() {
        let text = hostile().to_markdown();
        let (text, code) = text.split_once("`````sh\n").unwrap();
        assert!(code.ends_with("\n`````\n"), "{code}");
        for bad in ["<script", "](http://", "@acme", "#12", "\n## head"] {
            assert!(!text.contains(bad), "{bad} in {text}");
        }
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
        assert_eq!(rows.len(), 3);
        let bars = |row: &str| row.replace("\\|", "").matches('|').count();
        assert!(rows.iter().all(|row| bars(row) == 3), "{rows:?}");
    }

    #[test]
    fn words_from_outside_stay_words_in_html() {
        let html = hostile().to_html();
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&lt;script&gt;"));
        for outside in ["src=", "href=", "url(", "@import"] {
            assert!(!html.contains(outside), "{outside}");
        }
    }
}
