//! The lines of a migration that run when it goes forward, and what stands in them: statements and texts in quotes.

use std::sync::LazyLock;

use regex::Regex;

/// A line with its number in the new file.
pub(super) type Line<'a> = (u32, &'a str);

/// Lines that one statement may be spread over.
const SPREAD: usize = 60;
/// Bytes of a statement that are looked at.
const STATEMENT: usize = 16 << 10;

static DOWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^\s*(?:
            def\ (?:self\.)?(?:down|downgrade)\b
          | (?:module\.)?exports\.down\b
          | export\ (?:const|(?:async\ )?function)\ down\b
          | (?:public\ |protected\ |private\ )?(?:override\ )?(?:async\ )?(?:void\ )?[dD]own\s*\(
          | down\s*[:=]
          | func\ \w*[dD]own\w*\s*\(
          | (?:public\ |protected\ )?function\ down\s*\(
          | async\ fn\ down\b
        )",
    )
    .ok()
});

static UP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^\s*(?:
            def\ (?:self\.)?(?:up|upgrade|change)\b
          | (?:module\.)?exports\.up\b
          | export\ (?:const|(?:async\ )?function)\ up\b
          | (?:public\ |protected\ |private\ )?(?:override\ )?(?:async\ )?(?:void\ )?[uU]p\s*\(
          | up\s*[:=]
          | func\ \w*[uU]p\w*\s*\(
          | (?:public\ |protected\ )?function\ up\s*\(
          | async\ fn\ up\b
        )",
    )
    .ok()
});

/// The lines of code without those that undo the migration, and without comments that fill a line.
pub(super) fn forward<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let is = |regex: &LazyLock<Option<Regex>>, line: &str| {
        regex.as_ref().is_some_and(|regex| regex.is_match(line))
    };
    let mut is_down = false;
    let mut aside: Option<Aside> = None;
    let mut kept = Vec::new();
    for &(number, line) in lines {
        if let Some(open) = &aside {
            if open.is_closed_by(line) {
                aside = None;
            }
            continue;
        }
        match Aside::begun_by(line) {
            Some(Aside::Line) => continue,
            Some(begun) => {
                aside = Some(begun);
                continue;
            }
            None => {}
        }
        if is(&DOWN, line) {
            is_down = true;
        } else if is(&UP, line) {
            is_down = false;
        }
        let bare = line.trim_start();
        let is_comment =
            bare.starts_with("//") || (bare.starts_with('#') && !bare.starts_with("#{"));
        if !is_down && !is_comment {
            kept.push((number, line));
        }
    }
    kept
}

