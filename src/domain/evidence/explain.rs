//! The explain summary: Markdown by an agent, split into the three headings that people read.
//!
//! The text is untrusted. It comes out as plain lines of [`Text`], bounded in number, without links, images or
//! emphasis: it can neither act nor look like cockpit's own words.

use super::explain_html::{self as html, beyond, fence_mark, without_comments};
use crate::domain::Text;

/// Lines kept under each heading.
const LINES_KEPT: usize = 200;

/// An explain text under its three headings, a line each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explain {
    /// What changed.
    pub changed: Vec<Text>,
    /// What was verified.
    pub verified: Vec<Text>,
    /// Risks.
    pub risks: Vec<Text>,
    /// Everything under no heading or another one, those headings included.
    pub rest: Vec<Text>,
}

#[derive(Clone, Copy)]
enum Part {
    Changed,
    Verified,
    Risks,
    Rest,
}

impl Explain {
    /// Splits Markdown. Headings may have any level, be underlined, bold or end in a colon; case does not matter. What
    /// GitHub does not show either, HTML comments and tags, is left out.
    pub fn parse(markdown: &str) -> Self {
        let markdown = without_comments(markdown);
        let mut explain = Self::default();
        let mut part = Part::Rest;
        let mut fence: Option<&str> = None;
        let mut lines = markdown.lines().peekable();
        while let Some(line) = lines.next() {
            let bare = line.trim();
            if let Some(mark) = fence_mark(bare) {
                fence = beyond(fence, mark);
                continue;
            }
            if fence.is_some() {
                explain.push(part, line.trim_end());
                continue;
            }
            let underlined = lines.peek().is_some_and(|next| is_underline(next));
            if let Some((title, body)) = heading(bare, underlined) {
                if underlined {
                    lines.next();
                }
                match part_of(title) {
                    Some(named) => part = named,
                    None if is_subheading(bare, part) => explain.push(part, &strip(title)),
                    None => {
                        part = Part::Rest;
                        explain.push(part, &strip(title));
                    }
                }
                if !body.is_empty() {
                    explain.push(part, &strip(body));
                }
                continue;
            }
            let words = strip(bare);
            if !words.trim().is_empty() && !is_rule(bare) {
                explain.push(part, &words);
            }
        }
        explain
    }

    /// Whether none of the three headings has a line.
    pub fn is_unstructured(&self) -> bool {
        self.changed.is_empty() && self.verified.is_empty() && self.risks.is_empty()
    }

    fn push(&mut self, part: Part, line: &str) {
        let lines = match part {
            Part::Changed => &mut self.changed,
            Part::Verified => &mut self.verified,
            Part::Risks => &mut self.risks,
            Part::Rest => &mut self.rest,
        };
        if lines.len() < LINES_KEPT {
            lines.push(Text::line(line));
        } else if lines.len() == LINES_KEPT {
            lines.push(Text::line("… (more lines were cut)"));
        }
    }
}

fn is_underline(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && (line.bytes().all(|b| b == b'=') || line.bytes().all(|b| b == b'-'))
}

fn is_rule(line: &str) -> bool {
    let squeezed = line.replace(' ', "");
    squeezed.len() >= 3
        && ["-", "*", "_", "="]
            .iter()
            .any(|mark| squeezed.replace(mark, "").is_empty())
}

/// The title of a heading line, and what follows it on the same line.
fn heading(line: &str, underlined: bool) -> Option<(&str, &str)> {
    let hashes = line.bytes().take_while(|&b| b == b'#').count();
    if (1..=6).contains(&hashes) {
        let title = line[hashes..].trim().trim_end_matches('#').trim_end();
        // `#123 is merged` is a pull request.
        let is_apart = line[hashes..].starts_with(char::is_whitespace) || part_of(title).is_some();
        if is_apart {
            return (!title.is_empty()).then_some((title, ""));
        }
    }
    if line.starts_with('<') {
        let (name, title, after) = html::heading(line)?;
        // What folds is a heading where it is one of ours.
        let is_heading = name != "summary" || part_of(title).is_some();
        return is_heading.then_some((title, after));
    }
    if underlined && part_of(line).is_some() {
        return Some((line, ""));
    }
    if !line.is_empty() && underlined && !line.starts_with(['-', '*', '+', '>', '|']) {
        return Some((line, ""));
    }
    for mark in ["**", "__"] {
        if let Some(inside) = line.strip_prefix(mark)
            && let Some((title, after)) = inside.split_once(mark)
        {
            let after = after.trim_start_matches([':', ' ']);
            // Bold words that open a sentence are no heading, unless they are one of ours.
            if after.is_empty() || part_of(title).is_some() {
                return Some((title, after));
            }
        }
    }
    if let Some(title) = line.strip_suffix(':')
        && part_of(title).is_some()
    {
        return Some((title, ""));
    }
    None
}

