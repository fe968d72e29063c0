//! Reads the written forms: durations, shares, points, times of day, zones. Each error is a fragment that says the
//! right form.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

use crate::domain::policy::QuietHours;

/// Longest duration that a rule may name: a year is a mistake.
const LONGEST_DAYS: i64 = 366;
/// Oldest age: a century.
const OLDEST_DAYS: i64 = 36_525;

/// `30s`, `10m`, `2h`, `7d`; more than nothing.
pub fn duration(written: &str) -> Result<SignedDuration, String> {
    duration_within(written, LONGEST_DAYS)
}

/// The same for how old something is: records are kept for years.
pub fn age(written: &str) -> Result<SignedDuration, String> {
    duration_within(written, OLDEST_DAYS)
}

fn duration_within(written: &str, days: i64) -> Result<SignedDuration, String> {
    let wrong = || format!("\"{written}\" is no duration: write 30s, 10m, 2h or 7d");
    let split = written
        .find(|c: char| !c.is_ascii_digit())
        .ok_or_else(|| format!("\"{written}\" has no unit: write 30s, 10m, 2h or 7d"))?;
    let (digits, unit) = written.split_at(split);
    let seconds: i64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let count: i64 = digits.parse().map_err(|_| wrong())?;
    let all = count
        .checked_mul(seconds)
        .filter(|all| *all <= days * 86_400)
        .ok_or_else(|| format!("\"{written}\" is longer than {days} days"))?;
    if all == 0 {
        return Err(format!("\"{written}\" is no time at all"));
    }
    Ok(SignedDuration::from_secs(all))
}

/// `180ms` or `1.2s`, in milliseconds; more than nothing, at most an hour.
pub(super) fn latency(written: &str) -> Result<f64, String> {
    let wrong = || format!("\"{written}\" is no latency: write 180ms or 1.2s");
    let (digits, unit) = match written.strip_suffix("ms") {
        Some(digits) => (digits, 1.0),
        None => (written.strip_suffix('s').ok_or_else(wrong)?, 1_000.0),
    };
    let value = decimal(digits).ok_or_else(wrong)? * unit;
    if value > 0.0 && value <= 3_600_000.0 {
        Ok(value)
    } else {
        Err(format!("\"{written}\" is not between nothing and an hour"))
    }
}

/// `0%`, `0.1%`: a share that may be nothing.
pub(super) fn share_or_none(written: &str) -> Result<f64, String> {
    match written.strip_suffix('%').and_then(decimal) {
        Some(0.0) => Ok(0.0),
        _ => share(written),
    }
}

/// `5%`: more than 0, at most 100.
pub(super) fn share(written: &str) -> Result<f64, String> {
    let value = written
        .strip_suffix('%')
        .and_then(decimal)
        .ok_or_else(|| format!("\"{written}\" is no share: write 5% or 12.5%"))?;
    if value > 0.0 && value <= 100.0 {
        Ok(value)
    } else {
        Err(format!("\"{written}\" is not between 0% and 100%"))
    }
}

/// `1pt`: a difference of percentages, at most 100.
pub(super) fn points(written: &str) -> Result<f64, String> {
    written
        .strip_suffix("pt")
        .and_then(decimal)
        .filter(|value| *value <= 100.0)
        .ok_or_else(|| format!("\"{written}\" is no difference in points: write 1pt or 0.5pt"))
}

/// Digits with at most one point: neither signs nor `inf`, `nan`, `1e9`.
fn decimal(digits: &str) -> Option<f64> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| digits.parse().ok()).flatten()
}

/// `25%` or a count, as a rolling update says it.
pub(super) fn share_or_count(written: &str) -> Result<(), String> {
    if written.parse::<u32>().is_ok() || share(written).is_ok() {
        Ok(())
    } else {
        Err(format!(
            "\"{written}\" is neither a share (25%) nor a count (1)"
        ))
    }
}

/// `Europe/Berlin`, from the bundled database.
pub(super) fn zone(written: &str) -> Result<TimeZone, String> {
    TimeZone::get(written).map_err(|_| {
        let names: Vec<_> = jiff::tz::db().available().collect();
        match super::nearest::nearest(written, names.iter().map(jiff::tz::TimeZoneName::as_str)) {
            Some(near) => format!("\"{written}\" is no time zone; did you mean \"{near}\"?"),
            None => format!("\"{written}\" is no time zone: write it as Europe/Berlin"),
        }
    })
}

