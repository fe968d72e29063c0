//! A recurrence becomes moments: RFC 5545 counts in wall-clock time, the zone is laid over what it counted.
//!
//! So a window that begins at 17:00 begins at 17:00 before and after the clock changes. A time that the clock leaves out
//! begins when the clock goes on; one that comes twice begins the first time.

use chrono::{NaiveDate, TimeZone as _};
use jiff::{SignedDuration, Span, Timestamp, civil, tz::TimeZone};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

use crate::domain::{later, policy::daily_at_most};

/// Most moments of one rule in one reading.
const MOST: u16 = 1_000;
/// A rule without a first day of its own counts from so far before what is asked for.
const FAR_BACK: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A recurrence in a zone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recurring<'a> {
    /// `FREQ=WEEKLY;BYDAY=FR`.
    pub(super) rule: &'a str,
    /// The first moment that it may be, on the wall clock.
    pub(super) first: civil::DateTime,
    /// Where the clock hangs.
    pub(super) zone: &'a TimeZone,
}

impl Recurring<'_> {
    /// Its moments in `from..until`, in order.
    pub(super) fn between(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<civil::DateTime>, String> {
        daily_at_most(self.rule)?;
        let first = counted(self.nearer(from)).ok_or("a date that no calendar has")?;
        let rule = self.in_wall_time()?;
        let rule: RRule<Unvalidated> = rule.parse().map_err(|error| format!("{error}"))?;
        let rule = rule.validate(first).map_err(|error| format!("{error}"))?;
        // A day on either side: wall clocks are at most that far from UTC.
        let day = SignedDuration::from_hours(24);
        let edge = |at: Timestamp| counted(TimeZone::UTC.to_datetime(at));
        let (Some(after), Some(before)) = (edge(later(from, -day)), edge(later(until, day))) else {
            return Err("a time that no calendar has".to_owned());
        };
        let found = RRuleSet::new(first)
            .rrule(rule)
            .after(after)
            .before(before)
            .all(MOST);
        if found.limited {
            return Err(format!(
                "it comes more than {MOST} times in the weeks ahead, or too rarely to be found"
            ));
        }
        let moments = found.dates.iter().filter_map(wall);
        Ok(moments
            .filter(|moment| {
                let at = instant(*moment, self.zone);
                from <= at && at < until
            })
            .collect())
    }

    /// Where the counting may begin: of days and weeks without an end, the periods that are long past change nothing.
    fn nearer(&self, from: Timestamp) -> civil::DateTime {
        let part = |key: &str| self.rule.split(';').find_map(|part| part.strip_prefix(key));
        let every = part("INTERVAL=").map_or(Ok(1), str::parse::<i32>);
        let (Ok(every @ 1..=1_000), None, None) = (every, part("COUNT="), part("UNTIL=")) else {
            return self.first;
        };
        let days = match part("FREQ=") {
            Some("DAILY") => every,
            Some("WEEKLY") => every * 7,
            _ => return self.first,
        };
        let here = self.zone.to_datetime(from).date();
        let past = self
            .first
            .date()
            .until(here)
            .map_or(0, |span| span.get_days());
        // The period before the one that is asked for stays, and a week for how weeks begin.
        let left_out = (past - days - 10).max(0) / days * days;
        let later = self.first.checked_add(Span::new().days(left_out));
        later.unwrap_or(self.first)
    }

    /// The rule with its UNTIL on the wall clock, written as the counting wants it.
    fn in_wall_time(&self) -> Result<String, String> {
        let parts = self.rule.split(';').map(|part| {
            let Some(until) = part.strip_prefix("UNTIL=") else {
                return Ok(part.to_owned());
            };
            let wall = match until.strip_suffix('Z') {
                Some(utc) => {
                    let at = instant(moment(utc)?, &TimeZone::UTC);
                    self.zone.to_datetime(at)
                }
                None if until.len() == 8 => moment(&format!("{until}T235959"))?,
                None => moment(until)?,
            };
            Ok(format!("UNTIL={}", wall.strftime("%Y%m%dT%H%M%SZ")))
        });
        let parts: Result<Vec<String>, String> = parts.collect();
        Ok(parts?.join(";"))
    }
}

