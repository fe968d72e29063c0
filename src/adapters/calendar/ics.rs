//! The events of an iCalendar file (RFC 5545): summary, start, end, recurrences with their exceptions and moved instances.
//!
//! A file that cannot be read whole is refused with its line: a blackout that was not understood must not look like none.

use std::{collections::BTreeMap, str::FromStr as _};

use jiff::{SignedDuration, Span, Timestamp, civil, tz::TimeZone};

use super::expand::{Recurring, instant, moment};

/// Most events of a file.
const MOST_EVENTS: usize = 5_000;

/// One stretch of time of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The event's summary; empty where it has none.
    pub(super) summary: String,
    /// From.
    pub(super) start: Timestamp,
    /// Until.
    pub(super) end: Timestamp,
}

/// One property of an event, with its line.
struct Property {
    line: usize,
    parameters: String,
    value: String,
}

type Event = BTreeMap<String, Vec<Property>>;

/// The stretches that touch `from..until`.
pub(super) fn stretches(
    text: &str,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Stretch>, String> {
    let (events, zone) = events(text)?;
    let mut moved: BTreeMap<&str, Vec<civil::DateTime>> = BTreeMap::new();
    for event in &events {
        if let (Some(uid), Some(instance)) = (first(event, "UID"), first(event, "RECURRENCE-ID")) {
            let (wall, _, _) = date(instance, &zone)?;
            moved.entry(uid.value.as_str()).or_default().push(wall);
        }
    }
    let mut found = Vec::new();
    for event in &events {
        if first(event, "STATUS").is_some_and(|status| status.value == "CANCELLED") {
            continue;
        }
        let is_master = !event.contains_key("RECURRENCE-ID");
        let elsewhere = first(event, "UID")
            .filter(|_| is_master)
            .and_then(|uid| moved.get(uid.value.as_str()))
            .map_or(&[][..], Vec::as_slice);
        of_event(event, elsewhere, &zone, (from, until), &mut found)?;
    }
    Ok(found)
}

/// The file's events, and the zone of what names none.
fn events(text: &str) -> Result<(Vec<Event>, TimeZone), String> {
    let mut events = Vec::new();
    let mut zone = TimeZone::UTC;
    let mut inside: Vec<String> = Vec::new();
    let mut event = Event::new();
    let mut is_calendar = false;
    for (line, content) in unfolded(text) {
        let Some((head, value)) = split(&content) else {
            if content.trim().is_empty() {
                continue;
            }
            return Err(format!("line {line}: no name and value"));
        };
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        let name = name.to_ascii_uppercase();
        match (name.as_str(), value) {
            ("BEGIN", what) => {
                is_calendar |= what == "VCALENDAR";
                inside.push(what.to_owned());
            }
            ("END", what) => {
                if inside.pop().as_deref() != Some(what) {
                    return Err(format!(
                        "line {line}: the end of a {what} that did not begin"
                    ));
                }
                if what == "VEVENT" {
                    events.push(std::mem::take(&mut event));
                    if events.len() > MOST_EVENTS {
                        return Err(format!("more than {MOST_EVENTS} events"));
                    }
                }
            }
            ("X-WR-TIMEZONE", name) if inside.len() == 1 => {
                zone = named(name).map_err(|why| format!("line {line}: {why}"))?;
            }
            (_, value) if inside.last().is_some_and(|last| last == "VEVENT") => {
                event.entry(name).or_default().push(Property {
                    line,
                    parameters: parameters.to_owned(),
                    value: value.to_owned(),
                });
            }
            _ => {}
        }
    }
    if !is_calendar {
        return Err("no iCalendar file: it has no BEGIN:VCALENDAR".to_owned());
    }
    match inside.last() {
        Some(open) => Err(format!("cut off: a {open} does not end")),
        None => Ok((events, zone)),
    }
}

/// Lines with what was folded onto the next ones, by the number of their first.
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some((_, begun))) => begun.push_str(more),
            _ => lines.push((index + 1, line.to_owned())),
        }
    }
    lines
}

/// Name with parameters, and value: at the first colon outside of quotes.
fn split(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let at = line.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b':' && !quoted
    })?;
    Some((&line[..at], &line[at + 1..]))
}

fn first<'a>(event: &'a Event, name: &str) -> Option<&'a Property> {
    event.get(name)?.first()
}