/// `17:00`.
pub(super) fn time_of_day(written: &str) -> Result<civil::Time, String> {
    let form = written.len() == 5 && written.as_bytes()[2] == b':';
    form.then(|| civil::Time::strptime("%H:%M", written).ok())
        .flatten()
        .ok_or_else(|| format!("\"{written}\" is no time of day: write 17:00"))
}

/// `2026-12-01`.
pub(super) fn day(written: &str) -> Result<civil::Date, String> {
    written
        .parse()
        .map_err(|_| format!("\"{written}\" is no day: write 2026-12-01"))
}

/// `22:00-07:00 Europe/Berlin`.
pub(super) fn quiet_hours(written: &str) -> Result<QuietHours, String> {
    let (times, name) = written
        .split_once(' ')
        .ok_or_else(|| format!("\"{written}\": write 22:00-07:00 Europe/Berlin"))?;
    let (from, until) = times
        .split_once('-')
        .ok_or_else(|| format!("\"{times}\": write 22:00-07:00"))?;
    let (from, until) = (time_of_day(from)?, time_of_day(until)?);
    if from == until {
        return Err(format!("\"{times}\" begins when it ends"));
    }
    let hours = QuietHours {
        from,
        until,
        zone: name.trim().to_owned(),
    };
    zone(&hours.zone)?;
    match hours.zone() {
        Some(_) => Ok(hours),
        None => Err(format!(
            "\"{}\" is not in cockpit's own time zone database: write the name of its city, Europe/Berlin",
            hours.zone
        )),
    }
}

/// `2026-12-01T18:00 Europe/Berlin`, a moment that comes once.
pub(super) fn moment(written: &str) -> Result<Timestamp, String> {
    let form = || format!("\"{written}\": write 2026-12-01T18:00 Europe/Berlin");
    let (local, name) = written.split_once(' ').ok_or_else(form)?;
    let local: civil::DateTime = local.parse().map_err(|_| form())?;
    zone(name.trim())?
        .to_ambiguous_timestamp(local)
        .unambiguous()
        .map_err(|_| {
            format!("\"{written}\" does not come that day, or comes twice: the clock changes then")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit_and_sense() {
        assert_eq!(duration("30s"), Ok(SignedDuration::from_secs(30)));
        assert_eq!(duration("7d"), Ok(SignedDuration::from_hours(168)));
        for bad in [
            "",
            "15",
            "m",
            "15 m",
            "1h30m",
            "-5m",
            "0s",
            "15min",
            "400d",
            "99999999999999999999h",
            "5é",
        ] {
            assert!(duration(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn shares_and_points_are_bounded() {
        assert_eq!(share("12.5%"), Ok(12.5));
        assert_eq!(points("0.5pt"), Ok(0.5));
        for bad in ["5", "0%", "101%", "-1%", "inf%", "%", "1.2.3%"] {
            assert!(share(bad).is_err(), "{bad:?}");
        }
        for bad in ["1", "1%", "pt", "nanpt", "1e9pt"] {
            assert!(points(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn quiet_hours_have_two_times_and_a_real_zone() {
        let night = quiet_hours("22:00-07:00 Europe/Berlin").unwrap();
        assert_eq!((night.from.hour(), night.until.hour()), (22, 7));
        for bad in [
            "22:00-07:00",
            "22-7 Europe/Berlin",
            "25:00-07:00 UTC",
            "07:00-07:00 UTC",
        ] {
            assert!(quiet_hours(bad).is_err(), "{bad:?}");
        }
        let wrong = quiet_hours("22:00-07:00 Europe/Berln").unwrap_err();
        assert!(wrong.contains("Europe/Berlin"), "{wrong}");
    }

    #[test]
    fn a_moment_is_one_in_its_zone() {
        let told = moment("2026-12-01T18:00 Europe/Berlin").unwrap();
        assert_eq!(told.to_string(), "2026-12-01T17:00:00Z");
        for bad in [
            "",
            "18:00",
            "2026-12-01T18:00",
            "2026-12-01 Europe/Berlin Europe/Berlin",
            "2026-03-29T02:30 Europe/Berlin",
            "2026-10-25T02:30 Europe/Berlin",
            "2026-02-29T18:00 Europe/Berlin",
        ] {
            assert!(moment(bad).is_err(), "{bad:?}");
        }
    }
}
