//! `[[blackout]]` and `[[window]]`: when production may change.

use jiff::{Timestamp, civil, tz::TimeZone};
use rrule::{RRule, Unvalidated};
use url::Url;

use super::findings::Findings;
use crate::{
    config::{
        At,
        diagnostic::Diagnostic,
        file::{BlackoutEntry, TeamTable},
        units,
    },
    domain::{
        Text, is_sealed, later,
        policy::{CalendarRule, Recurrence, WindowKind, daily_at_most},
    },
};

pub(super) fn calendar(table: &TeamTable, found: &mut Findings) -> Vec<CalendarRule> {
    let blackouts = table.blackout.iter().map(|at| (WindowKind::Blackout, at));
    let windows = table.window.iter().map(|at| (WindowKind::Open, at));
    blackouts
        .chain(windows)
        .filter_map(|(kind, at)| {
            let when = match &at.file {
                Some(file) => of_file(at, file, found),
                None => of_times(at, found),
            };
            Some(CalendarRule {
                name: Text::line(&at.name),
                kind,
                when: when?,
                zone: of_file_zone(at, found),
                may_override: at.may_override,
            })
        })
        .collect()
}

fn of_file(at: &At<BlackoutEntry>, file: &At<String>, found: &mut Findings) -> Option<Recurrence> {
    let beside = [
        ("rrule", at.rrule.as_ref().map(|at| &at.span)),
        ("start", at.start.as_ref().map(|at| &at.span)),
        ("length", at.length.as_ref().map(|at| &at.span)),
    ];
    for (key, span) in beside {
        if let Some(span) = span {
            let message = format!("a window with both `file` and `{key}`");
            found.wrong(span, message, "keep one of them");
        }
    }
    let place = found.filled("file", file);
    found.read("file", file, |raw| is_place(raw));
    (!place.trim().is_empty()).then_some(Recurrence::File(place))
}

/// Where the clock of a file's days hangs. A rule with times of its own holds its zone beside them.
fn of_file_zone(at: &BlackoutEntry, found: &mut Findings) -> Option<String> {
    let zone = at.zone.as_ref().filter(|_| at.file.is_some())?;
    found.read("zone", zone, |raw| units::zone(raw).map(|_| raw.clone()))
}

/// A path below the repository's root, or an address that nobody on the way can answer for.
fn is_place(raw: &str) -> Result<(), String> {
    let is_outside = raw.starts_with('/') || raw.split(['/', '\\']).any(|part| part == "..");
    if raw.contains("://") {
        let url = Url::parse(raw).map_err(|error| format!("no address: {error}"))?;
        if is_sealed(&url) {
            return Ok(());
        }
        Err("an address is https: whoever sits on the way could serve an empty calendar".to_owned())
    } else if is_outside {
        Err("a path is one of the repository, from its root".to_owned())
    } else {
        Ok(())
    }
}

fn of_times(at: &At<BlackoutEntry>, found: &mut Findings) -> Option<Recurrence> {
    let missing = [
        ("start", at.start.is_none()),
        ("length", at.length.is_none()),
        ("zone", at.zone.is_none()),
    ];
    for (key, absent) in missing {
        if absent {
            let point = Diagnostic::at(at.span.clone(), format!("a window without `{key}`"));
            found.add(point.label(at.name.clone()));
        }
    }
    let zone = at
        .zone
        .as_ref()
        .and_then(|zone| found.read("zone", zone, |raw| Ok((raw.clone(), units::zone(raw)?))));
    let length = at
        .length
        .as_ref()
        .and_then(|length| found.read("length", length, |raw| units::duration(&raw.0)));
    let start = at
        .start
        .as_ref()
        .and_then(|start| found.read("start", start, |raw| begins(raw, at.rrule.is_some())));
    let has_day = matches!(start, Some((Some(_), _)));
    let rule = match &at.rrule {
        None => None,
        Some(rule) => Some(found.read("rrule", rule, |raw| recurs(raw, has_day))?),
    };
    let ((name, zone), length, (day, time)) = (zone?, length?, start?);
    match (rule, day) {
        (Some(rule), from) => Some(Recurrence::Recurring {
            rule,
            time,
            from,
            length,
            zone: name,
        }),
        (None, Some(day)) => {
            let start = moment(day.to_datetime(time), &zone);
            let end = later(start, length);
            Some(Recurrence::Once { start, end })
        }
        (None, None) => None,
    }
}