fn of_event(
    event: &Event,
    elsewhere: &[civil::DateTime],
    default: &TimeZone,
    (from, until): (Timestamp, Timestamp),
    found: &mut Vec<Stretch>,
) -> Result<(), String> {
    let Some(begins) = first(event, "DTSTART") else {
        return Err("an event without DTSTART".to_owned());
    };
    let (start, zone, all_day) = date(begins, default)?;
    let lasts = length(event, (start, &zone, all_day), default)?;
    let mut except = elsewhere.to_vec();
    for property in event.get("EXDATE").into_iter().flatten() {
        except.extend(dates(property, &zone, default)?);
    }
    let mut moments = match first(event, "RRULE") {
        None => vec![start],
        Some(rule) => {
            let recurring = Recurring {
                rule: &rule.value,
                first: start,
                zone: &zone,
                except: &[],
            };
            let early = crate::domain::later(from, -lasts.at_most());
            recurring
                .between(early, until)
                .map_err(|why| format!("line {}: {why}", rule.line))?
        }
    };
    for property in event.get("RDATE").into_iter().flatten() {
        moments.extend(dates(property, &zone, default)?);
    }
    let summary = first(event, "SUMMARY").map_or_else(String::new, |said| plain(&said.value));
    for moment in moments {
        if except.contains(&moment) {
            continue;
        }
        let start = instant(moment, &zone);
        let end = lasts.after(moment, &zone);
        if start < until && end > from && start < end {
            found.push(Stretch {
                summary: summary.clone(),
                start,
                end,
            });
        }
    }
    Ok(())
}

/// How long an event lasts: whole days follow the wall clock, the rest is exact.
#[derive(Debug, Clone, Copy)]
enum Length {
    Days(i32),
    Exact(SignedDuration),
}

impl Length {
    fn at_most(self) -> SignedDuration {
        match self {
            Self::Days(days) => SignedDuration::from_hours((i64::from(days) + 1) * 24),
            Self::Exact(length) => length,
        }
    }

    fn after(self, start: civil::DateTime, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Days(days) => start
                .checked_add(Span::new().days(days))
                .map_or(Timestamp::MAX, |end| instant(end, zone)),
            Self::Exact(length) => crate::domain::later(instant(start, zone), length),
        }
    }
}

fn length(
    event: &Event,
    (start, zone, all_day): (civil::DateTime, &TimeZone, bool),
    default: &TimeZone,
) -> Result<Length, String> {
    if let Some(property) = first(event, "DTEND") {
        let (end, end_zone, _) = date(property, default)?;
        if all_day {
            let days = start.date().until(end.date()).map(|span| span.get_days());
            return days
                .map(Length::Days)
                .map_err(|error| format!("line {}: {error}", property.line));
        }
        let length = instant(end, &end_zone).duration_since(instant(start, zone));
        return Ok(Length::Exact(length));
    }
    match first(event, "DURATION") {
        Some(property) => {
            let wrong = || {
                format!(
                    "line {}: \"{}\" is no duration",
                    property.line, property.value
                )
            };
            let span = Span::from_str(&property.value).map_err(|_| wrong())?;
            let begins = zone.to_ambiguous_zoned(start).compatible();
            let ends = begins
                .as_ref()
                .map_err(|_| wrong())?
                .checked_add(span)
                .map_err(|_| wrong())?;
            let begins = instant(start, zone);
            Ok(Length::Exact(ends.timestamp().duration_since(begins)))
        }
        None if all_day => Ok(Length::Days(1)),
        // A moment without an end closes nothing; taken for an hour it would be a guess.
        None => Err(format!(
            "line {}: an event without DTEND and DURATION",
            first(event, "DTSTART").map_or(0, |begins| begins.line)
        )),
    }
}

/// A date on the wall clock, its zone, and whether it is a whole day.
fn date(
    property: &Property,
    default: &TimeZone,
) -> Result<(civil::DateTime, TimeZone, bool), String> {
    one(property, &property.value, default)
}

/// The dates of a list, on the wall clock of `zone`.
fn dates(
    property: &Property,
    zone: &TimeZone,
    default: &TimeZone,
) -> Result<Vec<civil::DateTime>, String> {
    property
        .value
        .split(',')
        .map(|raw| {
            // A period says when it begins; what it says of its end is left to the event.
            let raw = raw.split('/').next().unwrap_or(raw);
            let (wall, own, _) = one(property, raw, default)?;
            Ok(zone.to_datetime(instant(wall, &own)))
        })
        .collect()
}

fn one(
    property: &Property,
    raw: &str,
    default: &TimeZone,
) -> Result<(civil::DateTime, TimeZone, bool), String> {
    let at = |why: String| format!("line {}: {why}", property.line);
    let raw = raw.trim();
    if let Some(utc) = raw.strip_suffix('Z') {
        return Ok((moment(utc).map_err(at)?, TimeZone::UTC, false));
    }
    let zone = property
        .parameters
        .split(';')
        .find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.eq_ignore_ascii_case("TZID").then_some(value)
        })
        .map(named)
        .transpose()
        .map_err(at)?;
    let zone = zone.unwrap_or_else(|| default.clone());
    Ok((moment(raw).map_err(at)?, zone, raw.len() == 8))
}

