//! A past change as data: metrics before and after it, and perhaps how it ended. One JSON object a line.
//!
//! Lenient where data sets differ (numbers or RFC 3339 for times, words, flags or numbers for labels, `NaN` for gaps,
//! fields that nobody here knows), strict where leniency would judge something else than what was meant.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    label::Label,
    reading::Point,
    robust::{median, sorted},
};
use crate::domain::{Text, policy::Bad};

/// Most metrics of a case, and most points of a side of a metric.
const MOST_METRICS: usize = 2_000;
const MOST_POINTS: usize = 200_000;
/// What to write instead of what cannot be read.
const ONE_OBJECT: &str = "write one JSON object a line, {\"id\": ..., \"metrics\": [...]}";
const METRICS: &str = "write a list of {name, bad, before, after}";
const POINTS: &str = "write [seconds, value], null for a gap";

/// A past change.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its name; that of the line where it has none.
    pub id: Text,
    /// Seconds between points.
    pub period_s: f64,
    /// When the change was, on the clock of the points.
    pub change: f64,
    /// How it ended, where that is known.
    pub label: Option<Label>,
    /// What was measured.
    pub metrics: Vec<CaseMetric>,
}

/// One metric around the change.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseMetric {
    /// Its name.
    pub name: Text,
    /// Which way is bad.
    pub bad: Bad,
    /// The points before.
    pub before: Vec<Point>,
    /// The points after.
    pub after: Vec<Point>,
}

#[derive(Deserialize)]
struct WireCase {
    #[serde(default)]
    id: Value,
    #[serde(default, alias = "period")]
    period_s: Value,
    #[serde(default)]
    t_change: Value,
    #[serde(default)]
    label: Value,
    #[serde(default)]
    metrics: Value,
}

/// One metric on the wire.
struct WireMetric<'a>(&'a Map<String, Value>);

impl Case {
    /// From one line. The error is one line for people, without the line's number.
    ///
    /// `line` counts from one and names a case that has no name.
    pub fn parse(text: &str, line: u64) -> Result<Self, String> {
        let wire = wire(text)?;
        let listed = match &wire.metrics {
            Value::Array(metrics) => metrics,
            Value::Null => return Err(format!("`metrics` is missing: {METRICS}")),
            _ => return Err(format!("`metrics` is no list: {METRICS}")),
        };
        if listed.len() > MOST_METRICS {
            let count = listed.len();
            return Err(format!("{count} metrics: a case may have {MOST_METRICS}"));
        }
        let id = match wire.id {
            Value::String(id) => Text::line(&id),
            Value::Number(id) => Text::line(&id.to_string()),
            _ => Text::line(&format!("line {line}")),
        };
        let label = label(&wire.label)?;
        let metrics: Vec<CaseMetric> = (1..)
            .zip(listed)
            .map(|(number, metric)| match metric {
                Value::Object(metric) => WireMetric(metric).read(number),
                _ => Err(format!("metric {number} is no object: {METRICS}")),
            })
            .collect::<Result<_, _>>()?;
        let change = match &wire.t_change {
            Value::Null => between(&metrics),
            given => time(given).ok_or("`t_change` is no time: write seconds or RFC 3339")?,
        };
        let period_s = match &wire.period_s {
            Value::Null => spacing(&metrics).unwrap_or(60.0),
            given => seconds(given).ok_or("`period_s` is no length: write seconds, 1 to 86400")?,
        };
        Ok(Self {
            id,
            period_s,
            change,
            label,
            metrics,
        })
    }
}

/// The line as it is written.
fn wire(text: &str) -> Result<WireCase, String> {
    if !text.trim_start().starts_with('{') {
        return Err(format!("not a case: {ONE_OBJECT}"));
    }
    let error = match serde_json::from_str(text) {
        Ok(wire) => return Ok(wire),
        Err(error) => error,
    };
    // Python writes NaN and Infinity, which JSON does not have.
    if let Some(Ok(wire)) = without_nan(text).map(|text| serde_json::from_str(&text)) {
        return Ok(wire);
    }
    let what = if error.is_eof() {
        "the JSON breaks off".to_owned()
    } else if error.is_data() {
        error.to_string()
    } else {
        format!("no JSON from column {} on", error.column())
    };
    Err(format!("not a case: {what}: {ONE_OBJECT}"))
}

