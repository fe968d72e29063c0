//! Quiet hours: when the clock of a decision that nobody gives rests.
//!
//! By the wall clock of a zone, so the night of a clock change is as long as it is: a time that does not come that day
//! is no part of it, one that comes twice is part of it twice. Zones come from the database that is built in, so equal
//! rules make equal deadlines on every machine.

use jiff::{
    SignedDuration, Timestamp, ToSpan as _, civil,
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};

use crate::domain::later;

/// Beginnings and ends that are followed; what comes later counts as if nothing rested.
const MOST_TURNS: usize = 4_000;

/// A stretch of each day; one that ends before it begins goes over midnight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// From this time of day.
    pub from: civil::Time,
    /// Until this one; not part of it.
    pub until: civil::Time,
    /// IANA zone name.
    pub zone: String,
}

impl QuietHours {
    /// Its zone; `None` where the built-in database does not know it: then nothing rests.
    pub fn zone(&self) -> Option<TimeZone> {
        TimeZoneDatabase::bundled().get(&self.zone).ok()
    }

    /// When `work` of waking time has passed since `since`.
    pub fn deadline(&self, since: Timestamp, work: SignedDuration) -> Timestamp {
        let Some(zone) = self.zone() else {
            return later(since, work);
        };
        let (mut at, mut left) = (since, work);
        for _ in 0..MOST_TURNS {
            let Some(turn) = self.turn(at, &zone) else {
                break;
            };
            if !self.holds(at, &zone) {
                let awake = turn.duration_since(at);
                if awake >= left {
                    break;
                }
                left -= awake;
            }
            at = turn;
        }
        later(at, left)
    }

    /// Waking time between two moments.
    pub fn awake_between(&self, from: Timestamp, until: Timestamp) -> SignedDuration {
        let whole = until.duration_since(from);
        let Some(zone) = self.zone() else {
            return whole;
        };
        let (mut at, mut awake) = (from, SignedDuration::ZERO);
        for _ in 0..MOST_TURNS {
            let turn = self.turn(at, &zone).filter(|turn| *turn < until);
            let end = turn.unwrap_or(until);
            if !self.holds(at, &zone) {
                awake += end.duration_since(at);
            }
            if turn.is_none() {
                break;
            }
            at = end;
        }
        awake.min(whole)
    }

    /// Until when the clock rests, where it rests at that moment.
    pub fn rests_until(&self, at: Timestamp) -> Option<Timestamp> {
        let zone = self.zone()?;
        self.holds(at, &zone)
            .then(|| self.turn(at, &zone))
            .flatten()
    }

    fn holds(&self, at: Timestamp, zone: &TimeZone) -> bool {
        let time = zone.to_datetime(at).time();
        let (from, until) = (self.from <= time, time < self.until);
        if self.from < self.until {
            from && until
        } else {
            from || until
        }
    }

