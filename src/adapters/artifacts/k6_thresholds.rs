//! The thresholds of a k6 summary, in each manner in which they are written.

use serde_json::{Map, Value};

use crate::domain::{Text, evidence::Threshold};

/// Thresholds kept.
const THRESHOLDS_KEPT: usize = 200;

/// Every threshold by metric; `None` where no metric carries one.
pub(super) fn thresholds(
    metrics: &Map<String, Value>,
    problems: &mut Vec<Text>,
) -> Option<Vec<Threshold>> {
    let mut found = Vec::new();
    for (name, metric) in metrics {
        for (expression, held) in thresholds_of(metric) {
            let text = format!("{name}: {expression}");
            // One that cannot be read has not been shown to hold.
            if held.is_none() {
                let line =
                    format!("threshold {text}: its result cannot be read, so it counts as crossed");
                problems.push(Text::line(&line));
            }
            found.push(Threshold {
                name: Text::line(&text),
                held: held.unwrap_or(false),
            });
        }
    }
    found.sort_by(|a, b| a.held.cmp(&b.held).then_with(|| a.name.cmp(&b.name)));
    if found.len() > THRESHOLDS_KEPT {
        let line = format!(
            "{} thresholds, of which {THRESHOLDS_KEPT} are kept",
            found.len()
        );
        problems.push(Text::line(&line));
        found.truncate(THRESHOLDS_KEPT);
    }
    problems.truncate(20);
    (!found.is_empty()).then_some(found)
}

/// A metric's thresholds: by their expressions, or in a list as a script may write them; with whether each held, as far
/// as that can be read.
fn thresholds_of(metric: &Value) -> Vec<(&str, Option<bool>)> {
    let result = |verdict: &Value| match verdict {
        // summary-export: true is crossed.
        Value::Bool(crossed) => Some(!crossed),
        other => other.get("ok").and_then(Value::as_bool),
    };
    match metric.get("thresholds") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(all)) => {
            let all = all.iter();
            all.map(|(expression, verdict)| (expression.as_str(), result(verdict)))
                .collect()
        }
        Some(Value::Array(all)) => {
            let all = all.iter();
            all.map(|one| {
                let name = one.get("source").or(one.get("threshold")).unwrap_or(one);
                let ok = one.get("ok").and_then(Value::as_bool);
                (name.as_str().unwrap_or("(no expression)"), ok)
            })
            .collect()
        }
        // PowerShell writes what lies deep as one text.
        Some(Value::String(text)) => vec![(text, None)],
        Some(_) => vec![("(no expression)", None)],
    }
}