impl WireMetric<'_> {
    fn read(&self, number: usize) -> Result<CaseMetric, String> {
        let name = match self.0.get("name") {
            Some(Value::String(name)) if !name.trim().is_empty() => Text::line(name),
            Some(Value::Number(name)) => Text::line(&name.to_string()),
            _ => Text::line(&format!("metric {number}")),
        };
        let word = match self.0.get("bad") {
            None | Some(Value::Null) => "both",
            Some(Value::String(word)) => word.trim(),
            Some(_) => "?",
        };
        let bad = match word.to_lowercase().as_str() {
            "up" | "increase" | "high" | "higher" => Bad::Up,
            "down" | "decrease" | "low" | "lower" => Bad::Down,
            "both" | "either" | "any" | "" => Bad::Both,
            _ => {
                return Err(format!(
                    "`bad` of {name} is none of up, down, both: write one of them"
                ));
            }
        };
        Ok(CaseMetric {
            before: self.points("before", &name)?,
            after: self.points("after", &name)?,
            name,
            bad,
        })
    }

    /// The points of a side; none where it is left out.
    fn points(&self, side: &str, name: &Text) -> Result<Vec<Point>, String> {
        let wire = match self.0.get(side) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(points)) => points,
            Some(_) => return Err(format!("`{side}` of {name} is no list: {POINTS}")),
        };
        if wire.len() > MOST_POINTS {
            return Err(format!("{name} has more than {MOST_POINTS} points a side"));
        }
        wire.iter().map(|pair| point(pair, name)).collect()
    }
}

fn point(pair: &Value, name: &Text) -> Result<Point, String> {
    let Some([at, value]) = pair.as_array().map(Vec::as_slice) else {
        return Err(format!("a point of {name} is no pair: {POINTS}"));
    };
    let at = time(at).ok_or_else(|| format!("a point of {name} has no time: {POINTS}"))?;
    let value = match value {
        Value::Null => None,
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::String(word) if is_gap(word) => None,
        _ => Some(
            number(value)
                .ok_or_else(|| format!("a value of {name} is no number: write null for a gap"))?,
        ),
    };
    Ok((at, value))
}

/// A number, written as a text too.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(word) => word.trim().parse().ok(),
        _ => None,
    }
}

fn is_gap(word: &str) -> bool {
    let word = word.trim().to_lowercase();
    ["", "nan", "null", "none", "na", "n/a"].contains(&word.as_str())
}

/// Seconds, or an RFC 3339 time as seconds since 1970.
fn time(value: &Value) -> Option<f64> {
    match value {
        Value::Number(seconds) => seconds.as_f64().filter(|s| s.is_finite()),
        Value::String(text) => match text.trim().parse::<jiff::Timestamp>() {
            Ok(at) => Some(at.as_duration().as_secs_f64()),
            Err(_) => number(value).filter(|seconds| seconds.is_finite()),
        },
        _ => None,
    }
}

fn seconds(value: &Value) -> Option<f64> {
    let seconds = number(value)?;
    (seconds > 0.0 && seconds <= 86_400.0).then_some(seconds)
}

fn label(value: &Value) -> Result<Option<Label>, String> {
    let unknown = |word: &str| {
        let word = Text::line(word);
        format!("label `{word}` is unknown: write regression, ok or nodata, or leave it out")
    };
    match value {
        Value::Null => Ok(None),
        Value::Bool(bad) => Ok(Label::of_word(if *bad { "1" } else { "0" })),
        Value::Number(number) => match number.as_f64() {
            Some(number) if number > 0.0 => Ok(Some(Label::Regression)),
            Some(_) => Ok(Some(Label::Healthy)),
            None => Err(unknown(&number.to_string())),
        },
        Value::String(word) => {
            let plain = word.trim();
            if plain.is_empty() || ["unknown", "unlabelled", "unlabeled"].contains(&plain) {
                return Ok(None);
            }
            Label::of_word(plain)
                .map(Some)
                .ok_or_else(|| unknown(plain))
        }
        _ => Err(unknown("of another kind")),
    }
}

/// The change lies right after the last point before it.
fn between(metrics: &[CaseMetric]) -> f64 {
    let last = metrics
        .iter()
        .flat_map(|metric| metric.before.iter().map(|(at, _)| *at))
        .fold(f64::NEG_INFINITY, f64::max);
    if last.is_finite() { last } else { 0.0 }
}

/// The usual time between points.
fn spacing(metrics: &[CaseMetric]) -> Option<f64> {
    let gaps: Vec<f64> = metrics
        .iter()
        .flat_map(|metric| [&metric.before, &metric.after])
        .flat_map(|points| {
            let times = sorted(&points.iter().map(|(at, _)| *at).collect::<Vec<_>>());
            let gaps = times.windows(2).map(|pair| (pair[1] - pair[0]).abs());
            gaps.filter(|gap| *gap > 0.0).collect::<Vec<_>>()
        })
        .collect();
    median(&gaps).filter(|gap| *gap <= 86_400.0)
}