fn named(name: &str) -> Result<TimeZone, String> {
    let name = name.trim_matches('"').trim_start_matches('/');
    TimeZone::get(name).map_err(|_| format!("\"{name}\" is no time zone of the IANA database"))
}

/// Text without the escapes of the format.
fn plain(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n' | 'N') | None => out.push(' '),
                Some(other) => out.push(other),
            },
            (c, false) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(events: &str) -> Result<Vec<String>, String> {
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
        let from = "2026-11-20T00:00Z".parse().unwrap();
        let until = "2026-12-31T00:00Z".parse().unwrap();
        stretches(&text, from, until).map(|all| {
            all.into_iter()
                .map(|one| format!("{} {}..{}", one.summary, one.start, one.end))
                .collect()
        })
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\nUID:a\r\n{lines}\r\nEND:VEVENT\r\n")
    }

    #[test]
    fn single_events_of_every_kind_of_time() {
        let all = [
            event(
                "SUMMARY:Free\\, all\\nof it\r\nDTSTART:20261224T120000Z\r\nDTEND:20261226T120000Z",
            ),
            event("SUMMARY:Da\r\n y\r\nDTSTART;VALUE=DATE:20261225"),
            event(
                "SUMMARY:Zone\r\nDTSTART;TZID=\"Europe/Berlin\":20261201T090000\r\nDURATION:PT2H",
            ),
        ];
        assert_eq!(
            read(&all.concat()).unwrap(),
            [
                "Free, all of it 2026-12-24T12:00:00Z..2026-12-26T12:00:00Z",
                "Day 2026-12-25T00:00:00Z..2026-12-26T00:00:00Z",
                "Zone 2026-12-01T08:00:00Z..2026-12-01T10:00:00Z",
            ]
        );
    }

    #[test]
    fn recurrences_leave_out_what_is_excepted_moved_or_cancelled() {
        let master = event(
            "SUMMARY:Freeze\r\nDTSTART;TZID=Europe/Berlin:20261106T170000\r\nDTEND;TZID=Europe/Berlin:20261106T180000\r\n\
             RRULE:FREQ=WEEKLY;UNTIL=20261212T000000Z\r\nEXDATE;TZID=Europe/Berlin:20261127T170000",
        );
        let moved = event(
            "SUMMARY:Moved\r\nRECURRENCE-ID;TZID=Europe/Berlin:20261204T170000\r\n\
             DTSTART;TZID=Europe/Berlin:20261205T100000\r\nDTEND;TZID=Europe/Berlin:20261205T110000\r\n\
             BEGIN:VALARM\r\nDTSTART:20261205T100000\r\nEND:VALARM",
        );
        let gone = event("STATUS:CANCELLED\r\nDTSTART:20261201T000000Z\r\nDTEND:20261202T000000Z");
        assert_eq!(
            read(&format!("{master}{moved}{gone}")).unwrap(),
            [
                "Freeze 2026-11-20T16:00:00Z..2026-11-20T17:00:00Z",
                "Freeze 2026-12-11T16:00:00Z..2026-12-11T17:00:00Z",
                "Moved 2026-12-05T09:00:00Z..2026-12-05T10:00:00Z",
            ]
        );
    }

    #[test]
    fn one_that_is_under_way_counts() {
        let long =
            event("SUMMARY:Long\r\nDTSTART;VALUE=DATE:20261101\r\nDTEND;VALUE=DATE:20270101");
        let weekly = event(
            "SUMMARY:W\r\nDTSTART:20261112T000000Z\r\nDTEND:20261114T000000Z\r\nRRULE:FREQ=WEEKLY;COUNT=2",
        );
        let found = read(&format!("{long}{weekly}")).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].starts_with("W 2026-11-19T00:00:00Z"), "{found:?}");
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        for (events, why) in [
            (
                event("DTSTART:soon\r\nDTEND:20261202T000000Z"),
                "line 5: \"soon\" is no date",
            ),
            (event("DTSTART:20261202T000000Z"), "without DTEND"),
            (event("SUMMARY:x"), "without DTSTART"),
            (
                event("DTSTART;TZID=W. Europe Standard Time:20261202T000000\r\nDURATION:PT1H"),
                "line 5: \"W. Europe Standard Time\" is no time zone",
            ),
            (
                event("DTSTART:20261202T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=NOW"),
                "line 7",
            ),
            ("BEGIN:VEVENT\r\n".to_owned(), "the end of a VCALENDAR"),
            ("what\r\n".to_owned(), "line 3: no name and value"),
        ] {
            let told = read(&events).unwrap_err();
            assert!(told.contains(why), "{told}");
        }
        let from = Timestamp::UNIX_EPOCH;
        assert!(stretches("<html>", from, from).is_err());
        assert!(
            stretches("BEGIN:VCALENDAR", from, from)
                .unwrap_err()
                .contains("cut off")
        );
    }
}
