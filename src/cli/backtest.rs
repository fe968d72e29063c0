//! `cockpit backtest`: past changes, judged as they would have been live.
//!
//! Exit codes: 0 every case was judged, whatever the answers; 1 a line could not be read as a case (it is named on
//! standard error, the others count) or the file broke off; 2 the file cannot be opened.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read as _, Write},
    path::Path,
};

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    exit::{Exit, Stop},
    say::aside,
};
use crate::domain::{
    Text,
    anomaly::{Answer, Case, DEFAULT_RATE, Label, Tally, try_case},
    judge::State,
    wording,
};

/// Longest line, in bytes.
const LONGEST_LINE: u64 = 32 * 1024 * 1024;

/// `cockpit backtest --cases FILE [--json]`.
pub(super) fn backtest(cases: &Path, json: bool) -> Result<Exit, Stop> {
    let input: Box<dyn BufRead> = if cases == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let file = File::open(cases).map_err(|error| {
            let shown = cases.display();
            Stop::usage(format!("{shown} cannot be read: {error}\n  = help: name a file of cases, one JSON object a line, or - for standard input"))
        })?;
        Box::new(BufReader::new(file))
    };
    let out = std::io::BufWriter::new(std::io::stdout().lock());
    match judge(input, out, json) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Ok),
        Err(error) => Err(Stop::failed(format!("{}: {error}", cases.display()))),
        Ok((tally, bad)) => {
            summary(&tally, bad);
            Ok(if bad == 0 { Exit::Ok } else { Exit::Failed })
        }
    }
}

/// Judges line by line; answers the tally and how many lines were no cases.
fn judge(
    mut input: impl BufRead,
    mut out: impl Write,
    json: bool,
) -> std::io::Result<(Tally, usize)> {
    let (mut tally, mut bad) = (Tally::default(), 0);
    let mut bytes = Vec::new();
    for number in 1_u64.. {
        bytes.clear();
        let read = input
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut bytes)?;
        if read == 0 {
            break;
        }
        let is_cut = bytes.last() != Some(&b'\n') && read as u64 == LONGEST_LINE;
        let case = if is_cut {
            skip_line(&mut input)?;
            Err(format!("longer than {} MiB", LONGEST_LINE >> 20))
        } else {
            read_case(&bytes, number)
        };
        match case {
            Ok(None) => {}
            Ok(Some(case)) => {
                let answer = try_case(&case, DEFAULT_RATE);
                tally.count(case.label, &answer);
                if json {
                    writeln!(out, "{}", as_json(&case, &answer)?)?;
                } else {
                    writeln!(out, "{}", as_text(&case, &answer))?;
                }
            }
            Err(why) => {
                bad += 1;
                // What was judged so far comes first.
                out.flush()?;
                aside(format_args!("error: line {number}: {}", Text::line(&why)));
            }
        }
    }
    out.flush()?;
    Ok((tally, bad))
}

/// A line as a case; `None` of an empty one.
fn read_case(bytes: &[u8], number: u64) -> Result<Option<Case>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Ok(None);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())?;
    Case::parse(text, number).map(Some)
}

/// Reads on to the end of a line without keeping it.
fn skip_line(input: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// One answer on the wire, in this order.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a Text,
    regression: bool,
    state: State,
    minute: Option<Value>,
    score: f64,
    why: &'a Text,
}

fn as_json(case: &Case, answer: &Answer) -> std::io::Result<String> {
    let line = Line {
        id: &case.id,
        regression: answer.is_regression(),
        state: answer.state,
        minute: answer.minute.map(number),
        score: (answer.score * 1e6).round() / 1e6,
        why: &answer.why,
    };
    Ok(serde_json::to_string(&line)?)
}

/// Whole minutes as whole numbers.
fn number(minute: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and small"
    )]
    if minute.fract() == 0.0 && minute.abs() < 1e9 {
        json!(minute as i64)
    } else {
        json!(minute)
    }
}

fn as_text(case: &Case, answer: &Answer) -> String {
    let minute = answer.minute.map_or_else(
        || "-".to_owned(),
        |minute| format!("{} min", wording::significant(minute, 3)),
    );
    let right = match (case.label, answer.is_regression()) {
        (Some(Label::Regression), false) => "  (missed)",
        (Some(Label::Healthy), true) => "  (false alarm)",
        _ => "",
    };
    format!(
        "{:<24} {:<13} {minute:>8}  {:.3}  {}{right}",
        case.id,
        answer.state.word(),
        answer.score,
        answer.why
    )
}

/// To standard error: standard output holds one line a case.
fn summary(tally: &Tally, bad: usize) {
    let percent = |share: Option<f64>| {
        share.map_or_else(|| "-".to_owned(), |share| format!("{:.1}%", share * 100.0))
    };
    if tally.labelled() > 0 {
        let minutes = tally.minutes_to_alarm().map_or_else(
            || "-".to_owned(),
            |minutes| wording::significant(minutes, 3),
        );
        let f1 = tally
            .f1()
            .map_or_else(|| "-".to_owned(), |f1| format!("{f1:.3}"));
        aside(format_args!(
            "{} labelled: precision {}, recall {}, F1 {f1}; {} missed, {} false alarms ({} of healthy); median {minutes} min to alarm",
            tally.labelled(),
            percent(tally.precision()),
            percent(tally.recall()),
            tally.missed,
            tally.false_alarms,
            percent(tally.false_alarm_rate()),
        ));
    }
    let (without, said) = tally.without_data;
    if without > 0 {
        aside(format_args!(
            "{without} without data, {said} of them said to be so"
        ));
    }
    if tally.unlabelled > 0 {
        aside(format_args!("{} without a label", tally.unlabelled));
    }
    if bad > 0 {
        aside(format_args!(
            "{} not read",
            wording::count(u64::try_from(bad).unwrap_or(u64::MAX), "line")
        ));
    }
}