    /// The first moment after `at` at which it begins or ends to rest.
    fn turn(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = zone.to_datetime(at).date();
        let days = (-1..=3).filter_map(|day| today.checked_add(day.days()).ok());
        let mut moments: Vec<Timestamp> = days
            .flat_map(|day| [day.to_datetime(self.from), day.to_datetime(self.until)])
            .flat_map(|local| {
                let instant = zone.to_ambiguous_timestamp(local);
                [instant.earlier(), instant.later()]
            })
            .flatten()
            .collect();
        // A change of the clock may jump into the stretch, or out of it.
        moments.extend(zone.following(at).take(2).map(|change| change.timestamp()));
        moments.retain(|moment| *moment > at);
        moments.sort_unstable();
        let now = self.holds(at, zone);
        moments
            .into_iter()
            .find(|moment| self.holds(*moment, zone) != now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: &str, until: &str, zone: &str) -> QuietHours {
        let time = |text: &str| civil::Time::strptime("%H:%M", text).unwrap();
        QuietHours {
            from: time(from),
            until: time(until),
            zone: zone.to_owned(),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Four hours of waking time later, in the zone's own time.
    fn four_hours(night: &QuietHours, since: &str) -> String {
        let due = night.deadline(at(since), SignedDuration::from_hours(4));
        let zone = night.zone().unwrap();
        zone.to_datetime(due).strftime("%F %H:%M").to_string()
    }

    #[test]
    fn the_clock_rests_over_midnight_and_goes_on_in_the_morning() {
        let night = hours("22:00", "07:00", "Europe/Berlin");
        for (since, due) in [
            // Far from the night; into it; from within it; to its first moment.
            ("2026-11-20T08:00+01:00", "2026-11-20 12:00"),
            ("2026-11-20T20:30+01:00", "2026-11-21 09:30"),
            ("2026-11-20T23:00+01:00", "2026-11-21 11:00"),
            ("2026-11-21T03:00+01:00", "2026-11-21 11:00"),
            ("2026-11-20T18:00+01:00", "2026-11-20 22:00"),
            // A leap day has its night, and the last night of a year.
            ("2028-02-28T21:00+01:00", "2028-02-29 10:00"),
            ("2028-02-29T21:00+01:00", "2028-03-01 10:00"),
            ("2026-12-31T21:00+01:00", "2027-01-01 10:00"),
            // The nights of both clock changes: the wall clock says when the morning is.
            ("2026-03-28T21:00+01:00", "2026-03-29 10:00"),
            ("2026-10-24T21:00+02:00", "2026-10-25 10:00"),
        ] {
            assert_eq!(four_hours(&night, since), due, "{since}");
        }
    }

    #[test]
    fn the_nights_of_a_clock_change_are_an_hour_shorter_and_longer() {
        let night = hours("22:00", "07:00", "Europe/Berlin");
        let slept = |from: &str, until: &str| {
            let (from, until) = (at(from), at(until));
            let awake = night.awake_between(from, until);
            (until.duration_since(from) - awake).as_hours()
        };
        assert_eq!(slept("2026-03-27T12:00+01:00", "2026-03-28T12:00+01:00"), 9);
        assert_eq!(slept("2026-03-28T12:00+01:00", "2026-03-29T12:00+02:00"), 8);
        assert_eq!(
            slept("2026-10-24T12:00+02:00", "2026-10-25T12:00+01:00"),
            10
        );
    }

    #[test]
    fn a_stretch_that_the_clock_skips_does_not_come_and_one_that_comes_twice_rests_twice() {
        let short = hours("02:15", "02:45", "Europe/Berlin");
        let awake = |from: &str, until: &str| short.awake_between(at(from), at(until)).as_mins();
        assert_eq!(
            awake("2026-03-29T01:00+01:00", "2026-03-29T04:00+02:00"),
            120
        );
        assert_eq!(
            awake("2026-10-25T01:00+02:00", "2026-10-25T04:00+01:00"),
            240 - 60
        );
        // The jump from 02:00 to 03:00 lands within this one, and not at its beginning.
        let within = hours("02:30", "03:30", "Europe/Berlin");
        let awake =
            within.awake_between(at("2026-03-29T01:00+01:00"), at("2026-03-29T04:00+02:00"));
        assert_eq!(awake.as_mins(), 90);
    }

    #[test]
    fn around_a_change_every_five_minutes_count_as_the_wall_clock_says() {
        let zones = [
            ("Europe/Berlin", "2026-03-28T12:00Z"),
            ("Europe/Berlin", "2026-10-24T12:00Z"),
            ("Australia/Lord_Howe", "2026-04-04T00:00Z"),
            ("Pacific/Apia", "2011-12-29T00:00Z"),
            ("America/Sao_Paulo", "2018-11-03T12:00Z"),
        ];
        for (zone, begin) in zones {
            for (from, until) in [("22:00", "07:00"), ("02:15", "02:45"), ("00:00", "00:30")] {
                let quiet = hours(from, until, zone);
                let zone = quiet.zone().unwrap();
                let mut awake = 0;
                for minute in (0..36 * 60).step_by(5) {
                    let end = at(begin) + SignedDuration::from_mins(minute);
                    assert_eq!(
                        quiet.awake_between(at(begin), end).as_mins(),
                        awake,
                        "{quiet:?} {end}"
                    );
                    awake += 5 * i64::from(!quiet.holds(end, &zone));
                }
            }
        }
    }

    #[test]
    fn a_deadline_is_where_its_waking_time_has_passed() {
        let quiet = hours("22:00", "07:00", "America/New_York");
        for hour in 0..24 * 10 {
            let since = at("2026-10-28T00:00Z") + SignedDuration::from_hours(hour);
            for work in [1, 240, 3_000] {
                let work = SignedDuration::from_mins(work);
                let due = quiet.deadline(since, work);
                assert_eq!(quiet.awake_between(since, due), work, "{since}");
                assert!(quiet.awake_between(since, due - SignedDuration::from_secs(1)) < work);
            }
        }
    }

    #[test]
    fn hours_that_leave_a_minute_of_a_day_and_a_zone_that_nobody_knows_have_an_end() {
        let long = SignedDuration::from_hours(24 * 366);
        let nearly_all = hours("00:01", "00:00", "UTC");
        assert!(nearly_all.deadline(at("2026-01-01T00:00Z"), long) > at("2027-01-01T00:00Z"));
        let unknown = hours("22:00", "07:00", "Mars/Olympus");
        assert_eq!(
            unknown.deadline(at("2026-01-01T00:00Z"), long),
            later(at("2026-01-01T00:00Z"), long)
        );
    }
}