/// The day to count from where a rule names none.
pub(super) fn first_day(from: Timestamp, zone: &TimeZone) -> civil::Date {
    zone.to_datetime(later(from, -FAR_BACK)).date()
}

/// The instant of a wall-clock moment in a zone.
pub(super) fn instant(moment: civil::DateTime, zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_timestamp(moment)
        .compatible()
        .unwrap_or(Timestamp::MAX)
}

/// `20261223T170000`, `20261223`.
pub(super) fn moment(raw: &str) -> Result<civil::DateTime, String> {
    let wrong = || format!("\"{raw}\" is no date");
    match raw.len() {
        8 => civil::Date::strptime("%Y%m%d", raw)
            .map(|date| date.at(0, 0, 0, 0))
            .map_err(|_| wrong()),
        15 => civil::DateTime::strptime("%Y%m%dT%H%M%S", raw).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

/// A wall-clock moment as the counting holds it: as if the clock hung in Greenwich.
fn counted(moment: civil::DateTime) -> Option<chrono::DateTime<Tz>> {
    let part = |value: i8| u32::try_from(value).ok();
    let date = NaiveDate::from_ymd_opt(
        i32::from(moment.year()),
        part(moment.month())?,
        part(moment.day())?,
    )?;
    let naive = date.and_hms_opt(
        part(moment.hour())?,
        part(moment.minute())?,
        part(moment.second())?,
    )?;
    Some(Tz::UTC.from_utc_datetime(&naive))
}

fn wall(counted: &chrono::DateTime<Tz>) -> Option<civil::DateTime> {
    let at = Timestamp::from_second(counted.timestamp()).ok()?;
    Some(TimeZone::UTC.to_datetime(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(rule: &str, first: &str, zone: &str, from: &str, until: &str) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        let recurring = Recurring {
            rule,
            first: first.parse().unwrap(),
            zone: &zone,
        };
        let found = recurring.between(from.parse().unwrap(), until.parse().unwrap());
        found
            .unwrap()
            .into_iter()
            .map(|moment| instant(moment, &zone).to_string())
            .collect()
    }

    #[test]
    fn a_time_of_day_stays_when_the_clock_changes() {
        // Berlin: 25 October 2026 back, 28 March 2027 forth.
        let of = |from, until| {
            moments(
                "FREQ=WEEKLY;BYDAY=FR",
                "2026-01-01T17:00",
                "Europe/Berlin",
                from,
                until,
            )
        };
        assert_eq!(
            of("2026-10-20T00:00Z", "2026-11-01T00:00Z"),
            ["2026-10-23T15:00:00Z", "2026-10-30T16:00:00Z"]
        );
        assert_eq!(
            of("2027-03-25T00:00Z", "2027-04-03T00:00Z"),
            ["2027-03-26T16:00:00Z", "2027-04-02T15:00:00Z"]
        );
    }

    #[test]
    fn a_time_that_the_clock_leaves_out_begins_when_it_goes_on() {
        let of = |from, until| {
            moments(
                "FREQ=DAILY",
                "2026-01-01T02:30",
                "Europe/Berlin",
                from,
                until,
            )
        };
        // 02:30 does not exist on 28 March 2027, and comes twice on 25 October 2026.
        assert_eq!(
            of("2027-03-28T00:00Z", "2027-03-28T12:00Z"),
            ["2027-03-28T01:30:00Z"]
        );
        assert_eq!(
            of("2026-10-24T12:00Z", "2026-10-25T12:00Z"),
            ["2026-10-25T00:30:00Z"]
        );
    }

    #[test]
    fn leap_days_ordinals_and_ends_are_counted() {
        assert_eq!(
            moments(
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
                "2024-02-29T00:00",
                "UTC",
                "2027-01-01T00:00Z",
                "2029-01-01T00:00Z"
            ),
            ["2028-02-29T00:00:00Z"]
        );
        // The last Friday of the month, until an instant in UTC.
        assert_eq!(
            moments(
                "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20261130T000000Z",
                "2026-01-01T20:00",
                "America/New_York",
                "2026-10-01T00:00Z",
                "2027-02-01T00:00Z"
            ),
            ["2026-10-31T00:00:00Z", "2026-11-28T01:00:00Z"]
        );
    }

    #[test]
    fn periods_that_are_long_past_are_left_out_and_change_nothing() {
        let of = |rule: &str| {
            let (from, until) = ("2026-10-20T00:00Z", "2026-12-20T00:00Z");
            moments(rule, "1970-01-07T02:30", "Europe/Berlin", from, until)
        };
        for rule in [
            "FREQ=DAILY",
            "FREQ=DAILY;INTERVAL=17",
            "FREQ=DAILY;INTERVAL=900",
            "FREQ=WEEKLY",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
            "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,MO;WKST=MO",
            "FREQ=DAILY;BYMONTH=11;BYDAY=MO",
        ] {
            // With an end each period is counted.
            let counted = of(&format!("{rule};UNTIL=20991231T000000Z"));
            assert_eq!(of(rule), counted, "{rule}");
        }
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let daily = Recurring {
            rule: "FREQ=DAILY",
            first: civil::date(1970, 1, 7).at(2, 30, 0, 0),
            zone: &zone,
        };
        let begins = daily.nearer("2026-10-20T00:00Z".parse().unwrap());
        assert_eq!(begins, civil::date(2026, 10, 9).at(2, 30, 0, 0));
    }

    #[test]
    fn the_ends_of_the_calendar_break_nothing() {
        for first in [
            "0001-01-01T00:00",
            "9999-12-31T23:59:59",
            "-009999-01-01T00:00",
        ] {
            for rule in [
                "FREQ=DAILY",
                "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2",
                "FREQ=WEEKLY;INTERVAL=65535",
                "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR",
                "FREQ=YEARLY;BYWEEKNO=53;UNTIL=99991231",
            ] {
                let recurring = Recurring {
                    rule,
                    first: first.parse().unwrap(),
                    zone: &TimeZone::UTC,
                };
                let (from, until) = ("2026-11-01T00:00Z", "2026-12-01T00:00Z");
                let found = recurring.between(from.parse().unwrap(), until.parse().unwrap());
                let most = if rule == "FREQ=DAILY" { 30 } else { 1 };
                assert!(
                    found.is_err() || found.is_ok_and(|all| all.len() <= most),
                    "{first} {rule}"
                );
                let _ = recurring.between(Timestamp::MIN, Timestamp::MAX);
            }
        }
    }

    #[test]
    fn what_is_no_rule_says_so() {
        let zone = TimeZone::UTC;
        for rule in [
            "",
            "FREQ=NEVER",
            "FREQ=WEEKLY;BYDAY=XX",
            "FREQ=SECONDLY",
            "UNTIL=x",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=00",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;INTERVAL=-1",
            "FREQ=DAILY;COUNT=99999999999",
            "FREQ=DAILY;NEVER=1",
            "FREQ=DAILY;COUNT",
            "FREQ=WEEKLY;BYEASTER=0",
            "freq=daily",
        ] {
            let recurring = Recurring {
                rule,
                first: civil::date(2026, 1, 1).at(0, 0, 0, 0),
                zone: &zone,
            };
            let found = recurring.between(
                "2026-11-01T00:00Z".parse().unwrap(),
                "2026-12-01T00:00Z".parse().unwrap(),
            );
            assert!(found.is_err(), "{rule}: {found:?}");
        }
    }
}
