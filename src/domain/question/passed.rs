//! Whether everything that a piece of JSON tells passed: the state files of teams have many shapes.

use serde_json::{Map, Value};

use crate::domain::judge::State;

/// Nesting that is followed.
const DEPTH: usize = 12;
/// Keys that hold the verdict of the object they stand in.
const VERDICTS: [&str; 7] = [
    "state",
    "status",
    "result",
    "outcome",
    "conclusion",
    "verdict",
    "passed",
];
const GOOD: [&str; 13] = [
    "pass",
    "passed",
    "success",
    "successful",
    "succeeded",
    "ok",
    "approved",
    "done",
    "ready",
    "complete",
    "completed",
    "compliant",
    "true",
];
const NOT_YET: [&str; 9] = [
    "pending",
    "running",
    "in_progress",
    "in progress",
    "queued",
    "waiting",
    "not_started",
    "not yet",
    "todo",
];

/// The worst of what stands in `value`, with its place (`/unit/state`); an empty value tells nothing.
pub(super) fn told(value: &Value) -> (State, String) {
    let mut worst = None;
    walk(value, String::new(), DEPTH, &mut worst);
    worst.unwrap_or_else(|| (State::NoData, String::new()))
}

fn walk(value: &Value, place: String, depth: usize, worst: &mut Option<(State, String)>) {
    if depth == 0 {
        return keep(worst, State::Broken, place);
    }
    match value {
        Value::Object(map) => {
            let verdicts = verdicts(map);
            let all = map.iter().filter(|(key, _)| {
                verdicts.is_empty() || verdicts.iter().any(|verdict| verdict == key)
            });
            for (key, value) in all {
                walk(value, format!("{place}/{key}"), depth - 1, worst);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                walk(value, format!("{place}/{at}"), depth - 1, worst);
            }
        }
        Value::Bool(true) => keep(worst, State::Pass, place),
        Value::Bool(false) => keep(worst, State::Fail, place),
        Value::String(word) => keep(worst, word_state(word), place),
        Value::Null => keep(worst, State::NoData, place),
        Value::Number(_) => keep(worst, State::Ambiguous, place),
    }
}

/// The keys that say how the object stands: all of them count, since one that is `completed` may have failed. A number
/// beside a word is a count.
fn verdicts(map: &Map<String, Value>) -> Vec<&'static str> {
    let there = VERDICTS
        .iter()
        .copied()
        .filter(|key| map.contains_key(*key));
    let (counts, words): (Vec<_>, Vec<_>) = there.partition(|key| map[*key].is_number());
    if words.is_empty() { counts } else { words }
}

/// What a word says; one that is not known to be good is none.
pub(super) fn word_state(word: &str) -> State {
    let word = word.trim().to_lowercase();
    if GOOD.contains(&word.as_str()) {
        State::Pass
    } else if NOT_YET.contains(&word.as_str()) {
        State::NoData
    } else {
        State::Fail
    }
}

fn keep(worst: &mut Option<(State, String)>, state: State, place: String) {
    if worst.as_ref().is_none_or(|(known, _)| *known < state) {
        *worst = Some((state, place));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_must_have_passed_whatever_the_shape() {
        for (value, wanted) in [
            (json!("passed"), (State::Pass, "")),
            (json!(true), (State::Pass, "")),
            (
                json!({"unit": "OK", "e2e": {"status": "success", "at": 3}}),
                (State::Pass, "/e2e/status"),
            ),
            (
                json!([{"name": "a", "state": "passed"}, {"name": "b", "state": "failed"}]),
                (State::Fail, "/1/state"),
            ),
            (
                json!({"a": "passed", "b": "running"}),
                (State::NoData, "/b"),
            ),
            (json!({"a": "skipped"}), (State::Fail, "/a")),
            (json!({"a": 3}), (State::Ambiguous, "/a")),
            (json!({"a": null}), (State::NoData, "/a")),
            (
                json!({"status": "completed", "conclusion": "failure"}),
                (State::Fail, "/conclusion"),
            ),
            (
                json!({"status": "completed", "conclusion": null}),
                (State::NoData, "/conclusion"),
            ),
            (
                json!({"passed": 182, "status": "ok"}),
                (State::Pass, "/status"),
            ),
            (json!({"passed": 182}), (State::Ambiguous, "/passed")),
            (json!({}), (State::NoData, "")),
            (json!([]), (State::NoData, "")),
        ] {
            let (state, place) = told(&value);
            assert_eq!((state, place.as_str()), wanted, "{value}");
        }
    }

    #[test]
    fn what_is_too_deep_is_broken_and_never_passed() {
        let mut value = json!("passed");
        for _ in 0..100 {
            value = json!([value]);
        }
        assert_eq!(told(&value).0, State::Broken);
    }
}
