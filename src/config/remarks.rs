//! What rules say that is no mistake and has no effect any more by a day of the calendar: told, never ignored in silence.
//!
//! Knows no clock: the day is told to it.

use std::fmt;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::domain::{
    Text,
    policy::{CalendarRule, Policy, Recurrence, WindowKind},
};

/// Something to look at in a file that is otherwise right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The key: `evidence.known_failures`.
    pub place: &'static str,
    /// What about it.
    pub says: String,
    /// What to do.
    pub mend: &'static str,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.says, self.mend)
    }
}

/// What there is to say of these rules at that moment, in the order of the documents.
pub fn remarks(policy: &Policy, now: Timestamp) -> Vec<Remark> {
    let today = TimeZone::UTC.to_datetime(now).date();
    let mut all = Vec::new();
    for known in &policy.known_failures {
        if known.until < today {
            all.push(Remark {
                place: "evidence.known_failures",
                says: format!(
                    "{} was known until {} and fails staging again ({})",
                    Text::line(&known.test),
                    known.until,
                    known.reason
                ),
                mend: "mend the test, or write until when it is known",
            });
        }
    }
    let windows = policy.calendar.iter();
    let windows: Vec<&CalendarRule> = windows
        .filter(|rule| rule.kind == WindowKind::Open)
        .collect();
    let over: Vec<&&CalendarRule> = windows
        .iter()
        .filter(|rule| is_over(rule, now, today))
        .collect();
    if !windows.is_empty() && over.len() == windows.len() {
        all.push(Remark {
            place: "[[window]]",
            says: "no deployment window opens any more: nothing can be approved".to_owned(),
            mend: "add a window that is still to come, or take the old ones out",
        });
    } else {
        all.extend(over.iter().map(|rule| Remark {
            place: "[[window]]",
            says: format!("{} never opens again", rule.name),
            mend: "take it out",
        }));
    }
    all
}

/// Whether a rule holds at no time from now on, as far as its own words tell.
fn is_over(rule: &CalendarRule, now: Timestamp, today: Date) -> bool {
    match &rule.when {
        Recurrence::Once { end, .. } => *end <= now,
        Recurrence::Recurring { rule, .. } => rule
            .split(';')
            .find_map(|part| part.strip_prefix("UNTIL="))
            .and_then(|until| Date::strptime("%Y%m%d", until.get(..8)?).ok())
            .is_some_and(|until| until < today),
        Recurrence::File(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_team;

    const SMALLEST: &str = include_str!("../../tests/data/config/smallest.toml");

    fn told(more: &str) -> Vec<String> {
        let known = "[evidence]\nknown_failures = [\
            { test = \"e2e::currency\", until = \"2026-11-19\", reason = \"SHOP-123\" },\
            { test = \"e2e::cart\", until = \"2026-11-20\", reason = \"SHOP-124\" }]\n";
        let text = SMALLEST.replace("[evidence]\n", known) + more;
        let policy = parse_team(text.as_bytes(), "cockpit.toml")
            .unwrap_or_else(|error| panic!("{error}"))
            .policy;
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        remarks(&policy, now)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn window(name: &str, when: &str) -> String {
        format!("\n[[window]]\nname = \"{name}\"\nlength = \"2h\"\nzone = \"UTC\"\n{when}\n")
    }

    #[test]
    fn a_known_failure_that_expired_is_said_and_one_of_today_is_not() {
        let all = told("");
        assert_eq!(all.len(), 1, "{all:?}");
        assert!(all[0].contains("e2e::currency was known until 2026-11-19"));
    }

    #[test]
    fn windows_that_never_open_are_said() {
        let past = window("launch", "start = \"2026-11-20T09:00\"");
        let all = told(&past);
        assert!(all[1].contains("nothing can be approved"), "{all:?}");
        let ended = window(
            "autumn",
            "start = \"09:00\"\nrrule = \"FREQ=DAILY;UNTIL=20261119T000000Z\"",
        );
        assert!(told(&(past.clone() + &ended))[1].contains("nothing can be approved"));
        let open = window("office", "start = \"09:00\"\nrrule = \"FREQ=DAILY\"");
        let all = told(&(past + &open));
        assert_eq!(
            all[1..],
            ["[[window]]: launch never opens again; take it out"]
        );
    }
}
