//! The words, numbers and signs of a rule. Knows units, not grammar.

use winnow::{
    Parser,
    ascii::{alpha1, digit1, multispace0},
    combinator::{alt, delimited, not, opt, preceded, repeat},
    stream::{LocatingSlice, Location, Stream},
    token::{any, none_of, one_of, take_while},
};

use super::{
    expression::Span,
    measure::{Measure, Quantity},
    problem::RuleError,
};

/// Longest rule, in bytes.
pub(super) const LONGEST: usize = 1_000;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(Quantity),
    Word(String),
    Quoted(String),
    Sign(&'static str),
}

type Input<'s> = LocatingSlice<&'s str>;

/// Every unit that a number may carry: as written, what it measures, its factor.
const UNITS: &[(&str, Measure, f64)] = &[
    ("%", Measure::Percent, 1.0),
    ("pt", Measure::Points, 1.0),
    ("ms", Measure::Time, 1.0),
    ("s", Measure::Time, 1_000.0),
    ("sec", Measure::Time, 1_000.0),
    ("m", Measure::Time, 60_000.0),
    ("min", Measure::Time, 60_000.0),
    ("minute", Measure::Time, 60_000.0),
    ("minutes", Measure::Time, 60_000.0),
    ("h", Measure::Time, 3_600_000.0),
    ("/s", Measure::PerSecond, 1.0),
    ("/m", Measure::PerMinute, 1.0),
    ("/min", Measure::PerMinute, 1.0),
    ("B", Measure::Bytes, 1.0),
    ("KB", Measure::Bytes, 1e3),
    ("kB", Measure::Bytes, 1e3),
    ("MB", Measure::Bytes, 1e6),
    ("GB", Measure::Bytes, 1e9),
    ("TB", Measure::Bytes, 1e12),
    ("KiB", Measure::Bytes, 1_024.0),
    ("MiB", Measure::Bytes, 1_048_576.0),
    ("GiB", Measure::Bytes, 1_073_741_824.0),
];

fn unit(word: &str) -> Option<(Measure, f64)> {
    UNITS
        .iter()
        .find(|(name, ..)| *name == word)
        .map(|(_, measure, factor)| (*measure, *factor))
}

/// Splits a rule. Each token comes with its place.
pub(super) fn tokens(source: &str) -> Result<Vec<(Token, Span)>, RuleError> {
    if source.len() > LONGEST {
        return Err(RuleError::new(
            0..0,
            format!("a rule has at most {LONGEST} bytes"),
        ));
    }
    let mut input = LocatingSlice::new(source);
    let mut found = Vec::new();
    loop {
        // Skipping blanks cannot fail.
        let _: winnow::Result<&str> = multispace0.parse_next(&mut input);
        let start = input.current_token_start();
        let Some(first) = source[start..].chars().next() else {
            return Ok(found);
        };
        let token = if first.is_ascii_digit() || first == '.' {
            number(&mut input, source, start)?
        } else {
            other
                .parse_next(&mut input)
                .map_err(|_| unreadable(source, start, first))?
        };
        let end = input.previous_token_end();
        found.push((token, start..end));
    }
}

fn unreadable(source: &str, start: usize, first: char) -> RuleError {
    let rest = start..source.len();
    match first {
        '"' | '\'' => RuleError::new(rest, "this text has no closing quotation mark"),
        '=' => {
            let (length, mend) = match source[start + 1..].chars().next() {
                Some('>') => (2, "write `>=`"),
                Some('<') => (2, "write `<=`"),
                _ => (1, "write `==`"),
            };
            let place = start..start + length;
            let message = format!("`{}` is no comparison", &source[place.clone()]);
            RuleError::new(place, message).mending(mend)
        }
        '&' => RuleError::new(start..start + 1, "`&` is no sign here").mending("write `and`"),
        '|' => RuleError::new(start..start + 1, "`|` is no sign here").mending("write `or`"),
        '≤' => {
            RuleError::new(start..start + '≤'.len_utf8(), "`≤` is not read").mending("write `<=`")
        }
        '≥' => {
            RuleError::new(start..start + '≥'.len_utf8(), "`≥` is not read").mending("write `>=`")
        }
        _ => RuleError::new(
            start..start + first.len_utf8(),
            format!("{:?} has no meaning in a rule", first.to_string()),
        ),
    }
}

fn other(input: &mut Input<'_>) -> winnow::Result<Token> {
    alt((
        word.map(|word: &str| Token::Word(word.to_owned())),
        quoted.map(Token::Quoted),
        sign.map(Token::Sign),
    ))
    .parse_next(input)
}

