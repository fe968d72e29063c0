//! Answers: what was found against what is wanted, as a state with its reason. Pure; the time is told.

use globset::Glob;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Wanted, passed};
use crate::domain::{
    Fault, FaultKind, Reached, Sha, Text,
    judge::State,
    later,
    observation::{CheckSnapshot, Comparison, Conclusion, RunStatus},
    wording,
};

/// Most characters of a value that a reason repeats.
const REPEATED: usize = 60;
/// Most characters of a reason.
const LONGEST: usize = 240;
/// Clocks differ: a time a little ahead is no time of the future.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What the world answered to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether what is wanted is there.
    pub state: State,
    /// Why.
    pub why: Text,
}

impl Answer {
    /// A state with its reason, which is cut to what is kept.
    pub fn new(state: State, why: &str) -> Self {
        Self {
            state,
            why: Text::line(&cut(why, LONGEST)),
        }
    }

    /// The source could not answer.
    pub fn broken(fault: &Fault) -> Self {
        Self::new(State::Broken, &fault.to_string())
    }

    /// A file's bytes, `None` where it is not there; `name` is what people call it.
    pub fn of_file(
        bytes: Option<&[u8]>,
        name: &str,
        pointer: &str,
        wants: &Wanted,
        at: Timestamp,
    ) -> Self {
        let Some(bytes) = bytes else {
            return Self::new(State::Fail, &format!("{name} is not there"));
        };
        // Some editors begin a file with a mark of its encoding, which is no part of the JSON.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let whole: Value = match serde_json::from_slice(bytes) {
            Ok(value) => value,
            Err(error) => {
                let why = format!("{name} is no JSON: line {}", error.line());
                return Self::new(State::Broken, &why);
            }
        };
        match whole.pointer(pointer) {
            Some(value) if pointer.is_empty() => Self::of_value(value, name, wants, at),
            Some(value) => Self::of_value(value, &format!("{name} {pointer}"), wants, at),
            None => Self::new(State::Fail, &format!("{name} has nothing at {pointer}")),
        }
    }

    fn of_value(value: &Value, place: &str, wants: &Wanted, at: Timestamp) -> Self {
        match wants {
            Wanted::OneOf(all) => {
                let is = shown(value);
                if all.contains(value) {
                    return Self::new(State::Pass, &format!("{is} in {place}"));
                }
                let wanted = wants.in_words();
                Self::new(State::Fail, &format!("{is} is not {wanted}, in {place}"))
            }
            Wanted::Passed => {
                let (state, inner) = passed::told(value);
                let found = value.pointer(&inner).map_or_else(String::new, shown);
                let why = match state {
                    State::Pass => format!("all passed, by {place}"),
                    State::NoData if inner.is_empty() => format!("{place} tells nothing yet"),
                    State::NoData => format!("not yet: {inner} is {found}, in {place}"),
                    State::Broken => format!("{place} is nested too deep to be read"),
                    State::Fail | State::Ambiguous => format!("{inner} is {found}, in {place}"),
                };
                Self::new(state, &why)
            }
            Wanted::Within(age) => match value {
                Value::String(text) => Self::of_time(text, place, *age, at),
                Value::Number(number) => Self::of_time(&number.to_string(), place, *age, at),
                _ => Self::new(
                    State::Broken,
                    &format!("{} is no time, in {place}", shown(value)),
                ),
            },
            Wanted::Compliant { limit } => Self::of_iteration(value, place, *limit),
        }
    }

    /// The state of a compliance iteration: `iteration`, and whether it is compliant.
    fn of_iteration(value: &Value, place: &str, limit: u32) -> Self {
        let Some(round) = value.get("iteration").and_then(Value::as_u64) else {
            let why = format!("{place} has no `iteration` with a whole number");
            return Self::new(State::Broken, &why);
        };
        let verdict = ["compliant", "status", "state"];
        let Some(verdict) = verdict.iter().find_map(|key| value.get(*key)) else {
            let why = format!("{place} has neither `compliant` nor `status`");
            return Self::new(State::Broken, &why);
        };
        let (state, _) = passed::told(verdict);
        let counted = format!("iteration {round} of {limit}");
        if state == State::Pass && round <= u64::from(limit) {
            return Self::new(State::Pass, &format!("compliant at {counted}"));
        }
        if round > u64::from(limit) || state == State::Fail && round == u64::from(limit) {
            let why = format!("{counted}: the limit is reached, escalate ({place})");
            return Self::new(State::Fail, &why);
        }
        let open = value.get("open").and_then(Value::as_array);
        let open = open.map_or_else(String::new, |open| format!(", {} open", open.len()));
        Self::new(
            State::NoData,
            &format!("not compliant yet at {counted}{open}"),
        )
    }

    fn of_time(text: &str, place: &str, age: SignedDuration, at: Timestamp) -> Self {
        let text = text.trim();
        let read = text.parse::<Timestamp>().ok().or_else(|| {
            let seconds = text.parse::<i64>().ok()?;
            Timestamp::from_second(seconds).ok()
        });
        let Some(told) = read else {
            let why = format!("{} is no time, in {place}", cut(text, REPEATED));
            return Self::new(State::Broken, &why);
        };
        if told > later(at, SKEW) {
            return Self::new(
                State::Broken,
                &format!("{told} is in the future, in {place}"),
            );
        }
        // The age itself would be news each minute.
        let limit = wording::duration(age);
        if at.duration_since(told) <= age {
            Self::new(State::Pass, &format!("{told}, within {limit}, by {place}"))
        } else {
            Self::new(
                State::Fail,
                &format!("{told} is more than {limit} ago, by {place}"),
            )
        }
    }

    /// Check runs of a commit: all that bear the name must have passed. GitHub counts a neutral one as passed.
    pub fn of_checks(checks: &[CheckSnapshot], name: &str, sha: &Sha) -> Self {
        let named = checks.iter().filter(|check| check.name.as_str() == name);
        let of = |check: &CheckSnapshot| match (check.status, check.conclusion) {
            (RunStatus::Completed, Some(conclusion)) => match conclusion {
                Conclusion::Success | Conclusion::Neutral => (State::Pass, conclusion.word()),
                Conclusion::Skipped | Conclusion::Stale | Conclusion::Unknown => {
                    (State::Ambiguous, conclusion.word())
                }
                Conclusion::Failure
                | Conclusion::Cancelled
                | Conclusion::TimedOut
                | Conclusion::ActionRequired
                | Conclusion::StartupFailure => (State::Fail, conclusion.word()),
            },
            (RunStatus::Completed | RunStatus::Unknown, _) => (State::Ambiguous, "unknown"),
            (status, _) => (State::NoData, status.word()),
        };
        match named.map(of).max_by_key(|(state, _)| *state) {
            None => Self::new(
                State::NoData,
                &format!("not yet: no check run {name} on {}", sha.short()),
            ),
            Some((State::NoData, word)) => {
                Self::new(State::NoData, &format!("not yet: {name} is {word}"))
            }
            Some((state, word)) => Self::new(state, &format!("{name}: {word}")),
        }
    }

    /// An environment variable, `None` where it is not set. The value never becomes part of the reason.
    pub fn of_variable(value: Option<&str>, name: &str, wants: &Wanted, at: Timestamp) -> Self {
        let Some(value) = value.map(str::trim) else {
            return Self::new(State::Fail, &format!("{name} is not set"));
        };
        let plain = |wanted: &Value| match wanted {
            Value::String(text) => text == value,
            Value::Bool(wanted) => value.parse() == Ok(*wanted),
            Value::Number(wanted) => wanted
                .as_i64()
                .is_some_and(|wanted| value.parse() == Ok(wanted)),
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        };
        let state = match wants {
            Wanted::OneOf(all) if all.iter().any(plain) => State::Pass,
            Wanted::OneOf(_) | Wanted::Compliant { .. } => State::Fail,
            Wanted::Passed => passed::word_state(value),
            Wanted::Within(age) => Self::of_time(value, name, *age, at).state,
        };
        let wanted = wants.in_words();
        Self::new(
            state,
            &match state {
                State::Pass => format!("{name} is {wanted}"),
                State::NoData => format!("not yet: {name} is not {wanted}"),
                _ => format!("{name} is set, and not to {wanted}"),
            },
        )
    }

    /// A program's end: its standard output where it ended well, else why not.
    pub fn of_program(
        ended: &Result<Vec<u8>, Fault>,
        name: &str,
        within: Option<SignedDuration>,
        at: Timestamp,
    ) -> Self {
        match (ended, within) {
            (Err(fault), _) if has_ended(fault) => Self::new(State::Fail, fault.detail.as_str()),
            (Err(fault), _) => Self::broken(fault),
            (Ok(output), Some(age)) => {
                let output = String::from_utf8_lossy(output);
                Self::of_time(output.lines().next().unwrap_or(""), name, age, at)
            }
            (Ok(output), None) => {
                let said = String::from_utf8_lossy(output);
                let said = cut(said.lines().next().unwrap_or("").trim(), REPEATED);
                let said = if said.is_empty() {
                    "ended well".to_owned()
                } else {
                    said
                };
                Self::new(State::Pass, &format!("{name}: {said}"))
            }
        }
    }

    /// The tag of a commit.
    pub fn of_tag(tag: Option<&Text>, sha: &Sha) -> Self {
        match tag {
            Some(tag) => Self::new(State::Pass, tag.as_str()),
            None => Self::new(State::Fail, &format!("no tag on {}", sha.short())),
        }
    }

    /// The files of the diff; `None` where it is not known yet.
    pub fn of_changes(seen: Option<&Comparison>, glob: &str) -> Self {
        let Some(seen) = seen else {
            return Self::new(State::NoData, "the diff from production is not read yet");
        };
        let Ok(matcher) = Glob::new(glob).map(|glob| glob.compile_matcher()) else {
            return Self::new(State::Broken, &format!("{glob} is no glob"));
        };
        let mut paths = seen.files.iter().map(|file| file.path.as_str());
        match paths.find(|path| matcher.is_match(path)) {
            Some(path) => Self::new(State::Pass, &format!("{path} changed")),
            None if seen.files_truncated => Self::new(
                State::NoData,
                &format!("not all files were told; {glob} is not among them"),
            ),
            None => Self::new(State::Fail, &format!("nothing in {glob} changed")),
        }
    }
}

/// Whether a program ran to its end, and said no.
fn has_ended(fault: &Fault) -> bool {
    fault.kind == FaultKind::Local && fault.reached == Reached::Yes
}

fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "a table".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        plain => cut(&plain.to_string(), REPEATED),
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