fn is_subheading(line: &str, part: Part) -> bool {
    let is_small = line.starts_with("###") || line.starts_with(['*', '_']);
    let is_small_html = ["<h3", "<h4", "<h5", "<h6"]
        .iter()
        .any(|tag| line.starts_with(tag));
    !matches!(part, Part::Rest) && (is_small || is_small_html)
}

fn part_of(title: &str) -> Option<Part> {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !word.chars().all(char::is_numeric))
        .map(str::to_lowercase)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["what", "changed" | "changes", ..]
        | ["what", "has", "changed"]
        | ["what", "s" | "is", "changed" | "new"]
        | ["changes" | "changed"] => Some(Part::Changed),
        [
            "what",
            "was" | "is" | "has" | "we",
            ..,
            "verified" | "tested" | "checked",
        ]
        | ["what", "verified"]
        | ["verified" | "verification"] => Some(Part::Verified),
        ["risk" | "risks"]
        | ["risk" | "risks", "and", ..]
        | [
            "risk" | "risks",
            "assessment" | "analysis" | "mitigation" | "mitigations" | "considerations",
        ]
        | ["known" | "remaining" | "potential" | "the", "risks"] => Some(Part::Risks),
        _ => None,
    }
}

/// A line without list marks, quotes, emphasis, code marks, links and images.
fn strip(line: &str) -> String {
    let mut rest = line.trim();
    loop {
        let bullet = ["- [ ] ", "- [x] ", "- [X] ", "- ", "* ", "+ ", "> "];
        match bullet.iter().find_map(|mark| rest.strip_prefix(mark)) {
            Some(after) => rest = after.trim_start(),
            None => break,
        }
    }
    let mut out = String::with_capacity(rest.len());
    let mut is_code = false;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                if let Some((_, next)) = chars.next_if(|(_, next)| next.is_ascii_punctuation()) {
                    out.push(next);
                } else {
                    out.push(c);
                }
            }
            '`' => is_code = !is_code,
            '<' if !is_code && let Some(length) = html::tag(&rest[at..]) => {
                while chars.next_if(|(next, _)| *next < at + length).is_some() {}
            }
            '*' => {
                // A lone star between spaces is a star.
                let spaced = rest[..at].ends_with(' ') && rest[at + 1..].starts_with(' ');
                if spaced {
                    out.push(c);
                }
            }
            '_' if rest[at..].starts_with("__") => {
                chars.next();
            }
            '!' if rest[at + 1..].starts_with('[') => {}
            '[' => {
                if let Some((label, after)) = link(&rest[at..]) {
                    out.push_str(label);
                    let end = rest.len() - after.len();
                    while chars.next_if(|(at, _)| *at < end).is_some() {}
                } else {
                    out.push(c);
                }
            }
            _ => out.push(c),
        }
    }
    out
}

