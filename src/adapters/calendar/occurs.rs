//! When the events of an iCalendar file are: starts, ends, recurrences with their exceptions and moved instances.
//!
//! What is not understood is refused with its line: a blackout that was not understood must not look like none.

use std::{collections::BTreeMap, str::FromStr as _};

use jiff::{SignedDuration, Span, Timestamp, civil, tz::TimeZone};

use super::{
    expand::{Recurring, instant, moment},
    ics::{Component, Property, read},
    zones::Zones,
};
use crate::domain::later;

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

/// A date as it is written: on the wall clock of a zone.
struct Date {
    wall: civil::DateTime,
    zone: TimeZone,
    is_day: bool,
}

impl Date {
    fn at(&self) -> Timestamp {
        instant(self.wall, &self.zone)
    }
}

/// The stretches that touch `from..until`. `zone` is where the clock of days and of times without a zone hangs, unless the
/// file says that itself; without either it is UTC.
pub(super) fn stretches(
    bytes: &[u8],
    zone: Option<&TimeZone>,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Stretch>, String> {
    let file = read(bytes)?;
    let zones = Zones::new(&file, zone)?;
    let mut moved: BTreeMap<&str, Vec<Date>> = BTreeMap::new();
    for event in &file.events {
        let (uid, instance) = (event.only("UID")?, event.only("RECURRENCE-ID")?);
        if let Some(instance) = instance {
            if instance.parameter("RANGE").is_some() {
                return Err(format!(
                    "line {}: what moves every later time too is not read: move them one by one",
                    instance.line
                ));
            }
            let date = date(instance, &instance.value, &zones)?;
            // Without a name it is moved from nowhere: both times count.
            if let Some(uid) = uid {
                moved.entry(uid.value.trim()).or_default().push(date);
            }
        }
    }
    let mut found = Vec::new();
    for event in &file.events {
        let status = event.only("STATUS")?;
        if status.is_some_and(|status| status.value.trim().eq_ignore_ascii_case("CANCELLED")) {
            continue;
        }
        let is_master = event.all("RECURRENCE-ID").is_empty();
        let uid = event.only("UID")?.filter(|_| is_master);
        let elsewhere = uid.and_then(|uid| moved.get(uid.value.trim()));
        let elsewhere = elsewhere.map_or(&[][..], Vec::as_slice);
        of_event(event, elsewhere, &zones, (from, until), &mut found)?;
    }
    Ok(found)
}

fn of_event(
    event: &Component,
    elsewhere: &[Date],
    zones: &Zones,
    (from, until): (Timestamp, Timestamp),
    found: &mut Vec<Stretch>,
) -> Result<(), String> {
    let Some(begins) = event.only("DTSTART")? else {
        return Err(format!("line {}: an event without DTSTART", event.line));
    };
    if let [rule, ..] = event.all("EXRULE") {
        return Err(format!(
            "line {}: EXRULE is not read: write EXDATE",
            rule.line
        ));
    }
    let start = date(begins, &begins.value, zones)?;
    let lasts = length(event, &start, begins.line, zones)?;
    let mut except: Vec<Timestamp> = elsewhere.iter().map(Date::at).collect();
    for property in event.all("EXDATE") {
        for raw in property.value.split(',') {
            let left_out = date(property, raw, zones)?;
            if left_out.is_day != start.is_day {
                return Err(format!(
                    "line {}: EXDATE and DTSTART are not both days or both times",
                    property.line
                ));
            }
            except.push(left_out.at());
        }
    }
    let summary = event.only("SUMMARY")?;
    let summary = summary.map_or_else(String::new, |said| plain(&said.value));
    let mut keep = |start: Timestamp, end: Timestamp| {
        if start < until && end > from && start < end && !except.contains(&start) {
            found.push(Stretch {
                summary: summary.clone(),
                start,
                end,
            });
        }
    };
    // The event's own start is its first time, also where the rule leaves it out.
    let mut moments = vec![start.wall];
    for rule in event.all("RRULE") {
        let recurring = Recurring {
            rule: &rule.value,
            first: start.wall,
            zone: &start.zone,
        };
        let early = later(from, -lasts.at_most());
        let counted = recurring.between(early, until);
        moments.extend(counted.map_err(|why| format!("line {}: {why}", rule.line))?);
    }
    for property in event.all("RDATE") {
        for raw in property.value.split(',') {
            match raw.split_once('/') {
                None => {
                    let more = date(property, raw, zones)?;
                    moments.push(start.zone.to_datetime(more.at()));
                }
                Some((first, last)) => {
                    let first = date(property, first, zones)?;
                    let end = period_end(property, &first, last, zones)?;
                    keep(first.at(), end);
                }
            }
        }
    }
    moments.sort_unstable();
    moments.dedup();
    for moment in moments {
        keep(
            instant(moment, &start.zone),
            lasts.after(moment, &start.zone),
        );
    }
    Ok(())
}

/// How long an event lasts. Days follow the wall clock, and so does a duration in days; the time between two moments is
/// exact (RFC 5545, 3.8.5.3).
#[derive(Debug, Clone, Copy)]
enum Length {
    Days(i32),
    Nominal(Span),
    Exact(SignedDuration),
}

impl Length {
    /// Not shorter than any time of it.
    fn at_most(self) -> SignedDuration {
        match self {
            Self::Days(days) => SignedDuration::from_hours((i64::from(days) + 1) * 24),
            Self::Nominal(span) => {
                let first = civil::date(2000, 1, 1).at(0, 0, 0, 0);
                let last = first.checked_add(span);
                last.map_or(SignedDuration::MAX, |last| {
                    last.duration_since(first) + SignedDuration::from_hours(24)
                })
            }
            Self::Exact(length) => length,
        }
    }

    fn after(self, start: civil::DateTime, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Days(days) => start
                .checked_add(Span::new().days(days))
                .map_or(Timestamp::MAX, |end| instant(end, zone)),
            Self::Nominal(span) => zone
                .to_ambiguous_zoned(start)
                .compatible()
                .and_then(|start| start.checked_add(span))
                .map_or(Timestamp::MAX, |end| end.timestamp()),
            Self::Exact(length) => later(instant(start, zone), length),
        }
    }
}