fn word<'s>(input: &mut Input<'s>) -> winnow::Result<&'s str> {
    fn part<'s>(input: &mut Input<'s>) -> winnow::Result<&'s str> {
        (
            one_of(|c: char| c.is_ascii_alphabetic() || c == '_'),
            take_while(0.., |c: char| c.is_ascii_alphanumeric() || c == '_'),
        )
            .take()
            .parse_next(input)
    }
    (part, repeat::<_, _, (), _, _>(0.., ('.', part)))
        .take()
        .parse_next(input)
}

fn quoted(input: &mut Input<'_>) -> winnow::Result<String> {
    alt((
        delimited('"', take_until_mark('"'), '"'),
        delimited('\'', take_until_mark('\''), '\''),
    ))
    .parse_next(input)
}

/// Text up to the mark; a backslash takes the next character as it is.
fn take_until_mark<'s>(mark: char) -> impl Parser<Input<'s>, String, winnow::error::ContextError> {
    repeat(0.., alt((preceded('\\', any), none_of([mark, '\\', '\n']))))
}

fn sign(input: &mut Input<'_>) -> winnow::Result<&'static str> {
    alt((
        alt((
            "<=".value("<="),
            ">=".value(">="),
            "==".value("=="),
            "!=".value("!="),
            "&&".value("and"),
            "||".value("or"),
        )),
        alt((
            '<'.value("<"),
            '>'.value(">"),
            '+'.value("+"),
            '-'.value("-"),
            '*'.value("*"),
            '/'.value("/"),
            '('.value("("),
            ')'.value(")"),
            '!'.value("not"),
        )),
    ))
    .parse_next(input)
}

/// A number with its unit, attached (`500ms`, `3/s`) or after a blank (`500 ms`).
fn number(input: &mut Input<'_>, source: &str, start: usize) -> Result<Token, RuleError> {
    let digits: winnow::Result<&str> = (digit1, opt(('.', digit1))).take().parse_next(input);
    let digits = digits.map_err(|_| {
        RuleError::new(start..start + 1, "a number begins with a digit").mending("write `0.5`")
    })?;
    let value: f64 = digits.parse().unwrap_or(f64::INFINITY);
    let end = input.previous_token_end();
    if !value.is_finite() {
        return Err(RuleError::new(start..end, "this number is too large"));
    }
    if source[end..].starts_with(['.', '_', ',']) {
        return Err(RuleError::new(start..end + 1, "this is no number")
            .mending("digits, and a point before the fraction"));
    }
    let suffix: winnow::Result<&str> = suffix.parse_next(input);
    let Ok(suffix) = suffix else {
        return Ok(Token::Number(
            spaced_unit(input, value).unwrap_or(Quantity::new(value, Measure::Number)),
        ));
    };
    let (measure, factor) = unit(suffix).ok_or_else(|| {
        if source[..start].trim_end().ends_with("alarm(") {
            let length = source[start..].find(')').unwrap_or(source.len() - start);
            return RuleError::new(
                start..start + length,
                "the alarm's name is wanted in quotation marks",
            );
        }
        let names = UNITS.iter().map(|(name, ..)| (*name).to_owned());
        RuleError::new(end..end + suffix.len(), format!("`{suffix}` is no unit"))
            .near(suffix, names)
            .mending("units are %, pt, ms, s, m, h, /s, /m, KB, MB, GB")
    })?;
    Ok(Token::Number(Quantity::new(value * factor, measure)))
}

fn suffix<'s>(input: &mut Input<'s>) -> winnow::Result<&'s str> {
    alt((
        "%",
        take_while(1.., |c: char| c.is_alphanumeric() || c == '_'),
        per,
    ))
    .parse_next(input)
}

/// `/s`, `/m` or `/min`, and not the first letters of a metric that something is divided by.
fn per<'s>(input: &mut Input<'s>) -> winnow::Result<&'s str> {
    (
        '/',
        alt(("min", "s", "m")),
        not(one_of(|c: char| {
            c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '('
        })),
    )
        .take()
        .parse_next(input)
}

/// A unit word after a blank. A number is never followed by a word otherwise, but by `of`, `and` and their like.
fn spaced_unit(input: &mut Input<'_>, value: f64) -> Option<Quantity> {
    let before = input.checkpoint();
    let word: winnow::Result<&str> =
        preceded(multispace0, alt(("%", alpha1, per))).parse_next(input);
    let Some((measure, factor)) = word.ok().and_then(unit) else {
        input.reset(&before);
        return None;
    };
    Some(Quantity::new(value * factor, measure))
}
