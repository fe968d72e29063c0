//! A past change as data: metrics before and after it, and perhaps how it ended. One JSON object a line.
//!
//! Lenient where data sets differ (numbers or RFC 3339 for times, words, flags or numbers for labels, `NaN` for gaps,
//! fields that nobody here knows), strict where leniency would judge something else than what was meant.

use serde::Deserialize;
use serde_json::Value;

use super::{
    label::Label,
    reading::Point,
    robust::{median, sorted},
};
use crate::domain::{Text, policy::Bad};

/// Most metrics of a case, and most points of a side of a metric.
const MOST_METRICS: usize = 2_000;
const MOST_POINTS: usize = 200_000;

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
    metrics: Vec<WireMetric>,
}

#[derive(Deserialize)]
struct WireMetric {
    #[serde(default)]
    name: Value,
    #[serde(default)]
    bad: Value,
    #[serde(default)]
    before: Vec<(Value, Value)>,
    #[serde(default)]
    after: Vec<(Value, Value)>,
}

impl Case {
    /// From one line. The error is one line for people, without the line's number.
    ///
    /// `line` counts from one and names a case that has no name.
    pub fn parse(text: &str, line: u64) -> Result<Self, String> {
        let wire: WireCase = match serde_json::from_str(text) {
            Ok(wire) => wire,
            // Python writes NaN and Infinity, which JSON does not have.
            Err(error) => match without_nan(text).map(|text| serde_json::from_str(&text)) {
                Some(Ok(wire)) => wire,
                _ => return Err(format!("not a case: {error}")),
            },
        };
        if wire.metrics.len() > MOST_METRICS {
            let count = wire.metrics.len();
            return Err(format!("{count} metrics: a case may have {MOST_METRICS}"));
        }
        let id = match wire.id {
            Value::String(id) => Text::line(&id),
            Value::Number(id) => Text::line(&id.to_string()),
            _ => Text::line(&format!("line {line}")),
        };
        let label = label(&wire.label)?;
        let metrics: Vec<CaseMetric> = (1..)
            .zip(wire.metrics)
            .map(|(number, metric)| metric.read(number))
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

impl WireMetric {
    fn read(self, number: usize) -> Result<CaseMetric, String> {
        let name = match self.name {
            Value::String(name) if !name.trim().is_empty() => Text::line(&name),
            Value::Number(name) => Text::line(&name.to_string()),
            _ => Text::line(&format!("metric {number}")),
        };
        let bad = match &self.bad {
            Value::Null => Bad::Both,
            Value::String(word) => match word.trim().to_lowercase().as_str() {
                "up" | "increase" | "high" | "higher" => Bad::Up,
                "down" | "decrease" | "low" | "lower" => Bad::Down,
                "both" | "either" | "any" | "" => Bad::Both,
                _ => return Err(format!("`bad` of {name} is none of up, down, both")),
            },
            _ => return Err(format!("`bad` of {name} is none of up, down, both")),
        };
        if self.before.len().max(self.after.len()) > MOST_POINTS {
            return Err(format!("{name} has more than {MOST_POINTS} points a side"));
        }
        Ok(CaseMetric {
            before: points(&self.before, &name)?,
            after: points(&self.after, &name)?,
            name,
            bad,
        })
    }
}

fn points(wire: &[(Value, Value)], name: &Text) -> Result<Vec<Point>, String> {
    wire.iter()
        .map(|(at, value)| {
            let at = time(at).ok_or_else(|| format!("a point of {name} has no time"))?;
            let value = match value {
                Value::Null => None,
                Value::Number(value) => value.as_f64(),
                Value::Bool(value) => Some(f64::from(u8::from(*value))),
                Value::String(word) if is_gap(word) => None,
                _ => {
                    return Err(format!(
                        "a value of {name} is no number: write null for a gap"
                    ));
                }
            };
            Ok((at, value))
        })
        .collect()
}

fn is_gap(word: &str) -> bool {
    let word = word.trim().to_lowercase();
    ["", "nan", "null", "none", "na", "n/a"].contains(&word.as_str())
}

/// Seconds, or an RFC 3339 time as seconds since 1970.
fn time(value: &Value) -> Option<f64> {
    match value {
        Value::Number(seconds) => seconds.as_f64().filter(|s| s.is_finite()),
        Value::String(text) => {
            let at: jiff::Timestamp = text.trim().parse().ok()?;
            Some(at.as_duration().as_secs_f64())
        }
        _ => None,
    }
}

fn seconds(value: &Value) -> Option<f64> {
    let seconds = value.as_f64()?;
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
