//! `[approval]`, `[people]`, `[[blackout]]`: who decides, and when not.

use std::collections::BTreeMap;

use jiff::{SignedDuration, civil};

use super::findings::Findings;
use crate::{
    config::{
        At,
        diagnostic::Diagnostic,
        file::{BlackoutEntry, TeamTable},
        units,
    },
    domain::{Login, Text, policy::ApprovalRule},
};

const ESCALATE_AFTER: SignedDuration = SignedDuration::from_hours(4);
const QUORUM_MOST: u32 = 20;

pub(super) fn approval(
    table: &TeamTable,
    deploy_timeout: SignedDuration,
    found: &mut Findings,
) -> ApprovalRule {
    let written = &table.approval;
    if let Some(hours) = &written.quiet_hours {
        found.read("approval.quiet_hours", hours, |raw| units::quiet_hours(raw));
    }
    for at in written.signoffs.values() {
        for person in &at.people {
            found.read("people", person, |raw| login(raw));
        }
        if let Some(quorum) = &at.quorum {
            let most = u32::try_from(at.people.len()).unwrap_or(QUORUM_MOST);
            if quorum.value == 0 {
                found.wrong(&quorum.span, "a quorum of nobody", "write 1 or more");
            } else if !at.people.is_empty() && quorum.value > most {
                let message = format!("a quorum of {} out of {most} people", quorum.value);
                found.wrong(&quorum.span, message, "name more people, or lower it");
            }
        }
    }
    ApprovalRule {
        escalate_after: found.read_or(
            "approval.escalate_after",
            written.escalate_after.as_ref(),
            ESCALATE_AFTER,
            |raw| units::duration(&raw.0),
        ),
        deploy_timeout,
        escalate_to: table
            .slack
            .as_ref()
            .and_then(|slack| slack.escalation.as_ref())
            .map(|at| Text::line(&at.value)),
        people: people(table, found),
    }
}

fn people(table: &TeamTable, found: &mut Findings) -> BTreeMap<Login, Vec<String>> {
    let mut all: BTreeMap<Login, Vec<String>> = BTreeMap::new();
    for (name, person) in &table.people {
        let Some(login) = found.read("github", &person.github, |raw| login(raw)) else {
            continue;
        };
        if all.keys().any(|other| other.is(&login)) {
            let message = format!("@{login} is here twice ({name})");
            found.wrong(&person.github.span, message, "keep one entry a person");
        }
        if let Some(slack) = &person.slack
            && !is_slack_user(slack)
        {
            let help = "write the member id from the person's Slack profile: U01ANA";
            found.wrong(&slack.span, "no Slack user id", help);
        }
        all.insert(login, person.roles.clone());
    }
    all
}

fn login(raw: &str) -> Result<Login, String> {
    Login::parse(raw).map_err(|wrong| wrong.to_string())
}

/// Slack's user ids begin with `U` or `W` and hold capitals and digits.
fn is_slack_user(raw: &str) -> bool {
    raw.starts_with(['U', 'W'])
        && raw.len() >= 3
        && raw
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Checks the written windows; what they forbid comes with the policy that uses them.
pub(super) fn blackouts(entries: &[At<BlackoutEntry>], found: &mut Findings) {
    for at in entries {
        if let Some(file) = &at.file {
            if let Some(rule) = &at.rrule {
                found.wrong(
                    &rule.span,
                    "a blackout with both `file` and `rrule`",
                    "keep one of them",
                );
            }
            found.filled("file", file);
            continue;
        }
        if let Some(zone) = &at.zone {
            found.read("zone", zone, |raw| units::zone(raw));
        }
        if let Some(length) = &at.length {
            found.read("length", length, |raw| units::duration(&raw.0));
        }
        if let Some(rule) = &at.rrule {
            found.read("rrule", rule, |raw| frequency(raw));
        }
        let missing = [
            ("start", at.start.is_none()),
            ("length", at.length.is_none()),
            ("zone", at.zone.is_none()),
        ];
        for (key, absent) in missing {
            if absent {
                let point = Diagnostic::at(at.span.clone(), format!("a blackout without `{key}`"));
                found.add(point.label(at.name.clone()));
            }
        }
        if let Some(start) = &at.start {
            let recurring = at.rrule.is_some();
            found.read("start", start, |raw| begins(raw, recurring));
        }
    }
}

fn begins(raw: &str, recurring: bool) -> Result<(), String> {
    if recurring {
        units::time_of_day(raw).map(|_| ())
    } else {
        raw.parse::<civil::DateTime>()
            .map(|_| ())
            .map_err(|_| format!("\"{raw}\" is no moment: write 2026-12-23T17:00"))
    }
}

/// The part of a recurrence rule that tells a rule from a slip: a frequency that RFC 5545 knows.
fn frequency(raw: &str) -> Result<(), String> {
    let known = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
    let given = raw.split(';').find_map(|part| part.strip_prefix("FREQ="));
    match given {
        Some(word) if known.contains(&word) => Ok(()),
        Some(word) => Err(format!("FREQ={word} is not {}", known.join(", "))),
        None => Err("a rule begins with its frequency: FREQ=WEEKLY;BYDAY=FR".to_owned()),
    }
}
