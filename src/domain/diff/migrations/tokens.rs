//! SQL cut into statements of tokens with line numbers. Knows quotes and comments, not what the words mean.

/// A word or a mark of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// In upper case where it was not quoted.
    pub(super) word: String,
    /// As written, quotes off.
    pub(super) written: String,
    /// Its line.
    pub(super) line: u32,
}

const STATEMENTS: usize = 5_000;
const TOKENS: usize = 2_000;

/// Statements in order. Sections that undo a migration (`-- +goose Down`, `-- migrate:down`, `-- @UNDO`) are left out.
pub(super) fn statements<'a>(lines: impl Iterator<Item = (u32, &'a str)>) -> Vec<Vec<Token>> {
    let mut cut = Cutter::default();
    for (number, line) in lines {
        if cut.done.len() >= STATEMENTS {
            break;
        }
        cut.line(number, line);
    }
    cut.end();
    cut.done
}

#[derive(Default)]
struct Cutter {
    done: Vec<Vec<Token>>,
    open: Vec<Token>,
    within: Within,
    is_down: bool,
}

#[derive(Default)]
enum Within {
    #[default]
    Plain,
    Comment,
    /// A quote that is not closed yet, and what stands in it.
    Quote(char, String),
    /// A dollar quote whose inside is not looked at.
    Dollar(String),
}

impl Cutter {
    fn end(&mut self) {
        let open = std::mem::take(&mut self.open);
        if !open.is_empty() {
            self.done.push(open);
        }
    }

    fn push(&mut self, line: u32, written: &str, is_quoted: bool) {
        if self.open.len() < TOKENS {
            self.open.push(Token {
                word: if is_quoted {
                    written.to_owned()
                } else {
                    written.to_ascii_uppercase()
                },
                written: written.to_owned(),
                line,
            });
        }
    }

    fn line(&mut self, number: u32, line: &str) {
        if let Some(is_down) = direction(line) {
            self.end();
            self.is_down = is_down;
            return;
        }
        if self.is_down {
            return;
        }
        // SQL Server's batches, MySQL's slash of Oracle's scripts.
        if matches!(line.trim().to_ascii_uppercase().as_str(), "GO" | "/") {
            self.end();
            return;
        }
        let mut rest = line;
        while !rest.is_empty() {
            rest = match std::mem::take(&mut self.within) {
                Within::Plain => self.plain(number, rest),
                Within::Comment => {
                    if let Some((_, after)) = rest.split_once("*/") {
                        after
                    } else {
                        self.within = Within::Comment;
                        ""
                    }
                }
                Within::Quote(quote, text) => self.quote(number, rest, quote, text),
                Within::Dollar(tag) => {
                    if let Some((_, after)) = rest.split_once(tag.as_str()) {
                        after
                    } else {
                        self.within = Within::Dollar(tag);
                        ""
                    }
                }
            };
        }
    }

    fn quote<'a>(&mut self, number: u32, rest: &'a str, quote: char, mut text: String) -> &'a str {
        let Some((inside, after)) = rest.split_once(quote) else {
            text.push_str(rest);
            self.within = Within::Quote(quote, text);
            return "";
        };
        text.push_str(inside);
        // A doubled quote stands for itself.
        if let Some(after) = after.strip_prefix(quote) {
            text.push(quote);
            self.within = Within::Quote(quote, text);
            return after;
        }
        // A text is a value, not a name; only that one stood there matters.
        let written = if quote == '\'' { "'" } else { text.as_str() };
        self.push(number, written, true);
        after
    }

    fn plain<'a>(&mut self, number: u32, rest: &'a str) -> &'a str {
        let Some(first) = rest.chars().next() else {
            return "";
        };
        let after = &rest[first.len_utf8()..];
        match first {
            '-' if after.starts_with('-') => "",
            '#' => "",
            '/' if after.starts_with('*') => {
                self.within = Within::Comment;
                &after[1..]
            }
            '\'' | '"' | '`' => {
                self.within = Within::Quote(first, String::new());
                after
            }
            '[' => match after.split_once(']') {
                Some((name, after))
                    if name
                        .chars()
                        .all(|c| c.is_alphanumeric() || "_ .".contains(c)) =>
                {
                    self.push(number, name, true);
                    after
                }
                _ => after,
            },
            '$' => match dollar_tag(rest) {
                Some(tag) => {
                    // The body of a DO block runs now; that of a function does not.
                    let runs = self.open.first().is_some_and(|t| t.word == "DO")
                        || self
                            .done
                            .last()
                            .is_some_and(|last| last.first().is_some_and(|t| t.word == "DO"));
                    if !runs {
                        self.within = Within::Dollar(tag.to_owned());
                    }
                    &rest[tag.len()..]
                }
                None => after,
            },
            ';' => {
                self.end();
                after
            }
            c if is_word(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                self.push(number, &rest[..end], false);
                &rest[end..]
            }
            c if c.is_whitespace() => after,
            _ => {
                self.push(number, &rest[..first.len_utf8()], false);
                after
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '@'
}

fn dollar_tag(rest: &str) -> Option<&str> {
    let end = rest[1..].find('$')?;
    let tag = &rest[..end + 2];
    tag[1..=end].chars().all(is_word).then_some(tag)
}

/// Whether a comment opens the part that undoes (`true`) or the part that does.
fn direction(line: &str) -> Option<bool> {
    let line = line.trim();
    // Play's evolutions: `# --- !Downs`.
    let line = line.strip_prefix('#').map_or(line, str::trim_start);
    let words = line.strip_prefix("--")?.trim().to_ascii_lowercase();
    let words = words.trim_start_matches("//").trim();
    match words {
        "- !downs" | "+goose down" | "+migrate down" | "+micrate down" | "@undo" => Some(true),
        "- !ups" | "+goose up" | "+migrate up" | "+micrate up" => Some(false),
        _ if words.starts_with("migrate:down") => Some(true),
        _ if words.starts_with("migrate:up") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        statements((1..).zip(text.lines()))
            .iter()
            .map(|all| {
                all.iter()
                    .map(|t| t.word.as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    }

    #[test]
    fn quotes_and_comments_hide_what_stands_in_them() {
        let text = "a 'x; drop''s' \"B;c\" -- d; e\n/* f;\n g */ h;\n`i` [j k] # l\n;;";
        assert_eq!(cut(text), ["A ' B;c H", "i j k"]);
    }

    #[test]
    fn what_undoes_is_left_out() {
        assert_eq!(
            cut("-- +goose Up\na;\n-- +goose Down\nb;\n-- +goose Up\nc"),
            ["A", "C"]
        );
        assert_eq!(
            cut("-- migrate:up\na;\n-- migrate:down transaction:false\nb;"),
            ["A"]
        );
    }

    #[test]
    fn a_functions_body_is_not_looked_at_but_a_blocks_is() {
        assert_eq!(
            cut("create function f() as $$ delete from a; $$ language sql; b;"),
            ["CREATE FUNCTION F ( ) AS LANGUAGE SQL", "B"]
        );
        assert_eq!(
            cut("DO $x$ begin\n drop table a; end $x$;"),
            ["DO BEGIN DROP TABLE A", "END"]
        );
    }

    #[test]
    fn what_is_never_closed_ends_with_the_text() {
        assert_eq!(cut("a 'b;\nc;\nd"), ["A"]);
        assert_eq!(cut("a /* b;\nc"), ["A"]);
        assert_eq!(cut("x $t$ y; \n z"), ["X"]);
        assert!(cut("$").is_empty());
    }
}
