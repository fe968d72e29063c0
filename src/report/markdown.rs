//! Writing Markdown around words from outside: they stay words, whatever they hold.
//!
//! What people and programs outside wrote can neither end a table's cell, nor be HTML, emphasis, a link, an image, code
//! or a formula, nor call anybody (`@team`, `#12`), in GitHub's dialect and in what is laid over it. The rules are those of
//! GitHub Flavored Markdown 0.29 (escapes, entities, "autolinks (extension)") and of GitHub's mentions, which are looked for
//! in the rendered text: there only a character between helps.

use std::fmt::Write as _;

/// Between two characters that mean something together. As an entity it is seen in the source.
const APART: &str = "&#8203;";

/// Words from outside as one line of Markdown that means nothing but itself.
pub fn inline(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + raw.len() / 8);
    for (at, c) in raw.char_indices() {
        let before = &raw[..at];
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '@' | '#' => {
                out.push(c);
                out.push_str(APART);
            }
            '/' if before.ends_with(':') => {
                out.push_str(APART);
                out.push('/');
            }
            '.' if ends_in(before, "www") => {
                out.push_str(APART);
                out.push('.');
            }
            // `GH-12` is a reference as `#12` is.
            '-' if ends_in(before, "gh") => {
                out.push_str(APART);
                out.push('-');
            }
            // At the head of a line these make lists, headings and rules.
            '-' | '+' | '=' if before.trim().is_empty() => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')'
                if is_number(before)
                    && raw[at + 1..].chars().next().is_none_or(char::is_whitespace) =>
            {
                out.push('\\');
                out.push(c);
            }
            '\n' | '\r' | '\t' => out.push(' '),
            _ => out.push(c),
        }
    }
    out.trim().to_owned()
}

fn ends_in(text: &str, word: &str) -> bool {
    let from = text.len().checked_sub(word.len());
    from.and_then(|from| text.get(from..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(word))
}

/// Whether a line so far is the number of a list's item.
fn is_number(before: &str) -> bool {
    let before = before.trim_start();
    !before.is_empty() && before.bytes().all(|b| b.is_ascii_digit())
}

/// A table: its head, and rows of cells that are Markdown already.
#[derive(Debug, Clone)]
pub struct Table {
    text: String,
    columns: usize,
}

impl Table {
    /// A table with these columns; those that are named with a `>` at their head stand at the right.
    pub fn new(head: &[&str]) -> Self {
        let mut table = Self {
            text: String::new(),
            columns: head.len(),
        };
        let names: Vec<String> = head
            .iter()
            .map(|name| name.trim_start_matches('>').to_owned())
            .collect();
        table.row(&names);
        let marks: Vec<String> = head
            .iter()
            .map(|name| if name.starts_with('>') { "---:" } else { "---" }.to_owned())
            .collect();
        table.row(&marks);
        table
    }

    /// One more row; cells that it lacks are empty, those too many are left out.
    pub fn row(&mut self, cells: &[String]) {
        for at in 0..self.columns {
            let cell = cells.get(at).map_or("", String::as_str);
            // Writing to a String cannot fail.
            let _ = write!(self.text, "| {cell} ");
        }
        self.text.push_str("|\n");
    }

    /// The Markdown.
    pub fn into_markdown(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stay_as_they_are() {
        for plain in [
            "shop.Checkout › currency 1",
            "a 3.5 s wait, 12 of 40 (30%)",
            "80.6%, well-known: 14:02",
        ] {
            assert_eq!(inline(plain), plain);
        }
    }

    #[test]
    fn what_means_something_is_taken_apart() {
        for (hostile, safe) in [
            ("a | b", "a \\| b"),
            ("a\n| b |", "a \\| b \\|"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("<!channel>", "&lt;!channel&gt;"),
            ("&lt;script&gt;", "&amp;lt;script&amp;gt;"),
            ("@acme/team", "@&#8203;acme/team"),
            ("fixes #12", "fixes #&#8203;12"),
            ("GH-12", "GH&#8203;-12"),
            ("[x](http://e)", "\\[x\\](http:&#8203;//e)"),
            ("www.e.example", "www&#8203;.e.example"),
            ("`code`", "\\`code\\`"),
            (
                "**bold** __b__ ~~s~~",
                "\\*\\*bold\\*\\* \\_\\_b\\_\\_ \\~\\~s\\~\\~",
            ),
            ("$x$", "\\$x\\$"),
            ("\\| \\", "\\\\\\| \\\\"),
            ("# head", "#&#8203; head"),
            ("- item", "\\- item"),
            ("12. item", "12\\. item"),
            ("===", "\\==="),
        ] {
            assert_eq!(inline(hostile), safe, "{hostile}");
        }
    }

    #[test]
    fn a_table_has_the_same_cells_in_every_row() {
        let mut table = Table::new(&["name", ">count"]);
        table.row(&["a".to_owned()]);
        table.row(&["b".to_owned(), "1".to_owned(), "x".to_owned()]);
        assert_eq!(
            table.into_markdown(),
            "| name | count |\n| --- | ---: |\n| a |  |\n| b | 1 |\n"
        );
    }
}