fn moment(at: civil::DateTime, zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_timestamp(at)
        .compatible()
        .unwrap_or(Timestamp::MAX)
}

/// A day with a time, or for what recurs a time alone.
fn begins(raw: &str, recurring: bool) -> Result<(Option<civil::Date>, civil::Time), String> {
    if recurring && let Ok(time) = units::time_of_day(raw) {
        return Ok((None, time));
    }
    raw.parse::<civil::DateTime>()
        .map(|at| (Some(at.date()), at.time()))
        .map_err(|_| {
            if recurring {
                format!(
                    "\"{raw}\" is no time: write 17:00, or 2026-12-23T17:00 to count from that day"
                )
            } else {
                format!("\"{raw}\" is no moment: write 2026-12-23T17:00")
            }
        })
}

/// A recurrence that can be counted.
fn recurs(raw: &str, has_day: bool) -> Result<String, String> {
    let rule = raw.trim().trim_start_matches("RRULE:");
    daily_at_most(rule)?;
    rule.parse::<RRule<Unvalidated>>()
        .map_err(|error| error.to_string())?;
    let counts = rule
        .split(';')
        .find(|part| part.starts_with("COUNT=") || part.starts_with("INTERVAL="));
    match counts {
        Some(part) if !has_day && part != "INTERVAL=1" => Err(format!(
            "{part} counts from a day: write `start` with one, 2026-12-23T17:00"
        )),
        _ => Ok(rule.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recurrences_are_read_when_the_file_is() {
        assert_eq!(
            recurs("FREQ=WEEKLY;BYDAY=FR", false).as_deref(),
            Ok("FREQ=WEEKLY;BYDAY=FR")
        );
        assert!(recurs("RRULE:FREQ=MONTHLY;BYDAY=-1FR", false).is_ok());
        assert!(recurs("FREQ=WEEKLY;INTERVAL=2", true).is_ok());
        for (raw, why) in [
            ("BYDAY=FR", "how often"),
            ("FREQ=WEEKLY;INTERVAL=2", "counts from a day"),
            ("FREQ=DAILY;COUNT=3", "counts from a day"),
            ("FREQ=FORTNIGHTLY", "FORTNIGHTLY"),
            ("FREQ=WEEKLY;BYDAY=XX", "XX"),
        ] {
            let told = recurs(raw, false).unwrap_err();
            assert!(told.contains(why), "{raw}: {told}");
        }
    }

    #[test]
    fn a_file_s_days_are_of_the_zone_beside_it() {
        let smallest = include_str!("../../../tests/data/config/smallest.toml");
        let with = |zone: &str| {
            let entry = format!("[[blackout]]\nname = \"b\"\nfile = \"a.ics\"\n{zone}\n");
            let text = format!("{smallest}\n{entry}");
            crate::config::parse_team(text.as_bytes(), "cockpit.toml")
        };
        let zone = |raw: &str| with(raw).unwrap().policy.calendar[0].zone.clone();
        assert_eq!(zone("").as_deref(), None);
        let berlin = zone("zone = \"Europe/Berlin\"");
        assert_eq!(berlin.as_deref(), Some("Europe/Berlin"));
        let told = with("zone = \"Europe/Berln\"").unwrap_err().to_string();
        assert!(told.contains("Europe/Berlin"), "{told}");
    }

    #[test]
    fn a_calendar_is_a_file_of_the_repository_or_a_safe_address() {
        for good in [
            "ops/freeze.ics",
            "https://x.example/a.ics",
            "http://127.0.0.1:80/a.ics",
        ] {
            assert_eq!(is_place(good), Ok(()), "{good}");
        }
        for bad in [
            "http://x.example/a.ics",
            "ftp://x/a.ics",
            "/etc/passwd",
            "a/../../b.ics",
        ] {
            assert!(is_place(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_start_is_a_moment_or_for_what_recurs_a_time() {
        assert!(begins("17:00", true).unwrap().0.is_none());
        assert!(begins("2026-12-23T17:00", true).unwrap().0.is_some());
        assert!(begins("2026-12-23T17:00", false).is_ok());
        assert!(
            begins("17:00", false)
                .unwrap_err()
                .contains("2026-12-23T17:00")
        );
        assert!(begins("soon", true).unwrap_err().contains("17:00"));
    }
}