/// What undoes a step and stands beside it: Django's `reverse_sql`, Rails' `dir.down`.
enum Aside {
    /// A line alone.
    Line,
    /// To the end of a text in three quotes.
    Text(&'static str),
    /// To the `end` that stands as far in.
    Block(usize),
}

impl Aside {
    fn begun_by(line: &str) -> Option<Self> {
        let bare = line.trim_start();
        if bare.starts_with("reverse_sql") {
            let mut quotes = ["\"\"\"", "'''"].into_iter();
            let open = quotes.find(|quote| line.matches(quote).count() % 2 == 1);
            return Some(open.map_or(Self::Line, Self::Text));
        }
        let is_down = bare.starts_with("dir.down") || bare.starts_with("direction.down");
        let is_block = bare.trim_end().ends_with(" do");
        is_down.then(|| {
            if is_block {
                Self::Block(line.len() - bare.len())
            } else {
                Self::Line
            }
        })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        match self {
            Self::Line => true,
            Self::Text(quote) => line.contains(quote),
            Self::Block(indent) => {
                line.trim() == "end" && line.len() - line.trim_start().len() == *indent
            }
        }
    }
}

/// Lines joined to statements: until brackets are even, or a block opens.
pub(super) fn statements(lines: &[Line<'_>]) -> Vec<(u32, String)> {
    let mut all = Vec::new();
    let mut open: Option<(u32, String, i32, usize)> = None;
    for (at, &(number, line)) in lines.iter().enumerate() {
        let bare = line.trim();
        if bare.is_empty() {
            continue;
        }
        let (first, mut text, mut depth, spread) =
            open.take().unwrap_or((number, String::new(), 0, 0));
        if text.len() + bare.len() < STATEMENT {
            text.push_str(bare);
            text.push(' ');
        }
        depth += evenness(bare);
        let next = lines.get(at + 1).map_or("", |(_, next)| next.trim_start());
        let opens_block = bare.ends_with(['{', '[']) || bare.ends_with("=>") || bare.ends_with('|');
        let is_list_end = bare.ends_with("),") || bare.ends_with("],") || bare.ends_with("},");
        let goes_on = depth > 0
            || (bare.ends_with(',') && !is_list_end)
            || next.starts_with('.')
            || next.starts_with("?.");
        if goes_on && !opens_block && spread < SPREAD {
            open = Some((first, text, depth, spread + 1));
        } else {
            all.push((first, text));
        }
    }
    all.extend(open.map(|(first, text, ..)| (first, text)));
    all
}

/// Brackets that open less those that close, outside quotes.
fn evenness(line: &str) -> i32 {
    let (mut depth, mut quote, mut escaped) = (0_i32, None, false);
    for c in line.chars() {
        match quote {
            Some(open) => {
                if !escaped && c == open {
                    quote = None;
                }
                escaped = !escaped && c == '\\';
            }
            None => match c {
                '\'' | '"' | '`' => quote = Some(c),
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            },
        }
    }
    depth
}

/// Texts in quotes that begin with a word of SQL, with the number of their first line; heredocs and quotes over several
/// lines too.
pub(super) fn quoted_sql(lines: &[Line<'_>]) -> Vec<Vec<(u32, String)>> {
    let mut all: Vec<Vec<(u32, String)>> = Vec::new();
    let mut at = 0;
    while let Some(&(number, line)) = lines.get(at) {
        at += 1;
        if let Some(end) = heredoc(line) {
            let mut body = Vec::new();
            while let Some(&(number, line)) = lines.get(at) {
                at += 1;
                if line.trim() == end {
                    break;
                }
                body.push((number, line.to_owned()));
            }
            all.push(body);
            continue;
        }
        let mut rest = line;
        while let Some((quote, after)) = opening(rest) {
            if let Some((inside, left)) = closing(after, quote) {
                all.push(vec![(number, inside.to_owned())]);
                rest = left;
                continue;
            }
            if quote.len() == 1 && quote != "`" {
                break;
            }
            let mut body = vec![(number, after.to_owned())];
            rest = "";
            while let Some(&(number, line)) = lines.get(at) {
                at += 1;
                if let Some((inside, left)) = closing(line, quote) {
                    body.push((number, inside.to_owned()));
                    rest = left;
                    break;
                }
                body.push((number, line.to_owned()));
            }
            all.push(body);
        }
    }
    all.retain(|body| is_sql(body));
    all
}

fn is_sql(body: &[(u32, String)]) -> bool {
    const VERBS: [&str; 11] = [
        "ALTER", "CREATE", "DROP", "UPDATE", "DELETE", "TRUNCATE", "RENAME", "VACUUM", "CLUSTER",
        "DO", "SET",
    ];
    let words = body.iter().flat_map(|(_, line)| line.split_whitespace());
    // One word alone is a name, not a statement.
    let mut words = words.map(str::to_ascii_uppercase);
    let first = words.next().unwrap_or_default();
    VERBS.contains(&first.as_str()) && words.next().is_some()
}

/// The word that ends a Ruby heredoc which opens on this line.
fn heredoc(line: &str) -> Option<&str> {
    let (_, after) = line.split_once("<<")?;
    let word = after
        .trim_start_matches(['~', '-'])
        .trim_start_matches(['\'', '"']);
    let end = word
        .find(|c: char| !c.is_ascii_uppercase() && c != '_')
        .unwrap_or(word.len());
    (end >= 3).then(|| &word[..end])
}

/// The first quote of a line and what follows it.
fn opening(line: &str) -> Option<(&'static str, &str)> {
    let at = line.find(['\'', '"', '`'])?;
    let rest = &line[at..];
    let quote = ["\"\"\"", "'''", "\"", "'", "`"]
        .into_iter()
        .find(|quote| rest.starts_with(quote))?;
    Some((quote, &rest[quote.len()..]))
}

/// What stands before the quote that closes, and what follows it.
fn closing<'a>(text: &'a str, quote: &str) -> Option<(&'a str, &'a str)> {
    let mut from = 0;
    while let Some(found) = text[from..].find(quote) {
        let at = from + found;
        let slashes = text[..at].bytes().rev().take_while(|b| *b == b'\\').count();
        if slashes % 2 == 0 {
            return Some((&text[..at], &text[at + quote.len()..]));
        }
        from = at + quote.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Line<'_>> {
        (1..).zip(text.lines()).collect()
    }

    #[test]
    fn what_undoes_it_is_left_out() {
        for (text, kept) in [
            ("def up\n a\nend\ndef down\n b\nend", 3),
            ("exports.up = f\n a\nexports.down = g\n b", 2),
            ("def upgrade():\n a\ndef downgrade():\n b", 2),
            (
                "protected override void Up(x)\na\nprotected override void Down(x)\nb",
                2,
            ),
            (
                "public async down(q) {\nb\n}\npublic async up(q) {\na\n}",
                3,
            ),
            ("down: (q) => {\nb},\nup: (q) => {\na}", 2),
            (
                "reversible do |dir|\n dir.up { a }\n dir.down do\n  b\n end\nend",
                3,
            ),
            ("RunSQL(\n sql=a,\n reverse_sql=\"\"\"\n b\n \"\"\",\n)", 3),
            (
                "public function up(): void {\na\n}\npublic function down(): void {\nb\n}",
                3,
            ),
            (
                "async fn up(&self) {\na\n}\nasync fn down(&self) {\nb\n}",
                3,
            ),
            ("func Up0042(tx) {\na\n}\nfunc down0042(tx) {\nb\n}", 3),
        ] {
            assert_eq!(forward(&lines(text)).len(), kept, "{text}");
        }
    }

    #[test]
    fn a_call_over_several_lines_is_one_statement() {
        let text = "class A\n  op.add_column(\n    'orders',\n    sa.Column('a'),\n  )\n  t\n    .string('x')\n    .notNullable()";
        let all = statements(&lines(text));
        let joined: Vec<_> = all
            .iter()
            .map(|(n, s)| format!("{n} {}", s.trim()))
            .collect();
        assert_eq!(
            joined,
            [
                "1 class A",
                "2 op.add_column( 'orders', sa.Column('a'), )",
                "6 t .string('x') .notNullable()"
            ]
        );
    }

    #[test]
    fn sql_is_found_in_quotes_of_every_sort() {
        let text = "x.query(\"ALTER TABLE a DROP b\")\nexecute <<~SQL\n  DROP TABLE c\nSQL\nq(`UPDATE a\n  SET b = 1`)\nop(\"\"\"\nDELETE FROM d\n\"\"\")\nname = 'drop'\nlabel = \"it's";
        let all: Vec<Vec<u32>> = quoted_sql(&lines(text))
            .iter()
            .map(|body| body.iter().map(|(n, _)| *n).collect())
            .collect();
        assert_eq!(all, [vec![1], vec![3], vec![5, 6], vec![7, 8, 9]]);
    }
}