fn length(event: &Component, start: &Date, line: usize, zones: &Zones) -> Result<Length, String> {
    if let Some(property) = event.only("DTEND")? {
        let end = date(property, &property.value, zones)?;
        if end.at() < start.at() {
            return Err(format!("line {}: it ends before it begins", property.line));
        }
        if !(start.is_day && end.is_day) {
            return Ok(Length::Exact(end.at().duration_since(start.at())));
        }
        let days = start.wall.date().until(end.wall.date());
        let days = days.map_err(|error| format!("line {}: {error}", property.line))?;
        // Many write the last day itself where the one after it is meant.
        return Ok(Length::Days(days.get_days().max(1)));
    }
    match event.only("DURATION")? {
        Some(property) => duration(property, &property.value).map(Length::Nominal),
        None if start.is_day => Ok(Length::Days(1)),
        // A moment without an end closes nothing; taken for an hour it would be a guess.
        None => Err(format!("line {line}: an event without DTEND and DURATION")),
    }
}

fn duration(property: &Property, raw: &str) -> Result<Span, String> {
    let span = Span::from_str(raw.trim()).ok();
    let span = span.filter(|span| !span.is_negative());
    span.ok_or_else(|| format!("line {}: \"{raw}\" is no duration", property.line))
}

/// The end of a period: a moment, or how long it lasts.
fn period_end(
    property: &Property,
    first: &Date,
    last: &str,
    zones: &Zones,
) -> Result<Timestamp, String> {
    if last.trim_start().starts_with(['P', '+', '-']) {
        let lasts = Length::Nominal(duration(property, last)?);
        return Ok(lasts.after(first.wall, &first.zone));
    }
    let end = date(property, last, zones)?.at();
    if end < first.at() {
        return Err(format!("line {}: it ends before it begins", property.line));
    }
    Ok(end)
}

/// One date of a property.
fn date(property: &Property, raw: &str, zones: &Zones) -> Result<Date, String> {
    let at = |why: String| format!("line {}: {why}", property.line);
    let raw = raw.trim();
    if let Some(utc) = raw.strip_suffix('Z') {
        return Ok(Date {
            wall: moment(utc).map_err(at)?,
            zone: TimeZone::UTC,
            is_day: false,
        });
    }
    let zone = match property.parameter("TZID") {
        Some(name) => zones.named(name).map_err(at)?,
        None => zones.default().clone(),
    };
    Ok(Date {
        wall: moment(raw).map_err(at)?,
        zone,
        is_day: raw.len() == 8,
    })
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
mod tests;