/// The text with `NaN`, `Infinity` and `-Infinity` outside of strings as `null`; `None` where there is none.
fn without_nan(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut escaped, mut found) = (false, false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if !in_string {
            let word = ["-Infinity", "Infinity", "NaN"]
                .iter()
                .find(|word| rest.starts_with(**word));
            if let Some(word) = word {
                out.push_str("null");
                rest = rest.get(word.len()..).unwrap_or_default();
                found = true;
                continue;
            }
        }
        match c {
            '"' if !escaped => in_string = !in_string,
            _ => {}
        }
        escaped = in_string && c == '\\' && !escaped;
        out.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    found.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Case, String> {
        Case::parse(text, 7)
    }

    #[test]
    fn a_case_as_the_data_has_it() {
        let case = parse(
            r#"{"id":"a","period_s":60,"t_change":0,"label":"regression","more":[1],
               "metrics":[{"name":"p99","bad":"up","before":[[-60,1.5]],"after":[[60,null]],"unit":"ms"}]}"#,
        )
        .unwrap();
        assert_eq!(case.label, Some(Label::Regression));
        assert_eq!(case.metrics[0].before, [(-60.0, Some(1.5))]);
        assert_eq!(case.metrics[0].after, [(60.0, None)]);
        assert_eq!(case.metrics[0].bad, Bad::Up);
    }

    #[test]
    fn what_is_left_out_is_worked_out() {
        let case = parse(
            r#"{"metrics":[{"before":[["2026-01-01T00:00:00Z",1],["2026-01-01T00:00:30Z",2]],
               "after":[["2026-01-01T00:01:00Z",NaN]]}]}"#,
        )
        .unwrap();
        assert_eq!(case.id.as_str(), "line 7");
        assert_eq!((case.label, case.metrics[0].bad), (None, Bad::Both));
        assert!((case.period_s - 30.0).abs() < 1e-9);
        assert!((case.change - 1_767_225_630.0).abs() < 1e-6);
        assert_eq!(case.metrics[0].after[0].1, None);
    }

    #[test]
    fn numbers_may_be_texts_and_sides_may_be_left_out() {
        let case = parse(
            r#"{"period_s":"300","t_change":"0","metrics":[{"before":null,"after":[["300","1.5"],["600","NaN"]]}]}"#,
        )
        .unwrap();
        assert!((case.period_s - 300.0).abs() < 1e-9 && case.change.abs() < 1e-9);
        assert!(case.metrics[0].before.is_empty());
        assert_eq!(case.metrics[0].after, [(300.0, Some(1.5)), (600.0, None)]);
    }

    #[test]
    fn labels_may_be_words_flags_and_numbers() {
        for (given, wanted) in [
            ("true", Some(Label::Regression)),
            ("1", Some(Label::Regression)),
            ("0", Some(Label::Healthy)),
            ("\"ok\"", Some(Label::Healthy)),
            ("null", None),
            ("\"unlabelled\"", None),
        ] {
            let case = parse(&format!(r#"{{"label":{given},"metrics":[]}}"#)).unwrap();
            assert_eq!(case.label, wanted, "{given}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_what_is_wrong() {
        for (text, words) in [
            ("", "not a case"),
            ("[]", "not a case"),
            ("{\"id\":", "not a case"),
            ("{}", "metrics"),
            (r#"{"metrics":[{"bad":"sideways"}]}"#, "up, down, both"),
            (r#"{"metrics":[{"before":[[1,"x"]]}]}"#, "no number"),
            (r#"{"metrics":[{"before":[[null,1]]}]}"#, "no time"),
            (
                r#"{"metrics":[{"after":[[1,2,3]]}]}"#,
                "is no pair: write [seconds, value]",
            ),
            (r#"{"metrics":[{"after":[7.5]}]}"#, "is no pair"),
            (
                r#"{"metrics":[{"after":{"1":2}}]}"#,
                "`after` of metric 1 is no list",
            ),
            (r#"{"metrics":[7]}"#, "metric 1 is no object: write"),
            (r#"{"metrics":{"m":{}}}"#, "`metrics` is no list: write"),
            (r#"{"metrics":null}"#, "`metrics` is missing: write"),
            (
                r#"{"metrics":[]} x"#,
                "no JSON from column 16 on: write one",
            ),
            (
                r#"{"metrics":[{"#,
                "breaks off: write one JSON object a line",
            ),
            (r#"{"metrics":[],"period_s":-1}"#, "period_s"),
            (r#"{"metrics":[],"t_change":"noon"}"#, "t_change"),
            (r#"{"metrics":[],"label":"perhaps"}"#, "perhaps"),
        ] {
            let said = parse(text).unwrap_err();
            assert!(said.contains(words), "{text}: {said}");
        }
    }

    #[test]
    fn a_name_with_nan_in_it_stays() {
        let text = r#"{"id":"NaN \" NaN","metrics":[{"after":[[1,-Infinity]]}]}"#;
        let case = parse(text).unwrap();
        assert_eq!(case.id.as_str(), "NaN \" NaN");
        assert_eq!(case.metrics[0].after, [(1.0, None)]);
    }
}