/// The label of `[label](target)` at the start of `text`, and what follows.
fn link(text: &str) -> Option<(&str, &str)> {
    let (label, after) = text.strip_prefix('[')?.split_once(']')?;
    let (_, after) = after.strip_prefix('(')?.split_once(')')?;
    Some((label, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(lines: &[Text]) -> Vec<&str> {
        lines.iter().map(Text::as_str).collect()
    }

    #[test]
    fn the_three_headings_are_found_however_they_are_written() {
        for text in [
            "# What changed\n- a\n## What was verified\n- b\n## Risks\n- c",
            "**What changed**\n* a\n\n**WHAT WAS VERIFIED:**\nb\n\n__Risks__\n+ c",
            "What Changed\n===\na\n\nWhat was verified\n---\nb\n\nRisks\n-----\nc",
            "## 1. What changed?\na\n## 2) What was verified\nb\n## ⚠ Risks ##\nc",
            "What changed:\na\nVerified:\nb\nRisks:\nc",
            "**What changed:** a\n**What was verified:** b\n**Risks:** c",
        ] {
            let explain = Explain::parse(text);
            assert_eq!(words(&explain.changed), ["a"], "{text}");
            assert_eq!(words(&explain.verified), ["b"], "{text}");
            assert_eq!(words(&explain.risks), ["c"], "{text}");
            assert!(explain.rest.is_empty(), "{text}: {:?}", explain.rest);
        }
    }

    #[test]
    fn what_stands_elsewhere_is_kept_apart() {
        let explain = Explain::parse("Hello\n# Risks\nr\n# Sign-off\n**Approved** by nobody\n");
        assert_eq!(words(&explain.risks), ["r"]);
        assert_eq!(
            words(&explain.rest),
            ["Hello", "Sign-off", "Approved by nobody"]
        );
    }

    #[test]
    fn a_smaller_heading_stays_under_its_part() {
        let explain = Explain::parse("## Risks\n### Database\nlocks\n## Other\nx");
        assert_eq!(words(&explain.risks), ["Database", "locks"]);
        assert_eq!(words(&explain.rest), ["Other", "x"]);
    }

    #[test]
    fn emphasis_links_and_code_become_plain_words() {
        let explain = Explain::parse(
            "# Risks\n- **bold** and `code` in [a page](https://x.invalid) 2 * 3 snake_case",
        );
        assert_eq!(
            words(&explain.risks),
            ["bold and code in a page 2 * 3 snake_case"]
        );
    }

    #[test]
    fn html_is_read_as_what_it_shows() {
        let explain = Explain::parse(
            "<h2>What changed</h2>\n<!-- no migrations\n# Risks -->\n<b>bold</b> <br/>and <a href=\"x\">a page</a>\n\
             <details><summary>Risks</summary>\n<summary>Risks</summary>\nr, `Vec<b>` and Vec<u8>, 1 < 2\n</details>\n\
             ```\n<!-- shown -->\n```\n<h3 id=\"d\">Database</h3>\nlocks <!-- never ends",
        );
        assert_eq!(words(&explain.changed), ["bold and a page", "Risks"]);
        assert_eq!(
            words(&explain.risks),
            [
                "r, Vec<b> and Vec<u8>, 1 < 2",
                "<!-- shown -->",
                "Database",
                "locks <!-- never ends"
            ]
        );
        assert!(explain.rest.is_empty(), "{:?}", explain.rest);
        let hostile = Explain::parse(&"<!--<".repeat(200_000));
        assert!(hostile.is_unstructured());
    }

    #[test]
    fn a_pull_requests_number_is_no_heading() {
        let explain = Explain::parse("## What changed\n#123 is merged\n#Risks\nr");
        assert_eq!(words(&explain.changed), ["#123 is merged"]);
        assert_eq!(words(&explain.risks), ["r"]);
        let explain = Explain::parse("## Risk assessment\nr\n## Risks & mitigations\ns");
        assert_eq!(words(&explain.risks), ["r", "s"]);
    }

    #[test]
    fn a_heading_inside_code_is_no_heading() {
        let explain = Explain::parse("# What changed\n```\n# Risks\n```\nafter");
        assert_eq!(words(&explain.changed), ["# Risks", "after"]);
        assert!(explain.risks.is_empty());
    }

    #[test]
    fn lines_are_bounded_and_escapes_are_shown() {
        let long = format!("# Risks\n{}\u{1b}[2J", "x\n".repeat(10_000));
        let explain = Explain::parse(&long);
        assert_eq!(explain.risks.len(), LINES_KEPT + 1);
        let explain = Explain::parse("# Risks\n\u{1b}[2J");
        assert_eq!(words(&explain.risks), ["␛[2J"]);
    }
}
